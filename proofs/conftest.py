"""A stack of its own for every proof, and how much is done to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from proofs.told import Told
from tests import proving
from tests.end_to_end.stack import LocalStack, local_stack
from tests.leaving import pytest_sessionfinish
from tests.proving import figures, pytest_terminal_summary, seed

__all__ = ["figures", "pytest_sessionfinish", "pytest_terminal_summary", "seed"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """How much, and with which choices."""
    proving.pytest_addoption(parser)
    parser.addoption("--kills", type=int, default=30, help="how often something is killed")
    parser.addoption("--links", type=int, default=1000, help="how many one-time links are stormed")
    parser.addoption("--hostile", type=int, default=50_000, help="how many hostile inputs are sent")
    parser.addoption("--open", type=int, default=200, help="how many cases are open when a release is replaced")
    parser.addoption("--open-cases", type=int, default=1000, help="how many open cases a small server carries")
    parser.addoption("--cases", type=int, default=5, help="how many cases are told to their end meanwhile, at least")


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
