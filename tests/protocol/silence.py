"""Whether a case can still be closed when one party says nothing any more (invariant 9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from protocol import messages as m
from protocol import vocabulary as v
from protocol.case import Case
from protocol.deadlines import next_rung
from protocol.decide import decide
from protocol.evolve import evolve
from protocol.refusals import Refused
from tests.protocol.telling import DIRECTORY, POLICY, actor, organisation, recorded

DEEPEST = 9
LONG = timedelta(days=20)
"""More than ten working days after a deadline, whatever days are closed."""
State = tuple[Case, datetime]


def closable(case: Case, now: datetime, silent: str) -> bool:
    """Whether the others can close it, in a few messages and some waiting, whatever the silent one does not do."""
    seen = {signature(case)}
    layer: list[State] = [(case, now)]
    for _ in range(DEEPEST):
        following: list[State] = []
        for state in layer:
            for after in moves(state, silent):
                if not after[0].open:
                    return True
                if signature(after[0]) not in seen:
                    seen.add(signature(after[0]))
                    following.append(after)
        layer = following
    return False


def moves(state: State, silent: str) -> Iterator[State]:
    """What each of the others can tell, and that time passes."""
    case, _ = state
    for who in everybody(case):
        for message in closing(case) if who in DIRECTORY else agreements(case):
            after = told(state, message, actor(who)) if who != silent else None
            if after:
                yield after
    yield passed(state)


def closing(case: Case) -> Iterator[m.Message]:
    """The messages that bring a case nearer to its end."""
    yield m.ConfirmHandOver()
    yield m.CloseUnconfirmed(second_reviewer="bert")
    yield m.EndCase(reason=v.EndReason.STALLED, second_reviewer="bert")
    yield m.RecordPoliceContact(contact=v.PoliceContact.REPORT)
    yield from agreements(case)
    yield m.AcceptReport()
    yield m.WithdrawForward()
    yield m.AcceptForward()
    yield m.AcceptEscalation()
    yield m.WithdrawEscalation()
    yield m.Escalate(reason=v.EscalationReason.SILENT_COORDINATOR)
    yield m.Escalate(reason=v.EscalationReason.MORE_PARTNERS_NEEDED)
    yield m.ForwardCase(to=organisation("veilig-thuis"))


def agreements(case: Case) -> Iterator[m.Message]:
    """The first of what was agreed in a meeting and is still to be done: the order does not matter."""
    yield from [m.CompleteAction(action=action.action) for action in case.actions if not action.done][:1]


def told(state: State, message: m.Message, who: m.Actor) -> State | None:
    """The state after a message, if it is accepted."""
    case, now = state
    try:
        events = decide(case, message, who, now, POLICY, note=True)
    except Refused:
        return None
    for entry in recorded(case, events, who, now):
        case = evolve(case, entry)
    return case, now


def passed(state: State) -> State:
    """Ten working days after every deadline: each rung on the way was walked."""
    case, now = state
    until = max(now, *(deadline.due_at for deadline in case.deadlines if deadline.task not in OF_MANY)) + LONG
    while (rung := next_rung(case, POLICY)) and rung[0] <= until:
        after = told((case, max(now, rung[0])), rung[1], m.SYSTEM)
        assert after, rung
        case, now = after
    return case, until


OF_MANY = (v.Task.ACTION, v.Task.CONSENT_ANSWER, v.Task.PARTNER_ANSWER)
"""Clocks of which there can be many, and that hold nothing up by themselves."""


def signature(case: Case) -> tuple[object, ...]:
    """What matters for the end."""
    return (
        case.step,
        case.coordinator,
        case.process_director,
        case.escalation.status,
        case.forward.to,
        case.police_contact == "none",
        tuple(action.done for action in case.actions),
        tuple(sorted((d.task, d.rungs > 5) for d in case.deadlines if d.task not in OF_MANY)),
        case.escalation.heard_at,
    )


def everybody(case: Case) -> tuple[str, ...]:
    """Every party of the case."""
    return (*case.organisations, *case.persons)
