"""Break-glass in the store: one person's, for a while, with its row of the access log, held by the database."""

from __future__ import annotations

from datetime import timedelta

import asyncpg
import pytest

from protocol import messages as m
from protocol.access import reader
from protocol.keeping import Part
from protocol.messages import Actor
from protocol.vocabulary import PoliceContact, Role, Who
from store import AccessEntry, AccessFilter, Content, Store, StoreError
from tests.protocol import access_scenes as at
from tests.protocol.seen import EVERYBODY, SEEN, VIEWS
from tests.protocol.telling import staff
from tests.protocol.test_emergency import opens
from tests.store import builders as b
from tests.store.raw import connected
from tests.store.test_wall import _SEEN, acting, expected, filled

HOUR = timedelta(minutes=60)
REASON = "Het meisje is sinds gisteren weg en heeft deze man eerder ontmoet"
OFFICER = Actor(role=Role.PRIVACY, organisation="gemeente", user="s-officer")
COLLEAGUE = b.AT_CJG.model_copy(update={"user": "s-colleague"})
LOOK = AccessEntry(actor=OFFICER, what="emergencies", purpose="test")

_EMERGENCY = """
INSERT INTO vangnet.emergencies
    (emergency_id, region, case_id, reader, role, organisation, user_id, controller, sealed, until)
VALUES ($1 || $2 || $4, 'demo', $1, $2, 'x', $3, $4, 'coordinator', '', now() + $5::interval)
"""


@pytest.fixture
async def uncovered(store: Store) -> b.Story:
    """A case that the school reported to the CJG, for which nobody said yes."""
    story = await b.opened(store)
    for message in (b.pupil_talk(), b.parent_talk(), m.RecordPoliceContact(contact=PoliceContact.REPORT)):
        await b.told_and_recorded(store, story, message, content=Content(note=b.NOTE))
    await b.told_and_recorded(store, story, m.ReportNonCooperation(who=Who.PARENT), content=Content(note=b.NOTE))
    return story


async def notes(store: Store, story: b.Story, who: Actor) -> int:
    """How many notes somebody finds."""
    async with store.looking(reader(who), who.user):
        return len(await store.notes(story.id))


async def test_every_cell_holds_row_by_row(database: str) -> None:
    """At every point of a case an emergency gives exactly the rows of the hand-written table, to that person, while it runs."""
    wrong, cells = [], 0
    async with connected(database) as connection:
        for place, (scene, (make, who)) in enumerate(SEEN.items()):
            case = at.stage(make).state.model_copy(update={"id": f"open-{place:04d}-0000"})
            await filled(connection, case)
            for letter, name in EVERYBODY.items():
                me = staff(name)
                always = VIEWS[who.get(letter, "nothing")]
                view = VIEWS[opens(scene)[letter]] if letter in opens(scene) else always
                await connection.execute(_EMERGENCY, case.id, reader(me), name, me.user, HOUR)
                await connection.execute(_EMERGENCY, case.id, reader(me), name, "s-late", -HOUR)
                for user, seen in ((me.user, view), ("s-late", always), ("s-other", always)):
                    async with acting(connection, reader(me)):
                        await connection.execute("SELECT set_config('vangnet.user', $1, true)", user)
                        rows = {tuple(row) for row in await connection.fetch(_SEEN, case.id)}
                    cells += 1
                    if rows != expected(seen, name):
                        wrong.append((scene, name, user))
    assert [] == wrong
    assert cells == 3 * 7 * len(SEEN)


async def test_it_opens_the_file_for_one_person(store: Store, uncovered: b.Story) -> None:
    """Their next look finds the notes; a colleague's does not, and twice opened it is one."""
    assert 0 == await notes(store, uncovered, b.AT_CJG)

    assert await store.break_glass(uncovered.id, b.AT_CJG, REASON, HOUR)

    assert not await store.break_glass(uncovered.id, b.AT_CJG, "nog eens", HOUR)
    assert 5 == await notes(store, uncovered, b.AT_CJG)
    assert 0 == await notes(store, uncovered, COLLEAGUE)
    assert await store.emergency(uncovered.id, b.AT_CJG)
    assert None is await store.emergency(uncovered.id, COLLEAGUE)
    (row,) = await store.emergencies(b.REGION, LOOK)
    assert (uncovered.id, "s-coordinator", REASON) == (row.case_id, row.user_id, row.reason)


async def test_it_ends_by_itself(store: Store, uncovered: b.Story) -> None:
    """When its time has passed by the case's own clock; then another can be opened."""
    await store.break_glass(uncovered.id, b.AT_CJG, REASON, HOUR)
    await store.move_clock(uncovered.id, HOUR - timedelta(minutes=1))
    assert 5 == await notes(store, uncovered, b.AT_CJG)

    await store.move_clock(uncovered.id, timedelta(minutes=1))

    assert 0 == await notes(store, uncovered, b.AT_CJG)
    assert None is await store.emergency(uncovered.id, b.AT_CJG)
    assert await store.break_glass(uncovered.id, b.AT_CJG, REASON, HOUR)


async def test_it_ends_with_the_task(store: Store, uncovered: b.Story) -> None:
    """With the recording by which the ZVH is out of the case its emergency shows nothing any more."""
    zvh = Actor(role=Role.ZVH, organisation="zvh", user="s-zvh")
    assert await store.break_glass(uncovered.id, zvh, REASON, HOUR)
    assert 5 == await notes(store, uncovered, zvh)

    await b.told_and_recorded(store, uncovered, m.DeclineEscalation(), zvh, content=Content(note=b.NOTE))

    assert 0 == await notes(store, uncovered, zvh)


async def test_who_may_not_opens_nothing(store: Store, uncovered: b.Story) -> None:
    """Who has nothing to do with the case, who reads it already, and who only looks; no row is left of it."""
    stranger = Actor(role=Role.SCHOOL, organisation="school-het-kompas", user="s-x")
    for who in (stranger, b.AT_SCHOOL, OFFICER):
        assert not await store.break_glass(uncovered.id, who, REASON, HOUR)
    assert not await store.break_glass("aaaa-bbbb-cccc", b.AT_CJG, REASON, HOUR)
    assert () == await store.emergencies(b.REGION, LOOK)


async def test_it_stands_in_the_access_log_or_nowhere(database: str, store: Store, uncovered: b.Story) -> None:
    """The row says emergency; where it cannot be written nothing was opened."""
    await store.break_glass(uncovered.id, b.AT_CJG, REASON, HOUR)
    (row,) = await store.accesses(AccessFilter(case_id=uncovered.id, emergency=True), LOOK, limit=10)
    assert ("break_glass", "emergency", "s-coordinator", True) == (row.event, row.basis, row.user_id, row.emergency)
    assert () == await store.verify()

    async with connected(database) as connection:
        await connection.execute("ALTER TABLE vangnet.access_log ADD CONSTRAINT nothing_more CHECK (false) NOT VALID")
    with pytest.raises(StoreError):
        await store.break_glass(uncovered.id, COLLEAGUE, REASON, HOUR)
    assert None is await store.emergency(uncovered.id, COLLEAGUE)


async def test_what_was_recorded_before_is_opened_too(database: str, store: Store, uncovered: b.Story) -> None:
    """A case that was recorded before emergencies stands without them among its readers; beginning one writes them."""
    async with connected(database) as connection:
        await connection.execute("""UPDATE vangnet.overview SET readers = '{"school:school-de-meent": ["people"]}'""")
    await store.break_glass(uncovered.id, b.AT_CJG, REASON, HOUR)
    assert 5 == await notes(store, uncovered, b.AT_CJG)


async def test_what_was_done_cannot_be_undone(database: str, store: Store, uncovered: b.Story) -> None:
    """The application can neither remove an emergency nor give it more time; nor does somebody else's look find it."""
    await store.break_glass(uncovered.id, b.AT_CJG, REASON, HOUR)
    async with connected(database) as connection:
        for statement in ("DELETE FROM vangnet.emergencies", "UPDATE vangnet.emergencies SET until = now() + '9 days'"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with acting(connection, "system"):
                    await connection.execute(statement)
        for who, count in ((COLLEAGUE, 0), (b.AT_SCHOOL, 0), (b.AT_CJG, 1)):
            async with acting(connection, reader(who)):
                await connection.execute("SELECT set_config('vangnet.user', $1, true)", who.user)
                assert count == await connection.fetchval("SELECT count(*) FROM vangnet.emergencies")


async def test_the_reason_goes_with_its_part(database: str, store: Store, uncovered: b.Story) -> None:
    """It is sealed, and when that part of the file is destroyed nothing of it is left; that it happened stays."""
    await store.break_glass(uncovered.id, b.AT_CJG, REASON, HOUR)
    async with connected(database) as connection:
        sealed = await connection.fetchval("SELECT sealed FROM vangnet.emergencies")
        assert REASON.encode() not in sealed
        await connection.execute("UPDATE vangnet.overview SET step = 'closed'")
        assert await store.erase_part(uncovered.id, Part.COORDINATOR, "r-1", OFFICER)
        assert b"" == await connection.fetchval("SELECT sealed FROM vangnet.emergencies")
    (row,) = await store.emergencies(b.REGION, LOOK)
    assert (None, "s-coordinator") == (row.reason, row.user_id)
