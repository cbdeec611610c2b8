"""Running a command's work in an event loop."""

import asyncio
from collections.abc import Coroutine


def run(work: Coroutine[None, None, None]) -> None:
    """Run a command to its end; Ctrl-C ends it in order."""
    asyncio.run(work)
