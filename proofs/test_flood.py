"""Two hundred cases at once, with repeats and wrong messages among the right ones."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from statistics import quantiles
from typing import Final, NamedTuple

import asyncpg
from pydantic import JsonValue

from proofs.ledger import count
from proofs.told import Told
from tests.end_to_end.stack import LocalStack, eventually
from tests.end_to_end.story import CJG, GGD, SCHOOL, ZVH, Line, Said

CASES = 200
PER_SECOND = 50
_TALK: Final[dict[str, JsonValue]] = {"existingCare": False, "postponedForSafety": False, "pupilPresent": True}
ROAD = (
    Line(SCHOOL, "record-police-contact", {"contact": "report"}),
    Line(SCHOOL, "record-pupil-talk", {"heldBy": ["mentor"]}, "Een gesprek 😟"),
    Line(SCHOOL, "record-parent-talk", _TALK, "Nog een gesprek"),
    Line(SCHOOL, "request-consent", {"persons": ["pupil", "guardian-1"], "parties": ["cjg", "ggd"]}),
    Line("person:pupil", "answer-consent", {"person": "pupil", "answer": "granted", "channel": "link"}),
    Line("person:guardian-1", "answer-consent", {"person": "guardian-1", "answer": "granted", "channel": "link"}),
    Line(SCHOOL, "decide-report", {"needed": True}),
    Line(CJG, "accept-report"),
    Line(CJG, "set-severity", {"severity": "low"}),
    Line(CJG, "engage-partners", {"partners": ["ggd"]}),
    Line(GGD, "answer-partner-request", {"answer": "accept"}),
)
WRONG = (
    Line(SCHOOL, "declare-akuut", {}, "een notitie"),
    Line(SCHOOL, "declare-acute", {"reason": "x"}, "een notitie"),
    Line(SCHOOL, "add-signal", {"signals": ["gossip"]}, "een notitie"),
    Line(SCHOOL, "declare-acute", {}, "x" * 100_000),
    Line(SCHOOL, "confirm-hand-over", {}, "een notitie"),
    Line(SCHOOL, "change-school", {"to": "nergens"}, "een notitie"),
    Line(SCHOOL, "accept-report", {}, "een notitie"),
    Line(ZVH, "accept-escalation", {}, "een notitie"),
    Line("school:school-het-kompas:r.bakker", "declare-acute", {}, "een notitie"),
    Line("person:guardian-9", "declare-acute", {}, "een notitie"),
)


class Move(NamedTuple):
    """One thing that is told: right, again, or wrong."""

    kind: str
    said: Said


@dataclass
class Flood:
    """What is told to all cases, and how it went."""

    told: Told
    random: Random
    seconds: list[float] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)

    def moves(self) -> Iterator[Move]:
        """The road of one case, with what people also do on it."""
        done: list[Said] = []
        for number, line in enumerate(ROAD, start=1):
            done.append(Said(f"road-{number}", line))
            yield Move(self.random.choices(("right", "twice at once"), (0.9, 0.1))[0], done[-1])
            if self.random.random() < 0.2:  # a part of all
                yield Move("again", self.random.choice(done))
            if self.random.random() < 0.2:
                yield Move("wrong", Said(f"wrong-{number}", self.random.choice(WRONG)))
            if self.random.random() < 0.05:
                yield Move(
                    "wrong", Said(self.random.choice(done).id, Line(SCHOOL, "add-signal", {"signals": ["recruitment"]}))
                )

    async def make(self, case: str, move: Move) -> None:
        """Tell it, and see that it is answered as it has to be."""
        began = time.monotonic()
        if move.kind == "wrong":
            await self.told.refused(case, move.said)
        else:
            times = 2 if move.kind == "twice at once" else 1
            await asyncio.gather(*(self.told.tell(case, move.said) for _ in range(times)))
        self.seconds.append(time.monotonic() - began)
        self.kinds[move.kind] += 1

    async def run(self, cases: list[str]) -> None:
        """So many a second, each case one after the other, whichever is not busy."""
        waiting = {case: deque(self.moves()) for case in cases}
        busy: set[str] = set()
        began, made = time.monotonic(), 0

        async def make(case: str, move: Move) -> None:
            await self.make(case, move)
            busy.discard(case)

        async with asyncio.TaskGroup() as group:
            while waiting:
                free = [case for case in waiting if case not in busy]
                if free:
                    case = self.random.choice(free)
                    busy.add(case)
                    group.create_task(make(case, waiting[case].popleft()))
                    waiting = {each: moves for each, moves in waiting.items() if moves}
                made += 1
                await asyncio.sleep(max(0.0, began + made / PER_SECOND - time.monotonic()))


async def left(stack: LocalStack, query: str) -> list[tuple[str, str]]:
    """What stands in a table, as case and message id."""
    connection = await asyncpg.connect(stack.database_url())
    try:
        return [(row[0], row[1]) for row in await connection.fetch(query)]
    finally:
        await connection.close()


async def test_a_flood(stack: LocalStack, told: Told, seed: int, figures: list[str]) -> None:
    """Everything that was accepted is there once, and of what was refused nothing is there."""
    flood = Flood(told, Random(seed))  # noqa: S311  # choices, no secrets
    began = time.monotonic()
    cases = await asyncio.gather(*map(told.open, range(1, CASES + 1)))
    figures.append(f"  {CASES} cases opened at once in {time.monotonic() - began:.1f} s")
    began = time.monotonic()
    await flood.run(cases)
    took = time.monotonic() - began
    p50, p95, p99 = (quantiles(flood.seconds, n=100)[cut] for cut in (49, 94, 98))
    figures += [
        f"  {len(flood.seconds)} messages {dict(flood.kinds)} in {took:.0f} s: {len(flood.seconds) / took:.0f} a second",
        (
            f"  p50 {p50 * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, longest {max(flood.seconds):.1f} s, "
            f"{told.repeats} repeats because nothing answered in time, {len(told.refused_later)} refused afterwards"
        ),
    ]

    async def sent() -> bool:
        return not await left(stack, "SELECT case_id, notice_id FROM vangnet.notices WHERE sent_at IS NULL")

    began = time.monotonic()
    await eventually(sent, "everything is sent", within=300)
    found = await count(told, stack.mails())
    figures.append(
        f"  {found.messages} messages counted once, {found.events} events; {found.notices} notices, {found.mails} mails "
        f"({found.repeated_mails} again), the last sent {time.monotonic() - began:.0f} s after the flood"
    )
    accepted = {(case, id_) for case, answers in told.answers.items() for id_ in answers}
    kept = await left(stack, "SELECT case_id, message_id FROM vangnet.messages WHERE name <> 'open_case'")
    assert accepted <= set(kept)
    assert set(kept) - accepted <= told.refused_later
    notes = await left(stack, "SELECT case_id, message_id FROM vangnet.notes WHERE message_id NOT LIKE 'open-%'")
    assert set(notes) <= accepted
    assert "Traceback" not in stack.said()
