"""Requests of data subjects: deadlines, steps, statements and corrections, with nobody's data in the log of it."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
from pydantic import ValidationError

from protocol.access import reader
from protocol.keeping import Part
from protocol.rights import Extension, RefusalGround, RequestState, Right
from store import Asked, KeyDestroyed, RequestRow, Store
from tests.store.builders import (
    AT_SCHOOL,
    GUARDIAN_NAME,
    NOTE,
    PUPIL_NAME,
    REGION,
    SCHOOL,
    asked,
    intake,
    opened,
)  # fmt: skip
from tests.store.closed_cases import LOOK, PRIVACY, closed
from tests.store.raw import connected, dump

STATEMENT = "Mijn dochter heeft dit nooit gezegd"
RIGHT_NAME = "Rosemarijn van Scherpenzeel"


async def requested(
    store: Store, case_id: str, kind: Right = Right.CORRECTION, subject: str = "pupil", ident: str | None = None
) -> RequestRow:
    """A request that came in on 1 November."""
    what = Asked(
        region=REGION, case_id=case_id, kind=kind, subject=subject, requester=subject, parts=(Part.SCHOOL,),
        received_on=date(2026, 11, 1), due_on=date(2026, 12, 1),
    )  # fmt: skip
    row = await store.rights_request(REGION, await store.enter_request(what, PRIVACY, ident))
    assert row is not None
    return row


async def test_what_is_due_first_stands_on_top(store: Store) -> None:
    """Open requests by their deadline, then what was decided."""
    story = await opened(store)
    late, decided = await requested(store, story.id), await requested(store, story.id)
    soon = await requested(store, story.id)
    await store.extend_request(late.request_id, Extension.COMPLEX, date(2027, 2, 1), PRIVACY)
    await store.decide_request(decided.request_id, RequestState.REFUSED, PRIVACY, RefusalGround.NOT_WRONG)

    rows = await store.rights_requests(REGION)

    assert [soon.request_id, late.request_id, decided.request_id] == [row.request_id for row in rows]
    assert (RefusalGround.NOT_WRONG, date(2027, 2, 1)) == (rows[2].ground, rows[1].due_on)


async def test_each_thing_is_done_once(store: Store) -> None:
    """Of several at a time one decides; a double click enters one request, and time is given once."""
    story = await opened(store)
    row = await requested(store, story.id, ident="r-same")
    assert row == await requested(store, story.id, ident="r-same")

    more = [store.extend_request(row.request_id, Extension.MANY, date(2027, 2, 1), PRIVACY) for _ in range(3)]
    assert 1 == sum(await asyncio.gather(*more))
    ends = [
        store.decide_request(row.request_id, state, PRIVACY) for state in (RequestState.GRANTED, RequestState.WITHDRAWN)
    ]
    assert 1 == sum(await asyncio.gather(*ends))

    steps = await store.rights_steps(row.request_id)
    assert [1, 2, 3] == [step.number for step in steps]
    assert ["entered", "extended"] == [step.what for step in steps][:2]


async def test_a_field_is_corrected_in_every_version_and_the_old_value_is_nowhere(store: Store) -> None:
    """The log says which field; the same pupil is found under the right name and not under the wrong one."""
    story = await opened(store)
    row = await requested(store, story.id)
    born = intake().pupil.date_of_birth

    await store.correct_person(row, {"name": RIGHT_NAME}, PRIVACY)

    assert RIGHT_NAME == (await store.people(story.id, LOOK))["pupil"].name
    assert () == await store.same_pupil(REGION, SCHOOL, PUPIL_NAME, born)
    assert (story.id,) == await store.same_pupil(REGION, SCHOOL, RIGHT_NAME, born)
    assert ("corrected", "name") == [(step.what, step.code) for step in await store.rights_steps(row.request_id)][-1]


async def test_a_value_that_cannot_be_changes_nothing(store: Store) -> None:
    """And the error does not repeat it."""
    story = await opened(store)
    row = await requested(store, story.id)

    with pytest.raises(ValidationError) as wrong:
        await store.correct_person(row, {"email": "Scherpenzeel zonder apenstaartje"}, PRIVACY)

    assert "Scherpenzeel" not in str(wrong.value)
    assert "r@scherpenzeel.example" == (await store.people(story.id, LOOK))["pupil"].email
    assert ["entered"] == [step.what for step in await store.rights_steps(row.request_id)]


async def test_a_statement_stands_in_one_part_and_goes_with_it(store: Store) -> None:
    """Sealed like a note, and erased with the part that it stands in."""
    story = await closed(store)
    row = await requested(store, story.id, subject="guardian-1")
    await store.add_statement(row, Part.ZVH, STATEMENT, PRIVACY)

    (stated,) = await store.statements(story.id, Part.ZVH, LOOK)
    assert (STATEMENT, "guardian-1") == (stated.text, stated.person)
    assert () == await store.statements(story.id, Part.SCHOOL, LOOK)

    assert await store.erase_part(story.id, Part.ZVH, row.request_id, PRIVACY)
    with pytest.raises(KeyDestroyed):
        await store.statements(story.id, Part.ZVH, LOOK)


async def test_an_objection_holds_until_it_is_decided(store: Store) -> None:
    """In that case only."""
    story, neighbour = await asked(store), await opened(store)
    assert not await store.objected(story.id)
    row = await requested(store, story.id, Right.OBJECTION)

    assert (True, False) == (await store.objected(story.id), await store.objected(neighbour.id))
    await store.decide_request(row.request_id, RequestState.REFUSED, PRIVACY, RefusalGround.COMPELLING)
    assert not await store.objected(story.id)


async def test_nothing_that_somebody_wrote_is_readable_or_in_the_log(store: Store, database: str) -> None:
    """Statement, values and names are sealed, and each step is in the access log, whose chain is intact."""
    story = await opened(store)
    row = await requested(store, story.id)
    await store.add_statement(row, Part.SCHOOL, STATEMENT, PRIVACY)
    await store.correct_person(row, {"name": RIGHT_NAME}, PRIVACY)

    written = await dump(database)

    secrets = (STATEMENT, RIGHT_NAME, PUPIL_NAME, GUARDIAN_NAME, NOTE)
    assert [] == [secret for secret in secrets if secret.encode() in written]
    assert () == await store.verify()
    async with connected(database) as connection:
        purposes = await connection.fetch("SELECT what, event FROM vangnet.access_log WHERE scope = $1", story.id)
    assert [("request correction", "create"), ("statement", "change"), ("people", "change")] == [
        tuple(found) for found in purposes
    ]


async def test_a_statement_stands_behind_the_wall(store: Store) -> None:
    """Whoever looks at the case finds none, whatever they may read beside; only who carries out the request does."""
    story = await opened(store)
    await store.add_statement(await requested(store, story.id), Part.SCHOOL, STATEMENT, PRIVACY)

    async with store.looking(reader(AT_SCHOOL)):
        assert () == await store.statements(story.id, Part.SCHOOL, LOOK)
    assert 1 == len(await store.statements(story.id, Part.SCHOOL, LOOK))


async def test_another_contact_is_corrected_and_taken_out(store: Store) -> None:
    """Somebody says where they read alone, and later that it is no longer so; the rest of their data stays."""
    story = await opened(store)
    row = await requested(store, story.id)
    for wanted in ("eigen@post.example", None):
        await store.correct_person(row, {"second_contact": wanted}, PRIVACY)

        pupil = (await store.people(story.id, LOOK))["pupil"]
        assert (wanted, intake().pupil.name) == (pupil.second_contact, pupil.name)
        assert (wanted is not None) is await store.has_second_contact(story.id, "pupil")
