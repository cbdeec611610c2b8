"""What of a closed case is due to be shielded or destroyed, on which day and by which rule.

The newest settings of the region count, also for cases that ran under older ones: how long data
may be kept is a matter of today's law. Days are the region's; nothing here reads a clock.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import product
from typing import NamedTuple

from protocol import vocabulary as v
from protocol.calendar import local_day
from protocol.case import Case
from protocol.keeping import DEFAULT_KEEPING, LEAST_STAY, LOGS, ZVH_MOST, Keep, Part, Since, limits, rule
from protocol.messages import Actor
from protocol.model import Frozen
from protocol.policy import Policy


class Act(StrEnum):
    """What is done to a part."""

    SHIELD = "shield"
    DESTROY = "destroy"


class Hold(StrEnum):
    """Why what is due is not done."""

    CRIMINAL_CASE = "criminal_case"
    """A criminal case may need it, until the privacy officer says that it is over."""
    REQUEST_OPEN = "request_open"
    """Somebody asked for their rights, and nobody has decided: the answer needs the data."""


class HoldGround(StrEnum):
    """Why a closed case is held; nothing else is a reason to keep the ZVH's part longer than its law."""

    PROSECUTION = "prosecution"
    """The public prosecutor asked for it."""
    POLICE_REPORT = "police_report"
    """The offence was reported to the police."""
    LEGAL_CLAIM = "legal_claim"
    """Somebody needs it for a claim in court (AVG 17 lid 3 e)."""


HOLD_MOST = 12
"""Months after which somebody has to have looked whether a case still has to be held."""


class Held(Frozen):
    """One part of a closed case that can still be read, with what its clock needs."""

    case_id: str
    part: Part
    outcome: v.OutcomeKind
    closed_at: datetime
    changed_at: datetime
    first_at: datetime
    """When the controller came into the case."""
    left_on: date | None = None
    """When the pupil left the school, if somebody told."""
    shielded: bool = False
    request_open: bool = False
    on_hold: bool = False


class Period(NamedTuple):
    """How soon after a case was opened a part can be due at all: enough to pass over what is years away."""

    part: Part
    outcome: v.OutcomeKind
    months: int
    when_left: int
    """The same where somebody told when the pupil left, from then if that was earlier."""
    shielded: bool


class Due(Frozen):
    """What has to be done to a part, and why then."""

    case_id: str
    part: Part
    act: Act
    rule: str
    since: Since
    started_on: date
    due_on: date
    hold: Hold | None = None


def parts_gone_by(today: date) -> date:
    """The day before which the last part of a case has to be gone for its journal and access log to go, too."""
    return months_after(today, -LOGS)


def keep(policy: Policy, part: Part, outcome: v.OutcomeKind) -> Keep:
    """The period that counts."""
    return kept_by(policy, rule(part, outcome))


def kept_by(policy: Policy, name: str) -> Keep:
    """The period that counts by a rule: never shorter than a region can set, whoever wrote it in its policy."""
    kept = policy.retention.get(name, DEFAULT_KEEPING[name])
    return kept.model_copy(update={"months": max(kept.months, limits(name).least)})


def longest_stay(policy: Policy) -> int:
    """Months after closing by which a pupil left, where nobody told when; never shorter than a region can set."""
    return max(policy.longest_stay, LEAST_STAY)


def months_after(start: date, months: int) -> date:
    """The same day so many months later, or the last day of that month."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def periods(policy: Policy) -> tuple[Period, ...]:
    """The shortest time in which each part of each outcome can be due."""
    found = []
    for part, outcome in product(Part, v.OutcomeKind):
        kept = keep(policy, part, outcome)
        least = min(kept.months, ZVH_MOST) if part is Part.ZVH else kept.months
        stay = longest_stay(policy) if kept.since is Since.LEFT_SCHOOL and part is not Part.ZVH else 0
        found.append(Period(part, outcome, least + stay, least, kept.shielded))
    return tuple(found)


def steps(held: Held, policy: Policy) -> Iterator[Due]:
    """What will be done to this part, in order; what was done already is left out."""
    kept = keep(policy, held.part, held.outcome)
    closed_on = local_day(policy.calendar, held.closed_at)
    name = rule(held.part, held.outcome)
    if kept.shielded and not held.shielded:
        yield Due(
            case_id=held.case_id, part=held.part, act=Act.SHIELD, rule=name,
            since=Since.CLOSED, started_on=closed_on, due_on=closed_on,
        )  # fmt: skip
    started_on, due_on = _end(held, kept, policy)
    yield Due(
        case_id=held.case_id, part=held.part, act=Act.DESTROY, rule=name,
        since=kept.since, started_on=started_on, due_on=due_on,
        hold=_hold(held),
    )  # fmt: skip


def _hold(held: Held) -> Hold | None:
    if held.on_hold:
        return Hold.CRIMINAL_CASE
    return Hold.REQUEST_OPEN if held.request_open else None


def due(held: Held, policy: Policy, today: date) -> Iterator[Due]:
    """What is to be done to this part by now, holds included: a hold says why it is not."""
    return (step for step in steps(held, policy) if step.due_on <= today)


def next_round(today: date) -> date:
    """The day by which the coming round has been: somebody who asks late at night is told what goes in the morning."""
    return today + timedelta(days=1)


def destroyed_by(parts: Iterable[Held], policy: Policy, day: date) -> tuple[Due, ...]:
    """What of these parts is destroyed by a day; what is held is not."""
    steps_due = (step for part in parts for step in due(part, policy, day))
    return tuple(step for step in steps_due if step.act is Act.DESTROY and step.hold is None)


def lost_by_leaving(parts: Iterable[Held], left_on: date, policy: Policy, today: date) -> tuple[Due, ...]:
    """What the coming round destroys because the pupil left on this day, and would not otherwise."""
    return _lost(tuple(parts), {"left_on": left_on}, policy, today)


def lost_by_letting_go(parts: Iterable[Held], policy: Policy, today: date) -> tuple[Due, ...]:
    """What the coming round destroys because the case is held no longer, and would not otherwise."""
    return _lost(tuple(parts), {"on_hold": False}, policy, today)


def _lost(parts: tuple[Held, ...], changed: dict[str, object], policy: Policy, today: date) -> tuple[Due, ...]:
    day = next_round(today)
    anyway = {step.part for step in destroyed_by(parts, policy, day)}
    then = destroyed_by((part.model_copy(update=changed) for part in parts), policy, day)
    return tuple(step for step in then if step.part not in anyway)


def _end(held: Held, kept: Keep, policy: Policy) -> tuple[date, date]:
    """From when the period counts, and its last day; never later than the law lets a region choose."""
    started_on = _start(held, kept.since, policy)
    due_on = months_after(started_on, kept.months)
    if held.part is Part.ZVH:
        due_on = min(due_on, months_after(_start(held, Since.FIRST_PROCESSED, policy), ZVH_MOST))
    return started_on, due_on


def _start(held: Held, since: Since, policy: Policy) -> date:
    if since is Since.LEFT_SCHOOL:
        stayed = months_after(local_day(policy.calendar, held.closed_at), longest_stay(policy))
        return held.left_on or stayed
    moments = {
        Since.CLOSED: held.closed_at,
        Since.FIRST_PROCESSED: held.first_at,
        Since.LAST_CHANGED: held.changed_at,
    }
    return local_day(policy.calendar, moments[since])


def under_duty(held: Held, policy: Policy, today: date) -> bool:
    """Whether a duty to keep this part still holds, so that a request for erasure is refused (AVG 17 lid 3 b)."""
    kept = keep(policy, held.part, held.outcome)
    return kept.duty and _end(held, kept, policy)[1] > today


def tells_departure(case: Case, actor: Actor) -> bool:
    """Who tells when the pupil left: the school of the case, or the privacy officer for it."""
    return actor.role is v.Role.PRIVACY or (actor.role is v.Role.SCHOOL and actor.organisation == case.school)


def may_have_left(left_on: date, opened_on: date, today: date) -> bool:
    """Whether a pupil can have left on this day: the school had them when it opened the case, and the day has come."""
    return opened_on <= left_on <= today


def places_holds(actor: Actor) -> bool:
    """Who holds a case for a criminal case, and sets how long the region keeps what: the privacy officer."""
    return actor.role is v.Role.PRIVACY


def previews_retention(actor: Actor) -> bool:
    """Who sees what of the region is due, and what was done: the privacy officer, on the pages and the command line."""
    return actor.role is v.Role.PRIVACY


def review_in_time(review_on: date, today: date) -> bool:
    """Whether a hold can be placed until it is looked at again on this day."""
    return today < review_on <= months_after(today, HOLD_MOST)


def opens_shielded(actor: Actor) -> bool:
    """Who still opens a shielded part: the privacy officer, who answers those who ask for their rights."""
    return actor.role is v.Role.PRIVACY
