"""The schedules by which housekeeping runs: a quick round all the time, a whole one each night."""

from __future__ import annotations

from contextlib import suppress
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
from workflows.anchoring import AnchoringWorkflow
from workflows.housekeeping import HousekeepingInput, HousekeepingWorkflow
from workflows.retention import RetentionWorkflow

HOUSEKEEPING = "vangnet-housekeeping"
NIGHTLY = "vangnet-housekeeping-nightly"
RETENTION = "vangnet-retention"
ANCHORING = "vangnet-anchoring"

_EVERY = timedelta(minutes=1)
_AT_NIGHT = ScheduleCalendarSpec(hour=[ScheduleRange(3)], minute=[ScheduleRange(30)])
_BEFORE_DAWN = ScheduleCalendarSpec(hour=[ScheduleRange(4)], minute=[ScheduleRange(30)])
_CATCH_UP = timedelta(days=1)
"""A night that Temporal was away for is made up for."""


async def ensure_schedules(client: Client, *, anchors: timedelta | None) -> None:
    """Make the schedules that are not there yet; one that an operator changed or paused stays as it is.

    Args:
        client: Temporal.
        anchors: How often anchors are taken; None where none are.
    """
    quick = ScheduleSpec(intervals=[ScheduleIntervalSpec(every=_EVERY)])
    nightly = ScheduleSpec(calendars=[_AT_NIGHT], time_zone_name="Europe/Amsterdam")
    await _ensure(client, HOUSEKEEPING, quick, daily=False)
    await _ensure(client, NIGHTLY, nightly, daily=True)
    await _ensure_retention(client)
    if anchors is not None:
        await _ensure_anchoring(client, anchors)


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


async def _ensure_retention(client: Client) -> None:
    """Make the schedule of retention: once a day, after the birthdays."""
    action = ScheduleActionStartWorkflow(RetentionWorkflow.run, id=RETENTION, task_queue=TASK_QUEUE)
    when = ScheduleSpec(calendars=[_BEFORE_DAWN], time_zone_name="Europe/Amsterdam")
    policy = SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=_CATCH_UP)
    with suppress(ScheduleAlreadyRunningError):
        await client.create_schedule(RETENTION, Schedule(action=action, spec=when, policy=policy))


async def _ensure_anchoring(client: Client, every: timedelta) -> None:
    """Make the schedule of anchors; a round that was missed is not made up for: the next one anchors it all."""
    action = ScheduleActionStartWorkflow(AnchoringWorkflow.run, id=ANCHORING, task_queue=TASK_QUEUE)
    when = ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)])
    policy = SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=every)
    with suppress(ScheduleAlreadyRunningError):
        await client.create_schedule(ANCHORING, Schedule(action=action, spec=when, policy=policy))
