"""From a fresh clone, with only Python and make: up within two minutes, within 15 seconds the second time."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

import psutil
import pytest

from runtime.settings import CHECKOUT, PREFIX, Ports
from tests.end_to_end.stack import eventually, free_ports

FIRST, AGAIN = 120.0, 15.0
"""Seconds until everything answers, downloads included, and when all is there already."""
_PAGES = ("web_port", "console_port", "inbox_port")
_STOPPED = 60.0


class Clone:
    """A clone of this checkout's last commit, with nothing in it but what is in the repository."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "vangnet"
        self.ports = free_ports(Ports.model_fields)
        self.output = folder / "output"
        # Nothing of this process's own environment leads to its virtual environment or stack.
        kept = {name: value for name, value in os.environ.items() if not name.startswith((PREFIX, "TEMPORAL_"))}
        kept.pop("VIRTUAL_ENV", None)
        self.environment = kept | {PREFIX + name.upper(): str(port) for name, port in self.ports.items()}
        self._run("git", "clone", "--quiet", str(CHECKOUT), str(self.folder), cwd=folder)

    def vangnet(self, *arguments: str) -> str:
        """Give a command in the clone, as somebody at another terminal does."""
        return self._run(str(self.folder / ".venv" / "bin" / "vangnet"), *arguments, cwd=self.folder)

    def _run(self, *command: str, cwd: Path) -> str:
        ended = subprocess.run(  # noqa: S603  # our own commands
            command, cwd=cwd, env=self.environment, capture_output=True, text=True, timeout=60, check=True
        )
        return ended.stdout

    @asynccontextmanager
    async def running(self, within: float) -> AsyncIterator[float]:
        """Run it by ``make run``; gives how many seconds it took until every address answered."""
        began = time.monotonic()
        with self.output.open("wb") as output:
            process = psutil.Popen(["make", "run"], cwd=self.folder, env=self.environment, stdout=output, stderr=output)
        try:
            await eventually(lambda: self._answers(process), "every address answers", within=2 * within)
            yield time.monotonic() - began
        finally:
            await self._stop(process)

    async def _answers(self, process: psutil.Popen) -> bool:
        said = self.output.read_text(encoding="utf-8")
        assert process.poll() is None, said
        return "mail inbox" in said and all([await asyncio.to_thread(self._answer, name) for name in _PAGES])

    def _answer(self, name: str) -> bool:
        with urlopen(f"http://127.0.0.1:{self.ports[name]}/", timeout=20) as answer:
            return bool(answer.status == 200)

    async def _stop(self, process: psutil.Popen) -> None:
        """Tell it to end; nothing that it started may be left."""
        family = process.children(recursive=True)
        process.send_signal(signal.SIGTERM)
        _, left = await asyncio.to_thread(psutil.wait_procs, [process, *family], _STOPPED)
        assert [] == [(each.pid, each.name()) for each in left], self.output.read_text(encoding="utf-8")


@pytest.fixture
def clone() -> Iterator[Clone]:
    """A fresh clone; nothing of it stays."""
    # Not pytest's own folder: every run of pytest closes it to other users, and PostgreSQL is one when we are root.
    with TemporaryDirectory(prefix="vangnet-clone-", ignore_cleanup_errors=True) as folder:
        yield Clone(Path(folder))


async def test_a_fresh_clone_comes_up(clone: Clone, figures: list[str]) -> None:
    """By ``make run`` alone; told to end nothing is left running, and the second time its cases are there again."""
    async with clone.running(FIRST) as first:
        cases = json.loads(clone.vangnet("case", "list", "--json"))
        assert all(finding["fine"] for finding in json.loads(clone.vangnet("check", "--json")))
    async with clone.running(AGAIN) as again:
        assert cases == json.loads(clone.vangnet("case", "list", "--json"))
    figures.append(f"fresh clone: up in {first:.1f} s with downloads, in {again:.1f} s the second time")
    assert 5 == len(cases)
    assert first < FIRST
    assert again < AGAIN
