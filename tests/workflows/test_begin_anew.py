"""Continue-as-new in the middle of everything: nothing is lost, nothing comes twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from protocol import messages as m
from protocol import vocabulary as v
from protocol.case import Outcome
from protocol.notices import NoticeKind as Kind
from store import KeyRing
from tests.activities.post_office import PostOffice
from tests.protocol.days import dutch_day, end_of, morning_of, working_day
from tests.workflows import stories
from tests.workflows.case import ToldCase, skipped_as_asked, told
from tests.workflows.conftest import healthy
from tests.workflows.log_watch import LogWatch
from tests.workflows.names import CJG, SCHOOL
from tests.workflows.patience import eventually
from tests.workflows.server import TemporalServer, running
from tests.workflows.town import Manner, Town, town_on

T = v.Task
_SOON = "limit.historyCount.suggestContinueAsNew=24"
"""After every two or three messages."""
_IN_FLIGHT = 8
"""Temporal takes ten updates of a workflow at a time."""


@pytest.fixture(scope="session")
async def restless(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TemporalServer]:
    """A Temporal that suggests to begin anew all the time."""
    async with running(TemporalServer(tmp_path_factory.mktemp("restless"), (_SOON,), namespaces=12)) as server:
        yield server


@pytest.fixture(autouse=True)
def ordinary(logs: LogWatch) -> None:
    """What a run leaves behind when it makes place for the next.

    News that comes at that very moment makes Temporal ask again, and the turn that was written meanwhile is adopted.
    """
    logs.expect("Activity not found on completion", "Task not found when completing")
    logs.expect("recording_mismatch", "caught up with the journal")


@pytest.fixture
async def town(
    restless: TemporalServer, database: str, key_ring: KeyRing, office: PostOffice, manner: Manner
) -> AsyncIterator[Town]:
    """A town on it."""
    async with town_on(restless, database, key_ring, office, manner) as settled:
        yield settled
        await healthy(settled)


async def test_a_whole_case_over_many_runs(town: Town) -> None:
    """From signal to returned file: every message counts once, every clock rings on its day, every notice goes out once."""
    case = await skipped_as_asked(lambda: _escalated_by_itself(town))
    await case.told(CJG, "accept_report")
    await case.told(CJG, "set_severity", severity="low")
    await case.told(CJG, "withdraw_escalation")
    await case.told(CJG, "decide_network_meeting", needed=False)
    await case.told(CJG, "de_escalate", reason="goal_reached")
    await case.told(SCHOOL, "confirm_hand_over")
    assert await case.ended() == Outcome(kind=v.OutcomeKind.RETURNED, reason="goal_reached")
    notices = await case.notices()
    mails = [str(mail["Message-ID"]) for mail in town.office.mails]
    assert sum(case.id in mail for mail in mails) == len({n.notice_id for n in notices}) == len(notices)
    runs = await eventually(lambda: case.runs_at_least(4), "four runs are listed")
    print(f"\nruns of one case: {len(runs)}")  # noqa: T201  # a figure that is to be seen


async def _escalated_by_itself(town: Town) -> ToldCase:
    """A case that nobody answered."""
    case = await town.open()
    await stories.asked(case)
    asked_on = dutch_day((await case.state()).at)
    assert await case.silence(T.CONSENT_ANSWER, exactly=True) == morning_of(working_day(asked_on, 3))
    assert await case.silence(T.CONSENT_ANSWER, exactly=True) == end_of(working_day(asked_on, 5))
    await case.silence(T.SCHOOL_DECIDES, exactly=True)
    return case


async def test_a_repeat_after_a_new_run_counts_once(town: Town) -> None:
    """Temporal has forgotten the update's id; the case has not."""
    case = await town.open()
    acute = told(m.DeclareAcute(), SCHOOL)
    once = await case.update(acute)
    first = (await case.handle.describe()).run_id
    await stories.talked(case)
    await stories.asked_only(case)
    await case.began_anew_since(first)
    assert await case.rejected(acute.model_copy(update={"digest": "other"})) == "message_id_reused"
    assert (await case.update(acute)).number == once.number
    await case.signal(acute)
    assert (await case.happened()).count("acute_declared") == 1


async def test_with_a_delivery_under_way(town: Town, logs: LogWatch) -> None:
    """Mail is away and the last thing told ends a run: when it is back, the next run tells everybody everything once."""
    logs.expect("mail_unavailable")
    town.office.to_recipient = lambda _: "451 later"
    case = await town.open()
    first = (await case.handle.describe()).run_id
    await stories.asked(case)
    while (await case.handle.describe()).run_id == first:
        acute = (await case.state()).safety is v.Safety.ACUTE
        await case.told(SCHOOL, "clear_acute" if acute else "declare_acute")
    assert town.office.taken == []
    town.office.to_recipient = lambda _: "250 OK"
    await case.passes_quickly()
    notices = await case.notices()
    assert all(notice.sent_at for notice in notices)
    ids = [str(mail["Message-ID"]) for mail in town.office.mails]
    assert len(ids) == len(set(ids)) == len(notices)


async def test_with_messages_coming_in_all_the_time(town: Town, logs: LogWatch) -> None:
    """Forty messages at once, by update and by signal, over several runs: each counts once."""
    logs.expect("update_workflow_execution retried")
    case = await stories.coordinated(await town.open())
    signalled = [told(m.SetSeverity(severity=v.Severity.HIGH), CJG, f"s-{number}") for number in range(20)]
    again = told(m.RecordPoliceContact(contact=v.PoliceContact.REPORT), CJG)  # may be told as often as one likes
    at_a_time = asyncio.Semaphore(_IN_FLIGHT)

    async def tell(number: int) -> None:
        async with at_a_time:
            await case.settled_update(again.model_copy(update={"id": f"u-{number}"}))

    async with asyncio.TaskGroup() as tellers:
        for number in range(20):
            tellers.create_task(tell(number))
            tellers.create_task(case.signal(signalled[number]))
    for one in signalled:
        assert len(await case.recorded(one)) <= 1
    journal = [row.message_id for row in await case.journal()]
    assert {f"u-{number}" for number in range(20)} <= set(journal)
    assert len(await case.runs()) > 1


async def test_closing_drains(town: Town) -> None:
    """Who closes a case is answered before its workflow ends; whoever comes at the same time gets an answer too."""
    case = await stories.handed_back(await town.open())
    confirm = told(m.ConfirmHandOver(), SCHOOL)
    both = await asyncio.gather(case.update(confirm), case.update(confirm))
    assert both[0].number == both[1].number
    assert (await case.ended()) is not None
    assert (Kind.CASE_CHANGED, None, None) in await case.told_to(SCHOOL)
