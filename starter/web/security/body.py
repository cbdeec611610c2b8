"""What may be sent to the pages: forms, of a size that a case can take. No uploads, no other types."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from starter.limits import LARGEST
from starter.web.form import Form, TooMuch, Unreadable
from starter.web.page import problem

_TYPE = "application/x-www-form-urlencoded"
_WHOLE = 12 * LARGEST
"""A full field of emoji is twelve times as long once encoded; a form never has two of those."""


class Bodies:
    """Reads the form of a request once and for all; whatever is no form gets no further."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with its form in ``request.state``."""
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        refused = await _read(request)
        if refused is None:
            await self._app(scope, receive, send)
        else:
            answer = problem(request, *refused)
            # What was not read would be taken for the next request.
            answer.headers["Connection"] = "close"
            await answer(scope, receive, send)


async def _read(request: Request) -> tuple[str, int] | None:
    """Read the form; returns the problem and its status where there is one."""
    if request.headers.get("content-type", _TYPE).partition(";")[0].strip().lower() != _TYPE:
        return "no_uploads", 415
    if _announced(request) > _WHOLE:
        return "too_large", 413
    try:
        body = b"".join([part async for part in _limited(request)])
        request.state.form = Form.read(body, LARGEST)
    except TooMuch:
        return "too_large", 413
    except Unreadable:
        return "unreadable", 400
    return None


def _announced(request: Request) -> int:
    length = request.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() else 0


async def _limited(request: Request) -> AsyncIterator[bytes]:
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > _WHOLE:
            raise TooMuch
        yield part
