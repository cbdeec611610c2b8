"""The command line, a process for each command as ever, of a Python that has read the modules already.

To read them takes half a second of a core, and the tests give some four hundred commands. So one process reads them and
forks for each command: the new one has the arguments, variables, folder and streams that were asked for, runs ``main``
as the installed ``vangnet`` does, and ends with its exit code. Tests in which reading the modules, a reader or a signal
matters start ``python -m starter.cli`` themselves, and what a school tells in tests/end_to_end goes by ``vangnet``.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NamedTuple

_CHECKOUT = Path(__file__).resolve().parents[1]
_PATIENCE = 90.0
_LENGTH = 8
_STREAMS = (0, 1, 2)


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


class CommandLine:
    """Starts with the first command; whoever used it ends it."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._line: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def end(self) -> None:
        """End it, and what still runs of it."""
        if self._line and self._process:
            self._line.close()
            self._process.wait()
        self._line = self._process = None

    async def run(
        self, *arguments: str, environment: Mapping[str, str], folder: Path, stdin: bytes | None = None
    ) -> Ended:
        """Run a command to its end, with these variables around it and no others."""
        asked = json.dumps([arguments, dict(environment), str(folder)]).encode()
        return await asyncio.to_thread(self._run, asked, stdin)

    def _run(self, asked: bytes, stdin: bytes | None) -> Ended:
        with TemporaryFile() as given, TemporaryFile() as out, TemporaryFile() as err:
            given.write(stdin or b"")
            given.seek(0)
            code = self._answered(asked, given, out, err)
            out.seek(0)
            err.seek(0)
            return Ended(code, out.read().decode(), err.read().decode())

    def _answered(self, asked: bytes, *streams: IO[bytes]) -> int:
        ours, theirs = socket.socketpair()
        with ours:
            with theirs, self._lock:
                line = self._line or self._begun()
                files = [*(stream.fileno() for stream in streams), theirs.fileno()]
                socket.send_fds(line, [len(asked).to_bytes(_LENGTH, "big")], files)
                line.sendall(asked)
            ours.settimeout(_PATIENCE)
            return int(ours.recv(_LENGTH))

    def _begun(self) -> socket.socket:
        """Start the process that forks; it ends when nobody holds the other end of its standard input, too."""
        self._line, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.command_line"],
                cwd=_CHECKOUT,
                env=os.environ | {"PYTHONFAULTHANDLER": "1"},
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        return self._line


def _serve() -> None:
    """Fork for each command until nobody can ask for one."""
    with socket.socket(fileno=os.dup(0)) as line:
        _read_modules()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        while True:
            length, files, _, _ = socket.recv_fds(line, _LENGTH, len(_STREAMS) + 1)
            if not length:
                os.killpg(0, signal.SIGKILL)
            asked = line.recv(int.from_bytes(length, "big"), socket.MSG_WAITALL)
            if not os.fork():
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                line.close()
                _carry_out(asked, files)
            for file in files:
                os.close(file)


def _read_modules() -> None:
    """All that commands import, also what only some of them do; it must not have started a thread."""
    import starter.cli

    for module in pkgutil.iter_modules(starter.cli.__path__):
        if module.name != "__main__":
            importlib.import_module(f"starter.cli.{module.name}")
    for name in ("rich.console", "rich.table", "runtime.codec", "runtime.temporal", "temporalio.client"):
        importlib.import_module(name)
    assert threading.active_count() == 1
    gc.freeze()


def _carry_out(asked: bytes, files: list[int]) -> None:
    """Run the command in a process of its own, and tell how it ended."""
    *streams, answer = files
    command = os.fork()
    if not command:
        os.close(answer)
        _become(asked, streams)
    _, status = os.waitpid(command, 0)
    with socket.socket(fileno=answer) as line:
        line.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _become(asked: bytes, streams: list[int]) -> None:
    from starter.cli import main

    for place, stream in zip(_STREAMS, streams, strict=True):
        os.dup2(stream, place)
        os.close(stream)
    arguments, environment, folder = json.loads(asked)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["vangnet", *arguments]
    main()


if __name__ == "__main__":
    _serve()
