"""What nobody has to remember: starts that did not get through, and birthdays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from protocol import vocabulary as v
from protocol.notices import NoticeKind as Kind
from runtime.temporal import TASK_QUEUE
from store import Opening
from tests.protocol.days import dutch_day
from tests.protocol.telling import actor
from tests.store.raw import tampered
from tests.workflows import stories
from tests.workflows.names import CJG, PUPIL, SCHOOL
from tests.workflows.town import Town, intake
from workflows.housekeeping import HousekeepingInput, HousekeepingResult, HousekeepingWorkflow


async def test_a_case_whose_start_did_not_get_through_is_started(town: Town) -> None:
    """Accepted while Temporal was away: the next round starts it, once, and it counts from its opening."""
    opening = await _accepted_an_hour_ago(town)
    result = await _round(town, daily=False)
    assert (result.started.done, result.started.left) == (1, 0)
    case = town.case(opening.case_id)
    assert await case.comes_to_life()
    assert (await case.state()).step is v.Step.SIGNAL
    assert (await _round(town, daily=False)).started.done == 0


async def test_a_case_that_runs_already_is_only_marked(town: Town) -> None:
    """The start got through and the note of it did not: nothing starts twice."""
    opening = await _accepted_an_hour_ago(town)
    await town.cases.start(opening)
    await tampered(town.dsn, "UPDATE vangnet.cases SET started_at = NULL")
    case = town.case(opening.case_id)
    run = (await case.handle.describe()).run_id
    assert (await _round(town, daily=False)).started.done == 1
    assert run == (await case.handle.describe()).run_id


async def test_a_birthday_reaches_its_case(town: Town) -> None:
    """Found in the file the day the pupil turns 12; only the age band travels."""
    tomorrow = dutch_day(datetime.now(UTC)) + timedelta(days=1)
    told = intake(age=11) | {"pupil": {"name": "Noor", "dateOfBirth": _years_before(tomorrow, 12).isoformat()}}
    case = town.case(await town.cases.open(actor(SCHOOL), told))
    await stories.coordinated(case, CJG)
    result = await _round(town, daily=True, after=timedelta(days=2))
    assert result.aged is not None
    assert result.aged.done == 1
    await case.eventually_happened("age_band_reached")
    state = await case.state()
    assert (state.age, state.who_must_consent[0]) == (v.AgeBand.FROM_12, PUPIL)
    assert (Kind.COVER_LOST, None, None) in await case.told_to(CJG)


async def _accepted_an_hour_ago(town: Town) -> Opening:
    opening = await town.cases.accept(actor(SCHOOL), intake())
    await tampered(town.dsn, "UPDATE vangnet.cases SET opened_at = opened_at - interval '1 hour'")
    return opening


async def _round(town: Town, *, daily: bool, after: timedelta | None = None) -> HousekeepingResult:
    handle = await town.client.start_workflow(
        HousekeepingWorkflow.run,
        HousekeepingInput(daily=daily),
        id=f"housekeeping-{datetime.now(UTC):%H%M%S%f}",
        task_queue=TASK_QUEUE,
        start_delay=after,
    )
    if after is not None:
        await town.skipper.fast_forward(handle, after)
    return await handle.result()


def _years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years) if (day.month, day.day) != (2, 29) else date(day.year - years, 3, 1)
