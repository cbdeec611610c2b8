"""Escalating to the ZVH, and its answer. Moves the direction of the process, not the file."""

from __future__ import annotations

from protocol import events as e
from protocol import messages as m
from protocol import requirements as r
from protocol import vocabulary as v
from protocol.case import STEPS_AT_SCHOOL
from protocol.refusals import RefusalCode
from protocol.turn import Turn

_OF_THE_SCHOOL = {
    v.EscalationReason.NO_CONSENT: r.consent_lacks,
    v.EscalationReason.SILENT_COORDINATOR: r.coordinator_silent,
}


def escalate(turn: Turn, message: m.Escalate) -> None:
    """More partners are needed (CJG), no consent, or a coordinator who stays silent (school)."""
    requirement = _OF_THE_SCHOOL.get(message.reason)
    by_school = turn.organisation == turn.case.school
    turn.require(by_school == (requirement is not None), RefusalCode.REASON_NOT_YOURS)
    if requirement is not None:
        code = requirement(r.Asked(turn.case, turn.actor, turn.now, turn.policy))
        turn.require(code is None, code or RefusalCode.REASON_NOT_YOURS)
    ask_the_zvh(turn, message.reason)


def report_non_cooperation(turn: Turn, message: m.ReportNonCooperation) -> None:
    """Parent or child does not cooperate."""
    ask_the_zvh(turn, v.EscalationReason.NO_COOPERATION, who=message.who)


def ask_the_zvh(turn: Turn, reason: v.EscalationReason, *, who: v.Who | None = None, by_itself: bool = False) -> None:
    """The ZVH is asked, and the CJG brought in: a case of steps 1-3 moves to report."""
    turn.emit(e.EscalationRequested(reason=reason, who=who, by_itself=by_itself))
    if turn.case.step in STEPS_AT_SCHOOL:
        turn.enter(v.Step.REPORT)


def withdraw_escalation(turn: Turn, message: m.WithdrawEscalation) -> None:
    """Direction is with the coordinator again."""
    turn.end_escalation(v.EscalationEnd.WITHDRAWN)


def accept_escalation(turn: Turn, message: m.AcceptEscalation) -> None:
    """On escalation the direction of the process lies with the ZVH."""
    turn.emit(e.EscalationAccepted())
    turn.direct(turn.case.zvh)


def decline_escalation(turn: Turn, message: m.DeclineEscalation) -> None:
    """The direction stays where it is; the note is the ZVH's advice."""
    turn.emit(e.EscalationDeclined(end=v.EscalationEnd.ADVICE))
