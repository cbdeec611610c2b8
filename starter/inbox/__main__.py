"""Run the mail catcher: ``python -m starter.inbox --smtp-port 2525 --http-port 8025 --folder .local/mail``."""

from __future__ import annotations

import argparse
import asyncio
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from runtime.signals import stop_on_signals
from starter.inbox.catcher import HOST, listen
from starter.inbox.mails import Box
from starter.inbox.pages import app


class PageServer(uvicorn.Server):
    """Serves the pages and leaves the process's signals alone: there is SMTP to end as well."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take no signal."""
        yield


async def catch(smtp_port: int, http_port: int, folder: Path) -> None:
    """Take mail and show it until the process is told to stop."""
    box = Box(folder)
    pages = PageServer(uvicorn.Config(app(box), log_level="warning", lifespan="off"))
    with stop_on_signals() as stop, socket.create_server((HOST, http_port)) as http:
        async with await listen(box, smtp_port), asyncio.TaskGroup() as group:
            group.create_task(pages.serve([http]))
            await stop.wait()
            pages.should_exit = True


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m starter.inbox", description="Catches mail and shows it.")
    parser.add_argument("--smtp-port", type=int, required=True, help="where mail is handed in")
    parser.add_argument("--http-port", type=int, required=True, help="where it is shown")
    parser.add_argument("--folder", type=Path, required=True, help="where it is kept")
    return parser.parse_args()


def main() -> None:
    """Start with what the command line says."""
    given = _arguments()
    try:
        asyncio.run(catch(given.smtp_port, given.http_port, given.folder))
    except OSError as error:
        sys.exit(f"the mail catcher cannot start: {error.strerror}")


if __name__ == "__main__":
    main()
