"""The whole local stack, as somebody who runs it sees it. One stack for this module: coming up takes seconds."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote
from urllib.request import urlopen

import psutil
import pytest

from protocol.vocabulary import Step
from runtime.settings import CHECKOUT, PREFIX, Ports
from starter.console.views import look
from tests.end_to_end.stack import free_ports
from tests.local.test_processes import alive

NAMES = ("web_port", "console_port", "inbox_port", "temporal_port", "smtp_port", "oidc_port", "codec_port")


class Running:
    """A stack that was started from the command line."""

    def __init__(self, folder: Path, ports: dict[str, int]) -> None:
        self.folder = folder
        self.ports = ports
        self.output = folder.parent / "output"
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("TEMPORAL_")} | {
            "VANGNET_LOCAL_FOLDER": str(folder),
            "TEMPORAL_ADDRESS": "elsewhere.example:7233",
            **{PREFIX + name.upper(): str(port) for name, port in ports.items()},
        }
        self.process = self._started()

    def _started(self) -> psutil.Popen:
        with self.output.open("w") as output:
            return psutil.Popen(
                [sys.executable, "-m", "starter.entry"],
                cwd=CHECKOUT,
                env=self.environment,
                stdout=output,
                stderr=output,
            )

    def again(self) -> None:
        """Start it on the same data."""
        self.process = self._started()
        self.until(self.is_up)

    def is_up(self) -> bool:
        assert self.process.poll() is None, self.output.read_text()
        return "mail inbox" in self.output.read_text()

    def until(self, condition: Callable[[], bool]) -> None:
        ends = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < ends, self.output.read_text()
            time.sleep(0.05)

    def get(self, name: str, path: str = "/") -> str:
        with urlopen(f"http://127.0.0.1:{self.ports[name]}{path}", timeout=10) as answer:  # our own
            text: str = answer.read().decode()
            return text

    def child(self, part: str) -> psutil.Process:
        return next(child for child in self.process.children() if part in " ".join(child.cmdline()))

    def has(self, part: str) -> bool:
        return any(part in " ".join(child.cmdline()) for child in self.process.children() if alive(child))

    def end(self, by: signal.Signals) -> list[psutil.Process]:
        """End it, and return what of it is alive then."""
        family = self.process.children(recursive=True)
        self.process.send_signal(by)
        self.process.wait(60)
        _, left = psutil.wait_procs(family, timeout=10)
        return [process for process in left if alive(process)]


@pytest.fixture(scope="module")
def stack() -> Iterator[Running]:
    # Not pytest's own folder: every run of pytest closes it to other users, and PostgreSQL is one when we are root.
    with TemporaryDirectory(prefix="vangnet-") as folder:
        running = Running(Path(folder) / "data", free_ports(NAMES))
        try:
            running.until(running.is_up)
            yield running
        finally:
            if running.process.poll() is None:
                running.end(signal.SIGTERM)


def cases_by_step(stack: Running) -> list[int]:
    """How many cases stand at each step."""
    listed = subprocess.run(
        [sys.executable, "-m", "starter.cli", "case", "list", "--json"],
        cwd=CHECKOUT,
        env=stack.environment,
        capture_output=True,
        check=True,
        timeout=30,
    )
    found = [row["step"] for row in json.loads(listed.stdout)]
    return [found.count(step) for step in Step]


def test_everything_answers_where_it_says(stack: Running) -> None:
    """The addresses that are printed are those of the settings, and each answers."""
    printed = stack.output.read_text()

    for name in ("web_port", "console_port", "inbox_port"):
        assert f"http://127.0.0.1:{stack.ports[name]}" in printed
        assert "<html" in stack.get(name).lower()


def test_five_cases_stand_at_different_points(stack: Running) -> None:
    """One waits for consent, two have partners or a ZVH, one is to meet, one is handed back."""
    assert [0, 0, 1, 0, 2, 1, 0, 0, 1] == cases_by_step(stack)


def test_the_console_is_ready_for_cases(stack: Running) -> None:
    """Its first page brings columns and views; behind it is Temporal's own, which answers every one of the views."""
    first = stack.get("console_port")
    assert all(column.label in first for column in look().columns)
    for view in look().views:
        found = json.loads(stack.get("console_port", f"/api/v1/namespaces/default/workflows?query={quote(view.query)}"))
        if view == look().views[0]:
            assert 4 == len(found["executions"])
            attributes = {name for each in found["executions"] for name in each["searchAttributes"]["indexedFields"]}
            assert {column.label for column in look().columns if column.label.startswith("Case")} <= attributes
            one = quote(found["executions"][0]["execution"]["workflowId"], safe="")
            assert "workflowExecutionInfo" in stack.get("console_port", f"/api/v1/namespaces/default/workflows/{one}")


def test_mail_of_the_cases_is_in_the_inbox(stack: Running) -> None:
    """What the demo cases told people arrived, without a name in it."""
    mails = json.loads(stack.get("inbox_port", "/api/messages"))

    assert any("karin.voorbeeld@thuis.voorbeeld.example" in mail["to"] for mail in mails)
    assert not any("Voorbeeld" in mail["subject"] + mail["text"] for mail in mails)


def test_only_this_machine_is_listened_to(stack: Running) -> None:
    """Nothing of the stack can be reached from another machine."""
    family = [stack.process, *stack.process.children(recursive=True)]
    listening = [c for process in family for c in process.net_connections("inet") if c.status == psutil.CONN_LISTEN]

    assert listening
    assert {"127.0.0.1"} == {connection.laddr.ip for connection in listening}


def test_secrets_are_the_owners_only(stack: Running) -> None:
    """Key ring and settings are readable for nobody else."""
    modes = [(stack.folder / name).stat().st_mode & 0o077 for name in ("keys.json", "env")]

    assert [0, 0] == modes


def test_a_second_run_is_told_off(stack: Running) -> None:
    """On the same data runs one stack: one line, exit code 2, and the first goes on."""
    second = subprocess.run(
        [sys.executable, "-m", "starter.entry"],
        cwd=CHECKOUT,
        env=stack.environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert (2, "") == (second.returncode, second.stdout)
    assert f"vangnet: draait hier al, als proces {stack.process.pid}\n" == second.stderr


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("worker", "worker.py"),
        ("web", "starter.web"),
        ("postgres", "bin/postgres"),
        ("temporal", "start-dev"),
        ("inbox", "starter.inbox"),
        ("login", "starter.oidc"),
        ("codec", "starter.codec"),
    ],
)
def test_who_is_killed_comes_back(stack: Running, name: str, part: str) -> None:
    """`kill -9` of a part is told in one line, and within seconds it runs again on the same data."""
    child = stack.child(part)
    child.kill()
    child.wait(10)

    stack.until(lambda: stack.has(part))

    assert f"{name} is gestopt (signaal SIGKILL) en wordt weer gestart" in stack.output.read_text()


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_and_the_data_stays(stack: Running, by: signal.Signals) -> None:
    """However the stack ends, no process stays behind; the next run finds the cases again."""
    assert [] == stack.end(by)

    stack.again()

    assert [0, 0, 1, 0, 2, 1, 0, 0, 1] == cases_by_step(stack)


def test_ports_default_to_those_of_the_documentation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without settings the addresses are those that README.md tells."""
    for name in NAMES:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)

    assert [8080, 8233, 8025, 7233, 2525, 8035, 8081] == [getattr(Ports(), name) for name in NAMES]
