"""Pages that are only there for tests: one of each control, a page that fails, and each page about a problem."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from jinja2 import ChoiceLoader, FileSystemLoader
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from starter.web.form import form, typed
from starter.web.page import page, problem
from starter.web.services import Services

PATH = "/proef"


async def _controls(request: Request) -> Response:
    return page(request, "specimen.html", typed=typed(request), found={"name": "Vul een naam in."})


async def _sent(request: Request) -> Response:
    return PlainTextResponse(repr([pair for pair in form(request) if pair[0] != "csrf"]))


async def _fails(_request: Request) -> NoReturn:
    raise RuntimeError("Noor Proef")


async def _problem(request: Request) -> Response:
    return problem(request, str(request.path_params["code"]), 400)


def with_specimen(app: Starlette) -> Starlette:
    """Add the pages to an application."""
    services: Services = app.state.services
    here = FileSystemLoader(Path(__file__).with_name("templates"))
    services.templates.loader = ChoiceLoader([here, *filter(None, [services.templates.loader])])
    app.router.routes[:0] = [
        Route(PATH, _controls),
        Route(PATH, _sent, methods=["POST"]),
        Route(f"{PATH}/stuk", _fails),
        Route(f"{PATH}/probleem/{{code}}", _problem),
    ]
    return app
