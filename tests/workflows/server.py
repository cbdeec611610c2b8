"""Temporal's own development server, as a process of the tests: it can be killed and come back on its file."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.converter import PayloadCodec
from temporalio.runtime import LogForwardingConfig, LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter

from runtime.temporal import data_converter
from tests.workflows.log_watch import CORE
from tests.workflows.patience import eventually
from workflows.search_attributes import ALL

HOST = "127.0.0.1"
SETTINGS = (
    "frontend.WorkflowTimeSkippingEnabled=true",
    # Without it the server lets 20 transfers a second through, and every test waits for that.
    "history.transferProcessorMaxPollRPS=2000",
    # Off by default; what it does to a case is to be known.
    "frontend.WorkflowPauseEnabled=true",
)
_PRAGMAS = ("journal_mode=wal", "synchronous=1")
_TYPES = {"Keyword": "Keyword", "Keyword_list": "KeywordList", "Datetime": "Datetime"}


class TemporalServer:
    """A server with namespaces to spare, so that no two tests see each other's cases."""

    def __init__(
        self, folder: Path, settings: tuple[str, ...] = (), *, namespaces: int = 1, kept: bool = False
    ) -> None:
        """Describe it.

        Args:
            folder: For its log, and its file.
            settings: Dynamic configuration on top of what every test needs.
            namespaces: How many tests can use it.
            kept: Keep everything in a file, so that a killed server comes back with it.
        """
        self._folder = folder
        self._settings = (*SETTINGS, *settings)
        self._namespaces = namespaces
        self._kept = kept
        self._next = count(1)
        self._port = _free_port()
        self._process: asyncio.subprocess.Process | None = None
        self._runtime = Runtime(telemetry=_to_our_logs())

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"{HOST}:{self._port}"

    async def start(self) -> None:
        """Start the process, and wait until every namespace answers."""
        with (self._folder / "temporal.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                str(Path(sys.executable).parent / "temporal"), "server", "start-dev", *self._arguments(),
                stdout=log, stderr=log,
            )  # fmt: skip
        await eventually(self._answers, "Temporal answers", within=60)

    async def kill(self) -> None:
        """End the process at once, as a power cut does."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """End the process."""
        await self._end(signal.SIGTERM)

    async def client(self, codec: PayloadCodec | None, namespace: str | None = None) -> Client:
        """Connect to a namespace that nobody used before, or to this one."""
        return await Client.connect(
            self.address,
            namespace=namespace or f"case-{next(self._next)}",
            data_converter=data_converter(codec),
            identity="tests",
            runtime=self._runtime,
        )

    def _arguments(self) -> tuple[str, ...]:
        names = (f"case-{number}" for number in range(1, self._namespaces + 1))
        file = ("--db-filename", str(self._folder / "temporal.sqlite")) if self._kept else ()
        return (
            "--ip", HOST, "--port", str(self._port), "--headless", "--log-level", "error", *file,
            *(part for pragma in _PRAGMAS if self._kept for part in ("--sqlite-pragma", pragma)),
            *(part for setting in self._settings for part in ("--dynamic-config-value", setting)),
            *(part for name in names for part in ("--namespace", name)),
            *(part for key in ALL for part in ("--search-attribute", f"{key.name}={_type(key)}")),
        )  # fmt: skip

    async def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.returncode is None, "the server ended: see its log"
        try:
            last = await self.client(None, f"case-{self._namespaces}")
            async for _ in last.list_workflows("CaseStep = 'signal'"):
                pass
        except RuntimeError:  # the client's own, and RPCError which is one
            return False
        return True

    async def _end(self, how: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(how)
            await self._process.wait()


@asynccontextmanager
async def running(server: TemporalServer) -> AsyncIterator[TemporalServer]:
    """Run it, and leave nothing behind."""
    try:
        await server.start()
        yield server
    finally:
        await server.stop()


def _type(key: SearchAttributeKey[Any]) -> str:  # generic in the value's type, and these differ
    return _TYPES[key.indexed_value_type.name.capitalize()]


def _to_our_logs() -> TelemetryConfig:
    """What the SDK's core complains of becomes log lines that :class:`LogWatch` sees."""
    level = TelemetryFilter(core_level="WARN", other_level="ERROR")
    return TelemetryConfig(logging=LoggingConfig(filter=level, forwarding=LogForwardingConfig(logger=CORE)))


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        return int(found.getsockname()[1])
