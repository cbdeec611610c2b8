"""Reporting to the CJG, and passing a case on to another agency (step 4)."""

from __future__ import annotations

from protocol import events as e
from protocol import messages as m
from protocol import vocabulary as v
from protocol.refusals import RefusalCode
from protocol.turn import Turn


def decide_report(turn: Turn, message: m.DecideReport) -> None:
    """Needed: the CJG gets the report. Not needed: the school handled it."""
    if message.needed:
        turn.require_cover((turn.case.cjg,))
    turn.emit(e.ReportDecided(needed=message.needed))
    if message.needed:
        turn.enter(v.Step.REPORT)
        return
    turn.enter(v.Step.CLOSED)
    turn.emit(e.CaseClosed(outcome=v.OutcomeKind.HANDLED_AT_SCHOOL))


def accept_report(turn: Turn, message: m.AcceptReport) -> None:
    """From this point coordination lies with the CJG."""
    turn.emit(e.ReportAccepted(by=turn.organisation))
    turn.coordinate(turn.organisation)
    turn.enter(v.Step.PARTNERS)


def return_report(turn: Turn, message: m.ReturnReport) -> None:
    """The school goes on; the note says why."""
    turn.emit(e.ReportReturned())
    turn.enter(v.Step.PARENT_TALK)


def forward_case(turn: Turn, message: m.ForwardCase) -> None:
    """Another agency is asked, or the CJG once an agency coordinates. Moves the task, not the file."""
    to = message.to
    allowed = to.kind is v.OrganisationKind.AGENCY or to.id == turn.case.cjg
    turn.require(allowed and to.id not in (turn.case.coordinator, turn.organisation), RefusalCode.FORWARD_IMPOSSIBLE)
    turn.emit(e.CaseForwarded(to=to.id, by=turn.organisation))


def accept_forward(turn: Turn, message: m.AcceptForward) -> None:
    """The agency coordinates; in report this accepts the report."""
    turn.emit(e.ForwardAccepted(by=turn.organisation))
    turn.coordinate(turn.organisation)
    if turn.case.step is v.Step.REPORT:
        turn.enter(v.Step.PARTNERS)


def decline_forward(turn: Turn, message: m.DeclineForward) -> None:
    """Nothing changes."""
    turn.emit(e.ForwardDeclined(by=turn.organisation))


def withdraw_forward(turn: Turn, message: m.WithdrawForward) -> None:
    """Who forwarded takes it back."""
    turn.emit(e.ForwardWithdrawn(to=turn.case.forward.to or ""))
