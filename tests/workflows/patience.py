"""Waiting for what another process does: by looking again, for a bounded time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

_AGAIN = 0.02


async def eventually(look: Callable[[], Awaitable[T | None]], what: str, *, within: float = 60) -> T:
    """Look until there is something to see, and return that.

    Args:
        look: Returns something true once it is so.
        what: Said when it never is.
        within: Seconds.
    """
    try:
        async with asyncio.timeout(within):
            while not (found := await look()):
                await asyncio.sleep(_AGAIN)
    except TimeoutError:
        raise AssertionError(f"not within {within} s: {what}") from None
    return found
