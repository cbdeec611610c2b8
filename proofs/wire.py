"""HTTP by hand: bytes go out exactly as they were written, and what comes back is read until it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import urlencode

HOST = "127.0.0.1"
_PATIENCE = 20.0
_LINE = 2


class Answer(NamedTuple):
    """What came back; status 0 means that the other side hung up without a word, or never ended."""

    status: int
    text: str


async def ask(port: int, request: bytes, *, listens: bool = True) -> Answer:
    """Send bytes, and read the answer while they go.

    Args:
        port: Where.
        request: All of it; it has to ask for the connection to be closed.
        listens: Without it, hang up as soon as everything is sent.
    """
    reader, writer = await asyncio.open_connection(HOST, port)
    found = bytearray()
    try:
        async with asyncio.timeout(_PATIENCE):
            writer.write(request)
            if listens:
                with suppress(ConnectionError):
                    while part := await reader.read(65_536):
                        found += part
            else:
                await writer.drain()
    except ConnectionError:
        pass
    except TimeoutError:
        return Answer(0, f"nothing more came in time after {bytes(found[:200])!r}")
    finally:
        writer.transport.abort()
        with suppress(ConnectionError):
            await writer.wait_closed()
    return _read(bytes(found))


def _read(found: bytes) -> Answer:
    while found.startswith(b"HTTP/1.1 1"):  # go on: the answer is still to come
        found = found.partition(b"\r\n\r\n")[2]
    head, _, body = found.partition(b"\r\n\r\n")
    line = head.split(b" ", _LINE)
    status = int(line[1]) if len(line) > 1 and line[1].isdigit() else 0
    return Answer(status, body.decode("utf-8", "replace"))


def written(method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """Write down a request as a browser does."""
    lines = {"Connection": "close", "Content-Length": str(len(body)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def opening(port: int, path: str) -> bytes:
    """Somebody, or something, opens an address."""
    return written("GET", path, {"Host": f"{HOST}:{port}"})


def form(port: int, path: str, fields: Sequence[tuple[str, str]]) -> bytes:
    """Somebody sends a form from a page of ours."""
    here = f"{HOST}:{port}"
    headers = {"Host": here, "Origin": f"http://{here}", "Content-Type": "application/x-www-form-urlencoded"}
    return written("POST", path, headers, urlencode(fields).encode())
