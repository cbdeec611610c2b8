"""People at work in the pages: each opens a page, reads it for a moment, and opens the next."""

from __future__ import annotations

import asyncio
import random
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from itertools import cycle, islice
from time import perf_counter

from bench.pages_visitor import Answer, Visitor, fields_of

Taken = dict[str, list[float]]
"""Seconds, by page."""

_ONWARD = re.compile(r'href="(/zaken\?[^"]*na=[^"]*)"')
_NUMBER = re.compile(r"nummer=(\d+)")
_FILTERS = (
    "stap=parent_talk",
    "termijn=overdue",
    "beurt=ours&soort=loverboy",
    "beurt=theirs",
    "opgeschaald=yes",
    "stap=closed",
    "rol=coordinator&termijn=week",
)


class Day:
    """What one person does, over and over: the list and its filters, a case, the beginning of a new signal."""

    def __init__(self, visitor: Visitor, cases: Sequence[str], draft: str | None) -> None:
        """Begin a day.

        Args:
            visitor: Who it is, logged in.
            cases: Cases that they see, really told.
            draft: A new signal that they are filling in; only schools have one.
        """
        self.visitor = visitor
        self._cases = cycle(cases)
        self._filters = cycle(_FILTERS)
        self._draft = draft
        self._onward = "/zaken"
        self._searching: list[tuple[str, str]] = []
        self._polled = f"/zaken/{cases[0]}/stand?nummer=9999"

    def pages(self) -> dict[str, Callable[[], Awaitable[Answer]]]:
        """What is opened, by what it is called in the results, in the order of a day."""
        own = {"intake step": self._intake_step} if self._draft else {}
        return {
            "work list": self._list,
            "work list, filtered": self._filtered,
            "work list, page 2": self._page_2,
            "search by number": self._search,
            "case with journal": self._case,
            "case, has it changed": self._poll,
            "form of an action": self._form,
            **own,
        }

    async def _list(self) -> Answer:
        answer = await self.visitor.get("/zaken")
        found = _ONWARD.search(answer.text)
        self._onward = found[1].replace("&amp;", "&") if found else "/zaken"
        self._searching = fields_of(answer.text)
        return answer

    async def _filtered(self) -> Answer:
        return await self.visitor.get(f"/zaken?{next(self._filters)}")

    async def _page_2(self) -> Answer:
        return await self.visitor.get(self._onward)

    async def _search(self) -> Answer:
        if not self._searching:
            await self._list()
        return await self.visitor.post("/zaken", [*self._searching, ("zaak", next(self._cases))])

    async def _case(self) -> Answer:
        case = next(self._cases)
        answer = await self.visitor.get(f"/zaken/{case}")
        found = _NUMBER.search(answer.text)
        # A closed case asks for nothing.
        self._polled = f"/zaken/{case}/stand?nummer={found[1] if found else 9999}"
        return answer

    async def _poll(self) -> Answer:
        return await self.visitor.get(self._polled, 200, 204, polls=True)

    async def _form(self) -> Answer:
        return await self.visitor.get(f"/zaken/{next(self._cases)}/add-signal", 200, 409)

    async def _intake_step(self) -> Answer:
        return await self.visitor.get(f"/zaken/nieuw/{self._draft}/signalen")


async def work(days: Sequence[Day], seconds: float, pause: float, seed: int) -> Taken:
    """Have everybody work side by side.

    Args:
        days: One for each person.
        seconds: For how long.
        pause: How long somebody reads a page, on average; 0 for nobody reads anything.
        seed: Of who reads how long.
    """
    taken: Taken = defaultdict(list)
    until, chance = perf_counter() + seconds, random.Random(seed)  # noqa: S311  # nobody's secret
    async with asyncio.TaskGroup() as group:
        for place, day in enumerate(days):
            own = random.Random(chance.random())  # noqa: S311
            group.create_task(_work(day, place, until, pause, own, taken))
    return taken


async def _work(day: Day, place: int, until: float, pause: float, chance: random.Random, taken: Taken) -> None:  # noqa: PLR0913, PLR0917
    """Go on with a day; not everybody begins it with the same page."""
    pages = list(day.pages().items())
    await asyncio.sleep(chance.uniform(0, pause))
    for name, opened in islice(cycle(pages), place % len(pages), None):
        if perf_counter() >= until:
            return
        taken[name].append((await opened()).seconds)
        await asyncio.sleep(chance.uniform(0, 2 * pause))


async def new_signal(visitor: Visitor) -> str:
    """Begin a new signal; returns the draft's id."""
    begun = await visitor.post("/zaken/nieuw", fields_of((await visitor.get("/zaken/nieuw")).text))
    return begun.leads_to.split("/")[3]
