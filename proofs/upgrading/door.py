"""The proxy in front of the pages, and somebody who is logged in and looks all the time."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from html import unescape

import httpx2

from starter.oidc.people import DEMO

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
_PIECE = 65_536
_PAUSE = 0.2
_TRIES = 50


@dataclass
class Proxy:
    """Hands each connection to the first of the pages that takes it."""

    port: int
    behind: list[int]

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Listen."""
        server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        try:
            yield
        finally:
            server.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for port in self.behind:
            with suppress(OSError):
                theirs, ours = await asyncio.open_connection("127.0.0.1", port)
                await asyncio.gather(_copy(reader, ours), _copy(theirs, writer))
                return
        writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(_PIECE):
            writer.write(piece)
            await writer.drain()
    writer.close()


@dataclass
class Reader:
    """Somebody at the CJG whose session goes on through all of it."""

    pages: str
    looks: Counter[int] = field(default_factory=Counter)
    """By status."""
    cookies: dict[str, str] = field(default_factory=dict)
    """Kept by hand: they are for https, and a library would not send them here."""
    repeated: int = 0
    """Connections that ended without an answer, as a proxy meets them: asked again."""

    async def look_until(self, over: asyncio.Event) -> None:
        """Log in once, and look at the work list again and again."""
        async with httpx2.AsyncClient(base_url=self.pages, timeout=30) as http:
            await self._log_in(http)
            while not over.is_set():
                answer = await self._get(http, "/zaken")
                self.looks[answer.status_code] += 1
                assert answer.status_code != 200 or "s.yilmaz" in answer.text or "Selin" in answer.text, answer.text
                await asyncio.sleep(_PAUSE)

    async def _log_in(self, http: httpx2.AsyncClient) -> None:
        chosen = await http.get((await self._get(http, "/inloggen?terug=/")).headers["location"])
        form = {name: unescape(value) for name, value in _HIDDEN.findall(chosen.text)}
        subject = next(person.subject for person in DEMO if person.user == "s.yilmaz")
        provider = str(chosen.url).partition("/authorize")[0]
        back = await http.post(f"{provider}/authorize", data={**form, "subject": subject})
        await self._get(http, back.headers["location"])

    async def _get(self, http: httpx2.AsyncClient, path: str) -> httpx2.Response:
        for _ in range(_TRIES):
            cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            try:
                answer = await http.get(path, headers={"cookie": cookie})
            except httpx2.TransportError:
                self.repeated += 1
                await asyncio.sleep(_PAUSE)
            else:
                self._keep(answer)
                return answer
        raise AssertionError("no pages answer")

    def _keep(self, answer: httpx2.Response) -> None:
        for header in answer.headers.get_list("set-cookie"):
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
