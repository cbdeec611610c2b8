"""For whoever looks after the process: it runs, and it can do its work."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from starter.web.services import services
from store import StoreError


async def _alive(_request: Request) -> Response:
    return PlainTextResponse("ok\n")


async def _ready(request: Request) -> Response:
    try:
        await services(request).store.ping()
    except StoreError as error:
        return PlainTextResponse(f"{error.code}\n", 503)
    return PlainTextResponse("ok\n")


routes: list[BaseRoute] = [Route("/healthz", _alive), Route("/readyz", _ready)]
