"""An organisation's own system that takes webhooks: a real HTTP server whose answers a test decides."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Desk:
    """What it was posted, and how it answers."""

    status: int = 204
    headers: str = ""
    silent: asyncio.Event | None = None
    endless: bool = False
    """Its answer goes on and on, a header at a time."""
    posted: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request, and answer it unless told to be silent."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = (line.partition(": ") for line in head.split("\r\n")[1:] if line)
        headers = {name.lower(): value for name, _, value in lines}
        self.posted.append((headers, await reader.readexactly(int(headers["content-length"]))))
        if self.silent is not None:
            await self.silent.wait()
        if self.endless:
            await talk_on(writer)
        answer = f"HTTP/1.1 {self.status} X\r\ncontent-length: 0\r\n{self.headers}connection: close\r\n\r\n"
        writer.write(answer.encode())
        await writer.drain()
        writer.close()


async def talk_on(writer: asyncio.StreamWriter) -> None:
    """Send header after header until the other side hangs up."""
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while not writer.is_closing():
        writer.write(b"x-more: to come\r\n")
        await asyncio.sleep(0.02)  # a slow talker is what is played; who listens hangs up


@asynccontextmanager
async def open_desk(desk: Desk) -> AsyncIterator[Desk]:
    """Open it on a free port of this machine."""
    server = await asyncio.start_server(desk.answer, "127.0.0.1", 0)
    desk.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/berichten"
    async with server:
        yield desk
