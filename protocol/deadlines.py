"""What is due, when, and by whom (part 2.5).

A clock is never started or stopped by hand. :func:`_wanted` says which clocks run in a given
state; comparing that with the clocks that do run gives what starts and what stops.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from protocol import vocabulary as v
from protocol.calendar import (
    MORNING,
    end_of,
    last_day,
    local_day,
    moment,
    working_day,
    working_days_after,
)
from protocol.case import STEPS_COORDINATED, Action, Case, Deadline
from protocol.events import DeadlinesChanged
from protocol.messages import DeadlinePassed
from protocol.policy import Policy, Term

REMINDER = 0
"""The rung before the deadline."""
DEADLINE = 1
"""The deadline itself; every rung above it is two working days later."""

_SINCE_ANY = 0
"""For a clock that runs as long as its state lasts, whenever it was started."""

_Wanted = tuple[v.Task, str | None, int]


def owner(case: Case, deadline: Deadline) -> str:
    """The party whose turn it is: an organisation's id or a person."""
    others = {
        v.Task.CONSENT_ANSWER: deadline.subject,
        v.Task.PARTNER_ANSWER: deadline.subject,
        v.Task.ACTION: next((a.owner for a in case.actions if a.action == deadline.subject), None),
        v.Task.REPORT_DECISION: case.cjg,
        v.Task.FORWARD_ANSWER: case.forward.to,
        v.Task.ESCALATION_ANSWER: case.zvh,
    }
    of_the_school = case.school if deadline.task in _OF_THE_SCHOOL else None
    return of_the_school or others.get(deadline.task) or case.coordinator


_OF_THE_SCHOOL = (
    v.Task.PUPIL_TALK,
    v.Task.PARENT_TALK,
    v.Task.ASK_OR_DECIDE,
    v.Task.SCHOOL_DECIDES,
    v.Task.HAND_OVER,
)


def asked_by(case: Case, deadline: Deadline) -> str:
    """Who waits for the owner: for a person there is no team lead to turn to."""
    if deadline.task is v.Task.CONSENT_ANSWER:
        return next((c.asked_by for c in case.consents if c.request == deadline.since), case.coordinator)
    return case.coordinator


def changes(after: Case, now: datetime, policy: Policy) -> DeadlinesChanged | None:
    """The clocks that start and stop in the state that was just reached, if any do."""
    wanted = tuple(dict.fromkeys(_wanted(after)))
    kept = {deadline.key for deadline in after.deadlines if _is_wanted(deadline, wanted)}
    stopped = tuple(deadline for deadline in after.deadlines if deadline.key not in kept)
    running = {(task, subject): since for task, subject, since in kept}
    started = tuple(
        _not_later(_start(after, (task, subject, since), now, policy), stopped)
        for task, subject, since in wanted
        if (task, subject, since) not in kept and not (since == _SINCE_ANY and (task, subject) in running)
    )
    if not started and not stopped:
        return None
    return DeadlinesChanged(started=started, stopped=tuple(deadline.key for deadline in stopped))


def _is_wanted(deadline: Deadline, wanted: tuple[_Wanted, ...]) -> bool:
    return deadline.key in wanted or (deadline.task, deadline.subject, _SINCE_ANY) in wanted


def _not_later(new: Deadline, stopped: tuple[Deadline, ...]) -> Deadline:
    """Acute danger shortens the way to a network meeting; it never lengthens it."""
    old = next((d for d in stopped if d.task is new.task is v.Task.NETWORK_MEETING), None)
    if old is None or old.due_at > new.due_at:
        return new
    return old.model_copy(update={"since": new.since})


def _wanted(case: Case) -> Iterator[_Wanted]:
    if case.step is v.Step.HAND_OVER:
        yield v.Task.HAND_OVER, None, case.step_since
    elif case.open:
        yield from _of_the_step(case)
        yield from _of_consent(case)
        yield from _of_others(case)


def _of_the_step(case: Case) -> Iterator[_Wanted]:
    match case.step:
        case v.Step.SIGNAL | v.Step.PUPIL_TALK:
            yield v.Task.PUPIL_TALK, None, _SINCE_ANY
        case v.Step.PARENT_TALK if case.talks.parents is v.TalkStatus.NONE and not case.report_returned:
            yield v.Task.PARENT_TALK, None, case.step_since
        case v.Step.REPORT:
            yield v.Task.REPORT_DECISION, None, case.step_since
        case v.Step.PARTNERS:
            yield v.Task.PARTNERS_DECIDED, None, case.step_since
        case v.Step.NETWORK_MEETING:
            yield v.Task.NETWORK_MEETING, None, max(case.step_since, case.acute_since)
        case v.Step.COORDINATION:
            yield v.Task.EVALUATION, None, max(case.step_since, case.evaluation_since)


def _of_consent(case: Case) -> Iterator[_Wanted]:
    asked = [c for c in case.consents if c.status is v.ConsentStatus.REQUESTED and c.delivered]
    for consent in asked:
        yield v.Task.CONSENT_ANSWER, consent.person, consent.request
    lacks = case.lacking_since > 0 and not case.covered(case.coordinator_to_be)
    if lacks and case.step in (v.Step.REPORT, *STEPS_COORDINATED):
        yield v.Task.COORDINATOR_DECIDES, None, case.lacking_since
    if case.step is not v.Step.PARENT_TALK:
        return
    if lacks:
        yield v.Task.SCHOOL_DECIDES, None, case.lacking_since
    talked = case.talks.parents is not v.TalkStatus.NONE or case.report_returned
    if talked and not asked and not lacks:
        yield v.Task.ASK_OR_DECIDE, None, _SINCE_ANY


def _of_others(case: Case) -> Iterator[_Wanted]:
    if v.Kind.SEXTING in case.kinds and case.police_contact is v.PoliceContact.NONE:
        yield v.Task.POLICE_CONTACT, None, case.sexting_since
    if case.forward.status is v.ForwardStatus.REQUESTED:
        yield v.Task.FORWARD_ANSWER, None, case.forward.since
    if case.escalation.status is v.EscalationStatus.REQUESTED:
        yield v.Task.ESCALATION_ANSWER, None, case.escalation.since
    for partner in case.partners:
        if partner.status is v.PartnerStatus.REQUESTED and partner.delivered:
            yield v.Task.PARTNER_ANSWER, partner.organisation, partner.since
    for action in case.actions:
        if not action.done:
            yield v.Task.ACTION, action.action, _SINCE_ANY


def _start(case: Case, wanted: _Wanted, now: datetime, policy: Policy) -> Deadline:
    task, subject, since = wanted
    since = since or case.number
    if task is v.Task.ACTION:
        action = next(action for action in case.actions if action.action == subject)
        return _start_action(action, since, now, policy)
    term = term_of(case, task, policy)
    return Deadline(
        task=task,
        subject=subject,
        since=since,
        due_at=working_days_after(policy.calendar, now, term.days),
        reminder_at=_reminder(term, now, policy),
    )


def _start_action(action: Action, since: int, now: datetime, policy: Policy) -> Deadline:
    day = working_day(policy.calendar, action.due, -policy.action_reminder)
    reminder = moment(policy.calendar, day, MORNING)
    return Deadline(
        task=v.Task.ACTION,
        subject=action.action,
        since=since,
        due_at=end_of(policy.calendar, action.due),
        reminder_at=reminder if reminder > now else None,
    )


def _reminder(term: Term, now: datetime, policy: Policy) -> datetime | None:
    if term.reminder is None:
        return None
    day = working_day(policy.calendar, local_day(policy.calendar, now), term.reminder)
    return moment(policy.calendar, day, MORNING)


def term_of(case: Case, task: v.Task, policy: Policy) -> Term:
    """The term of a task in this case: of both kinds the shorter."""
    terms = policy.terms[task]
    first = terms.loverboy_first if case.evaluations == 0 else None
    acute = terms.loverboy_acute if case.safety is v.Safety.ACUTE else None
    by_kind = {v.Kind.SEXTING: terms.sexting, v.Kind.LOVERBOY: acute or first or terms.loverboy}
    found = [term for kind in case.kinds if (term := by_kind[kind])]
    return min(found, key=lambda term: term.days)


def next_rung(case: Case, policy: Policy) -> tuple[datetime, DeadlinePassed] | None:
    """When the case has to be told next that a deadline's rung is reached, and what to tell it."""
    rungs = [(rung_at(deadline, policy), deadline) for deadline in case.deadlines]
    if not rungs:
        return None
    at, first = min(rungs, key=lambda pair: pair[0])
    return at, DeadlinePassed(task=first.task, subject=first.subject, since=first.since)


def rung_at(deadline: Deadline, policy: Policy) -> datetime:
    """When the next rung of this ladder is reached."""
    if deadline.rungs == 0:
        return deadline.due_at if waits_for(deadline) == DEADLINE else deadline.reminder_at or deadline.due_at
    due = last_day(policy.calendar, deadline.due_at)
    further = policy.overdue_every * deadline.rungs
    return end_of(policy.calendar, working_day(policy.calendar, due, further))


def waits_for(deadline: Deadline) -> int:
    """The next rung of this ladder."""
    to_be_reminded = deadline.reminder_at is not None and deadline.reminder_at < deadline.due_at
    if deadline.rungs == 0 and to_be_reminded and not deadline.reminded:
        return REMINDER
    return deadline.rungs + 1


def silent(since: datetime, now: datetime, policy: Policy) -> bool:
    """Whether so many working days have passed since then that one need not wait any longer."""
    day = last_day(policy.calendar, since)
    return now >= end_of(policy.calendar, working_day(policy.calendar, day, policy.silence))
