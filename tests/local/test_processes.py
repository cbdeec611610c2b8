from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from starter.stack.child import Child, Command
from starter.stack.supervisor import Supervisor

READY = "import signal, sys, time; print('ready', flush=True); "
WAITS = READY + "signal.pause()"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + READY + "\nwhile True: time.sleep(60)"
WITH_CHILD = (
    "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()']); " + STUBBORN
)


def python(code: str, within: float = 20) -> Command:
    return Command("it", (sys.executable, "-c", code), dict(os.environ), within=timedelta(seconds=within))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # what another process does
            await asyncio.sleep(0.01)


def starts(log: Path) -> int:
    return log.read_text().count("ready") if log.exists() else 0


@pytest.fixture
def said() -> list[str]:
    return []


@pytest_asyncio.fixture
async def supervisor(tmp_path: Path, said: list[str]) -> AsyncIterator[Supervisor]:
    kept = Supervisor(tmp_path, said.append)
    yield kept
    await kept.stop()


async def test_who_falls_is_started_again(supervisor: Supervisor, said: list[str], tmp_path: Path) -> None:
    """A process that is killed comes back, and one line says so and names its log."""
    child = await supervisor.start(python(WAITS))
    await until(lambda: starts(child.log) == 1)
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)

    await until(lambda: starts(child.log) == 2)

    assert [f"it is gestopt (signaal SIGKILL) en wordt weer gestart; zie {tmp_path / 'it.log'}"] == said


async def test_who_is_stopped_stays_away(supervisor: Supervisor, said: list[str]) -> None:
    """Stopping is no fall: nothing is started again and nothing is said."""
    child = await supervisor.start(python(WAITS))
    await until(lambda: starts(child.log) == 1)
    pid = child.pid

    await supervisor.stop()

    assert not psutil.pid_exists(pid or 0)
    assert (1, []) == (starts(child.log), said)


async def test_who_does_not_stop_is_killed_with_what_it_started(supervisor: Supervisor) -> None:
    """After its time a process ends all the same, its own children too."""
    child = await supervisor.start(python(WITH_CHILD, within=0.2))
    await until(lambda: starts(child.log) == 1)
    family = psutil.Process(child.pid).children()

    await supervisor.stop()

    assert family
    await until(lambda: not any(alive(process) for process in family))


async def test_a_terminals_ctrl_c_does_not_reach_it(supervisor: Supervisor) -> None:
    """Only this process hears Ctrl-C, and stops the others in order."""
    child = await supervisor.start(python(WAITS))

    assert os.getpgid(child.pid or 0) != os.getpgrp()


PARENT = """
import asyncio, os, sys
from pathlib import Path
from starter.stack.child import Child, Command

async def main():
    child = Child(Command("it", (sys.executable, "-c", "import signal; signal.pause()"), dict(os.environ)), Path(sys.argv[1]))
    await child.start()
    print(child.pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
async def test_who_loses_its_parent_ends(tmp_path: Path) -> None:
    """Even `kill -9` of the stack leaves nothing behind."""
    with subprocess.Popen(  # noqa: ASYNC220, S603  # it is killed at once
        [sys.executable, "-c", PARENT, str(tmp_path / "log")], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        orphan = psutil.Process(int(parent.stdout.readline()))
        assert alive(orphan)

        parent.kill()
        parent.wait()

        await until(lambda: not alive(orphan))


def alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


async def test_a_process_that_was_not_started_can_be_stopped(tmp_path: Path) -> None:
    """Stopping a stack that came up half is no error."""
    child = Child(python(WAITS), tmp_path / "log")

    await child.stop()

    assert child.pid is None
