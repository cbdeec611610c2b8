"""Parts go away and come back: what was told is not lost, and counts once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from protocol import messages as m
from protocol import vocabulary as v
from protocol.notices import NoticeKind as Kind
from protocol.refusals import RefusalCode
from store import KeyRing, MessageState, Store
from tests.activities.post_office import PostOffice
from tests.postgres import Postgres, postgres_server
from tests.workflows import stories
from tests.workflows.case import ToldCase, told
from tests.workflows.conftest import healthy
from tests.workflows.dying_worker import dying_worker
from tests.workflows.log_watch import LogWatch
from tests.workflows.names import CJG, SCHOOL
from tests.workflows.patience import eventually
from tests.workflows.server import TemporalServer, running
from tests.workflows.town import Manner, Town, settle_region, town_on

_AWAY = (
    "store_unavailable",
    "temporal_core",  # complains of each call that the absent server does not answer
    "Network error",
    "asyncpg",
)


async def test_told_while_no_worker_runs(town: Town) -> None:
    """What is told meanwhile is kept by Temporal, is carried out once a worker comes, and counts once."""
    case = await town.open()
    await town.stop_worker()
    await case.left(SCHOOL, "record_pupil_talk", "talk", held_by=["mentor"])
    await case.left(SCHOOL, "record_pupil_talk", "talk", held_by=["mentor"])
    await town.start_worker()
    settled = await case.settled("talk")
    assert settled.state is MessageState.RECORDED
    assert settled.answer
    assert settled.answer.number == (await case.told(SCHOOL, "record_pupil_talk", held_by=["mentor"], id="talk")).number
    assert (await case.happened()).count("pupil_talk_recorded") == 1


async def test_a_refusal_while_no_worker_ran_is_told_later(town: Town) -> None:
    """Nobody waits for the answer: it is journaled, told to its sender by a notice, and given to who repeats it."""
    case = await town.open()
    await town.stop_worker()
    await case.left(SCHOOL, "confirm_hand_over", "too-early")
    await town.start_worker()
    assert (await case.settled("too-early")).refusal == RefusalCode.WRONG_STEP
    assert "message_refused" in await case.happened()
    assert (Kind.MESSAGE_REFUSED, None, None) in await case.told_to(SCHOOL)
    assert await case.refused(SCHOOL, "confirm_hand_over", id="too-early") is RefusalCode.WRONG_STEP


async def test_a_deadline_that_passes_while_no_worker_runs(town: Town) -> None:
    """The first worker that comes finds the rung that passed."""
    case = await town.open()
    due = await case.deadline(v.Task.PUPIL_TALK)
    await town.stop_worker()
    skipping = asyncio.create_task(case.passes(due.due_at - await case.now()))
    await town.start_worker()
    await skipping
    assert (Kind.DEADLINE, v.Task.PUPIL_TALK, "deadline") in await case.told_to(SCHOOL)


async def test_a_worker_is_killed_between_writing_and_answering(
    town: Town, temporal: TemporalServer, logs: LogWatch
) -> None:
    """The turn is in the journal, Temporal never heard of it: the next worker goes on from what is written."""
    logs.expect("recording_mismatch", "caught up with the journal")
    case = await town.open()
    await case.notices()
    await town.stop_worker()
    process = await dying_worker(town.errand(temporal.address, "pupil_talk_recorded"))
    talk = told(m.RecordPupilTalk(held_by=(v.Talker.MENTOR,)), SCHOOL)
    telling = asyncio.create_task(case.update(talk))
    async with asyncio.timeout(30):
        assert await process.wait() == -signal.SIGKILL
    written = await case.turn(talk)
    await town.start_worker()
    answer = await telling
    assert answer.number == written[-1].number
    assert written == await case.turn(talk)
    await case.told(SCHOOL, "declare_acute")


@pytest.fixture
async def own_server(folder: Path) -> AsyncIterator[TemporalServer]:
    """A Temporal of this test alone, which keeps everything in a file."""
    async with running(TemporalServer(folder, kept=True)) as server:
        yield server


@pytest.fixture
async def own_town(
    own_server: TemporalServer, database: str, key_ring: KeyRing, office: PostOffice, manner: Manner
) -> AsyncIterator[Town]:
    """A town on it."""
    async with town_on(own_server, database, key_ring, office, manner) as settled:
        yield settled
        await healthy(settled)


async def test_temporal_is_killed_with_a_message_on_its_way(
    own_town: Town, own_server: TemporalServer, logs: LogWatch
) -> None:
    """Told while no worker ran, then the server dies: after its restart the message is carried out, clocks run on."""
    logs.expect(*_AWAY)
    case = await stories.talked(await own_town.open())
    await case.notices()
    await own_town.stop_worker()
    await case.left(SCHOOL, "declare_acute", "danger")
    await own_server.kill()
    await own_server.start()
    await own_town.start_worker()
    assert (await case.settled("danger")).state is MessageState.RECORDED
    await stories.asked_only(case)
    await case.silence(v.Task.CONSENT_ANSWER)
    assert [kind for kind, _, _ in await case.told_to("pupil")] == [Kind.CONSENT_REQUEST, Kind.REMINDER]
    assert (await case.happened()).count("acute_declared") == 1


async def test_temporal_is_killed_under_a_running_worker(
    own_town: Town, own_server: TemporalServer, logs: LogWatch
) -> None:
    """Who tells something meanwhile hears that it is not reachable; repeated afterwards it counts once."""
    logs.expect(*_AWAY, "recording_mismatch", "caught up with the journal")
    case = await own_town.open()
    await own_server.kill()
    await case.unreachable(SCHOOL, "record_pupil_talk", "talk", held_by=["mentor"])
    await own_server.start()
    answer = await eventually(
        lambda: case.told_or_nothing(SCHOOL, "record_pupil_talk", "talk", held_by=["mentor"]), "it is heard"
    )
    assert "pupil_talk_recorded" in answer.events
    assert (await case.happened()).count("pupil_talk_recorded") == 1


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A PostgreSQL of this test alone."""
    with postgres_server() as server:
        yield server


@pytest.fixture
async def town_on_it(
    temporal: TemporalServer, own_postgres: Postgres, key_ring: KeyRing, office: PostOffice, manner: Manner
) -> AsyncIterator[Town]:
    """A town on it."""
    dsn = own_postgres.dsn(await own_postgres.create())
    store = await Store.connect(dsn, key_ring)
    await settle_region(store)
    await store.close()
    async with town_on(temporal, dsn, key_ring, office, manner) as settled:
        yield settled
        await healthy(settled)


async def test_postgresql_is_away(town_on_it: Town, own_postgres: Postgres, logs: LogWatch) -> None:
    """Recording waits durably, past a worker's end; refusals are answered at once; afterwards all of it catches up."""
    logs.expect(*_AWAY)
    case = await town_on_it.open()
    await case.quiet()
    await asyncio.to_thread(own_postgres._server.stop)
    talk = told(m.RecordPupilTalk(held_by=(v.Talker.MENTOR,)), SCHOOL)
    telling = asyncio.create_task(case.update(talk))
    await eventually(lambda: _waits_durably(case), "the next try is a timer of the case")
    async with asyncio.timeout(2):
        assert await case.rejected(told(m.AcceptReport(), CJG)) == RefusalCode.UNKNOWN_CASE
    assert not telling.done()
    await town_on_it.stop_worker()
    await town_on_it.start_worker()
    await asyncio.to_thread(own_postgres._server.ensure_postgres_running)
    answer = await telling
    assert (await case.turn(talk))[-1].number == answer.number


async def _waits_durably(case: ToldCase) -> bool:
    """Besides the deadline's timer one for the next try runs."""
    pending = {"started": 0, "ended": 0}
    for event in await case.history():
        pending["started"] += event.HasField("timer_started_event_attributes")
        pending["ended"] += event.HasField("timer_canceled_event_attributes")
        pending["ended"] += event.HasField("timer_fired_event_attributes")
    return pending["started"] - pending["ended"] > 1


async def test_a_case_that_is_behind_its_journal_catches_up(town: Town, logs: LogWatch) -> None:
    """Everything was killed right after a turn was written: the case goes on from the journal, nothing is lost."""
    logs.expect("recording_mismatch", "caught up with the journal")
    case = await town.open()
    await case.notices()
    await case.recorded_elsewhere(told(m.DeclareAcute(), SCHOOL))
    await case.signal(told(m.RecordPupilTalk(held_by=(v.Talker.MENTOR,)), SCHOOL))
    await eventually(lambda: case.has_happened("pupil_talk_recorded"), "the signal is decided anew")
    assert (await case.happened()).index("acute_declared") < (await case.happened()).index("pupil_talk_recorded")
    await case.told(SCHOOL, "clear_acute")


async def test_who_has_seen_more_than_the_case_knows_is_not_refused_for_it(town: Town, logs: LogWatch) -> None:
    """The talk is in the journal and the case does not know it: who goes on from there is heard all the same."""
    logs.expect("caught up with the journal")
    case = await town.open()
    await case.notices()
    await case.recorded_elsewhere(told(m.RecordPupilTalk(held_by=(v.Talker.MENTOR,)), SCHOOL))
    answer = await case.told(
        SCHOOL, "record_parent_talk", existing_care=False, postponed_for_safety=False, pupil_present=True
    )
    assert "parent_talk_recorded" in answer.events or answer.number == (await case.state()).number


async def test_an_older_database_stops_recording(town: Town, logs: LogWatch) -> None:
    """Events are missing before the next: recording stops and says so, the case stays open and goes on hearing."""
    logs.expect("recording stopped", "recording_gap")
    case = await town.open()
    await case.told(SCHOOL, "record_police_contact", contact="report")
    await case.notices()
    await town.restore_without_the_last_event(case.id)
    await case.signal(told(m.RecordPupilTalk(held_by=(v.Talker.MENTOR,)), SCHOOL))
    await eventually(lambda: case.details_say("recording_gap"), "the console shows that recording stopped")
    assert await case.rejected(told(m.AcceptReport(), CJG)) == RefusalCode.UNKNOWN_CASE
    description = await case.handle.describe()
    assert description.status is not None
    assert description.status.name == "RUNNING"


async def test_a_turn_that_the_workflow_never_heard_of_is_adopted(town: Town, logs: LogWatch) -> None:
    """The journal is ahead and continues what is known: the case goes on from it, and decides anew what it heard."""
    logs.expect("recording_mismatch", "caught up with the journal")
    case = await town.open()
    await case.quiet()
    elsewhere = told(m.DeclareAcute(), SCHOOL)
    await case.recorded_elsewhere(elsewhere)
    talk = told(m.RecordPupilTalk(held_by=(v.Talker.MENTOR,)), SCHOOL)
    answer = await case.update(talk)
    assert (await case.turn(talk))[-1].number == answer.number
    assert await case.rejected(told(m.DeclareAcute(), SCHOOL)) == RefusalCode.ALREADY_ACUTE
    assert (await case.update(elsewhere)).number < answer.number
    assert (await case.happened()).count("acute_declared") == 1
