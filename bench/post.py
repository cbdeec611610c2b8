"""A mail server that takes everything and keeps nothing: ``python -m bench.post <port>``.

It speaks SMTP as the worker needs it and costs little, so that what is measured is our side.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

import uvloop

_HOST = "127.0.0.1"
_ANSWERS = {
    b"EHLO": b"250-localhost\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 bye\r\n",
}


async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take mails from one client until it leaves, in order or not."""
    with suppress(ConnectionError, asyncio.IncompleteReadError):
        await _take(reader, writer)
    writer.close()


async def _take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 localhost\r\n")
    while line := await reader.readline():
        verb = line[:4].upper()
        writer.write(_ANSWERS.get(verb, b"250 OK\r\n"))
        if verb == b"QUIT":
            break
        if verb == b"DATA":
            await reader.readuntil(b"\r\n.\r\n")
            writer.write(b"250 OK\r\n")


async def serve(port: int) -> None:
    """Listen on this machine only, until the process is ended."""
    async with await asyncio.start_server(converse, _HOST, port) as server:
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
