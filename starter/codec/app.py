"""Temporal's remote codec protocol over HTTP: ``POST …/decode``, for the console at one address and for its CLI.

Nothing is encoded here: cases are told things by the pages and the command line, which know who tells them.
An answer that is no success is plain text: the console would take JSON for payloads.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from google.protobuf.json_format import MessageToJson, Parse, ParseError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from temporalio.api.common.v1 import Payloads

from protocol.refusals import Refused
from runtime import health
from runtime.codec import SealingCodec
from runtime.errors import PayloadUnreadable
from runtime.instruments import NONE, Instruments
from starter.codec.caller import Door, NoAccess, NobodyKnown
from starter.codec.opening import opened
from starter.codec.settings import CodecSettings
from starter.web.login.provider import ProviderUnreachable
from starter.web.security.cookies import SESSION
from starter.web.watched import watched
from store import Store, StoreError

LARGEST = 8 * 1024 * 1024
"""Bytes of a request: some of the largest payloads that Temporal takes."""
MOST = 1000
"""Payloads of a request: each case among them is a look of its own."""
_MINUTE = timedelta(minutes=1)
_METHODS = "POST, OPTIONS"
_HEADERS = "authorization, content-type, x-namespace"
_SECURITY = (401, 403, 429)
"""Somebody was kept out: a line without who, whom the provider knows."""
_STAY_ON_TLS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
_log = logging.getLogger(__name__)


class Stopped(Exception):
    """A request that gets no further: its status, and a fixed word for what is wrong."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


_OF_ERROR: dict[type[Exception], tuple[int, str]] = {
    NobodyKnown: (401, "log_in"),
    NoAccess: (403, "not_allowed"),
    Refused: (403, "not_allowed"),
    PayloadUnreadable: (400, "unreadable"),
    ProviderUnreachable: (503, "login_away"),
    StoreError: (503, "unavailable"),
}


@dataclass(frozen=True)
class Decoder:
    """What the server works with."""

    settings: CodecSettings
    namespace: str
    store: Store
    codec: SealingCodec
    door: Door
    instruments: Instruments = NONE

    async def decode(self, request: Request) -> Response:
        """Open payloads for who may see their cases."""
        self._check_origin(request)
        await self._count(f"address {request.client.host if request.client else ''}")
        actor = await self.door.caller(request.headers.get("authorization", ""), request.cookies.get(SESSION, ""))
        await self._count(f"person {actor.organisation} {actor.user}")
        if request.headers.get("x-namespace") != self.namespace:
            raise Stopped(403, "not_allowed")
        asked = _payloads(await _body(request))
        answer = Payloads(payloads=await opened(asked.payloads, actor, self.store, self.codec))
        return Response(MessageToJson(answer), media_type="application/json")

    async def preflight(self, request: Request) -> Response:
        """Tell the console's browser that it may ask."""
        self._check_origin(request)
        allowed = {"Access-Control-Allow-Methods": _METHODS, "Access-Control-Allow-Headers": _HEADERS}
        return Response(status_code=204, headers=allowed)

    def _check_origin(self, request: Request) -> None:
        """A browser says whose page asks; who is no browser has a token and no page."""
        if request.headers.get("origin", self.settings.codec_origin) != self.settings.codec_origin:
            raise Stopped(403, "foreign")

    async def _count(self, who: str) -> None:
        if not await self.store.attempt(f"codec {who}", self.settings.codec_rate, _MINUTE):
            raise Stopped(429, "too_many")


def _payloads(body: bytes) -> Payloads:
    try:
        found = Parse(body, Payloads())
    except (ParseError, UnicodeDecodeError, RecursionError):
        raise Stopped(400, "unreadable") from None
    if len(found.payloads) > MOST:
        raise Stopped(413, "too_large")
    return found


async def _body(request: Request) -> bytes:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Stopped(415, "no_json")
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length) > LARGEST:
        raise Stopped(413, "too_large")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise Stopped(413, "too_large")
    return bytes(body)


def _answered(
    settings: CodecSettings, handler: Callable[[Request], Awaitable[Response]]
) -> Callable[[Request], Awaitable[Response]]:
    """Answer what goes wrong by its code alone; nothing is kept anywhere, and the console's page may read it."""
    origin = settings.codec_origin

    async def answer(request: Request) -> Response:
        try:
            found = await handler(request)
        except Exception as error:  # noqa: BLE001  # whatever it is, only its code leaves
            found = _of(error)
        if request.headers.get("origin") == origin:
            found.headers["Access-Control-Allow-Origin"] = origin
            if settings.codec_passes == "session":
                found.headers["Access-Control-Allow-Credentials"] = "true"
        found.headers.update({"Vary": "Origin", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"})
        if origin.startswith("https:"):
            found.headers.update(_STAY_ON_TLS)
        return found

    return answer


def _of(error: Exception) -> Response:
    if isinstance(error, Stopped):
        status, code = error.status, error.code
    else:
        status, code = next((found for kind, found in _OF_ERROR.items() if isinstance(error, kind)), (500, "failed"))
        if status >= 500:  # noqa: PLR2004  # HTTP's own line
            _log.error("decoding failed", exc_info=error)
    if status in _SECURITY:
        _log.info("security", extra={"code": "codec_refused", "why": code})
    headers = {401: {"WWW-Authenticate": "Bearer"}, 429: {"Retry-After": "60"}, 413: {"Connection": "close"}}
    return PlainTextResponse(code, status, headers.get(status))


def application(decoder: Decoder) -> Starlette:
    """Put the server together; only the last part of the path counts, as the protocol wants it."""
    return Starlette(
        middleware=watched(decoder.instruments),
        routes=[
            *health.routes(health.database(decoder.store)),
            *(
                Route(path, _answered(decoder.settings, handler), methods=[method])
                for path in ("/decode", "/{before:path}/decode")
                for handler, method in ((decoder.decode, "POST"), (decoder.preflight, "OPTIONS"))
            ),
        ],
    )
