from __future__ import annotations

import shutil
import sys
from pathlib import Path

from runtime.errors import StartError
from runtime.settings import Ports
from starter.stack.child import Command
from starter.stack.layout import Layout
from starter.stack.ports import HOST

_SETTINGS = (
    # A development server is slowed down to 20 transfers a second unless told otherwise.
    "history.transferProcessorMaxPollRPS=2000",
    # `vangnet clock forward`.
    "frontend.WorkflowTimeSkippingEnabled=true",
)
_PRAGMAS = ("journal_mode=wal", "synchronous=1")
"""Durable against a killed process, three times as fast as the default."""


def binary() -> str:
    """The user's own ``temporal`` if there is one, else the one that came as a Python package.

    Raises:
        StartError: Neither is there.
    """
    found = shutil.which("temporal") or shutil.which("temporal", path=str(Path(sys.executable).parent))
    if found is None:
        raise StartError("het programma temporal is er niet; make run installeert het")
    return found


def command(layout: Layout, ports: Ports, environment: dict[str, str], console: int | None = None) -> Command:
    """Temporal's development server with its console, its data in the layout's file.

    Args:
        layout: Where its file is.
        ports: Where it listens.
        environment: What it runs in.
        console: Where its console listens, when a door stands before it.
    """
    return Command(
        name="temporal",
        arguments=(
            binary(), "server", "start-dev",
            "--ip", HOST,
            "--port", str(ports.temporal_port),
            "--ui-port", str(console or ports.console_port),
            "--ui-codec-endpoint", f"http://{HOST}:{ports.codec_port}",
            "--db-filename", str(layout.temporal),
            "--log-level", "error",
            *(part for pragma in _PRAGMAS for part in ("--sqlite-pragma", pragma)),
            *(part for setting in _SETTINGS for part in ("--dynamic-config-value", setting)),
        ),
        environment=environment,
    )  # fmt: skip
