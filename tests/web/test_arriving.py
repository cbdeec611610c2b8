"""Who announces a request and does not send it is let go; who sends it slowly, and in time, is answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from starter.web.security.arriving import InTime
from tests.web.serving import listening

GONE = asyncio.Event()


class Hurried(InTime):
    """The same, for a test that does not wait a minute."""

    WITHIN = timedelta(milliseconds=200)


class Quiet(uvicorn.Server):
    """Leaves signals to pytest."""

    @contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def]  # noqa: ANN201  # uvicorn's own
        yield


async def echo(request: Request) -> Response:
    """Read it all."""
    try:
        return PlainTextResponse(await request.body())
    except ClientDisconnect:
        GONE.set()
        raise


async def slow(_: Request) -> Response:
    """Take longer to answer than a request may take to arrive."""
    await asyncio.sleep(2 * Hurried.WITHIN.total_seconds())
    return PlainTextResponse("at last")


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """A server on a port of its own."""
    held, _ = listening()
    app = Starlette(routes=[Route("/", echo, methods=["POST"]), Route("/slow", slow)])
    server = Quiet(uvicorn.Config(app, http=Hurried, log_config=None, lifespan="off"))
    running = asyncio.create_task(server.serve([held]))
    yield held.getsockname()[1]
    server.should_exit = True
    await running


@pytest.mark.parametrize(
    "sent",
    [b"", b"POST / HTTP/1.1\r\nHost: x\r\n", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab"],
    ids=["nothing", "half a head", "half a body"],
)
async def test_what_does_not_come_ends(port: int, sent: bytes) -> None:
    """The connection ends, whatever of the request is there."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    with suppress(ConnectionResetError):
        assert b"" == await asyncio.wait_for(reader.read(), 10)
    writer.close()


async def test_who_reads_it_hears_of_it(port: int) -> None:
    """A page that waits for the rest is not left waiting."""
    GONE.clear()
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab")
    await asyncio.wait_for(GONE.wait(), 10)
    writer.close()


async def test_what_comes_in_pieces_is_answered(port: int) -> None:
    """Several requests over one connection, each in pieces."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(3):
        for piece in (b"POST / HTTP/1.1\r\nHost: x\r\n", b"Content-Length: 5\r\n\r\n", b"ab", b"cde"):
            writer.write(piece)
            await writer.drain()
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        assert head.startswith(b"HTTP/1.1 200")
        assert b"abcde" == await reader.readexactly(5)
    writer.close()


async def test_a_page_takes_the_time_that_it_takes(port: int) -> None:
    """Only what arrives has to be in time."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert (await asyncio.wait_for(reader.read(), 10)).endswith(b"at last")
    writer.close()
