"""Commands that are forked end as those that are started."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.settings import CHECKOUT
from tests.command_line import CommandLine, Ended

_TELL = ("case", "tell", "4c7h-93kt-wd2m", "declare-acute", "--as", "school:school-de-meent:j.jansen", "--json")


@pytest.fixture
def commands() -> Iterator[CommandLine]:
    """One that nothing was asked of yet."""
    found = CommandLine()
    yield found
    found.end()


async def started(*arguments: str, environment: dict[str, str], folder: Path, stdin: bytes) -> Ended:
    """What a Python of its own says to a command."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "starter.cli", *arguments,
        env=environment | {"PYTHONPATH": str(CHECKOUT)},
        cwd=folder,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate(stdin)
    return Ended(process.returncode or 0, out.decode(), err.decode())


async def test_a_forked_command_ends_as_a_started_one(commands: CommandLine, tmp_path: Path) -> None:
    """Arguments, variables, folder and standard input reach it; what it ends with comes back."""
    (tmp_path / "fields.json").write_text("{}", encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("VANGNET_")}
    refused: tuple[tuple[tuple[str, ...], dict[str, str], bytes], ...] = (
        ((*_TELL, "-f", "fields.json", "--note-file", "-"), {}, bytes(range(256))),
        ((*_TELL, "-f", "fields.json"), {"VANGNET_REGION": "Niet Geldig", "VANGNET_LOCAL_FOLDER": str(tmp_path)}, b""),
    )
    for arguments, around, stdin in refused:
        here = environment | around
        forked = await commands.run(*arguments, environment=here, folder=tmp_path, stdin=stdin)
        assert forked == await started(*arguments, environment=here, folder=tmp_path, stdin=stdin)
        assert (2, 1) == (forked.code, forked.err.count("\n"))
