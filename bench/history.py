"""What Temporal keeps of a case, and how a bare workflow of the same shape looks."""

from __future__ import annotations

from collections.abc import Iterable

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

from bench.bare import Beat, Shape
from bench.figures import Kept

_ACTIVITIES = (EventType.EVENT_TYPE_MARKER_RECORDED, EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
_OF_MOVED_CLOCKS = (
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIME_SKIPPING_TRANSITIONED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_OPTIONS_UPDATED,
)


async def kept(client: Client, workflow: str) -> Kept:
    """Events, transitions and bytes of one workflow."""
    described = await client.get_workflow_handle(workflow).describe()
    info = described.raw_description.workflow_execution_info
    return Kept(
        events=info.history_length,
        transitions=info.state_transition_count,
        bytes=info.history_size_bytes,
    )


async def own_events(client: Client, workflow: str) -> int:
    """How many events a case left, without those that only a clock which is moved by hand leaves."""
    history = await client.get_workflow_handle(workflow).fetch_history()
    return sum(event.event_type not in _OF_MOVED_CLOCKS for event in history.events)


async def busy(client: Client, workflow: str, *, with_activities: bool = False) -> bool:
    """Whether a workflow task is under way, or an activity where these count."""
    raw = (await client.get_workflow_handle(workflow).describe()).raw_description
    return raw.HasField("pending_workflow_task") or (with_activities and bool(raw.pending_activities))


async def shape(client: Client, workflow: str) -> Shape:
    """What a case that was told in quiet did for its opening and for each message, so that bare can do as much."""
    history = await client.get_workflow_handle(workflow).fetch_history()
    return Shape(tuple(_beats(history.events)))


def _beats(events: Iterable[HistoryEvent]) -> Iterable[Beat]:
    activities = timers = 0
    for event in events:
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
            yield Beat(activities, timers)
            activities = timers = 0
        activities += event.event_type in _ACTIVITIES
        timers += event.event_type == EventType.EVENT_TYPE_TIMER_STARTED
    yield Beat(activities, timers)
