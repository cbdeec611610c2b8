"""The counts of today, by our overview and by Temporal's visibility: the same four questions."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from time import perf_counter

from temporalio.client import Client

from bench.pages_figures import Times
from bench.pages_filling import open_models
from bench.servers import Servers
from protocol.case import Case
from starter.stack.environment import REGION
from workflows import search_attributes

_TIMES = 30
_AT_ONCE = 50
_NOBODYS = "counted"
"""A task queue that no worker asks: these workflows exist, and do nothing."""


async def counts(running: Servers, workflows: int) -> dict[str, Times]:
    """Time both.

    Args:
        running: What is asked; its overview is full already.
        workflows: How many of Temporal's are made to count over: 100,000 would take it minutes.
    """
    await _stand(running.plain, workflows)
    now = datetime.now(UTC)
    today, week = now + timedelta(hours=12), now + timedelta(days=4)

    async def by_overview() -> None:
        await running.store.work_counts(REGION, "cjg", now=now, today=today, week=week)

    async def by_visibility() -> None:
        until = f"CaseDueAt <= '{now.isoformat()}'"
        stretches = (
            until,
            *(f"CaseDueAt BETWEEN '{now.isoformat()}' AND '{end.isoformat()}'" for end in (today, week)),
        )
        for stretch in (*stretches, "ExecutionStatus = 'Running'"):
            await running.plain.count_workflows(f"CaseCoordinator = 'cjg' AND {stretch}")

    return {"overview": await _timed(by_overview), f"visibility, {workflows} workflows": await _timed(by_visibility)}


async def _timed(count: Callable[[], Awaitable[None]]) -> Times:
    taken = []
    for _ in range(_TIMES):
        began = perf_counter()
        await count()
        taken.append(perf_counter() - began)
    return Times.of(taken)


async def _stand(client: Client, workflows: int) -> None:
    """Have workflows with the search attributes of open cases."""
    places = asyncio.Semaphore(_AT_ONCE)

    async def one(number: int, case: Case) -> None:
        async with places:
            await client.start_workflow(
                "Counted",
                id=f"counted/{number}",
                task_queue=_NOBODYS,
                search_attributes=search_attributes.of(case),
            )

    async with asyncio.TaskGroup() as group:
        for number, case in enumerate(islice(cycle(open_models(REGION)), workflows)):
            group.create_task(one(number, case))
