"""One stack for all tests of this folder, and one case that was told to its end."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from tests.end_to_end.stack import Ended, LocalStack, local_stack
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
    return await stack.vangnet(*what.line.arguments(case), "--id", what.id, "--json", stdin=what.line.stdin)


async def silence(stack: LocalStack, case: str) -> str:
    """Let days pass until the case has escalated by itself; returns how it stands then."""
    for days in SILENCE:
        ended = await stack.vangnet("clock", "forward", case, days)
        assert (ended.code, ended.err) == (0, "")
        shown = await stack.vangnet("case", "show", case, "--as", SCHOOL, "--json")
        if json.loads(shown.out)["escalation"]["status"] == "requested":
            return shown.out
    raise AssertionError("it did not escalate")


@pytest.fixture(scope="session")
async def whole_case(stack: LocalStack) -> WholeCase:
    """Told in full, by command line alone."""
    first, then = said(at_school(), "school"), said(escalated(datetime.now(UTC).date()), "escalated")
    case = WholeCase(await opened(stack), first + then)
    for line in first:
        case.answers.append(await tell(stack, case.id, line))
    case.after_silence = await silence(stack, case.id)
    for line in then:
        case.answers.append(await tell(stack, case.id, line))
    return case


