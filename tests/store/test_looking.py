"""Looks: read in one transaction with their rows of the access log, or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from protocol import messages as m
from protocol import vocabulary as v
from protocol.messages import SYSTEM, Actor
from store import AccessEntry, AccessEvent, AccessPoint, Content, Outcome, Store, StoreError
from tests.store import builders as b
from tests.store.raw import connected

_BREAK = """
CREATE FUNCTION vangnet.no_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no row'; END $$;
CREATE TRIGGER no_row BEFORE INSERT ON vangnet.access_log FOR EACH ROW EXECUTE FUNCTION vangnet.no_row();
"""
_NEN = ("event", "subject", "on_behalf", "access_point", "basis", "emergency", "outcome", "what", "purpose", "role")


@pytest.fixture
async def owner(database: str) -> AsyncIterator[asyncpg.Connection]:
    """Somebody who looks past the store."""
    async with connected(database) as connection:
        yield connection


def look(story: b.Story, what: str = "people", actor: Actor = b.AT_SCHOOL, subject: str | None = None) -> AccessEntry:
    """A look at a case."""
    return AccessEntry(actor=actor, case_id=story.id, what=what, purpose="test", subject=subject)


async def rows(owner: asyncpg.Connection) -> list[dict[str, object]]:
    """What the access log says, oldest first."""
    return [dict(row) for row in await owner.fetch("SELECT * FROM vangnet.access_log ORDER BY written_at, number")]


async def state(store: Store, story: b.Story) -> object:
    """How a case stands, looked at."""
    async with store.looking():
        await store.log_access(look(story, "state"))
        return await store.overview(story.id)


async def in_vain(store: Store, story: b.Story) -> None:
    """A look that nothing comes of."""
    async with store.looking():
        await store.log_access(look(story))
        raise LookupError


async def test_a_row_says_what_nen_7513_asks(store: Store, owner: asyncpg.Connection) -> None:
    """Event, time, subject, user, on whose behalf, organisation, role, door, what, purpose, ground, emergency, outcome."""
    story = await b.opened(store)
    entry = look(story, subject="pupil").model_copy(
        update={"event": AccessEvent.EXPORT, "on_behalf": "s-lead", "emergency": True}
    )
    await store.log_access(entry)
    row = (await rows(owner))[-1]
    told = ("export", "pupil", "s-lead", "web", "own_file", True, "shown", "people", "test", "school")
    assert told == tuple(row[name] for name in _NEN)
    assert (story.id, "s-mentor", b.SCHOOL, entry.at) == tuple(
        row[name] for name in ("scope", "user_id", "organisation", "at")
    )
    assert () == await store.verify()


@pytest.mark.parametrize(
    ("actor", "basis", "door"),
    [
        (b.AT_SCHOOL, "own_file", AccessPoint.WEB),
        (Actor(role=v.Role.OPS, organisation="gemeente", user="s-ops"), "oversight", AccessPoint.WEB),
        (Actor(role=v.Role.PERSON, person="pupil"), "subject", AccessPoint.LINK),
        (Actor(role=v.Role.SCHOOL, organisation="school-elders", user="s-x"), "none", AccessPoint.WEB),
        (SYSTEM, "system", AccessPoint.WORKER),
    ],
)
async def test_the_ground_is_found_from_the_case(
    store: Store, owner: asyncpg.Connection, actor: Actor, basis: str, door: AccessPoint
) -> None:
    """By the protocol, at the moment of the look; nobody has to say it."""
    story = await b.opened(store)
    await store.log_access(look(story, actor=actor))
    row = (await rows(owner))[-1]
    assert (basis, door) == (row["basis"], row["access_point"])


async def test_cover_is_named(store: Store, owner: asyncpg.Connection) -> None:
    """A legal basis by its name, once there is one; until then the CJG had nothing to look for."""
    story = await b.asked(store)
    await store.log_access(look(story, actor=b.AT_CJG))
    basis = m.RecordLegalBasis(basis=v.LegalBasis.RIGHT_TO_REPORT, parties=(b.CJG,), second_reviewer="s-other")
    await b.told_and_recorded(store, story, basis, content=Content(note=b.NOTE))
    await b.told_and_recorded(store, story, m.DecideReport(needed=True))
    await store.log_access(look(story, actor=b.AT_CJG))
    found = [row["basis"] for row in await rows(owner) if row["organisation"] == "cjg"]
    assert ["none", "legal_basis.right_to_report"] == found


async def test_one_look_is_one_row(store: Store, owner: asyncpg.Connection) -> None:
    """What was seen in it is put together; of another case, another row."""
    story, other = await b.opened(store), await b.opened(store)
    before = len(await rows(owner))
    async with store.looking():
        await store.log_access(look(story, "state"))
        assert await store.people(story.id, look(story, "people"))
        await store.log_access(look(story, "address guardian-1", subject="guardian-1"))
        await store.log_access(look(other, "address pupil", subject="pupil"))
    found = {str(row["scope"]): (row["what"], row["subject"]) for row in (await rows(owner))[before:]}
    assert {
        story.id: ("state, people, address guardian-1", None),
        other.id: ("address pupil", "pupil"),
    } == found
    assert () == await store.verify()


async def test_what_is_read_and_its_row_are_one_transaction(store: Store, owner: asyncpg.Connection) -> None:
    """While the look lasts nobody else sees its row; all of it is one transaction, also a look within a look."""
    story = await b.opened(store)
    before = len(await rows(owner))
    async with store.looking():
        await store.people(story.id, look(story))
        async with store.looking():
            await store.log_access(look(story, "state"))
        assert before == len(await rows(owner))
    assert before + 1 == len(await rows(owner))


async def test_no_row_no_data(store: Store, owner: asyncpg.Connection) -> None:
    """Whatever is read: when its row cannot be written nothing comes out."""
    story = await b.opened(store)
    await owner.execute(_BREAK)
    shown: object = None
    with pytest.raises(StoreError):
        shown = await store.people(story.id, look(story))
    with pytest.raises(StoreError):
        shown = await state(store, story)
    assert shown is None


async def test_a_look_that_came_to_nothing_is_kept(store: Store, owner: asyncpg.Connection) -> None:
    """Somebody tried: the row says so, without a ground."""
    story = await b.opened(store)
    with pytest.raises(LookupError):
        await in_vain(store, story)
    row = (await rows(owner))[-1]
    assert (Outcome.REFUSED, "none") == (row["outcome"], row["basis"])


async def test_rows_from_before_are_still_intact(store: Store, owner: asyncpg.Connection) -> None:
    """A row without the newer fields has the digest it was written with; one that loses a field has not."""
    story = await b.opened(store)
    await store.log_access(look(story))
    await owner.execute("SET session_replication_role = replica")
    await owner.execute("UPDATE vangnet.access_log SET basis = NULL WHERE scope = $1", story.id)
    assert [story.id] == [broken.scope for broken in await store.verify()]
