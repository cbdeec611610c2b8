"""Parts of the stack are killed at any moment of whole escalated cases; every case comes back to its school."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from datetime import UTC, datetime
from itertools import count as numbers
from random import Random

import pytest

from proofs.ledger import count
from proofs.told import Told
from protocol.vocabulary import OutcomeKind
from starter.starting import workflow_id
from store import StoreUnavailable
from tests.end_to_end.stack import LocalStack, Part, eventually
from tests.end_to_end.story import at_school, escalated, said

TELLERS = 3
"""Cases that are told side by side."""
LONGEST_GAP = 4
"""The most messages that begin between two kills."""
LATEST = 0.6
"""How long after a message began a kill may come, in seconds: before, while and after it is carried out."""
SETTLED = 300.0
"""A delivery whose worker was killed is begun again after its heartbeat's time; then everything has to be sent."""


class Killer:
    """Kills a part with SIGKILL at random moments while messages are on their way."""

    def __init__(self, stack: LocalStack, told: Told, random: Random, kills: int) -> None:
        self._stack = stack
        self._told = told
        self._random = random
        self._kills = kills
        self.killed: Counter[str] = Counter()

    async def run(self) -> None:
        """Go on until it was often enough."""
        while self.killed.total() < self._kills:
            until = self._told.begun + self._random.randint(1, LONGEST_GAP)
            while self._told.begun < until:
                await asyncio.sleep(
                    0.005
                )  # the tellers go on meanwhile; looked at finely, so that a kill falls anywhere
            await asyncio.sleep(self._random.uniform(0, LATEST))
            self._kill(self._random.choice(list(Part)))

    def _kill(self, part: Part) -> None:
        child = self._stack.child(part)
        if child is not None:
            child.kill()
            self.killed[part.name.lower()] += 1


async def tell_all(told: Told, number: int) -> None:
    """One whole escalated case, silence included."""
    case = await told.open(number)
    for each in said(at_school(), "school"):
        await told.tell(case, each)
    await told.silence(case)
    for each in said(escalated(datetime.now(UTC).date()), "escalated"):
        await told.tell(case, each)


async def settled(told: Told) -> bool:
    """Everything is sent and every workflow is over."""
    try:
        for case in told.answers:
            unsent = [row for row in await told.store.notices(case) if row.sent_at is None]
            status = (await told.temporal.get_workflow_handle(workflow_id(case)).describe()).status
            if unsent or status is None or status.name != "COMPLETED":
                return False
    except (StoreUnavailable, RuntimeError):  # RPCError is one
        return False
    return True


async def test_whatever_is_killed_whenever(
    stack: LocalStack, told: Told, seed: int, figures: list[str], request: pytest.FixtureRequest
) -> None:
    """Every case ends returned; every message is in the journal once; a mail goes out again only under its own id."""
    killer = Killer(stack, told, Random(seed), request.config.getoption("--kills"))  # noqa: S311  # choices, no secrets
    killing = asyncio.create_task(killer.run())
    following, least = numbers(1), request.config.getoption("--cases")

    async def teller() -> None:
        while (number := next(following)) <= least or not killing.done():
            await tell_all(told, number)

    began = time.monotonic()
    try:
        async with asyncio.TaskGroup() as tellers:
            for _ in range(TELLERS):
                tellers.create_task(teller())
    finally:
        killing.cancel()
        figures.append(
            f"  killed {killer.killed.total()} times {dict(killer.killed)} in {time.monotonic() - began:.0f} s"
        )
    waited = time.monotonic()
    await eventually(lambda: settled(told), "everything is sent and over", within=SETTLED)
    overviews = [await told.store.overview(case) for case in told.answers]
    outcomes = [overview.case.outcome for overview in overviews if overview is not None]
    assert {OutcomeKind.RETURNED} == {outcome.kind for outcome in outcomes if outcome is not None}
    assert len(outcomes) == len(told.answers)
    found = await count(told, stack.mails())
    figures += [
        f"  {len(told.answers)} cases, {found.messages} messages ({told.repeats} repeats), {found.events} events",
        f"  {found.notices} notices, {found.mails} mails, of which {found.repeated_mails} again under their Message-ID",
        (
            f"  longest until a message was answered {max(told.seconds):.1f} s, "
            f"until everything was sent at the end {time.monotonic() - waited:.1f} s"
        ),
    ]
    verified = await stack.vangnet("audit", "verify")
    assert (0, "") == (verified.code, verified.err)
    assert "Traceback" not in stack.said()
