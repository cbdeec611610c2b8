from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

from runtime.settings import Ports
from starter.stack.ports import HOST


class Display:
    """What `make run` shows while it comes up and afterwards: a spinner on a terminal, plain lines elsewhere."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def say(self, line: str) -> None:
        """Show one line."""
        self._console.print(escape(line), soft_wrap=True, highlight=False)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Show what is being waited for, and how long it took."""
        began = time.monotonic()
        if self._console.is_terminal:
            with self._console.status(f"{escape(name)} …"):
                yield
        else:
            yield
        self.say(f"{name:<42} {time.monotonic() - began:4.1f} s")

    def addresses(self, ports: Ports) -> None:
        """Show where everything is, now that it answers."""
        self.say("")
        self.say(f"  coordinators' pages   http://{HOST}:{ports.web_port}")
        self.say(f"  Temporal console      http://{HOST}:{ports.console_port}")
        self.say(f"  mail inbox            http://{HOST}:{ports.inbox_port}")
        self.say("")
        self.say("  Opdrachten in een ander venster: .venv/bin/vangnet --help")
        self.say("  Stoppen: Ctrl-C")
