"""Drafts of a new signal: sealed, their writer's alone, and gone after a fortnight."""

from __future__ import annotations

import asyncio
import os
import re
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from protocol.messages import Actor
from protocol.vocabulary import Role
from runtime.settings import CHECKOUT
from store import AccessEntry, Store
from tests.dumps import BIN

WRITER = Actor(role=Role.SCHOOL, organisation="school-de-meent", user="s-schrijver")
COLLEAGUE = WRITER.model_copy(update={"user": "s-collega"})
SECRET = "Robin van Scherpenzeel"


def look(actor: Actor = WRITER) -> AccessEntry:
    """Somebody looks."""
    return AccessEntry(actor=actor, what="draft", purpose="test")


async def age(database: str, by: timedelta) -> None:
    """Let every draft be that much older."""
    connection = await asyncpg.connect(database)
    await connection.execute("UPDATE vangnet.drafts SET changed_at = changed_at - $1::interval", by)
    await connection.close()


async def count(database: str) -> int:
    """How many drafts there are, whoever's."""
    connection = await asyncpg.connect(database)
    found = int(await connection.fetchval("SELECT count(*) FROM vangnet.drafts"))
    await connection.close()
    return found


async def test_only_the_writer_opens_a_draft(store: Store) -> None:
    """A colleague neither opens, changes, lists nor drops it."""
    await store.begin_draft(WRITER, "i-1", "signalen", SECRET)

    assert await store.draft("i-1", look(COLLEAGUE)) is None
    assert not await store.keep_draft(COLLEAGUE, "i-1", "leerling", "x", revision=1)
    assert () == await store.drafts(COLLEAGUE)
    await store.drop_draft(COLLEAGUE, "i-1")
    found = await store.draft("i-1", look())
    assert found
    assert (SECRET, 1) == (found.content, found.revision)


async def test_of_two_changes_at_once_one_is_told(store: Store) -> None:
    """The second to change the same revision hears that there is another by now."""
    await store.begin_draft(WRITER, "i-1", "signalen", SECRET)

    first = await store.keep_draft(WRITER, "i-1", "leerling", "een", revision=1)
    second = await store.keep_draft(WRITER, "i-1", "leerling", "twee", revision=1)

    found = await store.draft("i-1", look())
    assert [True, False] == [first, second]
    assert found
    assert ("een", 2) == (found.content, found.revision)


@pytest.mark.parametrize(("days", "there"), [(13, 1), (14, 0)])
async def test_gone_after_a_fortnight(store: Store, database: str, days: int, there: int) -> None:
    """Not changed for fourteen days it cannot be opened, and the next draft sweeps it away."""
    await store.begin_draft(WRITER, "i-1", "signalen", SECRET)
    await age(database, timedelta(days=days))

    listed, opened = await store.drafts(WRITER), await store.draft("i-1", look())
    await store.begin_draft(COLLEAGUE, "i-2", "signalen", SECRET)

    assert there == len(listed)
    assert there == (opened is not None)
    assert there + 1 == await count(database)


async def test_nothing_of_it_is_legible(store: Store, database: str) -> None:
    """In the database stands no word of what was typed."""
    await store.begin_draft(WRITER, "i-1", "signalen", SECRET)
    connection = await asyncpg.connect(database)

    row = await connection.fetchrow("SELECT * FROM vangnet.drafts")

    await connection.close()
    assert SECRET.encode() not in row["sealed"]
    assert SECRET not in str(dict(row))


async def test_no_backup_holds_a_draft(store: Store, database: str, tmp_path: Path) -> None:
    """What was typed of a child would outlive the erasure of their case there: the script's dump has the table, and no row."""
    await store.begin_draft(WRITER, "i-1", "signalen", SECRET)
    ours = tmp_path / "bin" / "vangnet"  # the list of destroyed keys is told elsewhere
    ours.parent.mkdir()
    ours.write_text("#!/bin/sh\n", encoding="utf-8")
    ours.chmod(0o700)
    paths = {"PATH": f"{ours.parent}:{BIN}:{os.environ['PATH']}", "BACKUP_DATABASE_URL": database}

    moment = (await said(CHECKOUT / "deploy" / "backup" / "backup.sh", tmp_path, **paths)).strip()
    dumped = await said("pg_restore", "--file=-", tmp_path / f"file-{moment}.dump", **paths)

    filled = set(re.findall(r"^COPY vangnet\.(\w+)", dumped, re.MULTILINE))
    assert {"cases", "notes", "journal"} <= filled
    assert not filled & {"drafts", "typed", "sessions"}
    assert "CREATE TABLE vangnet.drafts" in dumped


async def said(program: str | Path, *arguments: str | Path, **environment: str) -> str:
    """Run a program as somebody at a shell does; what it printed."""
    process = await asyncio.create_subprocess_exec(
        "env", program, *arguments, env=os.environ | environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert 0 == process.returncode, err.decode()
    return out.decode()
