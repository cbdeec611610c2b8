"""Dates that people give: not gone, and not so far away that they must be a mistake."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from protocol.calendar import local_day
from protocol.refusals import RefusalCode
from protocol.turn import Turn


def require_day(turn: Turn, day: date) -> None:
    """Refuse a day before today, or further away than the region looks ahead."""
    today = local_day(turn.policy.calendar, turn.now)
    turn.require(day >= today, RefusalCode.DATE_IN_PAST)
    turn.require(day <= today + timedelta(days=turn.policy.furthest), RefusalCode.DATE_TOO_FAR)


def require_moment(turn: Turn, at: datetime) -> None:
    """Refuse a moment that is over, or further away than the region looks ahead."""
    turn.require(at > turn.now, RefusalCode.DATE_IN_PAST)
    turn.require(at <= turn.now + timedelta(days=turn.policy.furthest), RefusalCode.DATE_TOO_FAR)


def require_day_of(turn: Turn, at: datetime) -> None:
    """Refuse a moment on a day that is over; earlier today is fine."""
    # Compared as moments first: the year 1 or 9999 has no neighbouring day to convert to.
    turn.require(at > turn.now - timedelta(days=2), RefusalCode.DATE_IN_PAST)
    turn.require(at <= turn.now + timedelta(days=turn.policy.furthest), RefusalCode.DATE_TOO_FAR)
    require_day(turn, local_day(turn.policy.calendar, at))
