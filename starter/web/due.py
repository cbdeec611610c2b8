"""How long there is, in words: a colour alone tells too few people."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from protocol.calendar import last_day, local_day
from protocol.policy import Calendar
from starter.web.texts import Texts


class Urgency(StrEnum):
    """How a deadline is marked, beside its words."""

    OVERDUE = "overdue"
    TODAY = "today"
    SOON = "soon"
    LATER = "later"


class Due(NamedTuple):
    """A deadline as people read it."""

    day: str
    words: str
    urgency: Urgency


_SOON = 2
"""Calendar days within which a deadline stands out."""


def due(t: Texts, calendar: Calendar, at: datetime, now: datetime) -> Due:
    """Say when something is due.

    Args:
        t: The language.
        calendar: The region's.
        at: The end of its last working day.
        now: By the case's own clock.
    """
    day = last_day(calendar, at)
    days = (day - local_day(calendar, now)).days
    return Due(t.date(day), _words(t, days), _urgency(days))


def _words(t: Texts, days: int) -> str:
    match days:
        case -1 | 0 | 1:
            return t({-1: "due.late_one", 0: "due.today", 1: "due.tomorrow"}[days])
        case _ if days < 0:
            return t("due.late", days=-days)
    return t("due.in_days", days=days)


def _urgency(days: int) -> Urgency:
    if days < 0:
        return Urgency.OVERDUE
    if days == 0:
        return Urgency.TODAY
    return Urgency.SOON if days <= _SOON else Urgency.LATER
