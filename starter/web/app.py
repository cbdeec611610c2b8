"""The application: its parts, and what every request passes on its way to them."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from starter.web import assets, health
from starter.web.faults import HANDLERS, Faults
from starter.web.gate import Gate
from starter.web.login import pages as login
from starter.web.security.body import Bodies
from starter.web.security.headers import Headers
from starter.web.services import Services
from starter.web.watched import watched

_PARTS = ("intake", "worklist", "review", "directory", "rights", "privacy", "links", "case")
"""Modules of this package with ``routes``; ``/zaken/nieuw`` has to be found before ``/zaken/{case_id}``."""


async def _first(_request: Request) -> Response:
    return RedirectResponse("/zaken", 303)


def routes() -> list[BaseRoute]:
    """Every page that there is, in the order in which they are looked for."""
    found: list[BaseRoute] = [Route("/", _first), *assets.routes, *health.routes, *login.routes]
    for part in _PARTS:
        if find_spec(f"{__package__}.{part}"):
            found += getattr(import_module(f"{__package__}.{part}"), "routes", [])
    return found


def application(services: Services) -> Starlette:
    """Put the pages together.

    Args:
        services: What they work with; who made it closes it.
    """
    app = Starlette(
        routes=routes(),
        middleware=[
            *watched(services.instruments),
            Middleware(Headers, https=services.settings.public_url.startswith("https:")),
            Middleware(Faults),
            Middleware(Bodies),
            Middleware(Gate),
        ],
        exception_handlers=dict(HANDLERS),
    )
    app.state.services = services
    return app
