"""What a case answers to a message: the events that follow from it, or a refusal.

``decide`` is a function of its arguments and of nothing else. The rules themselves stand in
:mod:`protocol.rules`, a module for each part of the page.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from protocol import access
from protocol import events as e
from protocol import messages as m
from protocol import vocabulary as v
from protocol.case import Case
from protocol.consequences import follow
from protocol.evolve import evolve
from protocol.messages import SYSTEM, Actor, Message, Told
from protocol.policy import Policy
from protocol.refusals import RefusalCode, Refused
from protocol.rules import consent, escalation, hand_over, meeting, partners, people, report, talks, waiting
from protocol.turn import NO_SOURCE, Source, Turn

Rule = Callable[[Turn, Any], None]
"""A rule for one message; the table pairs each with the model it is written for."""

RULES: dict[type[Message], Rule] = {
    m.AddSignal: people.add_signal,
    m.SetGuardians: people.set_guardians,
    m.ChangeSchool: people.change_school,
    m.RecordPoliceContact: talks.record_police_contact,
    m.PlanPupilTalk: talks.plan_pupil_talk,
    m.RecordPupilTalk: talks.record_pupil_talk,
    m.RecordParentTalk: talks.record_parent_talk,
    m.RequestConsent: consent.request_consent,
    m.AnswerConsent: consent.answer_consent,
    m.AskToTalk: consent.ask_to_talk,
    m.WithdrawConsent: consent.withdraw_consent,
    m.RecordLegalBasis: consent.record_legal_basis,
    m.DecideReport: report.decide_report,
    m.AcceptReport: report.accept_report,
    m.ReturnReport: report.return_report,
    m.ForwardCase: report.forward_case,
    m.AcceptForward: report.accept_forward,
    m.DeclineForward: report.decline_forward,
    m.WithdrawForward: report.withdraw_forward,
    m.SetSeverity: partners.set_severity,
    m.EngagePartners: partners.engage_partners,
    m.AnswerPartnerRequest: partners.answer_partner_request,
    m.FinishPartner: partners.finish_partner,
    m.DecideNetworkMeeting: meeting.decide_network_meeting,
    m.PlanNetworkMeeting: meeting.plan_network_meeting,
    m.CancelNetworkMeeting: meeting.cancel_network_meeting,
    m.RecordNetworkMeeting: meeting.record_network_meeting,
    m.CompleteAction: meeting.complete_action,
    m.RecordEvaluation: meeting.record_evaluation,
    m.Escalate: escalation.escalate,
    m.ReportNonCooperation: escalation.report_non_cooperation,
    m.WithdrawEscalation: escalation.withdraw_escalation,
    m.AcceptEscalation: escalation.accept_escalation,
    m.DeclineEscalation: escalation.decline_escalation,
    m.DeEscalate: hand_over.de_escalate,
    m.ConfirmHandOver: hand_over.confirm_hand_over,
    m.ReturnHandOver: hand_over.return_hand_over,
    m.ResumeCoordination: hand_over.resume_coordination,
    m.CloseUnconfirmed: hand_over.close_unconfirmed,
    m.EndCase: hand_over.end_case,
    m.CancelCase: hand_over.cancel_case,
    m.ExtendDeadline: waiting.extend_deadline,
    m.DeclareAcute: waiting.declare_acute,
    m.ClearAcute: waiting.clear_acute,
    m.DeadlinePassed: waiting.deadline_passed,
    m.AgeReached: people.age_reached,
    m.DeliveryFailed: waiting.delivery_failed,
}

_ON_EVIDENCE = (v.Channel.PAPER, v.Channel.ORAL)


class Taken(NamedTuple):
    """What a message led to."""

    case: Case
    """The state after it."""
    recorded: tuple[e.Recorded, ...]
    """The events in their places."""


class Telling(NamedTuple):
    """Who tells a message, when, under which settings, and whether a note comes with it."""

    actor: Actor
    now: datetime
    policy: Policy
    note: bool
    source: Source = NO_SOURCE


def decide(  # noqa: PLR0913  # a pure function of everything it depends on
    case: Case | None, message: Message, actor: Actor, now: datetime, policy: Policy, *, note: bool
) -> tuple[e.Event, ...]:
    """The events that a message leads to.

    Args:
        case: The state; None for ``open_case`` only.
        message: What is told.
        actor: Who tells it.
        now: The case's own clock, aware.
        policy: The region's settings.
        note: Whether a note comes with it.

    Raises:
        Refused: The protocol does not allow it now; nothing of it stays.
    """
    turn = _turn(case, message, Telling(actor, now, policy, note))
    return tuple(recorded.event for recorded in turn.recorded)


def take(case: Case | None, told: Told, now: datetime, policy: Policy) -> Taken:
    """What a message that somebody told leads to: ``decide``, with each event in its place.

    Raises:
        Refused: As :func:`decide`.
    """
    source = Source(told.id, told.digest, told.note_id)
    telling = Telling(told.actor, now, policy, told.note_id is not None, source)
    turn = _turn(case, told.message, telling)
    return Taken(turn.case, tuple(turn.recorded))


def check(case: Case, told: Told, now: datetime, policy: Policy) -> Taken:
    """What :func:`take` answers, asked before the message is let in: it has to say something new, too.

    The case itself does not ask that: in its past the same severity may have been set twice.

    Raises:
        Refused: As :func:`decide`, and ``nothing_new``.
    """
    taken = take(case, told, now, policy)
    if isinstance(told.message, m.SetSeverity) and told.message.severity is case.severity:
        raise Refused(RefusalCode.NOTHING_NEW, case.step)
    return taken


def take_from_system(case: Case, message: Message, now: datetime, policy: Policy) -> Taken:
    """What the system's own message leads to: a deadline, a birthday, a notice that failed.

    Raises:
        Refused: It has no meaning any more (the deadline stopped, the case closed).
    """
    turn = _turn(case, message, Telling(SYSTEM, now, policy, note=False))
    return Taken(turn.case, tuple(turn.recorded))


def refuse_later(case: Case, told: Told, code: RefusalCode, now: datetime, policy: Policy) -> Taken:
    """Journal that a message which was taken without an answer turned out to be refused.

    Its note is dropped; its sender is told why by a notice.
    """
    turn = Turn(case, told.actor, now, policy, Source(told.id, told.digest))
    sender = told.actor.organisation or told.actor.person
    turn.emit(e.MessageRefused(message=m.name_of(told.message), code=code, sender=sender))
    return Taken(turn.case, tuple(turn.recorded))


def needs_note(message: Message) -> bool:
    """Whether the message needs a note: marked in the table, or an answer on paper or by mouth."""
    if isinstance(message, m.AnswerConsent):
        return message.channel in _ON_EVIDENCE
    return message.NOTE


def asks_why(message: Message) -> bool:
    """Whether who tells this is asked for a reason at the door: a partner that declines (step 5).

    The case itself does not ask it: in its past a partner may have declined without one.
    """
    return isinstance(message, m.AnswerPartnerRequest) and message.answer is v.PartnerAnswer.DECLINE


def _turn(case: Case | None, message: Message, telling: Telling) -> Turn:
    if isinstance(message, m.OpenCase):
        return _open(case, message, telling)
    if case is None:
        raise Refused(RefusalCode.UNKNOWN_CASE)
    actor, now, policy, note, source = telling
    access.check(case, type(message), actor, now, policy)
    turn = Turn(case, actor, now, policy, source)
    RULES[type(message)](turn, message)
    if needs_note(message) and not note:
        turn.refuse(RefusalCode.NOTE_MISSING)
    follow(turn, case)
    return turn


def _open(case: Case | None, message: m.OpenCase, telling: Telling) -> Turn:
    """A school opens a case, once."""
    actor, now, policy, _, source = telling
    if case is not None or actor.role is not v.Role.SCHOOL or actor.organisation is None:
        raise Refused(RefusalCode.NOT_ALLOWED)
    people.check_opening(message)
    opened = e.Recorded(
        number=1,
        at=now,
        actor=actor,
        message_id=source.message_id,
        digest=source.digest,
        note_id=source.note_id,
        event=_opened(message, actor.organisation, policy),
    )
    turn = Turn(evolve(None, opened), actor, now, policy, source)
    turn.recorded.append(opened)
    follow(turn, turn.case)
    return turn


def _opened(message: m.OpenCase, school: str, policy: Policy) -> e.CaseOpened:
    return e.CaseOpened(
        case=message.case,
        region=policy.region,
        school=school,
        cjg=policy.cjg,
        zvh=policy.zvh,
        signals=tuple(dict.fromkeys(message.signals)),
        age=message.age,
        guardians=message.guardians,
        incident=message.incident,
    )
