"""Running a command's work in an event loop."""

import asyncio
import signal
from collections.abc import Coroutine
from datetime import timedelta

_AGAIN = timedelta(milliseconds=200)


def run(work: Coroutine[None, None, None]) -> None:
    """Run a command to its end; Ctrl-C ends it in order.

    Raises:
        KeyboardInterrupt: By Ctrl-C.
    """
    if not asyncio.run(_ended_by_itself(work)):
        raise KeyboardInterrupt


async def _ended_by_itself(work: Coroutine[None, None, None]) -> bool:
    """Whether the work came to its end before it was interrupted; what it raises is raised."""
    working, interrupted = asyncio.ensure_future(work), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, interrupted.set)
    waiting = asyncio.ensure_future(interrupted.wait())
    await asyncio.wait((working, waiting), return_when=asyncio.FIRST_COMPLETED)
    # Once is not enough: before Python 3.12 a wait that is cancelled at the moment at which it succeeds goes on.
    while not working.done():
        working.cancel()
        await asyncio.wait((working,), timeout=_AGAIN.total_seconds())
    waiting.cancel()
    if interrupted.is_set():
        return False
    await working
    return True
