"""Looking at the database past the store: what really stands in its tables."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO

import asyncpg

_TABLES = """
SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('vangnet', 'keystore') ORDER BY 1, 2
"""

_WAITING = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


@asynccontextmanager
async def connected(database: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection as the owner of everything."""
    connection = await asyncpg.connect(database)
    try:
        yield connection
    finally:
        await connection.close()


async def counts(database: str) -> dict[str, int]:
    """How many rows each table has."""
    async with connected(database) as connection:
        return {
            table: await connection.fetchval(f'SELECT count(*) FROM {schema}."{table}"')  # noqa: S608  # its own catalogue
            for schema, table in await connection.fetch(_TABLES)
        }


async def dump(database: str) -> bytes:
    """Everything that stands in any table, as COPY writes it."""
    async with connected(database) as connection:
        out = BytesIO()
        for schema, table in await connection.fetch(_TABLES):
            await connection.copy_from_table(table, schema_name=schema, output=out)
    return out.getvalue()


async def waiting(database: str, at_least: int) -> list[int]:
    """Wait until so many sessions wait for a lock; returns their process ids."""
    async with connected(database) as connection, asyncio.timeout(10):
        while len(found := [row["pid"] for row in await connection.fetch(_WAITING)]) < at_least:
            await asyncio.sleep(0)
    return found


async def tampered(database: str, *statements: str) -> None:
    """Change what is append-only, as somebody with the owner's rights can."""
    async with connected(database) as connection:
        await connection.execute("SET session_replication_role = replica")
        for statement in statements:
            await connection.execute(statement)
