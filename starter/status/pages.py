"""One page: does everything run, where is the rest, how many cases stand at each step."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from http import HTTPStatus
from importlib import resources
from string import Template

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from protocol.vocabulary import Step
from runtime.settings import Ports
from starter.stack.ports import HOST
from store import StepCount, Store, StoreError

STEPS = {
    Step.SIGNAL: "Signaal",
    Step.PUPIL_TALK: "Gesprek met leerling",
    Step.PARENT_TALK: "Gesprek met ouders",
    Step.REPORT: "Melding",
    Step.PARTNERS: "Partners",
    Step.NETWORK_MEETING: "Netwerkberaad",
    Step.COORDINATION: "Casusregie",
    Step.HAND_OVER: "Overdracht",
    Step.CLOSED: "Afgesloten",
}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
Opened = Callable[[], AbstractAsyncContextManager[Store]]


def app(opened: Opened, ports: Ports) -> Starlette:
    """The page, over a store that is opened when the server starts.

    Args:
        opened: Opens the store for as long as the server runs.
        ports: Where the rest of the local stack is.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with opened() as store:
            app.state.pages = Pages(store, ports)
            yield

    return Starlette(
        routes=[Route("/", _overview), Route("/{path:path}", _nothing_here)],
        lifespan=lifespan,
    )


class Pages:
    """What there is to see."""

    def __init__(self, store: Store, ports: Ports) -> None:
        self._store = store
        self._ports = ports

    async def overview(self) -> Response:
        """How everything is; 503 when the database does not answer."""
        try:
            counts = await self._store.counts()
        except StoreError as error:
            return _page("Er draait iets niet", f"<p>{error.text}</p>", HTTPStatus.SERVICE_UNAVAILABLE)
        return _page("Alles draait", _links(self._ports) + _counts(counts))


async def _overview(request: Request) -> Response:
    pages: Pages = request.app.state.pages
    return await pages.overview()


async def _nothing_here(_request: Request) -> Response:
    content = '<p>De pagina\'s voor medewerkers en ouders komen nog.</p><p><a href="/">Naar het overzicht</a></p>'
    return _page("Deze pagina is er nog niet", content, HTTPStatus.NOT_FOUND)


def _links(ports: Ports) -> str:
    return (
        f'<ul><li><a href="http://{HOST}:{ports.console_port}">Console van Temporal</a></li>'
        f'<li><a href="http://{HOST}:{ports.inbox_port}">Postvak met alle verstuurde e-mail</a></li></ul>'
    )


def _counts(counts: tuple[StepCount, ...]) -> str:
    found = {count.step: count.cases for count in counts}
    rows = "".join(f'<tr><th scope="row">{name}</th><td>{found.get(step, 0)}</td></tr>' for step, name in STEPS.items())
    return f"<table><caption>Casussen per stap</caption>{rows}</table>"


def _page(title: str, content: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    template = Template(resources.files(__package__).joinpath("page.html").read_text(encoding="utf-8"))
    return HTMLResponse(template.substitute(title=title, content=content), status, _HEADERS)
