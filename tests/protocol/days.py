"""Dutch days, worked out apart from the product: by the law's words and the system's time zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from protocol.policy import Calendar, ClockChange

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
YEARS = range(2026, 2034)
BY_DECREE = tuple(map(date.fromisoformat, ("2026-01-02", "2026-05-15", "2027-05-07", "2028-04-28", "2028-05-26")))
DAY = timedelta(days=1)


def easter(year: int) -> date:
    """Sunday after the first full moon of spring (the anonymous Gregorian rule)."""
    a, b, c = year % 19, year // 100, year % 100
    moon = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * (b % 4) + 2 * (c // 4) - moon - c % 4) % 7
    late = (a + 11 * moon + 22 * week) // 451
    months, days = divmod(moon + week - 7 * late + 114, 31)
    return date(year, months, days + 1)


def kings_day(year: int) -> date:
    """27 April, and the day before where that is a Sunday."""
    day = date(year, 4, 27)
    return day - DAY if day.weekday() == 6 else day


def closed_in(year: int) -> set[date]:
    """The days of a year on which no term runs, weekends apart."""
    moving = {easter(year) + offset * DAY for offset in (-2, 1, 39, 50)}
    fixed = {date(year, *day) for day in ((1, 1), (5, 5), (12, 25), (12, 26))}
    return moving | fixed | {kings_day(year)} | {day for day in BY_DECREE if day.year == year}


CLOSED = frozenset().union(*map(closed_in, YEARS))


def works(day: date) -> bool:
    """Whether a term runs on this day."""
    return day.weekday() < 5 and day not in CLOSED


def working_day(day: date, count: int) -> date:
    """The working day that lies ``count`` after this one, or before it when negative."""
    step = DAY if count > 0 else -DAY
    for _ in range(abs(count)):
        day += step
        while not works(day):
            day += step
    return day


def on(day: date, at: time) -> datetime:
    """A moment of a Dutch day, in UTC."""
    return datetime.combine(day, at, AMSTERDAM).astimezone(UTC)


def end_of(day: date) -> datetime:
    """24:00 on a Dutch day, in UTC."""
    return on(day + DAY, time())


def morning_of(day: date) -> datetime:
    """When people are reminded: 09:00, in UTC."""
    return on(day, time(9))


def dutch_day(at: datetime) -> date:
    """What the calendar on the wall says."""
    return at.astimezone(AMSTERDAM).date()


def last_day(at: datetime) -> date:
    """The day of which this moment is the end."""
    return dutch_day(at - timedelta(microseconds=1))


def _last_sunday(year: int, month: int) -> datetime:
    day = date(year, month, 31)
    return datetime.combine(day - (day.weekday() + 1) % 7 * DAY, time(1), UTC)


CALENDAR = Calendar(
    closed_days=tuple(sorted(CLOSED)),
    clock_changes=tuple(
        ClockChange(since=_last_sunday(year, month), minutes=minutes)
        for year in YEARS
        for month, minutes in ((3, 120), (10, 60))
    ),
)
