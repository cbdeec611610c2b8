"""Working days and local time (part 2.5), from a region's calendar and nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from protocol.policy import Calendar

WINTER_TIME = 60
"""Minutes ahead of UTC before the calendar's first clock change."""
MORNING = time(9)
"""When somebody is reminded: not at midnight."""
_SATURDAY = 5
_DAY = timedelta(days=1)


def _minutes_ahead(calendar: Calendar, at: datetime) -> int:
    changes = [change.minutes for change in calendar.clock_changes if change.since <= at]
    return changes[-1] if changes else WINTER_TIME


def local_day(calendar: Calendar, at: datetime) -> date:
    """The day that it is in the region at this moment."""
    return (at + timedelta(minutes=_minutes_ahead(calendar, at))).date()


def moment(calendar: Calendar, day: date, at: time) -> datetime:
    """The moment at which the region's clocks say ``at`` on ``day``; clocks never change then."""
    as_if_utc = datetime.combine(day, at, UTC)
    guess = as_if_utc - timedelta(minutes=WINTER_TIME)
    return as_if_utc - timedelta(minutes=_minutes_ahead(calendar, guess))


def end_of(calendar: Calendar, day: date) -> datetime:
    """The end of a day: the midnight after it."""
    return moment(calendar, day + _DAY, time(0))


def last_day(calendar: Calendar, end: datetime) -> date:
    """The day that ends at this midnight."""
    return local_day(calendar, end - timedelta(seconds=1))


def is_working_day(calendar: Calendar, day: date) -> bool:
    """Monday to Friday, but for the region's closed days."""
    return day.weekday() < _SATURDAY and day not in calendar.closed_days


def working_day(calendar: Calendar, start: date, days: int) -> date:
    """The n-th working day after ``start``, which does not count; before it when negative."""
    step = _DAY if days >= 0 else -_DAY
    day = start
    for _ in range(abs(days)):
        day += step
        while not is_working_day(calendar, day):
            day += step
    return day


def working_days_after(calendar: Calendar, start: datetime, days: int) -> datetime:
    """The end of the n-th working day after the day of ``start``."""
    return end_of(calendar, working_day(calendar, local_day(calendar, start), days))
