"""One stack for all tests of this folder, and one case that was told to its end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from tests.command_line import Ended
from tests.end_to_end.stack import LocalStack, eventually, local_stack
from tests.end_to_end.story import SCHOOL, SILENCE, Said, at_school, escalated, intake, said


@dataclass
class WholeCase:
    """A case that came back to the school, and what each command answered on the way."""

    id: str
    said: tuple[Said, ...]
    answers: list[Ended] = field(default_factory=list)
    after_silence: str = ""
    """What `case show` said when nobody had answered."""


@pytest.fixture(scope="session")
async def stack() -> AsyncIterator[LocalStack]:
    """The whole of it."""
    async with local_stack() as running:
        yield running


async def opened(stack: LocalStack, number: int = 1) -> str:
    """A case that a school opened by command line."""
    file = stack.output.parent / f"intake-{number}.json"
    file.write_text(json.dumps(intake(number)), encoding="utf-8")
    ended = await stack.vangnet("case", "open", "--as", SCHOOL, "-f", str(file), "--id", f"open-{number}")
    assert (ended.code, ended.err) == (0, "")
    return ended.out.strip()


async def tell(stack: LocalStack, case: str, what: Said) -> Ended:
    """Say it."""
    return await stack.forked(*told_as(what, case), stdin=what.line.stdin)


def told_as(what: Said, case: str) -> tuple[str, ...]:
    """As it is typed, for a program to read the answer."""
    return (*what.line.arguments(case), "--id", what.id, "--json")


async def silence(stack: LocalStack, case: str) -> str:
    """Let days pass until the case has escalated by itself; returns how it stands then."""
    for days in SILENCE:
        ended = await stack.forked("clock", "forward", case, days)
        assert (ended.code, ended.err) == (0, "")
        shown = await stack.forked("case", "show", case, "--as", SCHOOL, "--json")
        if json.loads(shown.out)["escalation"]["status"] == "requested":
            return shown.out
    raise AssertionError("it did not escalate")


async def told(stack: LocalStack, case: WholeCase) -> WholeCase:
    """Tell it in full, by command line alone; what the school tells by the installed script."""
    first, then = case.said[: len(at_school())], case.said[len(at_school()) :]
    for line in first:
        case.answers.append(await stack.vangnet(*told_as(line, case.id), stdin=line.line.stdin))
    case.after_silence = await silence(stack, case.id)
    for line in then:
        case.answers.append(await tell(stack, case.id, line))
    await eventually(lambda: all_sent(stack, case.id), "all notices are sent", within=60)
    return case


async def all_sent(stack: LocalStack, case: str) -> bool:
    """Whether nothing of a case is left to send."""
    ended = await stack.forked("notices", case, "--json")
    return ended.code == 0 and all(row["sentAt"] for row in json.loads(ended.out))


@pytest.fixture(scope="session")
async def telling(stack: LocalStack) -> AsyncIterator[asyncio.Task[WholeCase]]:
    """A whole case, told from the first test on beside whatever else the tests do."""
    lines = said(at_school(), "school") + said(escalated(datetime.now(UTC).date()), "escalated")
    task = asyncio.create_task(told(stack, WholeCase(await opened(stack), lines)))
    yield task
    task.cancel()


@pytest.fixture
async def whole_case(telling: asyncio.Task[WholeCase]) -> WholeCase:
    """The case once it was told to its end."""
    return await telling


@pytest.fixture(scope="session")
async def case(stack: LocalStack, telling: asyncio.Task[WholeCase]) -> str:  # noqa: ARG001  # it goes on meanwhile
    """Another case, at its first step."""
    return await opened(stack, 2)
