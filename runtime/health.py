"""For whoever looks after a process: ``/healthz`` says that it runs, ``/readyz`` that it can do its work.

A plain ``ok``, or 503 with a code; nothing else is said to who asks here.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import Worker

from runtime.errors import SettingsError
from runtime.watching import ask_temporal
from store import Store, StoreError

_log = logging.getLogger(__name__)

Check = Callable[[], Awaitable[str | None]]
"""Looks at one thing; the code of what is wrong with it, or nothing."""

_PATIENCE = timedelta(seconds=2)
"""Who asks gives up soon, too."""


def database(store: Store) -> Check:
    """Whether PostgreSQL answers."""

    async def check() -> str | None:
        try:
            await store.ping()
        except StoreError as error:
            return error.code
        return None

    return check


def temporal(client: Client) -> Check:
    """Whether Temporal answers."""

    async def check() -> str | None:
        try:
            await ask_temporal(client)
        except (RPCError, RuntimeError):
            return "temporal_unreachable"
        return None

    return check


def polling(worker: Worker, stop: asyncio.Event) -> Check:
    """Whether the worker asks for work: not before it has begun, and not once it was told to stop and drains."""

    async def check() -> str | None:
        return None if worker.is_running and not stop.is_set() else "not_polling"

    return check


async def readiness(*checks: Check) -> Response:
    """Look at all; the answer names what was found first."""
    try:
        async with asyncio.timeout(_PATIENCE.total_seconds()):
            found = [code for code in await asyncio.gather(*(check() for check in checks)) if code]
    except TimeoutError:
        found = ["no_answer_in_time"]
    except Exception as error:  # noqa: BLE001  # whatever it is: not ready, and nothing of its text
        _log.warning("not ready", exc_info=error)
        found = ["unexpected_error"]
    return PlainTextResponse(f"{found[0]}\n", 503) if found else PlainTextResponse("ok\n")


def routes(*checks: Check) -> list[BaseRoute]:
    """Both addresses."""

    async def alive(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def ready(_request: Request) -> Response:
        return await readiness(*checks)

    return [Route("/healthz", alive), Route("/readyz", ready)]


class _Server(uvicorn.Server):
    """One that leaves signals to the process that it is part of."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def answering(address: str | None, *checks: Check) -> AsyncIterator[None]:
    """Answer there for as long as this is entered; nowhere without an address.

    Raises:
        SettingsError: Somebody else listens there, or it is no address of this machine.
    """
    if address is None:
        yield
        return
    host, _, port = address.rpartition(":")
    taken = listening(host.strip("[]"), int(port), f"{address} (VANGNET_HEALTH_ADDRESS)")
    app = Starlette(routes=routes(*checks))
    config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False, lifespan="off")
    server = _Server(config)
    serving = asyncio.create_task(server.serve([taken]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving
        taken.close()


def listening(host: str, port: int, called: str) -> socket.socket:
    """Take an address of this machine; ``called`` is what it is told by, with its setting.

    Raises:
        SettingsError: Somebody else listens there, or it is no address of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise SettingsError(f"op {called} is niet te luisteren ({_why(error)})") from None


def _why(error: OSError) -> str:
    return "bezet" if error.errno == errno.EADDRINUSE else type(error).__name__
