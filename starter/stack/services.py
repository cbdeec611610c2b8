"""The processes of the stack that are ours or come as Python packages."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from runtime.settings import CHECKOUT, Ports
from starter.stack.child import Command
from starter.stack.layout import Layout
from starter.stack.ports import HOST


def inbox(layout: Layout, ports: Ports) -> Command:
    """The mail catcher and its page."""
    smtp, page = str(ports.smtp_port), str(ports.inbox_port)
    return _python("inbox", "-m", "starter.inbox", "--smtp-port", smtp, "--http-port", page, "--folder", layout.mail)


def login(layout: Layout, ports: Ports) -> Command:
    """The login provider, with the demo people."""
    port, pages = str(ports.oidc_port), f"http://{HOST}:{ports.web_port}"
    return _python("login", "-m", "starter.oidc", "--port", port, "--folder", layout.login, "--pages", pages)


def console(ports: Ports, behind: int) -> Command:
    """The door to Temporal's console."""
    numbers = ("--port", ports.console_port, "--console-port", behind, "--codec-port", ports.codec_port)
    return _python("console", "-m", "starter.console", *map(str, numbers), "--namespace", "default")


def worker() -> Command:
    """What carries the cases; it gets the time to drain."""
    return _python("worker", CHECKOUT / "worker.py")


def web() -> Command:
    """The pages."""
    return _python("web", "-m", "starter.web")


def codec() -> Command:
    """What opens payloads for the console."""
    return _python("codec", "-m", "starter.codec")


def _python(name: str, *arguments: str | Path) -> Command:
    return Command(name, (sys.executable, *(str(argument) for argument in arguments)), environment())


def environment() -> dict[str, str]:
    """The stack's settings, for a child."""
    return dict(os.environ) | {"PYTHONUNBUFFERED": "1"}
