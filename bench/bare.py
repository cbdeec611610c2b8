"""The bare workflow: as many updates, activities and timers as our case, and nothing in them.

Regular activities with empty bodies, no sandbox, the SDK's defaults, no codec. An update is answered after its first
activity, as ours is after recording; what else our case did for that message follows beside it.
``python -m bench.bare`` is its worker.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import Worker

from runtime.settings import Settings, load
from runtime.signals import stop_on_signals
from runtime.temporal import connection

TASK_QUEUE = "bare"
_LIMIT = timedelta(minutes=1)
_FAR = timedelta(days=5)


@dataclass(frozen=True)
class Beat:
    """What our case does for one message."""

    activities: int
    timers: int


@dataclass(frozen=True)
class Shape:
    """What our case does for its opening and for each message after it."""

    beats: tuple[Beat, ...]


@activity.defn
async def nothing() -> None:
    """Do nothing, as quickly as it can be done."""


@workflow.defn(name="Bare", sandboxed=False)
class BareWorkflow:
    """Takes its updates in order and ends after the last."""

    @workflow.init
    def __init__(self, shape: Shape) -> None:
        self._beats = shape.beats
        self._told = 0
        self._behind = 0
        self._alarm: asyncio.Task[None] | None = None

    @workflow.run
    async def run(self, shape: Shape) -> None:  # noqa: ARG002  # read by __init__
        """Do what our case does for its opening, and wait for the rest."""
        await self._beat(self._beats[0])
        await workflow.wait_condition(self._is_over)

    @workflow.update
    async def tell(self, number: int) -> int:
        """Carry one message out."""
        await self._beat(self._beats[number])
        self._told = number
        return number

    @tell.validator
    def check(self, number: int) -> None:
        """Let a message in, as ours does before its history has it."""
        if not 0 < number < len(self._beats):
            raise ValueError

    def _is_over(self) -> bool:
        return self._told == len(self._beats) - 1 and not self._behind and workflow.all_handlers_finished()

    async def _beat(self, beat: Beat) -> None:
        for _ in range(beat.timers):
            self._set_alarm()
        if beat.activities:
            await self._act()
        self._behind += 1
        self._rest = asyncio.create_task(self._carry_on(beat.activities - 1))

    async def _carry_on(self, activities: int) -> None:
        for _ in range(activities):
            await self._act()
        self._behind -= 1

    async def _act(self) -> None:
        await workflow.execute_activity(nothing, start_to_close_timeout=_LIMIT)

    def _set_alarm(self) -> None:
        if self._alarm:
            self._alarm.cancel()
        self._alarm = asyncio.create_task(workflow.sleep(_FAR))


async def work() -> None:
    """Carry bare workflows until a signal."""
    client = await Client.connect(**connection())
    cases = load(Settings).worker_cases
    with stop_on_signals() as stop:
        async with Worker(
            client,
            task_queue=TASK_QUEUE,
            workflows=[BareWorkflow],
            activities=[nothing],
            max_cached_workflows=cases,
        ):
            await stop.wait()


if __name__ == "__main__":
    asyncio.run(work())
