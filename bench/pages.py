"""What the pages cost: a region of 100,000 cases, people at work in it, and actions that are really carried out.

Everything runs as it is served: PostgreSQL, Temporal, the worker, the login provider and the pages, each in a process of
its own. Times are those of somebody on the same machine: the server's, with a little of HTTP on top.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bench.drivers import Case
from bench.pages_acting import act
from bench.pages_counts import counts
from bench.pages_figures import PagesMeasured, PagesPlan, Times, Weight
from bench.pages_filling import fill
from bench.pages_load import Day, Taken, new_signal, work
from bench.pages_machine import Machine
from bench.pages_visitor import Visitor
from bench.pages_weight import weigh
from bench.rounds import Say
from bench.servers import DidNotStart, Servers, servers
from runtime.settings import Ports, Settings, load
from starter.oidc.people import DEMO
from starter.stack import services
from starter.stack.child import Child
from starter.stack.environment import REGION
from starter.stack.ports import HOST, answers
from starter.starting import workflow_id

FULL_PAGES = PagesPlan(cases=100_000, people=20, seconds=40, pause=1, acted=8, counted=2000)
QUICK_PAGES = PagesPlan(cases=2_000, people=4, seconds=4, pause=0.1, acted=1, counted=50)

_NAMES = {"web": "pages", "login": "login provider"}
_BEHIND_A_PAGE = (*_NAMES.values(), "PostgreSQL")
_PATIENCE = timedelta(seconds=60)
_AGAIN = timedelta(milliseconds=50)
_AT_WORK = ("s.yilmaz", "m.dewit", "n.peters", "l.hendriks", "a.jansen", "o.ops")
_OPENED = {"school-de-meent": (0, 3, 8, 14, 17), "cjg": (10, 12, 14, 17), "zvh": (14, 17), "gemeente": (3, 14)}
"""How many messages the cases were told that people of an organisation open."""


async def measure_pages(plan: PagesPlan, folder: Path, say: Say) -> PagesMeasured:
    """Start everything in an empty folder, measure, and stop everything.

    Raises:
        StartError: Something does not come up.
    """
    async with servers(folder) as running, running.worker("ours") as worker, _served(running) as served:
        say(f"a region of {plan.cases} cases")
        await fill(load(Settings).database_url.get_secret_value(), await running.store.policy(REGION), plan.cases)
        cases = await _told(running)
        pids = served.pids | {"worker": worker, "PostgreSQL": running.postgres, "Temporal": running.temporal}
        async with _at_work(served.address, cases, plan.people) as days:
            return await _measured(running, plan, days, pids, say)


async def _measured(
    running: Servers, plan: PagesPlan, days: Sequence[Day], pids: dict[str, int], say: Say
) -> PagesMeasured:
    await work(days, min(plan.seconds, 5), 0, plan.seed)  # what the first of a kind costs, once
    say(f"actions, one after the other, in {plan.acted} cases")
    school = next(day.visitor for day in days if day.visitor.person.user == "m.dewit")
    acting = await act(school, await _cases(running, [0] * plan.acted))
    say(f"{plan.people} people at work")
    machine = Machine(pids | {"driver": os.getpid()})
    at_work = await work(days, plan.seconds, plan.pause, plan.seed)
    machine.read()
    say("actions while they are at work")
    fresh = await _cases(running, [0] * plan.acted)
    _, acting_at_work = await asyncio.gather(work(days, plan.seconds / 4, plan.pause, plan.seed), act(school, fresh))
    say(f"{plan.people} people who read nothing")
    flood = await work(days, plan.seconds / 4, 0, plan.seed)
    say("weights and counts")
    return PagesMeasured(
        plan=plan,
        at_work=_times(at_work),
        in_a_flood=_times(flood),
        pages_a_second={"at work": _number(at_work) / plan.seconds, "in a flood": _number(flood) / plan.seconds * 4},
        cpu={name: used * 1000 / _number(at_work) for name, used in machine.used.items() if name in _BEHIND_A_PAGE},
        others=machine.others,
        acting=_times(acting),
        acting_at_work=_times(acting_at_work),
        weights=await _weights(days[1]),
        counts=await counts(running, plan.counted),
    )


def _times(taken: Taken) -> dict[str, Times]:
    return {name: Times.of(seconds) for name, seconds in taken.items()}


def _number(taken: Taken) -> int:
    return sum(map(len, taken.values()))


async def _weights(day: Day) -> dict[str, Weight]:
    pages = {name: await opened() for name, opened in day.pages().items()}
    return {name: await weigh(page.text, day.visitor.file) for name, page in pages.items() if page.status == 200}  # noqa: PLR2004


async def _told(running: Servers) -> dict[str, list[str]]:
    """Really tell the cases that people open; by organisation."""
    return {organisation: await _cases(running, told) for organisation, told in _OPENED.items()}


async def _cases(running: Servers, told: Iterable[int]) -> list[str]:
    """Open cases and tell each so many messages, side by side; in the order that was asked for."""
    driver = Case(running.client, running.store)
    return list(await asyncio.gather(*(_told_so_far(driver, messages) for messages in told)))


async def _told_so_far(driver: Case, messages: int) -> str:
    workflow = await driver.open()
    for number in range(1, messages + 1):
        await driver.tell(workflow, number)
    await driver.quiet(workflow)
    return workflow.removeprefix(workflow_id(""))


@asynccontextmanager
async def _at_work(address: str, cases: dict[str, list[str]], people: int) -> AsyncIterator[list[Day]]:
    """Have so many people log in; several may be the same person at another desk."""
    by_user = {person.user: person for person in DEMO}
    async with AsyncExitStack() as stack:
        days = []
        for place in range(people):
            person = by_user[_AT_WORK[place % len(_AT_WORK)]]
            visitor = await stack.enter_async_context(Visitor(address, person))
            await visitor.log_in()
            draft = await new_signal(visitor) if person.organisation.startswith("school") else None
            days.append(Day(visitor, cases[person.organisation], draft))
        yield days


@dataclass(frozen=True)
class Served:
    """The pages that run."""

    address: str
    pids: dict[str, int]


@asynccontextmanager
async def _served(running: Servers) -> AsyncIterator[Served]:
    """Run the login provider and the pages."""
    ports = load(Ports)
    commands = ((services.login(running.layout, ports), ports.oidc_port), (services.web(), ports.web_port))
    async with AsyncExitStack() as stack:
        pids = {}
        for command, port in commands:
            child = Child(command, running.layout.log(command.name))
            await child.start()
            stack.push_async_callback(child.stop)
            pids[_NAMES[command.name]] = await _answers(child, port)
        yield Served(f"http://{HOST}:{ports.web_port}", pids)


async def _answers(child: Child, port: int) -> int:
    """Wait until somebody listens; gives the process's id."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE.total_seconds()):
            while child.pid is not None and not await answers(port):
                await asyncio.sleep(_AGAIN.total_seconds())
    if child.pid is None or not await answers(port):
        raise DidNotStart(f"{child.command.name} antwoordt niet; zie {child.log}")
    return child.pid
