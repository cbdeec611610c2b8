"""Desks of either release side by side; who asks does not see which one answers."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import NamedTuple

from pydantic import JsonValue

from proofs.upgrading.release import Release
from tests.end_to_end.stack import LocalStack
from tests.end_to_end.story import Said

_PROGRAM = Path(__file__).with_name("desk.py")
_AGAIN = 0.05


class Request(NamedTuple):
    """Open a case by its number, tell it something, or let time pass until it escalates."""

    ticket: int
    number: int
    case: str | None
    said: Said | None


class DeskGone(Exception):
    """The desk ended before it answered: what it did of it nobody knows."""


@dataclass
class Desk:
    """One desk."""

    release: Release
    process: Process
    waiting: dict[int, asyncio.Future[JsonValue]] = field(default_factory=dict)

    async def ask(self, request: Request) -> JsonValue:
        """Have something done.

        Raises:
            DeskGone: It is to be asked again, elsewhere.
        """
        assert self.process.stdin is not None
        answer: asyncio.Future[JsonValue] = asyncio.get_running_loop().create_future()
        self.waiting[request.ticket] = answer
        try:
            self.process.stdin.write(json.dumps(request._asdict()).encode() + b"\n")
            await self.process.stdin.drain()
        except ConnectionError:
            raise DeskGone from None
        return await answer

    async def read(self) -> None:
        """Hand out answers until it ends."""
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            found = json.loads(line)
            answer = self.waiting.pop(found["ticket"])
            if not answer.done():  # nobody waits any more when the rehearsal falls
                answer.set_result(found["answer"])
        for answer in self.waiting.values():
            if not answer.done():
                answer.set_exception(DeskGone())


@dataclass
class Desks:
    """Every desk that is open."""

    stack: LocalStack
    random: Random
    desks: list[Desk] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    """By release: who answered."""
    repeats: int = 0
    _tickets: count[int] = field(default_factory=count)
    _reading: set[asyncio.Task[None]] = field(default_factory=set)

    async def open(self, release: Release) -> Desk:
        """Open a desk."""
        where = (f"127.0.0.1:{self.stack.ports['temporal_port']}", self.stack.database_url())
        with (self.stack.folder / "logs" / f"desk-{next(self._tickets)}.log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, str(_PROGRAM), *where, str(self.stack.folder / "keys.json"),
                cwd=release.checkout, env=release.environment(self.stack.folder), stdin=PIPE, stdout=PIPE, stderr=log,
            )  # fmt: skip
        desk = Desk(release, process)
        self.desks.append(desk)
        self._reading.add(asyncio.create_task(desk.read()))
        return desk

    async def kill(self, desk: Desk) -> None:
        """End a desk at once; what it was doing is asked elsewhere."""
        self.desks.remove(desk)
        desk.process.kill()
        await desk.process.wait()

    async def ask(self, number: int, case: str | None = None, said: Said | None = None) -> JsonValue:
        """Ask until somebody answers: the same thing, under the same id."""
        while True:
            desk = self.random.choice(self.desks)
            try:
                answer = await desk.ask(Request(next(self._tickets), number, case, said))
            except DeskGone:
                assert desk not in self.desks, "a desk fell: see its log"
                self.repeats += 1
                await asyncio.sleep(_AGAIN)
            else:
                self.answers[desk.release.name] += 1
                return answer

    async def close(self) -> None:
        """End every desk."""
        for desk in [*self.desks]:
            await self.kill(desk)
        await asyncio.gather(*self._reading)
