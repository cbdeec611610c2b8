"""A region's settings **(set)**, with the defaults of protocol.md (part 2.5).

A policy reaches a workflow as data: the closed days and clock changes of the coming years are in
it, so that no library decides a timer while a history is replayed.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from protocol import vocabulary as v
from protocol.keeping import LONGEST_STAY, NO_OTHERS, Keep
from protocol.model import Frozen


class Term(Frozen):
    """How many working days a task gets, and on which of them its owner is reminded."""

    days: int
    reminder: int | None = None


class Terms(Frozen):
    """A task's terms by kind; a case of both kinds takes the shorter."""

    sexting: Term | None
    loverboy: Term | None
    loverboy_first: Term | None = None
    """The first time, where that differs (evaluation)."""
    loverboy_acute: Term | None = None
    """In acute danger, where that differs (network meeting)."""


def _same(days: int, reminder: int | None = None) -> Terms:
    term = Term(days=days, reminder=reminder)
    return Terms(sexting=term, loverboy=term)


DEFAULT_TERMS: dict[v.Task, Terms] = {
    v.Task.PUPIL_TALK: Terms(sexting=Term(days=1), loverboy=Term(days=2)),
    v.Task.PARENT_TALK: _same(3),
    v.Task.POLICE_CONTACT: Terms(sexting=Term(days=1), loverboy=None),
    v.Task.ASK_OR_DECIDE: _same(2),
    v.Task.CONSENT_ANSWER: _same(5, 3),
    v.Task.SCHOOL_DECIDES: _same(2),
    v.Task.COORDINATOR_DECIDES: _same(2),
    v.Task.REPORT_DECISION: _same(5, 1),
    v.Task.FORWARD_ANSWER: _same(5, 3),
    v.Task.PARTNERS_DECIDED: _same(10, 5),
    v.Task.PARTNER_ANSWER: _same(3, 2),
    v.Task.NETWORK_MEETING: Terms(
        sexting=Term(days=10, reminder=5),
        loverboy=Term(days=10, reminder=5),
        loverboy_acute=Term(days=3),
    ),
    v.Task.EVALUATION: Terms(
        sexting=Term(days=30, reminder=25),
        loverboy=Term(days=30, reminder=25),
        loverboy_first=Term(days=20, reminder=15),
    ),
    v.Task.ESCALATION_ANSWER: _same(10, 5),
    v.Task.HAND_OVER: _same(5, 3),
}
"""Every task but ``action``, which is due on its own date."""


class ClockChange(Frozen):
    """From this moment the region's clocks are this many minutes ahead of UTC."""

    since: datetime
    minutes: int


class Calendar(Frozen):
    """When the region works: the days it does not, and what its clocks say."""

    closed_days: tuple[date, ...] = ()
    clock_changes: tuple[ClockChange, ...] = ()
    """In order of time; before the first, Dutch winter time (60 minutes)."""


class Policy(Frozen):
    """What a region decides for all of its cases."""

    region: str
    version: int = 1
    cjg: str = "cjg"
    zvh: str = "zvh"
    terms: dict[v.Task, Terms] = DEFAULT_TERMS
    calendar: Calendar = Calendar()
    action_reminder: int = 2
    """Working days before an action's date that its owner is reminded."""
    overdue_every: int = 2
    """Working days between the rungs after a deadline."""
    extensions: int = 1
    """How often one deadline can be extended."""
    silence: int = 10
    """Working days after which a silent ZVH or coordinator can be passed by."""
    furthest: int = 730
    """Calendar days ahead beyond which a date is taken for a mistake."""
    retention: dict[str, Keep] = NO_OTHERS
    """Only the periods that differ from :data:`protocol.keeping.DEFAULT_KEEPING`, by their rule's name."""
    longest_stay: int = LONGEST_STAY
    """Months after closing that a pupil is thought to be at school when nobody told that they left."""
    emergency_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 60
    """How long somebody without cover reads the file in an emergency."""
    second_factor_on_links: Annotated[bool, Field(exclude_if=lambda asked: not asked)] = False
    """Whether people in the case give a code, sent to their other contact, before their link opens.

    Left out where it is not asked: release 0.1 does not know it.
    """
