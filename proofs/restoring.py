"""Backup and restore of a stack, as docs/operate/restore.md tells it, and what stands on both sides before and after."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import asyncpg
import psutil

from proofs.told import Told
from protocol.events import Recorded
from runtime.settings import CHECKOUT
from starter.schedule import ANCHORING
from starter.stack.postgres import Postgres, _binaries
from starter.stack.supervisor import Supervisor
from store import StoreError
from tests.end_to_end.stack import LocalStack, Part, eventually
from tests.end_to_end.story import at_school, said

SCRIPTS = CHECKOUT / "deploy" / "backup"
SAID = said(at_school(), "school")
Files = dict[str, tuple[tuple[Recorded, ...], frozenset[tuple[str, bool]]]]


async def script(stack: LocalStack, name: str, *arguments: str, **environment: str) -> str:
    """Run one of the scripts as somebody at a shell does; what it printed."""
    path = f"{_binaries()}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("VANGNET_", "TEMPORAL_"))}
    process = await asyncio.create_subprocess_exec(
        str(SCRIPTS / name), *arguments, cwd=stack.folder.parent,
        env=inherited | {"PATH": path, "VANGNET_LOCAL_FOLDER": str(stack.folder)} | environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0, err.decode()
    return out.decode().strip()


async def sql(dsn: str, *statements: str) -> None:
    """Say something to PostgreSQL as whom the address names."""
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def program(name: str, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs."""
    process = await asyncio.create_subprocess_exec(
        str(_binaries() / name), *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    out, _ = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0, out.decode()


def served_by(stack: LocalStack) -> list[psutil.Process]:
    """PostgreSQL's processes that outlive the first of them for a moment, and answer until they notice."""
    first = stack.child(Part.POSTGRES)
    return first.children(recursive=True) if first else []


def lose_the_disk(stack: LocalStack, base: Path, archive: Path) -> None:
    """Put the base backup in the place of the data, to be brought up to date from the archive when it starts."""
    data = stack.folder / "postgres"
    owner = data.stat()
    shutil.rmtree(data)
    # Here the sockets are in the folder of the data, and with them a lock that names a process of before.
    shutil.copytree(base, data, ignore=shutil.ignore_patterns(".s.PGSQL*"))
    with (data / "postgresql.auto.conf").open("a", encoding="utf-8") as settings:
        settings.write(f"restore_command = 'cp {archive}/%f %p'\n")
    (data / "recovery.signal").touch()
    for path in (data, *data.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid)
    data.chmod(0o700)


@asynccontextmanager
async def postgres_alone(stack: LocalStack) -> AsyncIterator[None]:
    """Run PostgreSQL and nothing that works on it."""
    keeper = Supervisor(stack.folder.parent, print)
    await keeper.start(Postgres(stack.folder / "postgres").command(dict(os.environ)))
    try:
        yield
    finally:
        await keeper.stop()


async def answers(told: Told) -> bool:
    """Whether PostgreSQL answers, and may be written to."""
    with suppress(StoreError, OSError):
        await told.store.give_no_person_twice("nobody", 0)
        return True
    return False


async def empty(stack: LocalStack) -> None:
    """Lose the database: an empty one of the same name takes its place."""
    dsn = stack.database_url()
    await sql(dsn.replace("/vangnet?", "/postgres?"), "DROP DATABASE vangnet WITH (FORCE)", "CREATE DATABASE vangnet")


class Reconciled(NamedTuple):
    """What the command said."""

    code: int
    looked: int
    cases: list[dict[str, object]]
    unsent: list[str]

    def number(self, name: str) -> int:
        """How many of something all cases have together."""
        found = [case[name] for case in self.cases]
        return sum(value if isinstance(value, int) else len(value) for value in found if isinstance(value, (int, list)))

    @property
    def may_be_sent_again(self) -> set[object]:
        """Of which nobody knows whether they were sent."""
        found = [case["mayBeSentAgain"] for case in self.cases]
        return {id_ for ids in found if isinstance(ids, list) for id_ in ids} | {*self.unsent}

    @property
    def asks_somebody(self) -> int:
        """The exit code: 1 where messages were taken of which neither side knows the end."""
        return int(any(case["unheard"] for case in self.cases))

    def by(self, found: str) -> int:
        """How many cases were found so."""
        return sum(case["found"] == found for case in self.cases)


async def reconcile(stack: LocalStack, *arguments: str) -> Reconciled:
    """Give the command."""
    ended = await stack.vangnet("reconcile", "--json", *arguments)
    assert not ended.err, ended.err
    said_ = json.loads(ended.out)
    return Reconciled(ended.code, said_["looked"], said_["cases"], said_["unsent"])


async def files(told: Told, *cases: str) -> Files:
    """Of each case its journal, and its notices with whether they were sent."""
    return {
        case: (
            await told.store.recorded(case),
            frozenset((row.notice_id, row.sent_at is not None) for row in await told.store.notices(case)),
        )
        for case in cases
    }


async def all_sent(told: Told) -> bool:
    """Whether nothing waits to be sent; to whom is lost with their address nothing can be."""
    for case in told.answers:
        if not all(row.sent_at or row.failed_code == "address_missing" for row in await told.store.notices(case)):
            return False
    return True


def sent_again(stack: LocalStack) -> set[str]:
    """The notices that more than one mail went out for."""
    ids = [mail.message_id.strip("<>").rpartition("@")[0] for mail in stack.mails()]
    return {id_ for id_, times in Counter(ids).items() if times > 1}


async def anchored(stack: LocalStack, told: Told, lines: int) -> None:
    """Have an anchor taken now; the file then holds so many."""
    await told.temporal.get_schedule_handle(ANCHORING).trigger()
    file = stack.folder / "anchors"

    async def written() -> bool:
        return file.exists() and len(file.read_text(encoding="utf-8").splitlines()) == lines

    await eventually(written, f"{lines} anchors", within=60)


async def tell_through(told: Told, case: str, upto: int) -> None:
    """Tell a case's lines up to one of them; what was told before is answered as before."""
    for each in SAID[:upto]:
        await told.tell(case, each)
