from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from runtime.errors import SettingsError
from runtime.settings import CHECKOUT, PREFIX, Ports
from starter.stack import clean
from starter.stack.lock import AlreadyRunning, only_one
from starter.stack.ports import check
from tests.end_to_end.stack import free_ports
from tests.runtime.conftest import free_port


def ports(**changed: int) -> Ports:
    names = ("web_port", "console_port", "inbox_port", "temporal_port", "smtp_port", "codec_port", "oidc_port")
    return Ports.model_validate(free_ports(names) | changed)


def test_free_ports_are_fine() -> None:
    """Nothing is said of ports that nobody uses."""
    check(ports())


def test_a_port_in_use_is_named_with_its_setting() -> None:
    """Whoever starts the stack is told which port, and how to choose another one."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(SettingsError, match=f"poort {port} is in gebruik; kies een andere met VANGNET_INBOX_PORT"):
            check(ports(inbox_port=port))


def test_two_settings_for_one_port_are_named() -> None:
    """Two parts cannot listen at one port."""
    port = free_port()

    with pytest.raises(SettingsError, match=f"VANGNET_WEB_PORT en VANGNET_SMTP_PORT zijn allebei {port}"):
        check(ports(web_port=port, smtp_port=port))


def test_a_folder_holds_one_stack(tmp_path: Path) -> None:
    """A second stack on the same data is refused, and told which process holds it."""
    lock = tmp_path / "lock"
    with only_one(lock), pytest.raises(AlreadyRunning, match=r"draait hier al, als proces \d+"), only_one(lock):
        pass


def test_a_folder_is_free_again(tmp_path: Path) -> None:
    """What was let go of can be taken again."""
    for _ in range(2):
        with only_one(tmp_path / "lock"):
            pass


def test_cleaning_removes_the_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`make clean` leaves nothing of a stack, and doing it again is no error."""
    monkeypatch.setenv("VANGNET_LOCAL_FOLDER", str(tmp_path / "data"))
    (tmp_path / "data" / "postgres").mkdir(parents=True)

    clean.main()
    clean.main()

    assert not (tmp_path / "data").exists()


def test_a_running_stack_is_not_cleaned(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Data is not taken away from under a server."""
    monkeypatch.setenv("VANGNET_LOCAL_FOLDER", str(tmp_path))
    (tmp_path / "postgres").mkdir()

    with only_one(tmp_path / "lock"), pytest.raises(SystemExit):
        clean.main()

    assert (tmp_path / "postgres").exists()


def test_a_part_that_does_not_come_up_is_exit_code_4(tmp_path: Path) -> None:
    """One line names it and its log; what had started is stopped again."""
    (tmp_path / "data" / "postgres").mkdir(parents=True)
    (tmp_path / "data" / "postgres" / "foreign").touch()
    own = {"VANGNET_LOCAL_FOLDER": str(tmp_path / "data")}
    own |= {PREFIX + name.upper(): str(port) for name, port in free_ports(Ports.model_fields).items()}

    ended = subprocess.run(
        [sys.executable, "-m", "starter.entry"], cwd=CHECKOUT, env=os.environ | own,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert 4 == ended.returncode, ended.stderr
    assert (
        f"vangnet: de map van PostgreSQL is niet te maken; zie {tmp_path / 'data/logs/postgres.log'}\n" == ended.stderr
    )
    assert "http://" not in ended.stdout


@pytest.mark.parametrize("begins", ["-m starter.entry", "-c from\tstarter.entry\timport\tcommand_line;command_line()"])
async def test_an_interrupt_while_modules_are_read_is_no_traceback(begins: str, tmp_path: Path) -> None:
    """Whoever thinks better of it at once gets no word of Python's."""
    option, what = begins.split(" ", 1)
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-X", "importtime", option, what.replace("\t", " "),
        cwd=CHECKOUT, env=os.environ | {"VANGNET_LOCAL_FOLDER": str(tmp_path)}, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert started.stderr is not None
    said = b""
    while b"pydantic" not in said:  # one of the first that entry's own imports read
        said += await started.stderr.readline()
    started.send_signal(signal.SIGINT)
    said += await asyncio.wait_for(started.stderr.read(), 60)
    assert b"Traceback" not in said
    assert await started.wait() == -signal.SIGINT
