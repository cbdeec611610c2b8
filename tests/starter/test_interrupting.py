"""Ctrl-C ends a command, whatever it is doing."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress

import pytest

from starter.cli.run import run


async def _deaf(times: int) -> None:
    """Work that goes on after it was cancelled, as often as this."""
    os.kill(os.getpid(), signal.SIGINT)
    for _ in range(times):
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
    await asyncio.Event().wait()


@pytest.mark.parametrize("times", [0, 1, 2])
def test_once_is_enough(times: int) -> None:
    """Also when the work loses what it was told."""
    with pytest.raises(KeyboardInterrupt):
        run(_deaf(times))


def test_what_it_raises_is_raised() -> None:
    """A fault stays that fault, and a command that ends says nothing."""

    async def fails() -> None:
        await asyncio.sleep(0)
        raise LookupError

    async def ends() -> None:
        await asyncio.sleep(0)

    with pytest.raises(LookupError):
        run(fails())
    run(ends())
