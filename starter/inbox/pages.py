"""The pages of the mail catcher, and the same as JSON. They work without scripts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from html import escape
from importlib import resources
from string import Template
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from starter.inbox.mails import Box, Mail

_HERE = ZoneInfo("Europe/Amsterdam")
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class Pages:
    """What a browser or a program can ask of the box."""

    def __init__(self, box: Box) -> None:
        self._box = box

    async def overview(self, request: Request) -> Response:
        """All mails, the newest first."""
        to = request.query_params.get("to", "")
        mails = self._box.all(to)
        rows = "\n".join(_row(mail) for mail in reversed(mails))
        return _page("Postvak", _template("overview").substitute(to=escape(to), count=len(mails), rows=rows))

    async def mail(self, request: Request) -> Response:
        """One mail: its text, its headers, and the HTML part in a frame that can do nothing."""
        mail = self._found(request)
        return _page(mail.subject or "Zonder onderwerp", _template("mail").substitute(_fields(mail)))

    async def messages(self, request: Request) -> Response:
        """All mails as JSON, in the order in which they came; ``?to=`` keeps those to one address."""
        return JSONResponse([mail.shown() for mail in self._box.all(request.query_params.get("to", ""))])

    async def message(self, request: Request) -> Response:
        """One mail as JSON."""
        return JSONResponse(self._found(request).shown())

    async def clear(self, request: Request) -> Response:  # noqa: ARG002  # Starlette gives it
        """Throw all mails away."""
        self._box.clear()
        return Response(status_code=204)

    def _found(self, request: Request) -> Mail:
        mail = self._box.one(int(request.path_params["number"]))
        if mail is None:
            raise HTTPException(404)
        return mail


def app(box: Box) -> Starlette:
    """The application that serves the box."""
    pages = Pages(box)
    return Starlette(
        routes=[
            Route("/", pages.overview),
            Route("/mails/{number:int}", pages.mail),
            Route("/api/messages", pages.messages),
            Route("/api/messages", pages.clear, methods=["DELETE"]),
            Route("/api/messages/{number:int}", pages.message),
        ],
        # Without this any website could read the box by giving its own name this machine's address.
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
        exception_handlers={404: _not_found},
    )


async def _not_found(request: Request, error: Exception) -> Response:  # noqa: ARG001  # Starlette gives both
    return _page("Niet gevonden", '<p>Deze mail is er niet. <a href="/">Naar het postvak</a></p>', 404)


def _page(title: str, body: str, status: int = 200) -> HTMLResponse:
    page = _template("page").substitute(title=escape(title), body=body)
    return HTMLResponse(page, status, _HEADERS)


def _row(mail: Mail) -> str:
    return _template("row").substitute(_fields(mail))


def _fields(mail: Mail) -> dict[str, str]:
    fields = {
        "number": str(mail.number),
        "to": ", ".join(mail.to),
        "sender": mail.sender,
        "subject": mail.subject or "Zonder onderwerp",
        "moment": mail.received_at.isoformat(),
        "time": _said(mail.received_at),
        "text": mail.text,
        "html": mail.html,
        "headers": _lines(mail.headers.items()),
    }
    return {name: escape(value) for name, value in fields.items()}


def _lines(headers: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in headers)


def _said(moment: datetime) -> str:
    return f"{moment.astimezone(_HERE):%d-%m-%Y %H:%M:%S}"


def _template(name: str) -> Template:
    folder = resources.files("starter.inbox") / "templates"
    return Template((folder / f"{name}.html").read_text("utf-8"))
