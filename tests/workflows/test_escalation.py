"""Reporting, forwarding, the asterisk, and the Zorg- en Veiligheidshuis: asked, directing, stepping back."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from pydantic import JsonValue
from temporalio.api.enums.v1 import EventType

from activities.outbox import LINGER
from protocol import vocabulary as v
from protocol.case import Outcome
from protocol.notices import NoticeKind as Kind
from protocol.refusals import RefusalCode
from tests.protocol.days import dutch_day, end_of, morning_of, working_day
from tests.workflows import stories
from tests.workflows.case import ToldCase
from tests.workflows.names import (
    CJG,
    FATHER,
    GGD,
    LOVERBOY,
    MOTHER,
    PUPIL,
    SCHOOL,
    SEXTING,
    VEILIG_THUIS,
    WIJKAGENT,
    ZVH,
)
from tests.workflows.town import Manner, Town

T = v.Task
MOST_EVENTS = 200
_OF_MOVING_ITS_CLOCK = ("WORKFLOW_EXECUTION_OPTIONS_UPDATED", "WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED")
"""What only a test, and the local stack, adds to a history."""


async def test_the_asterisk_of_the_page(town: Town) -> None:
    """With sexting nothing moves to a meeting or coordination without the police; help and clocks go on."""
    case = await stories.coordinated(await town.open((*SEXTING, *LOVERBOY)))
    opened_on = dutch_day((await case.journal())[0].at)
    assert (await case.deadline(T.POLICE_CONTACT)).due_at == end_of(working_day(opened_on, 1))
    for needed in (True, False):
        code = await case.refused(CJG, "decide_network_meeting", needed=needed)
        assert code is RefusalCode.POLICE_CONTACT_MISSING
    await case.told(CJG, "declare_acute")
    await case.told(CJG, "engage_partners", partners=[GGD])
    await case.told(CJG, "record_police_contact", contact="anonymous_consult")
    assert T.POLICE_CONTACT not in await case.tasks()
    await case.told(CJG, "decide_network_meeting", needed=True)
    assert (await case.deadline(T.NETWORK_MEETING)).due_at == end_of(
        working_day(dutch_day((await case.state()).at), 3)
    ), "in acute danger three days"


async def test_forwarding_to_veilig_thuis(town: Town) -> None:
    """The CJG forwards a report: Veilig Thuis is reminded, accepts, coordinates and, covered, holds the file."""
    case = await stories.reported(await town.open())
    await case.told(CJG, "forward_case", to=VEILIG_THUIS)
    assert await case.refused(CJG, "accept_report") is RefusalCode.FORWARD_OPEN
    forwarded_on = dutch_day((await case.state()).at)
    assert await case.silence(T.FORWARD_ANSWER) == morning_of(working_day(forwarded_on, 3))
    await case.told(VEILIG_THUIS, "accept_forward")
    state = await case.state()
    assert (state.step, state.coordinator, state.file_holder) == (v.Step.PARTNERS, VEILIG_THUIS, VEILIG_THUIS)
    assert state.process_director == VEILIG_THUIS
    assert await case.told_to(VEILIG_THUIS) == [
        (Kind.FORWARD_REQUEST, T.FORWARD_ANSWER, None),
        (Kind.REMINDER, T.FORWARD_ANSWER, "reminder"),
    ]
    assert (Kind.ANSWERED, None, None) in await case.told_to(CJG)


async def test_a_declined_forward_changes_nothing(town: Town) -> None:
    """Veilig Thuis does not take it: the CJG still has its report to decide on."""
    case = await stories.reported(await town.open())
    await case.told(CJG, "forward_case", to=VEILIG_THUIS)
    await case.told(VEILIG_THUIS, "decline_forward")
    state = await case.state()
    assert (state.step, state.coordinator, state.forward.status) == (v.Step.REPORT, SCHOOL, v.ForwardStatus.NONE)
    await case.told(CJG, "accept_report")


async def test_the_zvh_declines_with_advice(town: Town) -> None:
    """Declined: the direction stays, the CJG and the school hear it, and it may be asked again."""
    case = await stories.coordinated(await town.open())
    await case.told(CJG, "escalate", reason="more_partners_needed")
    await case.told(ZVH, "decline_escalation", note="Betrek eerst de GGD.")
    state = await case.state()
    assert (state.escalation.status, state.escalation.end) == (v.EscalationStatus.DECLINED, v.EscalationEnd.ADVICE)
    assert state.process_director == CJG
    assert (Kind.ANSWERED, None, None) in await case.told_to(CJG)
    assert (Kind.ANSWERED, None, None) in await case.told_to(SCHOOL)
    await case.told(CJG, "escalate", reason="more_partners_needed")


async def test_the_zvh_does_not_answer(town: Town) -> None:
    """Nobody loses a case by silence: after ten working days the escalation counts as declined."""
    case = await stories.coordinated(await town.open())
    await case.told(CJG, "escalate", reason="more_partners_needed")
    asked_on = dutch_day((await case.state()).at)
    assert await case.silence(T.ESCALATION_ANSWER) == morning_of(working_day(asked_on, 5))
    assert await case.silence(T.ESCALATION_ANSWER) == end_of(working_day(asked_on, 10))
    state = await case.state()
    assert (state.escalation.status, state.escalation.end) == (
        v.EscalationStatus.DECLINED,
        v.EscalationEnd.NOT_ANSWERED,
    )
    assert state.process_director == CJG
    assert await case.refused(ZVH, "accept_escalation") is RefusalCode.UNKNOWN_CASE


async def test_de_escalating_goes_one_level_at_a_time(town: Town) -> None:
    """The ZVH gives the direction back to the CJG; the CJG then gives the file back to school and parents."""
    case = await stories.escalated(await town.open())
    assert (await case.state()).process_director == ZVH
    await case.told(ZVH, "de_escalate", reason="fewer_partners_needed")
    state = await case.state()
    assert (state.step, state.process_director) == (v.Step.COORDINATION, CJG)
    await case.told(CJG, "de_escalate", reason="goal_reached")
    assert (await case.state()).step is v.Step.HAND_OVER
    assert (Kind.HAND_OVER, None, None) in await case.told_to(MOTHER)
    assert (Kind.HAND_OVER, T.HAND_OVER, None) in await case.told_to(SCHOOL)
    await case.told(SCHOOL, "confirm_hand_over")
    outcome = await case.ended()
    assert outcome == Outcome(kind=v.OutcomeKind.RETURNED, reason="goal_reached")
    assert (await case.state()).file_holder == SCHOOL


@pytest.mark.parametrize("manner", [Manner(linger=LINGER)], ids=["lingering"], indirect=True)
async def test_a_whole_escalated_case(town: Town) -> None:
    """From signal, by silence and the ZVH, to the returned file: within the history that one case may cost."""
    case = await town.open()
    await stories.asked(case)
    await _silent_until_the_zvh(case)
    await _directed_by_the_zvh(case)
    await _met(case)
    await case.told(ZVH, "de_escalate", reason="fewer_partners_needed")
    await case.told(CJG, "de_escalate", reason="goal_reached")
    await case.told(SCHOOL, "confirm_hand_over")
    assert await case.ended() == Outcome(kind=v.OutcomeKind.RETURNED, reason="goal_reached")
    events = Counter(EventType.Name(event.event_type)[len("EVENT_TYPE_") :] for event in await case.history())
    own = events.total() - sum(events[skipped] for skipped in _OF_MOVING_ITS_CLOCK)
    print(  # noqa: T201  # a figure that is to be seen
        f"\nhistory events of a whole escalated case: {own}, with its clock moved {events.total()}",
        *events.most_common(),
        sep="\n  ",
    )
    assert own <= MOST_EVENTS
    assert {n.rung for n in await case.notices()} >= {"reminder", "deadline"}


async def _silent_until_the_zvh(case: ToldCase) -> None:
    await stories.answers(case, PUPIL)
    await stories.answers(case, MOTHER)
    for task in (T.CONSENT_ANSWER, T.CONSENT_ANSWER, T.SCHOOL_DECIDES):
        await case.silence(task)
    assert (await case.state()).escalation.status is v.EscalationStatus.REQUESTED


async def _directed_by_the_zvh(case: ToldCase) -> None:
    await case.told(CJG, "accept_report")
    await case.told(ZVH, "accept_escalation")
    await case.told(
        CJG,
        "record_legal_basis",
        basis="conflict_of_duties",
        parties=[CJG, ZVH, GGD, WIJKAGENT],
        second_reviewer="collega",
    )
    await case.told(ZVH, "set_severity", severity="high")
    await case.told(ZVH, "engage_partners", partners=[GGD, WIJKAGENT])
    for partner in (GGD, WIJKAGENT):
        await case.told(partner, "answer_partner_request", answer="accept")


async def _met(case: ToldCase) -> None:
    await case.told(ZVH, "decide_network_meeting", needed=True)
    at = await case.now() + timedelta(days=3)
    invitees = [MOTHER, FATHER, CJG, GGD, WIJKAGENT]
    await case.told(ZVH, "plan_network_meeting", at=at.isoformat(), invitees=list(invitees))
    due = (await case.now() + timedelta(days=8)).date().isoformat()
    actions: list[JsonValue] = [{"owner": GGD, "due": due}]
    await case.told(ZVH, "record_network_meeting", attendees=[MOTHER, CJG, GGD], actions=actions)
    for action in (await case.state()).actions:
        await case.told(action.owner, "complete_action", action=action.action)
