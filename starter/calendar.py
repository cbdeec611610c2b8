"""Which days a region does not work: what a policy carries for the coming years, so that no library decides a timer."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from holidays import country_holidays

from protocol.policy import Calendar, ClockChange

YEARS = 6
_REGION = ZoneInfo("Europe/Amsterdam")
_WEEKEND = (5, 6)
_DECREED = (
    date(2026, 1, 2),
    date(2026, 5, 15),
    date(2027, 5, 7),
    date(2028, 4, 28),
    date(2028, 5, 26),
)
"""Days that a decree makes equal to a public holiday (Algemene termijnenwet 3, third paragraph)."""


def calendar(first: int, years: int = YEARS) -> Calendar:
    """What a region's calendar says, from the year before ``first`` on, so that a running term keeps its days."""
    span = range(first - 1, first + years)
    return Calendar(closed_days=closed_days(span), clock_changes=clock_changes(span))


def closed_days(years: range) -> tuple[date, ...]:
    """Public holidays, the decreed days, and by the optional ones Good Friday and 5 May of every year, without weekends."""
    days = set(country_holidays("NL", years=years, categories=("public", "optional")))
    days |= {day for day in _DECREED if day.year in years}
    return tuple(sorted(day for day in days if day.weekday() not in _WEEKEND))


def clock_changes(years: range) -> tuple[ClockChange, ...]:
    """When Dutch clocks change, and how far ahead of UTC they are from then on."""
    days = (date(year, 1, 1) + timedelta(days=day) for year in years for day in range(366))
    found = {change.since: change for day in days if (change := _changed_on(day)) is not None}
    return tuple(found[since] for since in sorted(found))


def _changed_on(day: date) -> ClockChange | None:
    start = datetime.combine(day, time(), UTC)
    hours = [start + timedelta(hours=hour) for hour in range(25)]
    for before, after in pairwise(hours):
        if _minutes(before) != _minutes(after):
            return ClockChange(since=after, minutes=_minutes(after))
    return None


def _minutes(moment: datetime) -> int:
    ahead = moment.astimezone(_REGION).utcoffset() or timedelta()
    return int(ahead.total_seconds() // 60)
