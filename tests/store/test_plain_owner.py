"""Migrating as somebody who owns the database and is nothing else: as `deploy/systemd/databases.sh` makes them."""

from __future__ import annotations

import asyncpg

from store import migrate, pending
from tests.postgres import Postgres


async def test_the_owner_need_not_be_a_superuser(postgres: Postgres) -> None:
    """Every migration, with the application's role made by somebody who may."""
    server = await asyncpg.connect(postgres.dsn())
    try:
        await server.execute("CREATE ROLE plain_owner LOGIN; GRANT vangnet_app TO plain_owner")
        await server.execute("CREATE DATABASE plainly_owned OWNER plain_owner TEMPLATE template0")
        owned = postgres.dsn("plainly_owned").replace("postgres:", "plain_owner:").replace("postgres@", "plain_owner@")
        assert await migrate(owned)
        assert () == await pending(owned)
        assert "plain_owner" == await _owner(owned)
    finally:
        await server.execute("DROP DATABASE IF EXISTS plainly_owned WITH (FORCE)")
        await server.execute("DROP OWNED BY plain_owner; DROP ROLE plain_owner")
        await server.close()


async def _owner(dsn: str) -> str:
    connection = await asyncpg.connect(dsn)
    try:
        return str(await connection.fetchval("SELECT tableowner FROM pg_tables WHERE tablename = 'journal'"))
    finally:
        await connection.close()
