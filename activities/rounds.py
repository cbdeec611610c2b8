"""What is looked for again and again beside Temporal, because no workflow knows of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from activities.errors import MailUnavailable
from store import StoreError

_log = logging.getLogger(__name__)

EVERY = timedelta(seconds=5)
"""How often is looked for what nobody was told of yet."""
LEAVE = timedelta(seconds=5)
"""How long a mail that is being handed in gets when the worker is told to stop."""


@asynccontextmanager
async def rounds(
    tell: Callable[[], Awaitable[object]], otherwise: str, every: timedelta = EVERY, leave: timedelta = LEAVE
) -> AsyncIterator[None]:
    """Tell round after round, until this is left.

    Args:
        tell: One round: tells what was not told yet, and notes it.
        otherwise: What the log says of a round that did not get through.
        every: How long between two rounds.
        leave: How long the round that is under way may still take at the end.
    """
    stop = asyncio.Event()
    going = asyncio.create_task(_rounds(tell, otherwise, stop, every))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait((going,), timeout=leave.total_seconds())
        # A mail server that hangs keeps no worker from ending: not noted as told, the same mail goes again.
        going.cancel()
        with suppress(asyncio.CancelledError):
            await going


async def _rounds(tell: Callable[[], Awaitable[object]], otherwise: str, stop: asyncio.Event, every: timedelta) -> None:
    while not stop.is_set():
        try:
            await tell()
        except (MailUnavailable, StoreError) as error:
            _log.warning(otherwise, extra={"code": error.code})
        except Exception as fault:  # noqa: BLE001  # one round that falls must not end all: nobody would be told any more
            _log.error(otherwise, extra={"code": type(fault).__name__})  # its text may say of whom
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), every.total_seconds())
