"""Terms in working days, 2026 to 2029 (part 2.5)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from protocol.calendar import working_days_after
from tests.protocol.days import AMSTERDAM, CALENDAR, DAY, end_of, on, working_day, works

CLOSED_ON = {
    "New Year's Day": "2026-01-01 2027-01-01 2028-01-01 2029-01-01",
    "Good Friday": "2026-04-03 2027-03-26 2028-04-14 2029-03-30",
    "Easter Monday": "2026-04-06 2027-03-29 2028-04-17 2029-04-02",
    "King's Day": "2026-04-27 2027-04-27 2028-04-27 2029-04-27",
    "5 May of every year": "2026-05-05 2027-05-05 2028-05-05 2029-05-05",
    "Ascension": "2026-05-14 2027-05-06 2028-05-25 2029-05-10",
    "Whit Monday": "2026-05-25 2027-05-17 2028-06-05 2029-05-21",
    "Christmas": "2026-12-25 2027-12-25 2028-12-25 2029-12-25",
    "Second Christmas Day": "2026-12-26 2027-12-26 2028-12-26 2029-12-26",
    "made equal by decree": "2026-01-02 2026-05-15 2027-05-07 2028-04-28 2028-05-26",
}
DAYS = [(name, day) for name, days in CLOSED_ON.items() for day in days.split()]


@pytest.mark.parametrize(("name", "day"), DAYS)
def test_no_term_runs_on_a_closed_day(name: str, day: str) -> None:
    """A term of one day that starts the day before ends on the next day on which people work."""
    closed = date.fromisoformat(day)
    due = working_days_after(CALENDAR, on(closed - DAY, time(12)), 1)
    assert end_of(working_day(closed, 1)) == due, name


@pytest.mark.parametrize("day", ["2026-12-24", "2026-12-28", "2027-05-03", "2028-02-29", "2026-08-03"])
def test_school_holidays_and_eves_count(day: str) -> None:
    """Christmas Eve, 29 February and a day in the school holidays are working days."""
    wanted = date.fromisoformat(day)
    assert working_days_after(CALENDAR, on(working_day(wanted, -1), time(12)), 1) == end_of(wanted)


@pytest.mark.parametrize("year", [2026, 2027, 2028, 2029])
def test_every_day_of_the_year_is_counted_right(year: int) -> None:
    """From each day on, a term of 1, 5 and 30 working days ends where a calendar on the wall says."""
    for offset in range(365):
        start = date(year, 1, 1) + offset * DAY
        for days in (1, 5, 30):
            assert working_days_after(CALENDAR, on(start, time(12)), days) == end_of(working_day(start, days))


def test_the_day_it_starts_does_not_count() -> None:
    """Told at one minute to or past midnight, a term of one day still has a whole working day."""
    monday = date(2026, 11, 23)
    assert working_days_after(CALENDAR, on(monday, time(0, 1)), 1) == end_of(monday + DAY)
    assert working_days_after(CALENDAR, on(monday, time(23, 59)), 1) == end_of(monday + DAY)
    assert working_days_after(CALENDAR, on(monday + DAY, time()), 1) == end_of(monday + 2 * DAY)


def test_a_weekend_day_is_a_start_as_any_other() -> None:
    """What starts on Saturday or Sunday has Monday as its first day."""
    for day in (date(2026, 11, 21), date(2026, 11, 22)):
        assert working_days_after(CALENDAR, on(day, time(12)), 1) == end_of(date(2026, 11, 23))


SHIFTS = [
    ("2026-03-27", datetime(2026, 3, 30, 22, tzinfo=UTC)),
    ("2026-10-23", datetime(2026, 10, 26, 23, tzinfo=UTC)),
    ("2027-03-25", datetime(2027, 3, 30, 22, tzinfo=UTC)),
    ("2028-10-27", datetime(2028, 10, 30, 23, tzinfo=UTC)),
]


@pytest.mark.parametrize(("start", "expected"), SHIFTS)
def test_a_day_ends_at_midnight_in_amsterdam_whatever_the_clocks_do(start: str, expected: datetime) -> None:
    """A term across a change of the clocks ends at 24:00 there: 22:00 UTC in summer, 23:00 in winter."""
    begun = on(date.fromisoformat(start), time(12))
    assert working_days_after(CALENDAR, begun, 1) == expected
    assert expected.astimezone(AMSTERDAM).time() == time()


def test_the_dutch_day_counts_and_not_the_utc_day() -> None:
    """Half past midnight in Amsterdam is still yesterday in UTC; the term starts today."""
    summer_night = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    assert working_days_after(CALENDAR, summer_night, 1) == end_of(date(2026, 7, 2))
    winter_night = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    assert working_days_after(CALENDAR, winter_night, 1) == end_of(date(2026, 12, 2))


def test_terms_are_of_working_days_only() -> None:
    """Around Christmas 2026 three working days take a week."""
    assert working_days_after(CALENDAR, on(date(2026, 12, 23), time(12)), 3) == end_of(date(2026, 12, 29))
    assert not any(works(date(2026, 12, 25) + offset * timedelta(days=1)) for offset in range(3))
