"""What the tests of the keys start."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from store import KeyRing
from tests.postgres import Postgres, database, key_ring, postgres, store
from tests.starter.stack import Stack, running_stack

__all__ = ["database", "key_ring", "postgres", "store"]


@pytest.fixture(scope="session")
async def stack(
    postgres: Postgres, key_ring: KeyRing, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stack]:
    """PostgreSQL, Temporal, a mail server and a worker."""
    async with running_stack(postgres, key_ring, tmp_path_factory.mktemp("local")) as running:
        yield running
