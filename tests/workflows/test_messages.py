"""How a case hears: once, whichever way and however often it is told; and nothing throws it off its feet."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowUpdateFailedError

from protocol import messages as m
from protocol import vocabulary as v
from protocol.notices import NoticeKind as Kind
from protocol.refusals import RefusalCode
from tests.workflows import stories
from tests.workflows.case import ToldCase, told
from tests.workflows.log_watch import LogWatch
from tests.workflows.names import CJG, MOTHER, SCHOOL
from tests.workflows.town import Town

PUPIL_TALK = m.RecordPupilTalk(held_by=(v.Talker.MENTOR,))
AT_ONCE = 2


async def test_the_same_message_twice_changes_nothing(town: Town) -> None:
    """The same id with the same content: the same answer, one turn in the journal."""
    case = await town.open()
    once = await case.told(SCHOOL, "record_pupil_talk", held_by=["mentor"], id="talk-1")
    journal = await case.journal()
    assert once == await case.told(SCHOOL, "record_pupil_talk", held_by=["mentor"], id="talk-1")
    assert journal == await case.journal()


async def test_the_same_id_with_other_content_is_refused(town: Town) -> None:
    """An id that was used cannot bring something else; neither can it with another note."""
    case = await town.open()
    await case.told(SCHOOL, "declare_acute", note="Zij is niet thuis.", id="once")
    journal = await case.journal()
    reused = RefusalCode.MESSAGE_ID_REUSED
    assert await case.refused(SCHOOL, "declare_acute", note="Toch wel.", id="once") is reused
    assert await case.refused(SCHOOL, "record_pupil_talk", held_by=["mentor"], id="once") is reused
    assert journal == await case.journal()


async def test_the_workflow_itself_knows_a_message_again(town: Town) -> None:
    """Without the door too: the same update id answers the same, and a copy by signal changes nothing."""
    case = await town.open()
    talk = told(PUPIL_TALK, SCHOOL)
    once = await case.update(talk)
    assert once == await case.update(talk)
    await case.signal(talk)
    other = told(m.DeclareAcute(), SCHOOL)
    await case.signal(other)
    await case.recorded(other)
    assert (await case.happened()).count("pupil_talk_recorded") == 1


async def test_an_update_and_a_signal_of_one_id_count_once(town: Town) -> None:
    """Whichever comes first counts, the other answers the same."""
    case = await town.open()
    acute = told(m.DeclareAcute(), SCHOOL)
    await case.signal(acute)
    answer = await case.update(acute)
    turn = await case.recorded(acute)
    assert turn[-1].number == answer.number
    assert (await case.happened()).count("acute_declared") == 1


async def test_a_burst_of_one_message_counts_once(town: Town) -> None:
    """Ten people press the same button of the same page at the same time."""
    case = await town.open()
    answers = await asyncio.gather(*(case.told(SCHOOL, "declare_acute", id="burst") for _ in range(10)))
    assert len({answer.number for answer in answers}) == 1
    assert (await case.happened()).count("acute_declared") == 1


async def test_a_message_by_signal_is_decided_and_a_refusal_is_told(town: Town) -> None:
    """A refusal that nobody waits for is journaled, and its sender gets a notice with the code."""
    case = await town.open()
    refused = told(m.AcceptReport(), CJG)
    early = told(m.ConfirmHandOver(), SCHOOL)
    await case.signal(early)
    await case.signal(refused)
    (row,) = await case.recorded(early)
    assert row.event.model_dump()["code"] == RefusalCode.WRONG_STEP
    assert (Kind.MESSAGE_REFUSED, None, None) in await case.told_to(SCHOOL)


async def test_an_update_of_another_name_is_refused(town: Town) -> None:
    """A message cannot travel under another one's name."""
    case = await town.open()
    code = await case.rejected(told(PUPIL_TALK, SCHOOL), "accept_report")
    assert code == RefusalCode.NOT_ALLOWED
    await _answers_at_once(case)


@pytest.mark.parametrize(
    "hostile",
    [
        {},
        {"kind": "record_pupil_talk"},
        {"id": "x", "digest": "d", "actor": {"role": "school"}, "message": {"kind": "no_such_message"}},
        "text",
        None,
        ["a", 1],
        {"id": "x", "digest": "d", "actor": {"role": "school"}, "message": {"kind": "escalate", "reason": "x" * 2**20}},
    ],
    ids=["empty", "partial", "unknown", "text", "null", "list", "one-megabyte"],
)
async def test_hostile_arguments_leave_the_case_answering(town: Town, logs: LogWatch, hostile: object) -> None:
    """What is no message fails its own update or signal and nothing else: the case answers at once afterwards."""
    logs.expect("Failed deserializing signal input for tell", "Update failed", "TMPRL1103")
    case = await town.open()
    with pytest.raises(WorkflowUpdateFailedError):
        await case.handle.execute_update("record_pupil_talk", hostile, rpc_timeout=timedelta(seconds=20))
    await _answers_at_once(case)
    await case.handle.signal("tell", hostile)
    await _answers_at_once(case)


async def test_an_unknown_update_leaves_the_case_answering(town: Town) -> None:
    """An update that no message of the protocol is named for is refused."""
    case = await town.open()
    with pytest.raises(WorkflowUpdateFailedError):
        await case.handle.execute_update("drop_tables", "now", rpc_timeout=timedelta(seconds=20))
    await _answers_at_once(case)


async def test_a_refused_update_reaches_no_history(town: Town) -> None:
    """A validator's refusal leaves nothing behind: not in Temporal, not in the journal, no note."""
    case = await town.open()
    before = await case.quiet()
    assert await case.refused(CJG, "accept_report") is RefusalCode.UNKNOWN_CASE
    code = await case.rejected(told(m.AcceptReport(), CJG))
    assert code == RefusalCode.UNKNOWN_CASE
    assert before == await case.quiet()


async def test_a_message_costs_one_local_and_one_regular_activity(town: Town) -> None:
    """However much follows from it: one recording, and one round of sending when there is something to send."""
    case = await stories.talked(await town.open())
    before = await case.quiet()
    await case.told(SCHOOL, "request_consent", persons=["pupil", MOTHER], parties=[CJG])
    await case.quiet()
    new = [event.event_type for event in (await case.history())[before:]]
    assert new.count(EventType.EVENT_TYPE_MARKER_RECORDED) == 1
    assert new.count(EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED) == 1


async def test_a_silent_message_costs_no_regular_activity(town: Town) -> None:
    """Where nobody is to be told anything, nothing is sent."""
    case = await stories.coordinated(await town.open())
    before = await case.quiet()
    await case.told(CJG, "set_severity", severity="high")
    await case.quiet()
    new = [event.event_type for event in (await case.history())[before:]]
    assert new.count(EventType.EVENT_TYPE_MARKER_RECORDED) == 1
    assert new.count(EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED) == 0


async def test_the_same_severity_again_is_no_news(town: Town) -> None:
    """Told anew, as after going back in a browser; repeated under its id it is answered as before."""
    case = await stories.coordinated(await town.open())
    once = await case.told(CJG, "set_severity", severity="high", id="weighed")
    journal = await case.journal()
    assert await case.refused(CJG, "set_severity", severity="high") is RefusalCode.NOTHING_NEW
    assert once == await case.told(CJG, "set_severity", severity="high", id="weighed")
    assert journal == await case.journal()


async def test_a_closed_case_answers_what_it_answered(town: Town) -> None:
    """When the workflow is over a repeat is answered from the file, and anything new is refused."""
    case = await stories.handed_back(await town.open())
    once = await case.told(SCHOOL, "confirm_hand_over", id="last")
    await case.ended()
    assert once == await case.told(SCHOOL, "confirm_hand_over", id="last")
    assert await case.refused(SCHOOL, "declare_acute") is RefusalCode.CASE_CLOSED


async def _answers_at_once(case: ToldCase) -> None:
    async with asyncio.timeout(AT_ONCE):
        assert await case.rejected(told(m.ClearAcute(), SCHOOL)) == RefusalCode.NOT_ACUTE
