"""One process is away for a while: the others go on as far as they can, an alert says so, and everything catches up.

Temporal's console is not among them: in the local stack it is part of Temporal's process, and away with it. Elsewhere it is a
process of its own that nobody asks for anything, so that no case, page or alert of ours could tell that it is away.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from enum import Enum
from typing import NamedTuple
from uuid import uuid4

import httpx2
import psutil
import pytest

from bench.pages_visitor import Visitor
from proofs.watched import Prometheus, prometheus
from starter.oidc.people import DEMO
from tests.command_line import Ended
from tests.end_to_end.stack import LocalStack, eventually, free_ports, local_stack
from tests.end_to_end.story import SCHOOL, intake

CAUGHT_UP = 30.0
"""Seconds after which everything has to be as if nobody had been away."""
FIRES = 90.0
CLEARS = 120.0
DONE, AGAIN = 0, 4
OK, AWAY = 200, 503
METRICS = {
    "vangnet-worker": "metrics_address",
    "vangnet-web": "metrics_web_address",
    "vangnet-codec": "metrics_codec_address",
}


class How(Enum):
    """How somebody is away."""

    KILLED = "killed"
    STANDS_STILL = "stands still"


class Absent(NamedTuple):
    """One process, and what the others do without it."""

    name: str
    process: str
    """What its command line holds."""
    alert: str
    page: int | None = OK
    """What the work list answers; None: nobody serves it."""
    told: int = DONE
    """The exit code of telling a case something."""
    opened: int = DONE
    """The exit code of opening a case."""


ABSENT = (
    Absent("worker", "worker.py", "VangnetWorkerAway", told=AGAIN, opened=DONE),
    Absent("web", "starter.web", "VangnetWebAway", page=None),
    Absent("codec", "starter.codec", "VangnetCodecAway"),
    Absent("PostgreSQL", "bin/postgres", "VangnetDatabaseAway", page=AWAY, told=AGAIN, opened=AGAIN),
    Absent("Temporal", "start-dev", "VangnetTemporalAway", told=AGAIN, opened=DONE),
    Absent("mail relay", "starter.inbox", "VangnetMailAway"),
    Absent("login", "starter.oidc", "VangnetLoginAway"),
)


class Town(NamedTuple):
    """A stack with somebody who watches it, and somebody at the pages."""

    stack: LocalStack
    watched: Prometheus
    visitor: Visitor


@pytest.fixture(scope="module")
async def town() -> AsyncIterator[Town]:
    """One for all of them: each leaves it as it was."""
    ports = free_ports((*METRICS, "prometheus"))
    settings = {f"VANGNET_{name.upper()}": f"127.0.0.1:{ports[job]}" for job, name in METRICS.items()}
    async with AsyncExitStack() as opened:
        stack = await opened.enter_async_context(local_stack(**settings))
        jobs = {job: ports[job] for job in METRICS}
        watched = await opened.enter_async_context(prometheus(stack.folder.parent, ports["prometheus"], jobs))
        coordinator = next(person for person in DEMO if person.organisation == "school-de-meent")
        visitor = await opened.enter_async_context(Visitor(address(stack), coordinator))
        await visitor.log_in()
        yield Town(stack, watched, visitor)


def address(stack: LocalStack) -> str:
    """Where its pages are."""
    return f"http://127.0.0.1:{stack.ports['web_port']}"


@asynccontextmanager
async def without(stack: LocalStack, absent: Absent, how: How) -> AsyncIterator[None]:
    """Have one process away; whoever would start it again stands still meanwhile."""
    supervisor = stack._process  # noqa: SLF001  # nobody else has to make it stand still
    assert supervisor is not None
    found = [child for child in supervisor.children() if absent.process in " ".join(child.cmdline())]
    assert len(found) == 1, absent.name
    if how is How.KILLED:
        supervisor.suspend()
        found[0].kill()
        try:
            yield
        finally:
            supervisor.resume()
        return
    family = [found[0], *found[0].children(recursive=True)]
    for each in family:
        each.suspend()
    try:
        yield
    finally:
        for each in family:
            with suppress(psutil.NoSuchProcess):
                each.resume()


async def tell(stack: LocalStack, case: str) -> Ended:
    """The school says that the pupil is in danger, always under the same id."""
    return await stack.vangnet("case", "tell", case, "declare-acute", "--as", SCHOOL, "--id", "danger")


async def open_case(stack: LocalStack, id_: str) -> Ended:
    """A school opens a case."""
    return await stack.vangnet(
        "case", "open", "--as", SCHOOL, "-f", "-", "--id", id_, stdin=json.dumps(intake()).encode()
    )


async def page(town: Town) -> int | None:
    """What somebody who is logged in gets for the work list; None when nobody answers."""
    try:
        return (await town.visitor.get("/zaken", OK, AWAY)).status
    except httpx2.HTTPError:
        return None


async def caught_up(town: Town, case: str, other: str | None) -> bool:
    """The message counts, the other case began, all that is to be sent was sent, and the pages answer."""
    if (await tell(town.stack, case)).code or await page(town) != OK:
        return False
    for each in (case, other):
        if each is not None:
            journal = await town.stack.vangnet("case", "journal", each, "--json")
            notices = await town.stack.vangnet("notices", each, "--json")
            if journal.code or not json.loads(journal.out):
                return False
            if not all(row["sentAt"] for row in json.loads(notices.out)):
                return False
    return True


async def keep_looking(town: Town, until: Callable[[], Awaitable[bool]], within: float) -> float:
    """Wait, with somebody at the pages all the time; how long it took."""
    began = time.monotonic()
    async with asyncio.timeout(within):
        while not await until():
            await page(town)
            await asyncio.sleep(0.2)  # another process decides; somebody looks five times a second
    return time.monotonic() - began


@pytest.mark.parametrize("how", How, ids=lambda how: how.name.lower())
@pytest.mark.parametrize("absent", ABSENT, ids=lambda absent: absent.name)
async def test_one_is_away(town: Town, absent: Absent, how: How, figures: list[str]) -> None:
    """What was told is not lost and counts once; who asks meanwhile is told plainly; afterwards it is as ever."""
    stack, watched = town.stack, town.watched
    await eventually(lambda: watched.is_quiet(absent.alert), "nothing is wrong", within=CLEARS)
    case = (await open_case(stack, str(uuid4()))).out.strip()
    name = str(uuid4())
    async with without(stack, absent, how):
        began = time.monotonic()
        told, opened = await tell(stack, case), await open_case(stack, name)
        assert (absent.told, absent.opened) == (told.code, opened.code), (told.err, opened.err)
        assert "Traceback" not in told.err + opened.err
        assert absent.page == await page(town)
        await keep_looking(town, lambda: watched.fires(absent.alert), FIRES)
        fired = time.monotonic() - began
    began = time.monotonic()
    other = opened.out.strip() or None
    await eventually(lambda: caught_up(town, case, other), "everything caught up", within=CAUGHT_UP)
    took = time.monotonic() - began
    began = time.monotonic()
    await keep_looking(town, lambda: watched.is_quiet(absent.alert), CLEARS)
    cleared = time.monotonic() - began + took
    events = json.loads((await stack.vangnet("case", "journal", case, "--json")).out)
    assert 1 == sum(row["event"] == "acute_declared" for row in events)
    assert 0 == (await stack.vangnet("audit", "verify")).code
    figures.append(
        f"{absent.name} {how.value}: {absent.alert} fired after {fired:.0f} s, "
        f"all caught up {took:.1f} s after it was back, quiet after {cleared:.0f} s"
    )
