"""Telling cases: one at a time in quiet, or many at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from time import perf_counter

from bench.drivers import Driver
from bench.figures import Crowd, RoundTrips
from bench.usage import Meter


async def alone(driver: Driver, cases: int) -> tuple[RoundTrips, str]:
    """Tell cases one after the other, each message when all that followed from the one before is done.

    Returns:
        The round trips, and the workflow id of the last case.
    """
    seconds: list[float] = []
    workflow = ""
    for _ in range(cases):
        workflow = await driver.open()
        for number in range(1, driver.messages + 1):
            await driver.quiet(workflow)
            seconds.append(await driver.tell(workflow, number))
        await driver.closed(workflow)
    return RoundTrips.of(seconds), workflow


async def crowd(driver: Driver, cases: int, at_once: int, pids: dict[str, int]) -> Crowd:
    """Tell many whole cases, so many at once, each as quickly as it answers."""
    seconds: list[float] = []
    waiting = iter(range(cases))
    meter, began = Meter(pids), perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(at_once := min(at_once, cases)):
            group.create_task(_tell_on(driver, waiting, seconds))
    took, used = perf_counter() - began, meter.used()
    return Crowd(
        at_once=at_once,
        cases=cases,
        cases_per_second=cases / took,
        round_trips=RoundTrips.of(seconds),
        cpu={name: spent / cases for name, spent in used.items()},
    )


async def _tell_on(driver: Driver, waiting: Iterator[int], seconds: list[float]) -> None:
    for _ in waiting:
        workflow = await driver.open()
        seconds += [await driver.tell(workflow, number) for number in range(1, driver.messages + 1)]
        await driver.closed(workflow)


async def stand_open(driver: Driver, cases: int, messages: int, at_once: int) -> None:
    """Open cases, tell each its first messages, and wait until nothing is under way; they stay open."""
    places = asyncio.Semaphore(at_once)

    async def one() -> None:
        async with places:
            workflow = await driver.open()
            for number in range(1, messages + 1):
                await driver.tell(workflow, number)
            await driver.quiet(workflow)

    async with asyncio.TaskGroup() as group:
        for _ in range(cases):
            group.create_task(one())
