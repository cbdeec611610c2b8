"""Recording a turn: whole, once, in order."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from protocol.case import Case
from protocol.evolve import evolve
from protocol.recording import Recording
from store import CaseUnknown, Controller, KeyRing, RecordingGap, RecordingMismatch, Store, StoreUnavailable
from tests.store import builders as b
from tests.store.raw import counts, waiting


async def test_a_turn_is_written_once(store: Store, database: str) -> None:
    """The same recording again changes nothing."""
    story = b.Story(b.opening())
    await store.open_case(story.opening, b.intake())
    recording = story.open()
    await store.record(recording)
    once = await counts(database)
    await store.record(recording)
    assert once == await counts(database)
    assert once["journal"] == len(recording.events)
    assert once["notices"] == len(recording.notices)


async def test_the_journal_replays_to_the_overview(store: Store) -> None:
    """Every event comes back as it was recorded, and leads to the state that is shown."""
    story = await b.asked(store)
    case: Case | None = None
    for recorded in await store.recorded(story.id):
        case = evolve(case, recorded)
    shown = await store.overview(story.id)
    assert shown is not None
    assert story.case == shown.case == case


async def test_other_content_under_a_known_number_is_refused(store: Store, database: str) -> None:
    """An event number that comes back with other content is an error, and nothing is written."""
    story = await b.opened(store)
    recording = story.tell(b.told(b.plan_talk()))
    await store.record(recording)
    before = await counts(database)
    first = recording.events[0]
    changed = first.model_copy(update={"at": first.at + timedelta(seconds=1)})
    with pytest.raises(RecordingMismatch):
        await store.record(recording.model_copy(update={"events": (changed, *recording.events[1:])}))
    assert before == await counts(database)


async def test_a_known_beginning_with_a_new_end_is_completed(store: Store) -> None:
    """Events that are known are compared, what follows on them is added."""
    story = await b.opened(store)
    first, second = story.tell(b.told(b.plan_talk())), story.tell(b.told(b.pupil_talk()))
    await store.record(first)
    both = second.model_copy(update={"events": first.events + second.events, "notices": ()})
    await store.record(both)
    assert [event.number for event in await store.recorded(story.id)] == list(range(1, both.case.number + 1))


async def test_an_older_turn_does_not_turn_the_overview_back(store: Store) -> None:
    """The overview only goes forward."""
    story = b.Story(b.opening())
    await store.open_case(story.opening, b.intake())
    first = story.open()
    await store.record(first)
    await store.record(story.tell(b.told(b.plan_talk())))
    await store.record(first)
    shown = await store.overview(story.id)
    assert shown is not None
    assert story.case == shown.case


async def test_a_gap_is_refused(store: Store, database: str) -> None:
    """Events that skip a number are not written: not between turns, and not within one."""
    story = await b.opened(store)
    before = await counts(database)
    story.tell(b.told(b.plan_talk()))
    with pytest.raises(RecordingGap):
        await store.record(story.tell(b.told(b.pupil_talk())))
    skipping = story.tell(b.told(b.parent_talk()))
    with pytest.raises(RecordingGap):
        await store.record(skipping.model_copy(update={"events": skipping.events[::2]}))
    assert before == await counts(database)


async def test_a_case_that_was_never_opened_is_refused(store: Store) -> None:
    """Nothing can be recorded of an unknown case."""
    with pytest.raises(CaseUnknown):
        await store.record(b.Story(b.opening()).open())


async def test_a_broken_connection_writes_all_or_nothing(store: Store, database: str) -> None:
    """When the connection is killed midway nothing is written, and the next try writes all."""
    story = await b.opened(store)
    recording = story.tell(b.told(b.pupil_talk()))
    before = await counts(database)
    blocker = await asyncpg.connect(database)
    async with blocker.transaction():
        await blocker.execute("SELECT FROM vangnet.overview FOR UPDATE")
        recording_now = asyncio.create_task(store.record(recording))
        pid = await waiting(database, 1)
        await blocker.execute("SELECT pg_terminate_backend(unnest($1::int[]))", pid)
        with pytest.raises(StoreUnavailable):
            await recording_now
    await blocker.close()
    assert before == await counts(database)
    await store.record(recording)
    assert before["journal"] + len(recording.events) == (await counts(database))["journal"]


async def test_two_recorders_of_one_turn_write_it_once(store: Store, database: str) -> None:
    """Two workers with the same turn, held up together: both succeed, it is written once."""
    story = await b.opened(store)
    recording = story.tell(b.told(b.pupil_talk()))
    before = await counts(database)
    blocker = await asyncpg.connect(database)
    async with blocker.transaction():
        await blocker.execute("SELECT FROM vangnet.cases FOR UPDATE")
        both = [asyncio.create_task(store.record(recording)) for _ in range(2)]
        await waiting(database, 2)
    await asyncio.gather(*both)
    await blocker.close()
    assert before["journal"] + len(recording.events) == (await counts(database))["journal"]
    assert await store.verify() == ()


async def test_two_recorders_that_differ_cannot_both_write(store: Store, database: str) -> None:
    """Two workers with different turns from the same state: one wins, the other hears of it."""
    story = await b.opened(store)
    base = story.case
    one = story.tell(b.told(b.pupil_talk()))
    story.case = base
    other = story.tell(b.told(b.plan_talk()))
    blocker = await asyncpg.connect(database)
    async with blocker.transaction():
        await blocker.execute("SELECT FROM vangnet.cases FOR UPDATE")
        both = [asyncio.create_task(store.record(recording)) for recording in (one, other)]
        await waiting(database, 2)
    results = await asyncio.gather(*both, return_exceptions=True)
    await blocker.close()
    assert [type(error) for error in results if error] == [RecordingMismatch]
    assert await store.verify() == ()


async def test_many_recorders_at_once_keep_the_chain(store: Store) -> None:
    """Turns that arrive in any order are tried until they fit; the chain is whole."""
    story = await b.opened(store)
    recordings = [story.tell(b.told(message)) for message in (b.plan_talk(), b.pupil_talk(), b.parent_talk())]

    async def until_written(recording: Recording) -> None:
        while True:
            try:
                return await store.record(recording)
            except RecordingGap:
                continue

    await asyncio.gather(*(until_written(recording) for recording in reversed(recordings * 3)))
    assert story.case is not None
    assert list(range(1, story.case.number + 1)) == [event.number for event in await store.recorded(story.id)]
    assert await store.verify() == ()


async def test_the_clock_of_a_case_that_is_ahead(store: Store) -> None:
    """A case whose days were skipped is ahead of the wall clock, and stays so."""
    story = await b.opened(store)
    shown = await store.overview(story.id)
    assert shown is not None
    assert shown.clock_offset == timedelta()
    await store.move_clock(story.id, timedelta(days=6))
    story.later(timedelta(days=6))
    await store.record(story.tell(b.told(b.pupil_talk())))
    shown = await store.overview(story.id)
    assert shown is not None
    assert timedelta(days=6) <= shown.clock_offset < timedelta(days=6, minutes=1)


async def test_days_that_were_skipped_count_once(store: Store) -> None:
    """What a recording has moved the clock by already is not added once more when the skipping is noted."""
    story = await b.opened(store)
    story.later(timedelta(days=6))
    await store.record(story.tell(b.told(b.pupil_talk())))
    for _ in range(2):
        await store.clock_ahead(story.id, timedelta(days=6))
    await store.clock_ahead(story.id, timedelta(days=2))
    shown = await store.overview(story.id)
    assert shown is not None
    assert timedelta(days=6) <= shown.clock_offset < timedelta(days=6, minutes=1)


async def test_the_journal_holds_the_wall_time_of_writing(store: Store) -> None:
    """What a case says about its own time does not change when a row says it was written."""
    story = b.Story(b.opening(), now=datetime(2030, 1, 1, tzinfo=UTC))
    before = datetime.now(UTC)
    await b.opened(store, story)
    rows = await store.journal(story.id)
    assert {datetime(2030, 1, 1, tzinfo=UTC)} == {row.recorded.at for row in rows}
    assert all(before - timedelta(seconds=5) < row.written_at < datetime.now(UTC) for row in rows)


async def test_a_destroyed_key_does_not_stop_recording(store: Store) -> None:
    """Recording needs no key: a case whose file is erased can still be carried out."""
    story = await b.opened(store)
    await store.destroy_key(story.id, Controller.SCHOOL)
    await store.record(story.tell(b.told(b.pupil_talk())))


async def test_an_unreachable_database_is_said_without_details(key_ring: KeyRing) -> None:
    """The error names no address, and the call can be repeated."""
    with pytest.raises(StoreUnavailable) as caught:
        await Store.connect("postgresql://jan:geheim@127.0.0.1:1/x", key_ring)
    assert "store_unavailable: ConnectionRefusedError" == str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


async def test_who_records_all_day_has_each_statement_planned_once(database: str, key_ring: KeyRing) -> None:
    """PostgreSQL would plan a turn's statement anew each time: that takes as long as carrying it out."""
    worker = await Store.connect(database, key_ring, largest=1, plans_once=True)
    try:
        story = await b.opened(worker)
        await worker.record(story.tell(b.told(b.plan_talk())))
        async with worker._connection() as connection:  # plans are told to their own session only
            plans = await connection.fetch("SELECT statement, generic_plans, custom_plans FROM pg_prepared_statements")
    finally:
        await worker.close()
    assert [(2, 0)] == [
        tuple(row)[1:] for row in plans if "AS MATERIALIZED" in row["statement"] and "journaled" in row["statement"]
    ]
