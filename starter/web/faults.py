"""What goes wrong while a page is made, turned into a page that says so."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from protocol.refusals import RefusalCode, Refused
from starter.errors import BadInput, NotReachable, StarterError, TakenNotCarriedOut, TooLarge
from starter.web.page import problem, refusal, texts
from starter.web.security.noted import Security, noted
from starter.web.visitor import visitor_or_none
from store import CaseUnknown, KeyDestroyed, KeyMissing, PartShielded, StoreUnavailable

_log = logging.getLogger(__name__)

Handler = Callable[[Request, Exception], Awaitable[Response]]

_OF_STATUS = {
    404: "not_found",
    405: "not_found",
    403: "forbidden",
    413: "too_large",
    415: "no_uploads",
    429: "too_many",
}
_AS = {405: 404}
"""A page that takes no form looks like no page."""
_OF_ERROR: Mapping[type[Exception], tuple[str, int]] = {
    CaseUnknown: ("not_found", 404),
    KeyDestroyed: ("erased", 410),
    KeyMissing: ("key_missing", 503),
    PartShielded: ("shielded", 410),
    StoreUnavailable: ("unavailable", 503),
    NotReachable: ("unavailable", 503),
    TakenNotCarriedOut: ("taken", 202),
    TooLarge: ("too_large", 413),
}


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return problem(request, _OF_STATUS.get(status, "failed"), _AS.get(status, status))


async def _known(request: Request, error: Exception) -> Response:
    code, status = next(found for kind, found in _OF_ERROR.items() if isinstance(error, kind))
    return problem(request, code, status)


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, Refused) or error.code is RefusalCode.UNKNOWN_CASE:
        return problem(request, "not_found", 404)
    noted(Security.REFUSED, visitor_or_none(request), error.code)
    return refusal(request, texts(request).refusal(error.code, error.step), 409)


async def _bad_input(request: Request, error: Exception) -> Response:
    return refusal(request, error.text if isinstance(error, StarterError) else "", 400)


HANDLERS: dict[type[Exception], Handler] = {
    HTTPException: _http,
    Refused: _refused,
    BadInput: _bad_input,
    **dict.fromkeys(_OF_ERROR, _known),
}
"""For what a page lets through. A page that can say it beside the form does so itself."""


class Faults:
    """Answers what nobody foresaw with a page, and writes one line about it that holds nobody's data."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except ClientDisconnect:
            return  # whoever sent it is gone, in the middle of it: nobody is left to hear anything
        except StoreUnavailable as error:
            await self._answer(scope, receive, send, error, begun=begun)
        except Exception as error:  # noqa: BLE001  # whatever it is, who asked gets a page
            _log.exception("page_failed", extra=_case(scope))
            await self._answer(scope, receive, send, error, begun=begun)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, error: Exception, *, begun: bool) -> None:
        if begun:
            raise error
        request = Request(scope, receive)
        code, status = ("unavailable", 503) if isinstance(error, StoreUnavailable) else ("failed", 500)
        await problem(request, code, status)(scope, receive, send)


def _case(scope: Scope) -> dict[str, str]:
    """Which case a page was of, once that was found; what somebody typed in its place is theirs."""
    found = scope.get("state", {}).get("case_id")
    return {"case_id": found} if found else {}
