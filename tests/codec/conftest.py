"""What the tests of the codec and its server start."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from starter.oidc.people import DEMO
from store import KeyRing
from tests.codec.serving import Server, running_codec
from tests.postgres import Postgres, database, key_ring, postgres, store
from tests.runtime.conftest import temporal
from tests.starter.stack import Stack, running_stack
from tests.web.serving import settle_demo_region

__all__ = ["database", "key_ring", "postgres", "store", "temporal"]


@pytest.fixture(scope="session")
async def stack(
    postgres: Postgres, key_ring: KeyRing, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stack]:
    """PostgreSQL, Temporal, a mail server and a worker, with the organisations of the demo people."""
    async with running_stack(postgres, key_ring, tmp_path_factory.mktemp("local")) as running:
        await settle_demo_region(running.store)
        yield running


@pytest.fixture(scope="session")
def oidc_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The keys and people of the provider."""
    return tmp_path_factory.mktemp("oidc")


@pytest.fixture(scope="session")
async def whole_codec(stack: Stack, oidc_folder: Path) -> AsyncIterator[Server]:
    """One server for the session."""
    async with running_codec(stack, oidc_folder) as running:
        yield running


@pytest.fixture
async def codec(whole_codec: Server) -> AsyncIterator[Server]:
    """The server, with the demo people as they were when the test began."""
    yield whole_codec
    whole_codec.people.save(DEMO)


@pytest.fixture(scope="session")
async def case(stack: Stack) -> str:
    """A case of De Meent that the CJG was not told of."""
    return await stack.open()
