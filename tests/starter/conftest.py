"""What the tests of the starter work with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from store import KeyRing
from tests.postgres import Postgres, key_ring, postgres
from tests.starter.stack import Stack, running_stack

__all__ = ["key_ring", "postgres", "stack"]


@pytest.fixture(scope="session")
async def whole_stack(
    postgres: Postgres, key_ring: KeyRing, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stack]:
    """One stack for all tests of this folder; each opens cases of its own."""
    folder: Path = tmp_path_factory.mktemp("local")
    async with running_stack(postgres, key_ring, folder) as running:
        yield running


@pytest.fixture
async def stack(whole_stack: Stack) -> AsyncIterator[Stack]:
    """The stack, with a worker when the test begins and when it ends."""
    await whole_stack.work()
    yield whole_stack
    await whole_stack.work()
