"""Bringing a database to the form that this version of the program expects."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import asyncpg

from store.errors import MigrationChanged, MigrationUnknown, connecting, translated
from store.wall import SYSTEM, tell

FOLDER = Path(__file__).with_name("migrations")

_LOCK = 0x76616E676E6574
"""The advisory lock under which only one process migrates."""

_LIST = """
CREATE SCHEMA IF NOT EXISTS vangnet;
CREATE TABLE IF NOT EXISTS vangnet.migrations (
    name       text PRIMARY KEY,
    checksum   text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
"""


class Migration(NamedTuple):
    """One file, applied once and in its own transaction."""

    name: str
    text: str

    @property
    def checksum(self) -> str:
        """What shows that an applied file was changed afterwards."""
        return sha256(self.text.encode()).hexdigest()


async def migrate(dsn: str, folder: Path = FOLDER) -> tuple[str, ...]:
    """Apply what is pending; returns its names. Run at the same time, one waits for the other.

    Raises:
        MigrationChanged: An applied file was changed.
        MigrationUnknown: An applied file is not in this program.
        StoreUnavailable: The database does not answer.
    """
    async with _connected(dsn) as connection:
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        await connection.execute(_LIST)
        todo = await _pending(connection, folder)
        for migration in todo:
            await _apply(connection, migration)
        if todo:
            await tell(connection)
    return tuple(migration.name for migration in todo)


async def pending(dsn: str, folder: Path = FOLDER) -> tuple[str, ...]:
    """Name what :func:`migrate` would apply; changes nothing. Raises the same errors."""
    async with _connected(dsn) as connection:
        return tuple(migration.name for migration in await _pending(connection, folder))


@asynccontextmanager
async def _connected(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    with connecting():
        connection = await asyncpg.connect(dsn, timeout=10, server_settings={"vangnet.acting": SYSTEM})
    with translated():
        try:
            yield connection
        finally:
            await connection.close()


async def _pending(connection: asyncpg.Connection, folder: Path) -> tuple[Migration, ...]:
    ours = _ours(folder)
    applied = await _applied(connection)
    for name, checksum in applied.items():
        if name not in ours:
            raise MigrationUnknown(name)
        if ours[name].checksum != checksum:
            raise MigrationChanged(name)
    return tuple(migration for migration in ours.values() if migration.name not in applied)


def _ours(folder: Path) -> dict[str, Migration]:
    return {file.name: Migration(file.name, file.read_text()) for file in sorted(folder.glob("*.sql"))}


async def _applied(connection: asyncpg.Connection) -> dict[str, str]:
    if await connection.fetchval("SELECT to_regclass('vangnet.migrations')") is None:
        return {}
    rows = await connection.fetch("SELECT name, checksum FROM vangnet.migrations ORDER BY name")
    return {row["name"]: row["checksum"] for row in rows}


async def _apply(connection: asyncpg.Connection, migration: Migration) -> None:
    async with connection.transaction():
        await connection.execute(migration.text)
        await connection.execute(
            "INSERT INTO vangnet.migrations (name, checksum) VALUES ($1, $2)", migration.name, migration.checksum
        )
