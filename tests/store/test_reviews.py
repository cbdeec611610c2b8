"""Reviews in the store: who may open and claim one, until when, and what is left of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from protocol.messages import Actor
from protocol.vocabulary import Role
from store import AccessEntry, MessageIdReused, Proposed, ReviewState, Store
from tests.store.builders import SCHOOL, Story, opened

ASKER = Actor(role=Role.SCHOOL, organisation=SCHOOL, user="m.asker")
COLLEAGUE = Actor(role=Role.SCHOOL, organisation=SCHOOL, user="s-collega")
SOON = timedelta(days=5)
NOTE = "De zes vragen zijn besproken."


def proposed(note: str = NOTE) -> Proposed:
    """A message in need of a second reviewer."""
    return Proposed(ASKER, {"basis": "other", "parties": ["ggd"]}, note)


async def asked(store: Store, story: Story, note: str = NOTE, within: timedelta = SOON) -> str:
    """Lay it before the colleagues."""
    until = datetime.now(UTC) + within
    return await store.ask_review(story.id, "m-1", "record_legal_basis", "s-asker", proposed(note), until)


def look(actor: Actor = COLLEAGUE) -> AccessEntry:
    """Somebody looks."""
    return AccessEntry(actor=actor, what="review", purpose="test")


@pytest.mark.parametrize(
    "other",
    [
        COLLEAGUE.model_copy(update={"organisation": "school-het-kompas"}),
        COLLEAGUE.model_copy(update={"role": Role.PARTNER}),
    ],
)
async def test_opened_by_the_same_organisation_in_the_same_role(store: Store, other: Actor) -> None:
    """A colleague reads it; another organisation or role finds nothing."""
    review = await asked(store, await opened(store))

    found = await store.review(review, look())

    assert found
    assert proposed() == found.proposed
    assert await store.review(review, look(other)) is None


async def test_claimed_by_one_and_never_by_the_asker(store: Store) -> None:
    """Who claims it first may try again, nobody else; the asker not at all."""
    review = await asked(store, await opened(store))

    claims = [await store.claim_review(review, who) for who in ("s-asker", "s-collega", "s-ander", "s-collega")]

    assert [False, True, False, True] == claims


@pytest.mark.parametrize(("forward", "claimed"), [(4, True), (6, False)])
async def test_claimed_until_it_expires_by_the_clock_of_the_case(store: Store, forward: int, claimed: bool) -> None:
    """A case whose clock was moved past the last day has nothing to confirm any more."""
    story = await opened(store)
    review = await asked(store, story)

    await store.move_clock(story.id, timedelta(days=forward))

    assert claimed == await store.claim_review(review, "s-collega")


async def test_nothing_of_what_was_proposed_is_left_once_it_is_decided(store: Store, database: str) -> None:
    """Settled, what was proposed is forgotten: it is in the file, or was refused."""
    review = await asked(store, await opened(store))
    await store.claim_review(review, "s-collega")

    await store.settle_review(review, "s-collega", "case_closed")

    connection = await asyncpg.connect(database)
    row = await connection.fetchrow("SELECT sealed, state, refusal FROM vangnet.reviews")
    await connection.close()
    assert (None, ReviewState.REFUSED, "case_closed") == tuple(row)


async def test_asked_twice_is_one_and_something_else_is_refused(store: Store) -> None:
    """The same under the same message id is the same review; something else is not taken."""
    story = await opened(store)

    assert await asked(store, story) == await asked(store, story, within=2 * SOON)
    with pytest.raises(MessageIdReused):
        await asked(store, story, "Iets anders.")
