"""Told to stop, a process finishes what it began: a page that is asked for, a mail that is out, a turn that is written."""

from __future__ import annotations

import asyncio
import signal
import time
from collections import Counter
from functools import partial
from random import Random

import httpx2
import psutil

from bench.pages_visitor import Visitor
from proofs.restoring import SAID, all_sent, sent_again, tell_through
from proofs.told import Told
from starter.oidc.people import DEMO
from tests.end_to_end.stack import LocalStack, Part, eventually

STOPS = 6
AT_ONCE = 8
DRAINED = 15.0
"""Seconds: what a worker is given to drain, and what it takes to leave."""


async def told_to_stop(process: psutil.Process) -> float:
    """End a process as an upgrade does; how long it took."""
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    await asyncio.to_thread(process.wait, 60)
    return time.monotonic() - began


async def test_a_worker_drains(stack: LocalStack, told: Told, seed: int, figures: list[str]) -> None:
    """Stopped again and again while cases are told and mails go out: nothing is lost, no mail goes out twice."""
    random, took = Random(seed), list[float]()  # noqa: S311  # choices, no secrets

    async def telling(number: int) -> None:
        case = await told.open(number)
        await tell_through(told, case, len(SAID))

    tellers = [asyncio.create_task(telling(number)) for number in range(3 * STOPS)]
    for _ in range(STOPS):
        await asyncio.sleep(random.uniform(0.5, 3))
        await eventually(partial(runs, stack), "a worker runs")
        worker = stack.child(Part.WORKER)
        assert worker is not None
        took.append(await told_to_stop(worker))
    await asyncio.gather(*tellers)
    began = time.monotonic()
    await eventually(partial(all_sent, told), "everything is sent", within=60)
    assert max(took) < DRAINED
    assert set() == sent_again(stack)
    assert () == await told.store.verify()
    figures += [
        f"a worker told to stop {STOPS} times under {len(tellers)} cases: gone after {max(took):.1f} s at most",
        f"  {len(stack.mails())} mails, none twice; all sent {time.monotonic() - began:.1f} s after the last answer",
    ]


async def runs(stack: LocalStack) -> bool:
    """Whether there is a worker to be stopped."""
    return stack.child(Part.WORKER) is not None


async def test_pages_drain(stack: LocalStack, figures: list[str]) -> None:
    """Stopped while people ask for pages: whoever was let in gets the whole page, nobody gets half of one or an error."""
    address = f"http://127.0.0.1:{stack.ports['web_port']}"
    coordinator = next(person for person in DEMO if person.organisation == "school-de-meent")
    async with Visitor(address, coordinator) as visitor:
        await visitor.log_in()
        found, stop = Counter[str](), asyncio.Event()
        asking = [asyncio.create_task(keep_asking(visitor, found, stop)) for _ in range(AT_ONCE)]
        took = [await stopped_pages(stack, found) for _ in range(STOPS)]
        stop.set()
        await asyncio.gather(*asking)
    assert set(found) <= {"200", "ConnectError", "ReadError", "RemoteProtocolError"}, found
    # Who came when nobody listened any more got nothing at all: a proxy in front asks the next process.
    figures.append(f"pages told to stop {STOPS} times: gone after {max(took):.1f} s at most, answers {dict(found)}")


async def stopped_pages(stack: LocalStack, found: Counter[str]) -> float:
    """Stop the pages once some were answered."""
    enough = found["200"] + 3 * AT_ONCE

    async def answered() -> bool:
        return found["200"] >= enough

    await eventually(answered, "pages are served", within=60)
    (pages,) = [one for one in stack.children() if "starter.web" in " ".join(one.cmdline())]
    return await told_to_stop(pages)


async def keep_asking(visitor: Visitor, found: Counter[str], stop: asyncio.Event) -> None:
    """Ask for the work list again and again, each time over a connection of its own."""
    cookie = "; ".join(f"{name}={value}" for name, value in visitor._cookies.items())  # noqa: SLF001  # one session for all
    while not stop.is_set():
        async with httpx2.AsyncClient(timeout=30) as http:
            try:
                answer = await http.get(f"{visitor._address}/zaken", headers={"cookie": cookie})  # noqa: SLF001
            except httpx2.HTTPError as error:
                found[type(error).__name__] += 1
                await asyncio.sleep(0.05)  # as somebody would who sees an error page, and not as a flood
                continue
        assert answer.text.rstrip().endswith("</html>")
        found[str(answer.status_code)] += 1
