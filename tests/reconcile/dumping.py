"""Dumping a database and putting it back, with PostgreSQL's own programs, as docs/operate/restore.md tells."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from starter.stack.postgres import _binaries

_LIMIT = 60.0
"""Seconds, for each of these: none of them knows an end of its own where somebody holds a lock."""


async def dump(dsn: str, to: Path) -> None:
    """Dump everything, the key store included."""
    await _run("pg_dump", "--format=custom", f"--file={to}", dsn)


async def put_back(dsn: str, dumped: Path) -> None:
    """Replace a database by an older dump; whoever was connected is thrown out."""
    name = urlsplit(dsn).path.lstrip("/")
    connection = await asyncpg.connect(dsn.replace(f"/{name}", "/postgres", 1), timeout=_LIMIT, command_timeout=_LIMIT)
    try:
        await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()
    await _run("pg_restore", "--exit-on-error", "--single-transaction", f"--dbname={dsn}", str(dumped))


async def _run(program: str, *arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        str(_binaries() / program), *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), _LIMIT)
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, said.decode()
