"""Each request as a measurement and as the beginning of a trace: by the pattern of its address, never the address."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runtime.instruments import Instruments

if TYPE_CHECKING:
    from opentelemetry.trace import Span

_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"})
_NO_PAGE = "none"
"""Nothing was found there, or somebody was stopped before: what they asked for is theirs."""
_BROKEN_OFF = 499
"""Who asked was gone before there was an answer."""


def watched(instruments: Instruments) -> list[Middleware]:
    """What goes around an application: nothing where nobody watches."""
    return [Middleware(Watched, instruments)] if instruments.meter or instruments.traces else []


class Watched:
    """Stands outside of everything else, so that it sees what people wait for."""

    def __init__(self, app: ASGIApp, instruments: Instruments) -> None:
        self._app = app
        self._meter = instruments.meter
        self._traces = instruments.traces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = _BROKEN_OFF

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        began = time.perf_counter()
        with ExitStack() as around:
            # A trace begins here: what a browser says of another one is not believed.
            span = around.enter_context(self._traces.span("request")) if self._traces else None
            try:
                await self._app(scope, receive, noted)
            finally:
                self._tell(scope, status, time.perf_counter() - began, span)

    def _tell(self, scope: Scope, status: int, seconds: float, span: Span | None) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = str(getattr(scope.get("route"), "path", _NO_PAGE))
        if self._meter:
            self._meter.request(seconds, route, method, status)
        if span:
            span.update_name(f"{method} {route}")
            span.set_attribute("http.response.status_code", status)
