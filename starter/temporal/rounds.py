"""The schedules in Temporal, against those that Vangnet makes."""

from __future__ import annotations

from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError, RPCStatusCode

from starter.schedule import ensure_schedules, schedules
from starter.temporal.part import Part, State

KIND = "schedule"


async def look(client: Client, anchors: timedelta | None) -> tuple[Part, ...]:
    """See which are there, paused, or changed by somebody."""
    return tuple([await _look(client, name, wanted) for name, wanted in schedules(anchors).items()])


async def ensure(client: Client, anchors: timedelta | None, *, anew: bool) -> tuple[Part, ...]:
    """Make what lacks.

    Args:
        client: Temporal.
        anchors: How often anchors are taken; None where none are.
        anew: Give those that were changed their own times again; a pause stays.
    """
    made = await ensure_schedules(client, anchors=anchors)
    found = []
    for part in await look(client, anchors):
        if part.name in made:
            found.append(part._replace(state=State.MADE))
        elif anew and part.state in {State.DIFFERS, State.PAUSED}:
            found.append(await _give_back(client, part, schedules(anchors)[part.name]))
        else:
            found.append(part)
    return tuple(found)


async def _look(client: Client, name: str, wanted: Schedule) -> Part:
    try:
        there = (await client.get_schedule_handle(name).describe()).schedule
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return Part(KIND, name, State.MISSING)
        raise
    if there.state.paused:
        return Part(KIND, name, State.PAUSED, "hervat hem in de console")
    return Part(KIND, name, State.THERE if _same(there, wanted) else State.DIFFERS)


async def _give_back(client: Client, part: Part, wanted: Schedule) -> Part:
    async def change(there: ScheduleUpdateInput) -> ScheduleUpdate:  # the SDK's signature
        wanted.state = there.description.schedule.state
        return ScheduleUpdate(wanted)

    await client.get_schedule_handle(part.name).update(change)
    return part if part.state is State.PAUSED else part._replace(state=State.CHANGED)


def _same(there: Schedule, wanted: Schedule) -> bool:
    """Whether both start the same at the same times; the server writes out what we leave to it."""
    action, ours = there.action, wanted.action
    assert isinstance(ours, ScheduleActionStartWorkflow)  # noqa: S101  # ours are
    if not isinstance(action, ScheduleActionStartWorkflow) or action.task_queue != ours.task_queue:
        return False
    spec, own = there.spec, wanted.spec
    times = [(each.every, each.offset or timedelta()) for each in spec.intervals]
    return (
        times == [(each.every, each.offset or timedelta()) for each in own.intervals]
        and [str(each.hour) + str(each.minute) for each in spec.calendars]
        == [str(tuple(each.hour)) + str(tuple(each.minute)) for each in own.calendars]
        and (spec.time_zone_name or "") == (own.time_zone_name or "")
        and there.policy.overlap == wanted.policy.overlap
    )
