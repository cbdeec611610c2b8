"""De-escalating one level at a time, and the file going back to school and parents (step 7)."""

from __future__ import annotations

from protocol import events as e
from protocol import messages as m
from protocol import vocabulary as v
from protocol.turn import Turn

_REPORT = v.Step.REPORT


def de_escalate(turn: Turn, message: m.DeEscalate) -> None:
    """A directing ZVH gives the direction back; otherwise the file goes back to school."""
    if message.parents_excluded:
        turn.require_second_reviewer(message.second_reviewer)
    turn.emit(e.CaseDeEscalated(reason=message.reason))
    if turn.case.escalation.status is v.EscalationStatus.ACTIVE:
        _back_to_the_coordinator(turn)
        return
    _begin_hand_over(turn, v.OutcomeKind.RETURNED, message.reason.value, message)


def _back_to_the_coordinator(turn: Turn) -> None:
    turn.end_escalation(v.EscalationEnd.DE_ESCALATED)
    turn.cancel_meeting()
    if turn.case.step is not _REPORT:
        turn.enter(v.Step.COORDINATION)


def _begin_hand_over(turn: Turn, outcome: v.OutcomeKind, reason: str, message: m.DeEscalate | m.EndCase) -> None:
    """The document goes to the school, and to the parents who may have it (invariant 6)."""
    turn.enter(v.Step.HAND_OVER, asterisk=outcome is not v.OutcomeKind.ENDED)
    passed_by = message.parents_excluded or turn.case.parents_need_pupil
    turn.emit(
        e.HandOverBegun(
            outcome=outcome,
            reason=reason,
            parents=() if passed_by else turn.case.parents,
            parents_excluded=message.parents_excluded,
            second_reviewer=message.second_reviewer if message.parents_excluded else None,
        )
    )


def confirm_hand_over(turn: Turn, message: m.ConfirmHandOver) -> None:
    """The school holds the file again; the other parties lose access."""
    turn.emit(e.HandOverConfirmed())
    if turn.case.file_holder != turn.case.school:
        turn.emit(e.FileHolderChanged(old=turn.case.file_holder, new=turn.case.school))
    _close_as_begun(turn)


def close_unconfirmed(turn: Turn, message: m.CloseUnconfirmed) -> None:
    """The school stayed silent: two people close, and the holder of the file does not change."""
    turn.require_second_reviewer(message.second_reviewer)
    turn.emit(e.ClosedUnconfirmed(second_reviewer=message.second_reviewer))
    _close_as_begun(turn)


def _close_as_begun(turn: Turn) -> None:
    begun = turn.case.handing_over
    turn.enter(v.Step.CLOSED)
    if begun is not None:
        turn.emit(e.CaseClosed(outcome=begun.kind, reason=begun.reason))


def return_hand_over(turn: Turn, message: m.ReturnHandOver) -> None:
    """The school does not take the file back yet."""
    turn.emit(e.HandOverReturned())
    turn.enter(v.Step.COORDINATION)


def resume_coordination(turn: Turn, message: m.ResumeCoordination) -> None:
    """The coordinator takes the case up again."""
    turn.emit(e.CoordinationResumed())
    turn.enter(v.Step.COORDINATION)


def end_case(turn: Turn, message: m.EndCase) -> None:
    """Without its goal: in report closed at once, later handed over. A directing ZVH steps back."""
    turn.require_second_reviewer(message.second_reviewer)
    turn.emit(e.CaseEnded(reason=message.reason, second_reviewer=message.second_reviewer))
    if turn.case.step is not _REPORT:
        _begin_hand_over(turn, v.OutcomeKind.ENDED, message.reason.value, message)
        return
    turn.enter(v.Step.CLOSED)
    turn.emit(e.CaseClosed(outcome=v.OutcomeKind.ENDED, reason=message.reason.value))


def cancel_case(turn: Turn, message: m.CancelCase) -> None:
    """The case should not have been opened: the asterisk does not hold it (invariant 3)."""
    turn.emit(e.CaseCancelled(reason=message.reason))
    turn.enter(v.Step.CLOSED, asterisk=False)
    turn.emit(e.CaseClosed(outcome=v.OutcomeKind.CANCELLED, reason=message.reason.value))
