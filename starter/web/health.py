"""For whoever looks after the process: it runs, and it can do its work. Pages are read without Temporal."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from runtime import health
from starter.web.services import services


async def _alive(_request: Request) -> Response:
    return PlainTextResponse("ok\n")


async def _ready(request: Request) -> Response:
    return await health.readiness(health.database(services(request).store))


routes: list[BaseRoute] = [Route("/healthz", _alive), Route("/readyz", _ready)]
