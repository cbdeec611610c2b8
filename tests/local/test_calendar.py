from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from starter.calendar import calendar, clock_changes, closed_days


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 1, 1),
        date(2026, 1, 2),
        date(2026, 4, 3),
        date(2026, 4, 6),
        date(2026, 4, 27),
        date(2026, 5, 5),
        date(2026, 5, 14),
        date(2026, 5, 15),
        date(2026, 5, 25),
        date(2026, 12, 25),
        date(2027, 5, 5),
        date(2027, 5, 7),
        date(2028, 5, 5),
        date(2028, 4, 28),
        date(2028, 5, 26),
    ],
)
def test_what_part_2_5_closes(day: date) -> None:
    """Every day that protocol.md names is closed, 5 May in each year and the decreed days too."""
    assert day in closed_days(range(day.year, day.year + 1))


def test_nothing_else_is_closed() -> None:
    """A year has no more closed weekdays than protocol.md names."""
    assert len(closed_days(range(2026, 2027))) == 10


def test_clocks_change_twice_a_year() -> None:
    """Summer time begins and ends at one o'clock UTC."""
    spring, autumn = clock_changes(range(2026, 2027))

    assert (datetime(2026, 3, 29, 1, tzinfo=UTC), 120) == (spring.since, spring.minutes)
    assert (datetime(2026, 10, 25, 1, tzinfo=UTC), 60) == (autumn.since, autumn.minutes)


def test_a_calendar_reaches_over_the_coming_years() -> None:
    """Six years ahead, and the year before for terms that were running already."""
    years = {day.year for day in calendar(2026).closed_days}

    assert set(range(2025, 2032)) == years
