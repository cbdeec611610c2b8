"""The steps of an upgrade, each done while cases are told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Final

import psutil

from proofs.upgrading.desks import Desks
from proofs.upgrading.door import Proxy
from proofs.upgrading.release import NOW, Processes, Release, as_tagged
from proofs.upgrading.town import Town, moments
from tests.end_to_end.stack import LocalStack, Part, eventually, free_ports

BEFORE: Final = "0.1"
_PORTS: Final = tuple(f"{name}_port" for name in ("web", "console", "inbox", "temporal", "smtp", "oidc", "codec"))
"""What the release before listens on."""
_VERSION: Final = {"VANGNET_DEPLOYMENT": "vangnet", "VANGNET_BUILD_ID": "rehearsal"}


class OldStack(LocalStack):
    """The stack of an earlier release, in the doors that it has."""

    def __init__(self, folder: Path, release: Release) -> None:
        """Describe it."""
        super().__init__(folder, release.checkout, _PORTS)
        self.release = release

    @asynccontextmanager
    async def standing_still(self) -> AsyncIterator[None]:
        """Let nobody start again what the rehearsal ends."""
        assert self._process is not None
        self._process.suspend()
        try:
            yield
        finally:
            self._process.resume()

    def ended(self, part: str) -> psutil.Process:
        """A process of it that gets its signal to end in order."""
        assert self._process is not None
        alive = [child for child in self._process.children() if child.status() != psutil.STATUS_ZOMBIE]
        (found,) = (child for child in alive if part in " ".join(child.cmdline()))
        found.terminate()
        return found


async def gone(process: psutil.Process) -> None:
    """Wait until it is over."""
    process.terminate()

    async def is_gone() -> bool:  # what is waited for is awaited
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE

    await eventually(is_gone, "a process ends in order", within=60)


@dataclass
class Rehearsal:
    """The upgrade, step by step."""

    stack: OldStack
    old: Release
    processes: Processes
    proxy: Proxy
    town: Town
    figures: list[str]

    async def before(self) -> list[psutil.Popen]:
        """Two workers, two pages and two desks of the old release, where there was one of each."""
        for part in (Part.WORKER.value, "starter.web"):
            await gone(self.stack.ended(part))
        for port in self.proxy.behind:
            self.processes.web(self.old, port)
        for _ in range(2):
            await self.town.desks.open(self.old)
        return [self.processes.worker(self.old) for _ in range(2)]

    async def migrate(self) -> None:
        """The database goes first; the old release works on with it."""
        ended = await self.stack.vangnet("migrate")
        assert ended.code == 0, ended.err
        self.figures.append(f"  migrated under load: {', '.join(ended.out.split()) or 'nothing'}")
        await self.town.meanwhile()

    async def workers(self, old: list[psutil.Popen], *, versioned: bool) -> None:
        """One for one; with versions cases go over when the new one is put in force."""
        version = _VERSION if versioned else {}
        for number, leaving in enumerate(old):
            self.processes.worker(NOW, **version)
            if versioned and number == 0:
                await eventually(self._in_force, "the new version is in force", within=60)
            await self.town.meanwhile()
            await gone(leaving)
            await self.town.meanwhile()

    async def _in_force(self) -> bool:
        return (await self.stack.vangnet("temporal", "setup", around=_VERSION)).code == 0

    async def pages(self) -> None:
        """One for one, the desks too."""
        for number, leaving in enumerate([*self.town.desks.desks]):
            await self.town.desks.open(NOW)
            await self.town.desks.kill(leaving)
            old_web = [process for process in self.processes.started if "starter.web" in process.args][number]
            port = self.proxy.behind.pop(0)
            await gone(old_web)
            self.processes.web(NOW, port)
            self.proxy.behind.append(port)
            await self.town.meanwhile()


@asynccontextmanager
async def rehearsal(folder: Path, random: Random, figures: list[str]) -> AsyncIterator[Rehearsal]:
    """Everything of the old release; nothing of either is left."""
    async with AsyncExitStack() as open_until_the_end:
        old = as_tagged(BEFORE, folder)
        stack = OldStack(folder / "stack", old)
        stack.output.parent.mkdir()
        open_until_the_end.push_async_callback(stack.stop)
        await stack.start()
        await open_until_the_end.enter_async_context(stack.standing_still())
        processes = Processes(stack.folder, stack.folder / "logs")
        open_until_the_end.callback(processes.stop)
        desks = Desks(stack, random)
        open_until_the_end.push_async_callback(desks.close)
        proxy = Proxy(stack.ports["web_port"], [*free_ports(("one", "two")).values()])
        town = Town(desks, moments(datetime.now(UTC).date()))
        yield Rehearsal(stack, old, processes, proxy, town, figures)
