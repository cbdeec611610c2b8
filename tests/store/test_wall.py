"""The second wall: the database shows nobody what the protocol's table does not let them read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from protocol import messages as m
from protocol.access import reader
from protocol.case import Case
from protocol.messages import Actor
from protocol.vocabulary import Role
from store import AccessEntry, Content, KeyRing, Store
from store.recording import overview_row
from store.wall import tell
from tests.protocol import access_scenes as at
from tests.protocol import stories
from tests.protocol.seen import EVERYBODY, SEEN, VIEWS
from tests.protocol.telling import staff
from tests.store import builders as b
from tests.store.raw import connected

OBSERVER = Actor(role=Role.OPS, organisation="gemeente", user="o")
NOTES = {
    "school_notes": "school-de-meent",
    "coordinator_notes": "cjg",
    "partner_notes": "wijkagent",
    "zvh_notes": "zvh",
    "shared_notes": "cjg",
    "feedback": "cjg",
}
"""A note of each field, and who wrote it; the GGD's own comes beside them."""

_CASE = """
INSERT INTO vangnet.cases (case_id, region, policy_version, opening, next_person) VALUES ($1, 'demo', 1, '{}', 1)
"""
_OVERVIEW = """
INSERT INTO vangnet.overview
SELECT (jsonb_populate_record(NULL::vangnet.overview, $2::jsonb || jsonb_build_object('case_id', $1::text, 'clock_offset', '0'))).*
"""
_CONTENT = (
    "INSERT INTO vangnet.people (case_id, person, controller, message_id, sealed) VALUES ($1, 'pupil', 'school', 'm', '')",
    "INSERT INTO vangnet.hand_overs (case_id, number, controller, sealed) VALUES ($1, 1, 'school', '')",
    """INSERT INTO vangnet.journal (case_id, number, at, actor, name, data, digest, prev_hash, hash)
    VALUES ($1, 1, now(), '{}', 'x', '{}', '', '', '')""",
)
_NOTE = """
INSERT INTO vangnet.notes (note_id, case_id, controller, message_id, sealed, number, field, writer)
VALUES ($1 || '/' || $2 || '/' || $3, $1, 'school', 'm', '', 1, $2, $3)
"""
_SEEN = """
SELECT 'people' AS field, '' AS writer FROM vangnet.people WHERE case_id = $1
UNION ALL SELECT 'hand_over', '' FROM vangnet.hand_overs WHERE case_id = $1
UNION ALL SELECT 'journal', '' FROM vangnet.journal WHERE case_id = $1
UNION ALL SELECT field, writer FROM vangnet.notes WHERE case_id = $1
"""


@asynccontextmanager
async def acting(connection: asyncpg.Connection, reads_as: str) -> AsyncIterator[None]:
    """As the application's role, in a transaction of somebody."""
    async with connection.transaction():
        await connection.execute("SET LOCAL ROLE vangnet_app")
        await connection.execute("SELECT set_config('vangnet.acting', $1, true)", reads_as)
        yield


async def filled(connection: asyncpg.Connection, case: Case) -> None:
    """The case with a row of everything there is to read."""
    await connection.execute(_CASE, case.id)
    await connection.execute(_OVERVIEW, case.id, overview_row(case))
    for statement in _CONTENT:
        await connection.execute(statement, case.id)
    for field, writer in [*NOTES.items(), ("partner_notes", "ggd")]:
        await connection.execute(_NOTE, case.id, field, writer)


def expected(view: frozenset[str], organisation: str) -> set[tuple[str, str]]:
    """By the hand-written table: which rows somebody of this kind of reader finds."""
    tables = {(field, "") for field in ("people", "hand_over", "journal") if field in view}
    written = [*NOTES.items(), ("partner_notes", "ggd")]
    own = {(field, writer) for field, writer in written if writer == organisation and "own_notes" in view}
    return tables | own | {(field, writer) for field, writer in written if field in view}


async def test_every_cell_holds_row_by_row(database: str) -> None:
    """At every point of a case each organisation finds exactly the rows that the table gives its kind of reader."""
    wrong, cells = [], 0
    async with connected(database) as connection:
        for place, (scene, (make, who)) in enumerate(SEEN.items()):
            case = at.stage(make).state.model_copy(update={"id": f"wall-{place:04d}-0000"})
            await filled(connection, case)
            everybody = [(staff(name), VIEWS[who.get(letter, "nothing")]) for letter, name in EVERYBODY.items()]
            for somebody, view in [*everybody, (OBSERVER, VIEWS["observer"])]:
                async with acting(connection, reader(somebody)):
                    rows = {tuple(row) for row in await connection.fetch(_SEEN, case.id)}
                cells += 11
                if rows != expected(view, somebody.organisation or ""):
                    wrong.append((scene, reader(somebody)))
    assert [] == wrong
    assert cells == 11 * 8 * len(SEEN)


@pytest.fixture
async def uncovered(store: Store) -> b.Story:
    """A case of the school alone, with everything that it brought in."""
    return await b.opened(store)


async def test_the_store_finds_nothing_for_who_may_not_read(store: Store, uncovered: b.Story) -> None:
    """A page that forgot to ask the protocol would still get nothing: people, note and journal are not there."""
    look = AccessEntry(actor=b.AT_CJG, case_id=uncovered.id, what="people", purpose="test")
    async with store.looking(reader(b.AT_CJG)):
        assert {} == await store.people(uncovered.id, look)
        assert () == await store.notes(uncovered.id)
        assert await store.note(uncovered.id, uncovered.opening.told.note_id or "", look) is None
        assert () == await store.journal(uncovered.id)
    async with store.looking(reader(b.AT_SCHOOL)):
        assert {"pupil", "guardian-1"} == set(await store.people(uncovered.id, look))
        assert 1 == len(await store.notes(uncovered.id))
    assert 1 == len(await store.notes(uncovered.id))


async def test_a_recording_moves_the_wall(store: Store, uncovered: b.Story) -> None:
    """With the legal basis that is recorded the CJG of the report reads; before it did not."""
    for message in (b.pupil_talk(), b.parent_talk(), stories.basis("cjg"), m.DecideReport(needed=True)):
        async with store.looking(reader(b.AT_CJG)):
            assert () == await store.notes(uncovered.id)
        await b.told_and_recorded(store, uncovered, message, content=Content(note=b.NOTE))
    async with store.looking(reader(b.AT_CJG)):
        assert 5 == len(await store.notes(uncovered.id))


async def test_nobody_said_who_acts_and_nothing_is_there(database: str, uncovered: b.Story) -> None:
    """A connection of the application's role that says nothing reads no row and writes none."""
    async with connected(database) as connection:
        await connection.execute("SET ROLE vangnet_app")
        assert [] == await connection.fetch(_SEEN, uncovered.id)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(_NOTE, uncovered.id, "school_notes", "x")


async def test_who_looks_writes_nothing(database: str, uncovered: b.Story) -> None:
    """In somebody's look no row of a file can be added, changed or removed, though they read it."""
    async with connected(database) as connection:
        async with acting(connection, reader(b.AT_SCHOOL)):
            assert "DELETE 0" == await connection.execute("DELETE FROM vangnet.notes WHERE case_id = $1", uncovered.id)
            assert "UPDATE 0" == await connection.execute("UPDATE vangnet.people SET sealed = ''")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with acting(connection, reader(b.AT_SCHOOL)):
                await connection.execute(_NOTE, uncovered.id, "school_notes", "x")


_OWNED = """
SELECT count(*) FROM pg_class JOIN pg_roles ON pg_roles.oid = relowner WHERE rolname = 'vangnet_app'
"""
_MAY = "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = 'vangnet_app'"


async def test_the_application_cannot_take_the_wall_down(database: str, store: Store) -> None:
    """The store works as a role that owns nothing, passes no wall, and cannot change the journal or the migrations."""
    async with store._connection() as connection:
        assert "vangnet_app" == await connection.fetchval("SELECT current_user")
    async with connected(database) as connection:
        assert 0 == await connection.fetchval(_OWNED)
        assert not await connection.fetchval(_MAY)
        for statement in (
            "ALTER TABLE vangnet.notes DISABLE ROW LEVEL SECURITY",
            "DROP POLICY by_readers ON vangnet.notes",
            "ALTER TABLE vangnet.journal DISABLE TRIGGER ALL",
            "UPDATE vangnet.journal SET name = 'x'",
            "DELETE FROM vangnet.migrations",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with acting(connection, "system"):
                    await connection.execute(statement)


async def test_an_owner_who_is_nobody_special_is_held_by_it_too(database: str) -> None:
    """The wall stands for the owner of the tables as well, unless it says that the system acts."""
    async with connected(database) as connection:
        forced = await connection.fetch(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity ORDER BY relname"
        )
    assert {"hand_overs", "journal", "notes", "people"} <= {row["relname"] for row in forced}


async def test_what_was_recorded_before_the_wall_gets_its_readers(
    database: str, store: Store, uncovered: b.Story
) -> None:
    """A migration of a database with cases writes who reads them; without that nobody would."""
    async with connected(database) as connection:
        before = await connection.fetch("SELECT readers FROM vangnet.overview")
        filed = await connection.fetch("SELECT field, writer FROM vangnet.notes")
        await connection.execute("UPDATE vangnet.overview SET readers = '{}'")
        await connection.execute("UPDATE vangnet.notes SET field = NULL, writer = NULL")
        async with store.looking(reader(b.AT_SCHOOL)):
            assert () == await store.notes(uncovered.id)
        await tell(connection)
        assert before == await connection.fetch("SELECT readers FROM vangnet.overview")
        assert filed == await connection.fetch("SELECT field, writer FROM vangnet.notes")


async def test_the_application_logs_in_as_its_own_role(database: str, uncovered: b.Story, key_ring: KeyRing) -> None:
    """With a login that is the role itself everything works but migrating."""
    async with connected(database) as connection:
        await connection.execute("ALTER ROLE vangnet_app LOGIN")
    address = database.replace("//postgres:@", "//vangnet_app:@")
    store = await Store.connect(address, key_ring)
    await b.told_and_recorded(store, uncovered, b.pupil_talk(), content=Content(note=b.NOTE))
    assert 2 == len(await store.notes(uncovered.id))
    await store.close()
    async with connected(address) as connection:
        assert "vangnet_app" == await connection.fetchval("SELECT session_user")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("CREATE TABLE vangnet.more ()")
