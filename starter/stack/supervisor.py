from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from starter.stack.child import Child, Command

_FIRST_PAUSE = timedelta(milliseconds=200)
_LONGEST_PAUSE = timedelta(seconds=15)
_HEALTHY = timedelta(seconds=20)
"""Who ran this long did start well: its next fall is a new one."""


class Supervisor:
    """Keeps the processes of the stack running, and stops them in the opposite order."""

    def __init__(self, logs: Path, say: Callable[[str], None]) -> None:
        """Begin with nothing running.

        Args:
            logs: The folder for a log of each process.
            say: Where the fall of a process is told, in one line.
        """
        self._logs = logs
        self._say = say
        self._kept: list[tuple[Child, asyncio.Task[None]]] = []

    async def start(self, command: Command) -> Child:
        """Start a process and from then on start it again whenever it falls."""
        child = Child(command, self._logs / f"{command.name}.log")
        await child.start()
        self._kept.append((child, asyncio.create_task(self._keep(child), name=f"keep {command.name}")))
        return child

    async def stop(self) -> None:
        """Stop what was started last first; when this returns nothing of it runs."""
        while self._kept:
            child, keeper = self._kept.pop()
            keeper.cancel()
            with suppress(asyncio.CancelledError):
                await keeper
            await child.stop()

    async def _keep(self, child: Child) -> None:
        pause = _FIRST_PAUSE
        while True:
            began = time.monotonic()
            how = await child.ended()
            if time.monotonic() - began > _HEALTHY.total_seconds():
                pause = _FIRST_PAUSE
            self._say(f"{child.command.name} is gestopt ({how}) en wordt weer gestart; zie {child.log}")
            await asyncio.sleep(pause.total_seconds())
            pause = min(pause * 2, _LONGEST_PAUSE)
            await child.start()
