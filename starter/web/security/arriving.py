"""Requests arrive whole and in time, or the connection ends: who sends a byte a minute keeps nothing busy."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import ClassVar

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle


class InTime(H11Protocol):
    """HTTP as uvicorn speaks it, with an end to waiting for what was announced.

    uvicorn itself gives an idle connection five seconds, and one that has begun a request for ever.
    """

    WITHIN: ClassVar[timedelta] = timedelta(seconds=60)
    """From the first byte to the last: the largest form over a slow telephone takes half of it."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._expect()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        request: RequestResponseCycle | None = self.cycle  # none before the first one
        if request and not request.more_body and not request.response_complete:
            self._is_whole()
        else:
            self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._is_whole()

    def _expect(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.WITHIN.total_seconds(), self._give_up)

    def _is_whole(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        """Whoever reads the request hears that its sender is gone."""
        self._deadline = None
        self.transport.abort()
