"""Cases that are told at whichever desk is open, moment by moment."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from pydantic import JsonValue

from proofs.upgrading.desks import Desks
from tests.end_to_end.stack import eventually
from tests.end_to_end.story import SCHOOL, Line, Said, at_school, escalated, said
from workflows.hearing import Answer

MEANWHILE = 25
"""Moments that are told at least between two steps of the upgrade."""
_NEW = 0.05
"""One move in so many opens a new case."""


def moments(today: date) -> tuple[Said | None, ...]:
    """A whole escalated case after its opening; None is the silence in which it escalates by itself."""
    talk: dict[str, JsonValue] = {"heldBy": ["mentor"], "at": f"{today + timedelta(days=1)}T10:00"}
    planned = Said("planned", Line(SCHOOL, "plan-pupil-talk", talk))
    return (planned, *said(at_school(), "school"), None, *said(escalated(today), "escalated"))


@dataclass
class Case:
    """One case, and how far it was told."""

    number: int
    id: str = ""
    done: int = 0
    answers: dict[str, Answer] = field(default_factory=dict)


@dataclass
class Town:
    """Every case, told at whichever desk is open."""

    desks: Desks
    road: tuple[Said | None, ...]
    cases: list[Case] = field(default_factory=list)
    busy: set[int] = field(default_factory=set)
    told: int = 0
    seconds: list[float] = field(default_factory=list)

    async def open(self, number: int) -> Case:
        """A school opens a case."""
        case = Case(number)
        case.id = str(await self._timed(number))
        self.cases.append(case)
        return case

    async def begin(self, number: int, moment: int) -> None:
        """Open a case and tell it as far as this."""
        await self.until(await self.open(number), moment)

    async def step(self, case: Case) -> None:
        """Tell a case its next moment."""
        what = self.road[case.done]
        answer = await self._timed(case.number, case.id, what)
        if what is not None:
            case.answers[what.id] = Answer.model_validate(answer)
        case.done += 1
        self.told += 1

    async def until(self, case: Case, moment: int) -> None:
        """Tell a case as far as this."""
        while case.done < moment:
            await self.step(case)

    async def load(self, random: Random, over: asyncio.Event, following: Callable[[], int]) -> None:
        """Tell open cases on, any of them; now and then a new one begins."""
        while not over.is_set():
            free = [case for case in self.cases if case.done < len(self.road) and case.number not in self.busy]
            if random.random() < _NEW or not free:
                await self.open(following())
                continue
            case = random.choice(free)
            self.busy.add(case.number)
            await self.step(case)
            self.busy.discard(case.number)

    async def meanwhile(self) -> None:
        """Wait until enough was told since now."""
        enough = self.told + MEANWHILE

        async def is_enough() -> bool:  # what is waited for is awaited
            return self.told >= enough

        await eventually(is_enough, "cases are told meanwhile", within=120)

    async def _timed(self, number: int, case: str | None = None, what: Said | None = None) -> object:
        began = time.monotonic()
        answer = await self.desks.ask(number, case, what)
        self.seconds.append(time.monotonic() - began)
        return answer
