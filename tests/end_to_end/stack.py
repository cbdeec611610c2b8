"""The local stack as `make run` starts it, in a folder and on ports of its own, and the command line beside it.

Nothing of ours is called from inside: what holds here holds for somebody at a terminal. Where a test gives many commands
they are forked (tests/command_line.py): the same program in a process for each, without reading all modules anew.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime
from enum import Enum
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar
from urllib.request import urlopen

import asyncpg
import psutil
from dotenv import dotenv_values
from temporalio.client import Client

from runtime.codec import SealingCodec
from runtime.settings import CHECKOUT, PREFIX, Ports
from runtime.temporal import data_converter
from starter.inbox.mails import Mail
from starter.stack.cases import Progress
from starter.stack.stories import STORIES
from store import KeyRing
from tests.command_line import CommandLine, Ended

T = TypeVar("T")
_VANGNET = Path(sys.executable).with_name("vangnet")
_COMING_UP = 90.0
_ONE_COMMAND = 90.0
_AGAIN = 0.02


class Part(Enum):
    """A process of the stack, by what its command line holds."""

    WORKER = "worker.py"
    TEMPORAL = "start-dev"
    POSTGRES = "bin/postgres"
    INBOX = "starter.inbox"


class LocalStack:
    """A running stack; `vangnet` is the command line that finds it."""

    def __init__(self, folder: Path, checkout: Path = CHECKOUT, ports: Iterable[str] = Ports.model_fields) -> None:
        """Describe it; its data goes into the folder, its program comes from the checkout, with the ports that it knows."""
        self.folder = folder / "data"
        self.output = folder / "output"
        self.checkout = checkout
        self.ports = free_ports(ports)
        self.environment = _clean_environment() | {
            "VANGNET_LOCAL_FOLDER": str(self.folder),
            **{PREFIX + name.upper(): str(port) for name, port in self.ports.items()},
        }
        self._process: psutil.Popen | None = None
        self._commands = CommandLine()

    async def start(self, *, demo: bool = False) -> None:
        """Start it, with the demo cases or without, and wait until it says where everything is."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not demo:
            # Told already, as a stack that is started again finds them.
            Progress(began=datetime.now(UTC), told={story.name: len(story.steps) + 1 for story in STORIES}).write(
                self.folder / "demo.json"
            )
        with self.output.open("wb") as output:
            self._process = psutil.Popen(
                [sys.executable, "-m", "starter.entry"],
                cwd=self.checkout,
                env=self.environment,
                stdout=output,
                stderr=output,
            )
        await eventually(self._is_up, "the stack is up", within=_COMING_UP)

    async def stop(self) -> None:
        """Stop all of it."""
        self._commands.end()
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            await asyncio.to_thread(self._process.wait, 60)

    async def vangnet(
        self, *arguments: str, stdin: bytes | None = None, around: Mapping[str, str] | None = None
    ) -> Ended:
        """Give a command, as somebody at another terminal does, with these variables around it."""
        process = await asyncio.create_subprocess_exec(
            str(_VANGNET), *arguments,
            cwd=self.output.parent,
            env=self._around() | dict(around or {}),
            stdin=asyncio.subprocess.DEVNULL if stdin is None else asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await asyncio.wait_for(process.communicate(stdin), _ONE_COMMAND)
        return Ended(process.returncode or 0, out.decode(), err.decode())

    async def forked(self, *arguments: str, stdin: bytes | None = None) -> Ended:
        """Give a command as :meth:`vangnet` does, to a program that has read its modules already."""
        return await self._commands.run(*arguments, environment=self._around(), folder=self.output.parent, stdin=stdin)

    def _around(self) -> dict[str, str]:
        """What somebody at another terminal has around a command."""
        return _clean_environment() | {"VANGNET_LOCAL_FOLDER": str(self.folder)}

    def mails(self) -> list[Mail]:
        """Every mail in the inbox, as programs read them."""
        with urlopen(f"http://127.0.0.1:{self.ports['inbox_port']}/api/messages", timeout=20) as answer:
            return [Mail.model_validate(mail | {"sender": mail["from"]}) for mail in json.load(answer)]

    def children(self) -> list[psutil.Process]:
        """Every process that the stack started and that still runs."""
        assert self._process is not None
        return [child for child in self._process.children() if child.status() != psutil.STATUS_ZOMBIE]

    def child(self, part: Part) -> psutil.Process | None:
        """The running process of a part; None while it is away."""
        assert self._process is not None
        for child in self._process.children():
            try:
                if part.value in " ".join(child.cmdline()) and child.status() != psutil.STATUS_ZOMBIE:
                    return child
            except psutil.NoSuchProcess:
                continue
        return None

    @asynccontextmanager
    async def without(self, *parts: Part) -> AsyncIterator[None]:
        """Kill parts, and keep them away: whoever starts them again stands still meanwhile."""
        assert self._process is not None
        self._process.suspend()
        try:
            for part in parts:
                await self.kill(part)
            yield
        finally:
            self._process.resume()
        for part in Part:
            await eventually(partial(self._runs, part), f"{part.name} is back", within=_COMING_UP)

    async def kill(self, part: Part) -> None:
        """End a part at once, as a power cut does."""
        child = self.child(part)
        assert child is not None, part
        child.kill()
        await eventually(lambda: self._is_gone(part), f"{part.name} is gone")

    async def _runs(self, part: Part) -> bool:
        return self.child(part) is not None

    async def _is_gone(self, part: Part) -> bool:
        return self.child(part) is None

    def keys(self) -> KeyRing:
        """The stack's key ring."""
        return KeyRing.parse((self.folder / "keys.json").read_text(encoding="utf-8"))

    def database_url(self) -> str:
        """Where the stack's database is."""
        return dotenv_values(self.folder / "env")["VANGNET_DATABASE_URL"] or ""

    async def temporal(self) -> Client:
        """A client of the stack's Temporal."""
        return await Client.connect(
            f"127.0.0.1:{self.ports['temporal_port']}",
            data_converter=data_converter(SealingCodec(self.keys())),
            identity="tests",
        )

    async def sent(self, case: str) -> None:
        """Wait until every notice of a case went out: sending changes what is written, too."""

        async def all_sent() -> bool:
            rows = json.loads((await self.forked("notices", case, "--json")).out)
            return all(row["sentAt"] for row in rows)

        await eventually(all_sent, "every notice is sent")

    async def fingerprint(self, tables: Iterable[str], *cases: str) -> dict[str, str]:
        """A digest of everything that tables hold of cases: equal means that nothing was written."""
        connection = await asyncpg.connect(self.database_url())
        digest = "SELECT count(*) || ' ' || coalesce(md5(string_agg(row::text, '\n' ORDER BY row::text)), '-')"
        of_them = "AS row WHERE case_id = ANY ($1)"
        try:
            return {
                table: await connection.fetchval(f"{digest} FROM vangnet.{table} {of_them}", cases) for table in tables
            }
        finally:
            await connection.close()

    async def cases(self) -> list[str]:
        """Every case that there is."""
        connection = await asyncpg.connect(self.database_url())
        try:
            return [row[0] for row in await connection.fetch("SELECT case_id FROM vangnet.cases ORDER BY 1")]
        finally:
            await connection.close()

    def said(self) -> str:
        """Everything that any process of the stack printed."""
        logs = sorted((self.folder / "logs").iterdir())
        return "\n".join(file.read_text(encoding="utf-8", errors="replace") for file in (self.output, *logs))

    async def _is_up(self) -> bool:
        assert self._process is not None
        said = self.output.read_text(encoding="utf-8")
        assert self._process.poll() is None, said
        return "mail inbox" in said


@asynccontextmanager
async def local_stack(**environment: str) -> AsyncIterator[LocalStack]:
    """Run a stack, with variables of its own; nothing of it is left afterwards."""
    # Not pytest's own folder: every run of pytest closes it to other users, and PostgreSQL is one when we are root.
    with TemporaryDirectory(prefix="vangnet-", ignore_cleanup_errors=True) as folder:
        stack = LocalStack(Path(folder))
        stack.environment |= environment
        try:
            await stack.start()
            yield stack
        finally:
            await stack.stop()


async def eventually(holds: Callable[[], Awaitable[object]], what: str, *, within: float = 30.0) -> None:
    """Look until it is so."""
    try:
        async with asyncio.timeout(within):
            while not await holds():
                await asyncio.sleep(_AGAIN)
    except TimeoutError:
        raise AssertionError(f"not within {within} s: {what}") from None


async def side_by_side(*work: Coroutine[None, None, T], at_once: int = 3) -> list[T]:
    """Do several things, a few at a time; the results in order."""
    room = asyncio.Semaphore(at_once)

    async def one(each: Coroutine[None, None, T]) -> T:
        async with room:
            return await each

    return await asyncio.gather(*map(one, work))


def free_ports(names: Iterable[str]) -> dict[str, int]:
    """A port for each name, no two the same."""
    with ExitStack() as held:
        probes = {name: held.enter_context(socket.socket()) for name in names}
        for probe in probes.values():
            probe.bind(("127.0.0.1", 0))
        return {name: int(probe.getsockname()[1]) for name, probe in probes.items()}


def _clean_environment() -> dict[str, str]:
    """Nothing that would lead to another stack."""
    return {name: value for name, value in os.environ.items() if not name.startswith((PREFIX, "TEMPORAL_"))}
