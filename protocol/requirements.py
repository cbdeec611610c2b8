"""What must be so before a message can be told: named conditions of the table in ``access``.

Each returns None when it holds, or the code that says what is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from protocol import vocabulary as v
from protocol.case import Case
from protocol.deadlines import owner, silent
from protocol.messages import Actor
from protocol.policy import Policy
from protocol.refusals import RefusalCode
from protocol.turn import lacks_police_contact

_C = v.ConsentStatus
_NEGATIVE = (_C.REFUSED, _C.NO_ANSWER, _C.WITHDRAWN)


class Asked(NamedTuple):
    """Who asks, of which case, when."""

    case: Case
    actor: Actor
    now: datetime
    policy: Policy


Requirement = Callable[[Asked], RefusalCode | None]


def _unless(holds: bool, code: RefusalCode) -> RefusalCode | None:
    return None if holds else code


def _some_consent(asked: Asked, statuses: tuple[v.ConsentStatus, ...]) -> bool:
    """Of the person who asks, or of anybody when an organisation asks for them."""
    return any(
        consent.status in statuses and asked.actor.person in (None, consent.person) for consent in asked.case.consents
    )


def consent_requested(asked: Asked) -> RefusalCode | None:
    """A question is waiting for an answer."""
    return _unless(_some_consent(asked, (_C.REQUESTED,)), RefusalCode.NOTHING_ASKED)


def consent_asked(asked: Asked) -> RefusalCode | None:
    """A question is waiting, or was not answered in time: a late yes counts."""
    return _unless(_some_consent(asked, (_C.REQUESTED, _C.NO_ANSWER)), RefusalCode.NOTHING_ASKED)


def consent_granted(asked: Asked) -> RefusalCode | None:
    """There is a consent that can be withdrawn."""
    return _unless(_some_consent(asked, (_C.GRANTED,)), RefusalCode.NOTHING_GRANTED)


def parent_talk_recorded(asked: Asked) -> RefusalCode | None:
    """The talk with the parents was held, or postponed for safety."""
    recorded = asked.case.talks.parents is not v.TalkStatus.NONE
    return _unless(recorded, RefusalCode.PARENT_TALK_MISSING)


def parent_talk_not_held(asked: Asked) -> RefusalCode | None:
    """Only a talk that was postponed can be recorded again."""
    return _unless(asked.case.talks.parents is not v.TalkStatus.HELD, RefusalCode.TALK_ALREADY_HELD)


def not_forwarded(asked: Asked) -> RefusalCode | None:
    """No agency is asked to take the coordination."""
    return _unless(asked.case.forward.status is v.ForwardStatus.NONE, RefusalCode.FORWARD_OPEN)


def forwarded(asked: Asked) -> RefusalCode | None:
    """An agency is asked to take the coordination."""
    return _unless(asked.case.forward.status is v.ForwardStatus.REQUESTED, RefusalCode.NO_FORWARD)


def severity_set(asked: Asked) -> RefusalCode | None:
    """What is engaged depends on the severity of the case (step 5)."""
    return _unless(asked.case.severity is not None, RefusalCode.SEVERITY_MISSING)


def partner_requested(asked: Asked) -> RefusalCode | None:
    """The partner has not answered yet."""
    partner = asked.case.partner(asked.actor.organisation or "")
    waiting = partner is not None and partner.status is v.PartnerStatus.REQUESTED
    return _unless(waiting, RefusalCode.PARTNER_NOT_REQUESTED)


def some_partner(asked: Asked) -> RefusalCode | None:
    """A partner takes part whose work this organisation may end: its own, or any when it coordinates."""
    case, mine = asked.case, asked.actor.organisation
    taking_part = [p.organisation for p in case.partners if p.status is v.PartnerStatus.ACCEPTED]
    ends = bool(taking_part) if mine == case.coordinator else mine in taking_part
    return _unless(ends, RefusalCode.PARTNER_NOT_ACCEPTED)


def meeting_planned(asked: Asked) -> RefusalCode | None:
    """A network meeting is planned."""
    planned = asked.case.meeting.status is v.MeetingStatus.PLANNED
    return _unless(planned, RefusalCode.MEETING_NOT_PLANNED)


def some_open_action(asked: Asked) -> RefusalCode | None:
    """Some agreement is not carried out yet."""
    return _unless(any(not a.done for a in asked.case.actions), RefusalCode.NO_OPEN_ACTION)


def no_open_actions(asked: Asked) -> RefusalCode | None:
    """Every agreement is carried out."""
    return _unless(all(a.done for a in asked.case.actions), RefusalCode.OPEN_ACTIONS)


def escalated(asked: Asked) -> RefusalCode | None:
    """The ZVH is asked, or directs."""
    return _unless(asked.case.escalation.open, RefusalCode.NO_ESCALATION)


def not_escalated(asked: Asked) -> RefusalCode | None:
    """The ZVH is not asked and does not direct."""
    return _unless(not asked.case.escalation.open, RefusalCode.ESCALATION_OPEN)


def escalation_requested(asked: Asked) -> RefusalCode | None:
    """The ZVH has not answered yet."""
    waiting = asked.case.escalation.status is v.EscalationStatus.REQUESTED
    return _unless(waiting, RefusalCode.NO_ESCALATION)


def zvh_silent_if_active(asked: Asked) -> RefusalCode | None:
    """A directing ZVH was silent for so long that the coordinator need not wait any longer."""
    escalation = asked.case.escalation
    if escalation.status is not v.EscalationStatus.ACTIVE or escalation.heard_at is None:
        return None
    return _unless(silent(escalation.heard_at, asked.now, asked.policy), RefusalCode.ZVH_NOT_SILENT)


def consent_lacks(asked: Asked) -> RefusalCode | None:
    """Somebody who must consent did not, and nothing else covers who is to coordinate."""
    case, party = asked.case, asked.case.coordinator_to_be
    answers = [case.consent(person, party) for person in case.who_must_consent]
    negative = any(answer is not None and answer.status in _NEGATIVE for answer in answers)
    return _unless(negative and not case.covered(party), RefusalCode.CONSENT_NOT_LACKING)


def coordinator_silent(asked: Asked) -> RefusalCode | None:
    """A deadline of the coordinator (in report: of the CJG) passed ten working days ago."""
    case = asked.case
    party = case.cjg if case.step is v.Step.REPORT else case.coordinator
    late = party != case.school and any(
        owner(case, d) == party and silent(d.due_at, asked.now, asked.policy) for d in case.deadlines
    )
    return _unless(late, RefusalCode.COORDINATOR_NOT_SILENT)


def some_reason_to_escalate(asked: Asked) -> RefusalCode | None:
    """The school needs lacking consent or a silent coordinator; the others judge for themselves."""
    if asked.actor.organisation != asked.case.school:
        return None
    return consent_lacks(asked) and coordinator_silent(asked)


def acute(asked: Asked) -> RefusalCode | None:
    """Acute danger was declared."""
    return _unless(asked.case.safety is v.Safety.ACUTE, RefusalCode.NOT_ACUTE)


def not_acute(asked: Asked) -> RefusalCode | None:
    """No acute danger was declared yet."""
    return _unless(asked.case.safety is v.Safety.NORMAL, RefusalCode.ALREADY_ACUTE)


def hand_over_overdue(asked: Asked) -> RefusalCode | None:
    """The school let the hand-over's deadline pass."""
    overdue = any(d.task is v.Task.HAND_OVER and d.due_at <= asked.now for d in asked.case.deadlines)
    return _unless(overdue, RefusalCode.DEADLINE_NOT_PASSED)


def police_contact(asked: Asked) -> RefusalCode | None:
    """The asterisk of the page, where the message can only move the case past it (invariant 3)."""
    return _unless(not lacks_police_contact(asked.case), RefusalCode.POLICE_CONTACT_MISSING)


def police_contact_unless_there(asked: Asked) -> RefusalCode | None:
    """From partners both answers move past the asterisk; from coordination one is no move."""
    return police_contact(asked) if asked.case.step is v.Step.PARTNERS else None


def police_contact_in_report(asked: Asked) -> RefusalCode | None:
    """Ending a case in report closes it; later it goes to hand_over, which is excepted."""
    return police_contact(asked) if asked.case.step is v.Step.REPORT else None


def police_contact_to_de_escalate(asked: Asked) -> RefusalCode | None:
    """The ZVH gives the direction back without a move when the case is in coordination or report."""
    case = asked.case
    stays = case.escalation.status is v.EscalationStatus.ACTIVE and case.step in (
        v.Step.REPORT,
        v.Step.COORDINATION,
    )
    return None if stays else police_contact(asked)
