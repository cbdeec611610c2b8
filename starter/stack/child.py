from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

_SET_PARENT_DEATH_SIGNAL = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Command:
    """A process of the stack: what it runs, as whom, and how it is told to end."""

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    user: str | None = None
    ends_by: signal.Signals = signal.SIGTERM
    """The signal after which it stops in order."""
    orphaned_by: signal.Signals = signal.SIGKILL
    """The signal that it gets from the system when the stack itself was killed."""
    within: timedelta = timedelta(seconds=20)
    """How long it may take to stop."""


class Child:
    """One running process, in a process group of its own so that a terminal's Ctrl-C does not reach it."""

    def __init__(self, command: Command, log: Path) -> None:
        self.command = command
        self.log = log
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """The running process's id."""
        return None if self._process is None or self._process.returncode is not None else self._process.pid

    async def start(self) -> None:
        """Start the process; what it prints goes to its log."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self.command.arguments,
                env=self.command.environment,
                user=self.command.user,
                group=None if self.command.user is None else _group(self.command.user),
                extra_groups=None if self.command.user is None else [],
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
                preexec_fn=_end_with_parent(self.command.orphaned_by),
            )

    async def ended(self) -> str:
        """Wait until the process is gone, and say how."""
        if self._process is None:
            return "niet gestart"
        code = await self._process.wait()
        return f"code {code}" if code >= 0 else f"signaal {signal.Signals(-code).name}"

    async def stop(self) -> None:
        """Tell the process to end; after its time it and what it started are killed."""
        if self._process is None or self._process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            self._process.send_signal(self.command.ends_by)
        try:
            async with asyncio.timeout(self.command.within.total_seconds()):
                await self._process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()


def _group(user: str) -> int:
    import pwd

    return pwd.getpwnam(user).pw_gid


def _end_with_parent(by: signal.Signals) -> Callable[[], None] | None:
    """Let Linux signal the child when this process dies, even by SIGKILL: nothing stays behind."""
    if _LIBC is None:
        return None
    libc, parent = _LIBC, os.getpid()

    def between_fork_and_exec() -> None:
        libc.prctl(_SET_PARENT_DEATH_SIGNAL, by)
        if os.getppid() != parent:  # it died before it could be asked for
            os._exit(1)

    return between_fork_and_exec
