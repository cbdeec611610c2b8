"""Deadlines that pass, extensions, acute danger, and notices that do not arrive (part 2.5)."""

from __future__ import annotations

from protocol import deadlines
from protocol import events as e
from protocol import messages as m
from protocol import vocabulary as v
from protocol.calendar import end_of, last_day
from protocol.case import Deadline
from protocol.notices import NoticeKind
from protocol.refusals import RefusalCode
from protocol.rules.dates import require_day
from protocol.rules.escalation import ask_the_zvh
from protocol.turn import Turn


def deadline_passed(turn: Turn, message: m.DeadlinePassed) -> None:
    """The next rung of the ladder; at the deadline itself three tasks have a consequence."""
    key = (message.task, message.subject, message.since)
    deadline = next((d for d in turn.case.deadlines if d.key == key), None)
    if deadline is None:
        turn.refuse(RefusalCode.NO_SUCH_DEADLINE)
    turn.require(deadlines.rung_at(deadline, turn.policy) <= turn.now, RefusalCode.DEADLINE_NOT_PASSED)
    rung = deadlines.waits_for(deadline)
    turn.emit(e.RungReached(task=deadline.task, subject=deadline.subject, since=deadline.since, rung=rung))
    if rung == deadlines.DEADLINE:
        _consequence(turn, deadline)


def _consequence(turn: Turn, deadline: Deadline) -> None:
    match deadline.task:
        case v.Task.CONSENT_ANSWER:
            person = deadline.subject or ""
            turn.emit(e.ConsentNotAnswered(person=person, parties=_unanswered(turn, person, deadline.since)))
        case v.Task.SCHOOL_DECIDES:
            ask_the_zvh(turn, v.EscalationReason.NO_CONSENT, by_itself=True)
        case v.Task.ESCALATION_ANSWER:
            turn.emit(e.EscalationDeclined(end=v.EscalationEnd.NOT_ANSWERED))


def _unanswered(turn: Turn, person: str, request: int) -> tuple[str, ...]:
    return tuple(
        c.party
        for c in turn.case.consents
        if c.person == person and c.request == request and c.status is v.ConsentStatus.REQUESTED
    )


def extend_deadline(turn: Turn, message: m.ExtendDeadline) -> None:
    """More time, as often as the region allows for one deadline."""
    mine = [d for d in turn.case.deadlines if d.task is message.task and _may_extend(turn, d)]
    named = [d for d in mine if message.subject in (None, d.subject)]
    turn.require(bool(named), RefusalCode.NO_SUCH_DEADLINE)
    first = min(named, key=lambda deadline: deadline.due_at)
    turn.require(first.extensions < turn.policy.extensions, RefusalCode.EXTENDED_ALREADY)
    require_day(turn, message.until)
    calendar = turn.policy.calendar
    turn.require(message.until > last_day(calendar, first.due_at), RefusalCode.DEADLINE_NOT_LATER)
    turn.emit(
        e.DeadlineExtended(
            task=first.task, subject=first.subject, since=first.since, due_at=end_of(calendar, message.until)
        )
    )


def _may_extend(turn: Turn, deadline: Deadline) -> bool:
    case = turn.case
    owners = [deadlines.owner(case, deadline), case.process_director]
    if deadline.task is v.Task.CONSENT_ANSWER:
        owners.append(deadlines.asked_by(case, deadline))
    return turn.organisation in owners


def declare_acute(turn: Turn, message: m.DeclareAcute) -> None:
    """Every organisation in the case is warned at once; nothing is blocked."""
    turn.emit(e.AcuteDeclared())


def clear_acute(turn: Turn, message: m.ClearAcute) -> None:
    """The acute danger is over."""
    turn.emit(e.AcuteCleared())


def delivery_failed(turn: Turn, message: m.DeliveryFailed) -> None:
    """A consent or partner link that did not arrive starts no clock; its sender is told."""
    number = _number_of(message.notice)
    turn.emit(
        e.DeliveryFailed(
            notice=message.notice,
            party=message.party,
            about=message.about,
            number=number if message.about in _LINKS_WITH_A_CLOCK else 0,
            tell=_to_tell(turn, message, number),
        )
    )


_LINKS_WITH_A_CLOCK = (NoticeKind.CONSENT_REQUEST, NoticeKind.PARTNER_REQUEST)


def _number_of(notice: str) -> int:
    """The event that a notice is about: its id is ``<case>.<event>.<place>``."""
    part = notice.split(".")[1:2]
    return int(part[0]) if part and part[0].isdigit() else 0


def _to_tell(turn: Turn, message: m.DeliveryFailed, number: int) -> tuple[str, ...]:
    if message.about == NoticeKind.DELIVERY_FAILED:
        return ()  # or two unreachable organisations would tell each other for ever
    case = turn.case
    senders = [c.asked_by for c in case.consents if c.request == number]
    senders += [p.engaged_by for p in case.partners if p.since == number]
    others = senders or [case.coordinator, case.school]
    return tuple(dict.fromkeys(party for party in others if party != message.party))[:1]
