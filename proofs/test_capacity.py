"""What one small server carries: open cases in memory and on disk, and messages a second while people are at the pages."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from statistics import median, quantiles
from typing import NamedTuple

import asyncpg
import pytest

from bench.pages_visitor import Visitor
from proofs.restoring import SAID, all_sent, reconcile
from proofs.told import Told
from starter.oidc.people import DEMO
from tests.end_to_end.stack import LocalStack, eventually, local_stack

AT_ONCE = 16
VISITORS = 20
RUSH = 30.0
"""Seconds."""
MEGA = 1_000_000
PROCESSES = {
    "worker": "worker.py", "web": "starter.web", "codec": "starter.codec",
    "PostgreSQL": "bin/postgres", "Temporal (one process, SQLite)": "start-dev",
}  # fmt: skip


@pytest.fixture
async def stack() -> AsyncIterator[LocalStack]:
    """A stack for this proof alone, as anybody starts it."""
    async with local_stack() as running:
        yield running


class Footprint(NamedTuple):
    """What the stack takes at one moment."""

    memory: dict[str, float]
    """Megabytes by process, those that it started included, what is shared divided among those who share it."""
    disk: dict[str, float]
    cpu: dict[str, float]
    """Seconds since each began."""


async def footprint(stack: LocalStack) -> Footprint:
    """Measure."""
    memory, cpu = dict[str, float](), dict[str, float]()
    for name, text in PROCESSES.items():
        (top,) = [child for child in stack.children() if text in " ".join(child.cmdline())]
        family = [top, *top.children(recursive=True)]
        memory[name] = sum(each.memory_full_info().pss for each in family) / MEGA
        times = [each.cpu_times() for each in family]
        cpu[name] = sum(t.user + t.system + t.children_user + t.children_system for t in times)
    connection = await asyncpg.connect(stack.database_url())
    try:
        size = await connection.fetchval("SELECT pg_database_size(current_database())")
    finally:
        await connection.close()
    temporal = sum(file.stat().st_size for file in stack.folder.glob("temporal.db*"))
    return Footprint(memory, {"PostgreSQL": size / MEGA, "Temporal": temporal / MEGA}, cpu)


async def told_open(told: Told, cases: int, first: int) -> float:
    """Open cases and tell each its first four messages; how many a second."""
    numbers, began = iter(range(first, first + cases)), time.monotonic()

    async def teller() -> None:
        for number in numbers:
            case = await told.open(number)
            for each in SAID:
                await told.tell(case, each)

    async with asyncio.TaskGroup() as tellers:
        for _ in range(AT_ONCE):
            tellers.create_task(teller())
    return cases / (time.monotonic() - began)


async def visiting(stack: LocalStack, seconds: list[float], stop: asyncio.Event) -> None:
    """Twenty people who each open their work list or a page of it once a second."""
    address = f"http://127.0.0.1:{stack.ports['web_port']}"
    coordinator = next(person for person in DEMO if person.organisation == "school-de-meent")
    async with Visitor(address, coordinator) as visitor:
        await visitor.log_in()

        async def person() -> None:
            while not stop.is_set():
                seconds.append((await visitor.get("/zaken")).seconds)
                await asyncio.sleep(max(0.0, 1 - seconds[-1]))

        async with asyncio.TaskGroup() as people:
            for _ in range(VISITORS):
                people.create_task(person())


async def test_what_a_small_server_carries(
    stack: LocalStack, told: Told, figures: list[str], request: pytest.FixtureRequest
) -> None:
    """Cases are opened and stay open; then a rush of messages with twenty people at the pages."""
    many = int(request.config.getoption("--open-cases"))
    empty = await footprint(stack)
    half = await told_open(told, many // 2, 0)
    middle = await footprint(stack)
    other = await told_open(told, many - many // 2, many)
    await eventually(lambda: all_sent(told), "everything is sent", within=120)
    full, sent = await footprint(stack), (1 + len(SAID)) * many
    looked = time.monotonic()
    reconciled = await reconcile(stack, "--dry-run")
    looked = time.monotonic() - looked
    told.seconds.clear()
    pages, stop, began = list[float](), asyncio.Event(), time.monotonic()
    async with AsyncExitStack() as opened:
        group = await opened.enter_async_context(asyncio.TaskGroup())
        group.create_task(visiting(stack, pages, stop))
        rate, number = list[float](), 10 * many
        while time.monotonic() - began < RUSH:
            rate.append(await told_open(told, AT_ONCE, number))
            number += AT_ONCE
        stop.set()
    rushed = await footprint(stack)
    took = time.monotonic() - began
    figures += [
        f"{many} cases opened and told 4 messages each by {AT_ONCE} at once: {half:.1f} cases a second, then {other:.1f}",
        *(
            f"  {name}: {empty.memory[name]:.0f} MB empty, {middle.memory[name]:.0f} with half, {full.memory[name]:.0f} with all"
            for name in PROCESSES
        ),
        "  CPU for each message, its mails included: "
        + ", ".join(f"{name} {1000 * (full.cpu[name] - empty.cpu[name]) / sent:.1f} ms" for name in PROCESSES),
        *(
            f"  {name} on disk: {1000 * (full.disk[name] - empty.disk[name]) / many:.0f} kB a case"
            for name in full.disk
        ),
        (
            f"  a rush of {took:.0f} s with {VISITORS} people at the work list: {len(told.seconds) / took:.0f} messages a second, "
            f"p50 {1000 * median(told.seconds):.0f} ms, p95 {1000 * quantiles(told.seconds, n=20)[-1]:.0f} ms"
        ),
        f"  a work list: p50 {1000 * median(pages):.0f} ms, p95 {1000 * quantiles(pages, n=20)[-1]:.0f} ms, {len(pages)} pages",
        "  CPU in the rush: "
        + ", ".join(f"{name} {100 * (rushed.cpu[name] - full.cpu[name]) / took:.0f} %" for name in PROCESSES),
    ]
    figures.append(
        f"  reconciling: {reconciled.looked} cases looked at in {looked:.1f} s, {len(reconciled.cases)} found"
    )
    assert () == await told.store.verify()
