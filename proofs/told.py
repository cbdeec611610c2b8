"""Telling cases through the front door until an answer comes, and keeping what was answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

from temporalio.client import Client, RPCError
from temporalio.testing import TimeSkipper

from protocol.deadlines import next_rung
from protocol.refusals import Refused
from protocol.vocabulary import EscalationStatus
from starter.actors import parse_actor
from starter.client import CaseClient
from starter.clock import forward
from starter.errors import BadInput, NotReachable, TakenNotCarriedOut
from starter.stack.environment import REGION
from starter.starting import workflow_id
from store import Store, StoreUnavailable
from tests.end_to_end.stack import LocalStack
from tests.end_to_end.story import SCHOOL, Said, intake
from workflows.hearing import Answer

AWAY = (NotReachable, TakenNotCarriedOut, StoreUnavailable)
"""What somebody hears while a part is away; each means: repeat it with the same id."""
LONGEST = 180.0
"""Seconds after which a message that is still not answered counts as lost."""
_AGAIN = 0.1
_ENOUGH = timedelta(seconds=1)


@dataclass
class Told:
    """The front door of a stack, and every answer that came through it."""

    store: Store
    temporal: Client
    client: CaseClient
    answers: dict[str, dict[str, Answer]] = field(default_factory=dict)
    """By case and message id."""
    refused_later: set[tuple[str, str]] = field(default_factory=set)
    """Case and id of what nobody answered in time and was refused afterwards: that much of it is journaled."""
    begun: int = 0
    repeats: int = 0
    seconds: list[float] = field(default_factory=list)
    """How long each message took, its repeats included."""

    @classmethod
    @asynccontextmanager
    async def through(cls, stack: LocalStack) -> AsyncIterator[Self]:
        """Open the door."""
        store = await Store.connect(stack.database_url(), stack.keys(), largest=20)
        try:
            temporal = await stack.temporal()
            yield cls(store, temporal, CaseClient(store, temporal, REGION))
        finally:
            await store.close()

    async def open(self, number: int) -> str:
        """A school opens a case."""
        began, self.begun = time.monotonic(), self.begun + 1
        while True:
            try:
                case = await self.client.open(parse_actor(SCHOOL), intake(number), f"open-{number}")
            except AWAY:
                await self._again(began, f"opening {number}")
            else:
                self.answers[case] = {}
                self.seconds.append(time.monotonic() - began)
                return case

    async def tell(self, case: str, said: Said) -> Answer:
        """Say it under its id until it is answered."""
        began, self.begun = time.monotonic(), self.begun + 1
        while True:
            try:
                answer = await self.once(case, said)
            except AWAY:
                await self._again(began, f"{case}/{said.id}")
            else:
                self.seconds.append(time.monotonic() - began)
                return answer

    async def once(self, case: str, said: Said) -> Answer:
        """Say it."""
        line = said.line
        answer = await self.client.tell(case, line.message, line.fields, parse_actor(line.who), line.note, said.id)
        known = self.answers[case].setdefault(said.id, answer)
        assert known == answer, f"{case}/{said.id} was answered differently before"
        return answer

    async def refused(self, case: str, said: Said) -> None:
        """Say something wrong until it is refused."""
        began = time.monotonic()
        while True:
            try:
                answer = await self.once(case, said)
            except AWAY as away:
                if isinstance(away, TakenNotCarriedOut):
                    self.refused_later.add((case, said.id))
                await self._again(began, f"{case}/{said.id}")
            except (Refused, BadInput):
                return
            else:
                raise AssertionError(f"{said} was taken: {answer}")

    async def silence(self, case: str) -> None:
        """Let days pass, clock by clock, until the case has escalated by itself."""
        began = time.monotonic()
        while not await self._escalated(case):
            assert time.monotonic() - began < 2 * LONGEST, f"{case} does not escalate"
            self.begun += 1
            with suppress(*AWAY, RPCError):
                await self._next_clock(case)

    async def _escalated(self, case: str) -> bool:
        with suppress(StoreUnavailable):
            overview = await self.store.overview(case)
            return overview is not None and overview.case.escalation.status is EscalationStatus.REQUESTED
        return False

    async def _next_clock(self, case: str) -> None:
        overview = await self.store.overview(case)
        assert overview is not None
        rung = next_rung(overview.case, await self.store.policy(overview.case.region, overview.policy_version))
        async with asyncio.timeout(20):
            now = await TimeSkipper(self.temporal).get_current_time(
                self.temporal.get_workflow_handle(workflow_id(case))
            )
        if rung is not None:
            by = max(rung[0] - now, timedelta()) + _ENOUGH
            await forward(self.temporal, self.store, case, by, patience=timedelta(seconds=20))

    async def _again(self, began: float, what: str) -> None:
        assert time.monotonic() - began < LONGEST, f"{what} is not answered"
        self.repeats += 1
        await asyncio.sleep(_AGAIN)
