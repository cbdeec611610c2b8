"""The local stack's door to the console: its first page makes the browser ready, everything else is the console's own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import httpx2
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from starter.console.page import page

_OF_ONE_CONNECTION: Final = frozenset({"connection", "keep-alive", "transfer-encoding", "upgrade", "content-length"})
_METHODS: Final = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
_PATIENCE: Final = 60.0

Handler = Callable[[Request], Awaitable[Response]]


def door(console: str, namespace: str, codec: str) -> Starlette:
    """Put it together.

    Args:
        console: Where Temporal's own console listens.
        namespace: The cases'.
        codec: Where payloads are opened.
    """
    ready = page(namespace, codec)
    http = httpx2.AsyncClient(base_url=console, timeout=_PATIENCE, follow_redirects=False)
    http.headers.clear()  # what the browser can read is for the browser to say

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with http:
            yield

    async def first(_request: Request) -> Response:
        return HTMLResponse(ready, headers={"Cache-Control": "no-store"})

    return Starlette(
        routes=[
            Route("/", first),
            Route("/vangnet", first),
            Route("/{path:path}", _passed(http), methods=_METHODS),
        ],
        lifespan=lifespan,
    )


def _passed(http: httpx2.AsyncClient) -> Handler:
    async def pass_on(request: Request) -> Response:
        headers = [(name, value) for name, value in request.headers.items() if name not in _OF_ONE_CONNECTION]
        # As it was written: a case's id has a slash in it, which is not one of the path's.
        path, query = request.scope["raw_path"].decode(), request.scope["query_string"].decode()
        address = f"{path}?{query}" if query else path
        asked = http.build_request(request.method, address, headers=headers, content=await request.body())
        try:
            answer = await http.send(asked, stream=True)
        except httpx2.TransportError:
            return PlainTextResponse("De console is er nu niet.", 503)
        passed = StreamingResponse(answer.aiter_raw(), answer.status_code, background=BackgroundTask(answer.aclose))
        passed.raw_headers = [
            (name.lower(), value)
            for name, value in answer.headers.raw
            if name.lower().decode() not in _OF_ONE_CONNECTION
        ]
        return passed

    return pass_on
