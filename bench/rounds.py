"""The order of measuring: rounds in which every driver has its turn, and memory at the end."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import load
from bench.drivers import Bare, Case, Door, Driver
from bench.figures import DRIVER, POSTGRES, TEMPORAL, WORKER, Crowd, Grown, Kept, Measured, Memory, Sample
from bench.history import kept, shape
from bench.servers import Servers, servers
from bench.tour import Tour
from bench.usage import resident_bytes
from protocol.model import Frozen

Say = Callable[[str], None]


class Plan(Frozen):
    """How much is measured.

    Attributes:
        rounds: In each, every driver tells the same number of cases.
        alone: Cases told one after the other, in quiet.
        crowd: Cases told in a crowd.
        at_once: How many of them in a crowd.
        rush: Cases told in a rush.
        rush_at_once: How many of them at once.
        open_cases: Cases that stand open while memory is read.
        told_cases: Cases that stand open and were told something, while it is read once more.
        told_messages: Messages that each of these was told after its opening.
        large: Cases that stand open while the crowd comes once more; 0 leaves that out.
    """

    rounds: int
    alone: int
    crowd: int
    at_once: int
    rush: int
    rush_at_once: int
    open_cases: int
    told_cases: int
    told_messages: int
    large: int = 0


FULL = Plan(
    rounds=5, alone=3, crowd=30, at_once=25, rush=100, rush_at_once=50, open_cases=1000, told_cases=300, told_messages=4
)
QUICK = Plan(
    rounds=1, alone=1, crowd=3, at_once=3, rush=4, rush_at_once=4, open_cases=20, told_cases=10, told_messages=2
)
_FEW = 1000
"""Open cases beside which a large number of them is held."""


async def measure(plan: Plan, folder: Path, say: Say) -> Measured:
    """Start everything in an empty folder, measure, and stop everything.

    Raises:
        StartError: Something does not come up.
    """
    async with servers(folder) as running:
        say("cases told with pauses")
        paused, tour_events = await _paused(running)
        say("warming up")
        async with running.worker("ours") as ours, running.worker("bare") as bare:
            drivers = await _drivers(running)
            pids = {"ours": ours, "bare": bare}
            await _warm_up(drivers, plan, pids)
            rounds = []
            for number in range(plan.rounds):
                say(f"round {number + 1} of {plan.rounds}")
                rounds.append(await _round(running, _turned(drivers, number), plan, pids))
        memory, memory_told = {}, {}
        for driver in drivers[:2]:
            say(f"memory of {plan.open_cases} open cases, {driver.name}")
            memory[driver.name] = await _memory(running, driver, plan.open_cases, 0, plan.at_once)
            memory_told[driver.name] = await _memory(running, driver, plan.told_cases, plan.told_messages, plan.at_once)
        return Measured(
            rounds=tuple(rounds),
            paused=paused,
            tour_events=tour_events,
            memory=memory,
            memory_told=memory_told,
            grown=await _grown(running, drivers[1], plan, say) if plan.large else None,
        )


async def _paused(running: Servers) -> tuple[Kept, int]:
    """Cases whose messages come so far apart that no delivery lingers until the next: one for each."""
    async with running.worker("ours", VANGNET_DELIVERY_LINGER_SECONDS="0"):
        _, workflow = await load.alone(Case(running.client, running.store, lingers=False), 1)
        events = await Tour(running.client, running.store, lingers=False).history()
        return await kept(running.client, workflow), events


async def _drivers(running: Servers) -> tuple[Driver, ...]:
    """Tell one case of ours in quiet to see its shape: the bare workflow gets the same."""
    case = Case(running.client, running.store)
    _, workflow = await load.alone(case, 1)
    bare = Bare(running.plain, await shape(running.client, workflow))
    return bare, case, Door(running.client, running.store)


async def _warm_up(drivers: Sequence[Driver], plan: Plan, pids: dict[str, int]) -> None:
    for driver in drivers:
        await load.crowd(driver, min(plan.crowd, 5), plan.at_once, {WORKER: pids[driver.worker]})


def _turned(drivers: Sequence[Driver], number: int) -> tuple[Driver, ...]:
    """Who begins changes, so that nobody always comes after the same."""
    first = number % len(drivers)
    return (*drivers[first:], *drivers[:first])


async def _round(running: Servers, drivers: Sequence[Driver], plan: Plan, pids: dict[str, int]) -> dict[str, Sample]:
    """Each measure for every driver before the next measure: what is compared is close in time."""
    alone = {driver.name: await load.alone(driver, plan.alone) for driver in drivers}
    crowd = await _crowds(running, drivers, plan.crowd, plan.at_once, pids)
    rush = await _crowds(running, drivers, plan.rush, plan.rush_at_once, pids)
    return {
        name: Sample(
            alone=round_trips,
            crowd=crowd[name],
            rush=rush[name],
            kept=await kept(running.client, workflow),
        )
        for name, (round_trips, workflow) in alone.items()
    }


async def _crowds(
    running: Servers, drivers: Sequence[Driver], cases: int, at_once: int, pids: dict[str, int]
) -> dict[str, Crowd]:
    found = {}
    for driver in drivers:
        found[driver.name] = await load.crowd(driver, cases, at_once, _watched(running, driver, pids))
    return found


def _watched(running: Servers, driver: Driver, pids: dict[str, int]) -> dict[str, int]:
    return {
        WORKER: pids[driver.worker],
        TEMPORAL: running.temporal,
        POSTGRES: running.postgres,
        DRIVER: os.getpid(),
    }


async def _memory(running: Servers, driver: Driver, cases: int, messages: int, at_once: int) -> Memory:
    """What a fresh worker grows by; a tenth of the cases come first, for what grows once."""
    async with running.worker(driver.worker) as pid:
        await load.stand_open(driver, cases // 10, messages, at_once)
        before = resident_bytes(pid)
        await load.stand_open(driver, cases, messages, at_once)
        grown = resident_bytes(pid) - before
    return Memory(open_cases=cases, messages=messages, bytes_per_case=grown / cases)


async def _grown(running: Servers, driver: Driver, plan: Plan, say: Say) -> Grown:
    """The same crowd twice: among few open cases, and among as many as were asked for."""
    few = min(_FEW, plan.large // 2)
    async with running.worker(driver.worker, VANGNET_WORKER_CASES=str(plan.large + plan.crowd)) as pid:
        watched = _watched(running, driver, {driver.worker: pid})
        say(f"a crowd among {few} open cases")
        await load.stand_open(driver, few, 0, plan.at_once)
        among_few = await load.crowd(driver, plan.crowd, plan.at_once, watched)
        say(f"a crowd among {plan.large} open cases")
        await load.stand_open(driver, plan.large - few, 0, plan.at_once)
        among_many = await load.crowd(driver, plan.crowd, plan.at_once, watched)
    return Grown(few=few, many=plan.large, among_few=among_few, among_many=among_many)
