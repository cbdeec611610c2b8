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
from temporalio.service import RPCError, RPCStatusCode

from runtime.errors import StartError
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


def schedules(anchors: timedelta | None) -> dict[str, Schedule]:
    """All schedules as Vangnet makes them, by id; no two runs of one overlap.

    Args:
        anchors: How often anchors are taken; None where none are. A round that was missed is not made up for: the
            next one anchors it all.
    """
    found = {
        HOUSEKEEPING: _schedule(_housekeeping(HOUSEKEEPING, daily=False), _each(_EVERY), _EVERY),
        NIGHTLY: _schedule(_housekeeping(NIGHTLY, daily=True), _at(_AT_NIGHT), _CATCH_UP),
        RETENTION: _schedule(
            ScheduleActionStartWorkflow(RetentionWorkflow.run, id=RETENTION, task_queue=TASK_QUEUE),
            _at(_BEFORE_DAWN),  # after the birthdays
            _CATCH_UP,
        ),
    }
    if anchors is not None:
        action = ScheduleActionStartWorkflow(AnchoringWorkflow.run, id=ANCHORING, task_queue=TASK_QUEUE)
        found[ANCHORING] = _schedule(action, _each(anchors), anchors)
    return found


async def ensure_schedules(client: Client, *, anchors: timedelta | None) -> tuple[str, ...]:
    """Make the schedules that are not there yet; one that an operator changed or paused stays as it is.

    Args:
        client: Temporal.
        anchors: How often anchors are taken; None where none are.

    Returns:
        The ids of those that were made.
    """
    made: list[str] = []
    for name, schedule in schedules(anchors).items():
        with suppress(ScheduleAlreadyRunningError):
            await client.create_schedule(name, schedule)
            made.append(name)
    return tuple(made)


async def have_schedules(client: Client, *, anchors: timedelta | None) -> None:
    """Make what lacks, for a worker that starts.

    Raises:
        StartError: The namespace is not there, or Temporal does not carry it out.
    """
    try:
        await ensure_schedules(client, anchors=anchors)
    except RPCError as error:
        raise StartError(_SAID.get(error.status, _OTHERWISE).format(client.namespace, error.status.name)) from None


_SAID = {
    RPCStatusCode.NOT_FOUND: (
        "de namespace {} is er niet in Temporal: kijk TEMPORAL_NAMESPACE na, of draai `vangnet temporal setup`"
    ),
    RPCStatusCode.PERMISSION_DENIED: "Temporal staat deze toegang niet toe roosters te maken in de namespace {}",
}
_OTHERWISE = "Temporal maakt de roosters in de namespace {} niet ({})"


def _housekeeping(name: str, *, daily: bool) -> ScheduleActionStartWorkflow:
    return ScheduleActionStartWorkflow(
        HousekeepingWorkflow.run,
        HousekeepingInput(daily=daily),
        id=name,
        task_queue=TASK_QUEUE,
        execution_timeout=_CATCH_UP,
    )


def _schedule(action: ScheduleActionStartWorkflow, when: ScheduleSpec, catch_up: timedelta) -> Schedule:
    policy = SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=catch_up)
    return Schedule(action=action, spec=when, policy=policy)


def _each(every: timedelta) -> ScheduleSpec:
    return ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)])


def _at(moment: ScheduleCalendarSpec) -> ScheduleSpec:
    return ScheduleSpec(calendars=[moment], time_zone_name="Europe/Amsterdam")
