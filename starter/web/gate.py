"""Who comes in: pages are for who is logged in, forms for who was given them; everything else is sent to log in."""

from __future__ import annotations

from urllib.parse import unquote, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from starter.web.form import Form, form
from starter.web.page import page, problem
from starter.web.security import csrf
from starter.web.services import services
from starter.web.sessions import Session, admit

LINKS = "/k/"
_PUBLIC = ("/inloggen", "/uitgelogd", "/healthz", "/readyz")
_NEVER_LOOKED_UP = ("/static/", "/healthz", "/readyz")
_METHODS = ("GET", "HEAD", "POST")
TYPED = "bewaard"
"""The parameter by which a form finds what was typed into it before the session expired."""


class Gate:
    """Decides of each request whether it gets to a page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        if scope["type"] != "http" or scope["path"].startswith(_NEVER_LOOKED_UP):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        answer = _no_method(request) or _no_name(request) or await _stopped(request)
        await (answer or self._app)(scope, receive, send)


def _no_method(request: Request) -> Response | None:
    """Stop what no page takes: whether there is a page is not told."""
    if request.method in _METHODS:
        return None
    answer = problem(request, "not_found", 405)
    answer.headers["Allow"] = ", ".join(_METHODS)
    return answer


def _no_name(request: Request) -> Response | None:
    """Stop an address with a NUL, which PostgreSQL takes nowhere; links have one page of their own for all that fails."""
    path = request.url.path
    if path.startswith(LINKS) or "\0" not in path + unquote(request.url.query):
        return None
    return problem(request, "not_found", 404)


async def _stopped(request: Request) -> Response | None:
    """What keeps a request from its page."""
    path, sends = request.url.path, request.method not in {"GET", "HEAD"}
    if sends and not csrf.from_here(request):
        return problem(request, "foreign", 403)
    if path.startswith(LINKS):
        token = path.removeprefix(LINKS).partition("/")[0]
        return problem(request, "stale_form", 403) if sends and not csrf.has_token(request, f"link:{token}") else None
    session = await admit(request)
    if path.startswith(_PUBLIC):
        return None
    if sends and not (session and csrf.has_token(request, f"session:{session.id}")):
        return await _of_no_session(request, session)
    if session is None or not session.alive:
        return await _ended(request, session)
    await _give_back(request, session)
    return _hurried(request, session)


def _hurried(request: Request, session: Session) -> Response | None:
    """Stop a session that asks for more than a person can read."""
    if services(request).pace.allows(session.id):
        return None
    answer = problem(request, "too_many", 429)
    answer.headers["Retry-After"] = "60"
    return answer


async def _of_no_session(request: Request, session: Session | None) -> Response:
    """A form that was not made in this session: perhaps by the same person in one before it."""
    if session is None:
        return _log_in(request, None)
    kept = await _kept(request, session) if csrf.is_of(request, session.subject) else None
    if kept is None:
        return problem(request, "stale_form", 403)
    if not session.alive:
        return _log_in(request, kept)
    return page(request, "expired.html", 403, address=kept, said="meanwhile")


async def _ended(request: Request, session: Session | None) -> Response:
    """Nobody is logged in, or not any more."""
    if request.headers.get("hx-request"):
        return _over(request, keeps=session is not None)
    sends = request.method not in {"GET", "HEAD"}
    return _log_in(request, await _kept(request, session) if sends and session else None)


async def _kept(request: Request, session: Session) -> str | None:
    """Keep what somebody typed, for themselves only, and return the address that shows it again."""
    fields = form(request).without(csrf.FIELD, csrf.WHOSE)
    if not fields:
        return None
    kept = await services(request).store.keep_typed(session.subject, request.url.path, tuple(fields))
    return f"{request.url.path}?{urlencode({TYPED: kept})}"


def _log_in(request: Request, back: str | None) -> Response:
    """Send somebody to log in; after a form with a page in between, because forms may lead to our own pages only."""
    if request.method in {"GET", "HEAD"}:
        asked = f"{request.url.path}?{request.url.query}".rstrip("?")
        return RedirectResponse(f"/inloggen?{urlencode({'terug': asked})}", 303)
    address = f"/inloggen?{urlencode({'terug': back or request.url.path})}"
    said = (
        "expired_kept"
        if back
        else "expired_lost"
        if form(request).without(csrf.FIELD, csrf.WHOSE)
        else "expired_not_kept"
    )
    return page(request, "expired.html", 401, address=address, said=said)


def _over(request: Request, *, keeps: bool) -> Response:
    """What an open page that looks for news shows instead of the case: names do not stay on the screen.

    A form stays for what is typed into it; ``keeps`` is whether that would be kept when it is sent.
    """
    if "formulier" in request.query_params:
        return page(request, "expired_news.html", 401, keeps=keeps)
    shown = urlsplit(request.headers.get("hx-current-url", "")).path or "/"
    address = f"/inloggen?{urlencode({'terug': shown})}"
    return page(request, "expired.html", 401, address=address, said="expired_not_kept")


async def _give_back(request: Request, session: Session) -> None:
    """Put what was typed before where the page finds it: only on the same page, for the same person."""
    kept = request.query_params.get(TYPED)
    if kept:
        fields = await services(request).store.typed(kept, session.subject, request.url.path)
        request.state.typed = Form(fields)
