"""Connections to the mail server that wait a moment for the next round, so that it need not dial."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

from aiosmtplib import SMTP, SMTPException

KEEP = timedelta(seconds=5)
"""How long one waits: well below what servers allow."""
_LONGEST = timedelta(minutes=1).total_seconds()
"""One that is older waits no more: a relay that moved or got a new certificate is noticed."""
_MOST = 4
"""So many wait at a time; a worker seldom sends more rounds at once."""


class Line:
    """A connection, made now; times are the loop's."""

    def __init__(self, server: SMTP) -> None:
        self.server = server
        self.made = self.put_down = asyncio.get_running_loop().time()
        self.waited = False
        """The server may have ended it without our noticing."""


class Lines:
    """The connections that nobody uses now: who takes one has it alone."""

    def __init__(self, keep: timedelta) -> None:
        """Keep each for so long, once :meth:`open` was called; until then end each at once."""
        self._keep = keep.total_seconds()
        self._waiting: list[Line] = []
        self._sweeping: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Keep connections from now on."""
        self._sweeping = asyncio.create_task(self._sweep())

    async def close(self) -> None:
        """Keep none any more, and end those that wait."""
        sweeping, self._sweeping = self._sweeping, None
        if sweeping is not None:
            sweeping.cancel()
            await asyncio.wait([sweeping])
        await self._end(self._waiting)

    def take(self) -> Line | None:
        """The one that was put down last and that the server, as far as we know, has not ended."""
        while self._waiting:
            line = self._waiting.pop()
            if line.server.is_connected:
                line.waited = True
                return line
        return None

    async def put_down(self, line: Line) -> None:
        """Let it wait for the next round, or end it."""
        line.put_down = asyncio.get_running_loop().time()
        fresh = line.put_down - line.made < _LONGEST
        if self._sweeping and fresh and line.server.is_connected and len(self._waiting) < _MOST:
            self._waiting.append(line)
        else:
            await self._end([line])

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(self._keep)
            before = asyncio.get_running_loop().time() - self._keep
            await self._end([line for line in self._waiting if line.put_down <= before])

    async def _end(self, lines: list[Line]) -> None:
        # Off the list first: nobody may take what is being ended.
        self._waiting = [line for line in self._waiting if line not in lines]
        await asyncio.gather(*(_hang_up(line.server) for line in lines))


async def _hang_up(server: SMTP) -> None:
    """Take leave of the server; what it took, it keeps."""
    try:
        if server.is_connected:
            with suppress(SMTPException, OSError, TimeoutError):
                await server.quit()
    finally:
        server.close()
