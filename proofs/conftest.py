"""What every proof has: a seed that makes its choices again, figures that are printed at the end, a stack of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from random import SystemRandom

import pytest

from proofs.told import Told
from tests.end_to_end.stack import LocalStack, local_stack

_FIGURES = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """How much, and with which choices."""
    parser.addoption("--seed", type=int, help="make the choices of an earlier run again")
    parser.addoption("--kills", type=int, default=30, help="how often something is killed")
    parser.addoption("--cases", type=int, default=5, help="how many cases are told to their end meanwhile, at least")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what was counted, whatever came of it."""
    terminalreporter.section("figures")
    for line in config.stash.get(_FIGURES, []):
        terminalreporter.line(line)


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> list[str]:
    """Lines that are printed when all is done."""
    return request.config.stash.setdefault(_FIGURES, [])


@pytest.fixture
def seed(request: pytest.FixtureRequest, figures: list[str]) -> int:
    """What all choices follow from."""
    given: int | None = request.config.getoption("--seed")
    chosen = SystemRandom().randrange(1_000_000) if given is None else given
    figures.append(f"{request.node.name}: --seed {chosen}")
    return chosen


@pytest.fixture
async def stack() -> AsyncIterator[LocalStack]:
    """A stack for one proof alone."""
    async with local_stack() as running:
        yield running


@pytest.fixture
async def told(stack: LocalStack) -> AsyncIterator[Told]:
    """Its front door, and what was told there."""
    async with Told.through(stack) as door:
        yield door
