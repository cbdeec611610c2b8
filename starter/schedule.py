"""The schedules by which housekeeping runs: a quick round all the time, a whole one each night."""

from __future__ import annotations

from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
)

from runtime.temporal import TASK_QUEUE
from workflows.housekeeping import HousekeepingInput, HousekeepingWorkflow

HOUSEKEEPING = "vangnet-housekeeping"
NIGHTLY = "vangnet-housekeeping-nightly"

_EVERY = timedelta(minutes=1)
_AT_NIGHT = ScheduleCalendarSpec(hour=[ScheduleRange(3)], minute=[ScheduleRange(30)])
_CATCH_UP = timedelta(days=1)
"""A night that Temporal was away for is made up for."""


async def ensure_schedules(client: Client) -> None:
    """Make the schedules that are not there yet; one that an operator changed or paused stays as it is."""
    quick = ScheduleSpec(intervals=[ScheduleIntervalSpec(every=_EVERY)])
    nightly = ScheduleSpec(calendars=[_AT_NIGHT], time_zone_name="Europe/Amsterdam")
    await _ensure(client, HOUSEKEEPING, quick, daily=False)
    await _ensure(client, NIGHTLY, nightly, daily=True)


async def _ensure(client: Client, name: str, when: ScheduleSpec, *, daily: bool) -> None:
    action = ScheduleActionStartWorkflow(
        HousekeepingWorkflow.run,
        HousekeepingInput(daily=daily),
        id=name,
        task_queue=TASK_QUEUE,
        execution_timeout=_CATCH_UP,
    )
    policy = SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=_CATCH_UP if daily else _EVERY)
    try:
        await client.create_schedule(name, Schedule(action=action, spec=when, policy=policy))
    except ScheduleAlreadyRunningError:
        return
