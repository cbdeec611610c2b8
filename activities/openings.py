"""Beginning cases that were accepted while Temporal was away: soon after it is back, and not with the next schedule."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from temporalio.service import RPCError

from activities.rounds import EVERY, rounds
from store import Opening, Store

_YOUNG = timedelta(seconds=10)
"""Younger ones are still being begun by who opened them."""
_PATIENCE = timedelta(seconds=5)
"""For one call to Temporal; without it the client's own retries know no end."""


class Openings:
    """Beside Temporal, which cannot know of them. A case is begun once: its id is the key."""

    def __init__(self, store: Store, start: Callable[[Opening], Awaitable[None]]) -> None:
        """Begin those of this store.

        Args:
            store: Where they were accepted.
            start: Starts a case's workflow, and leaves one that was ever started alone.
        """
        self._store = store
        self._start = start

    async def begin(self, older_than: timedelta = _YOUNG) -> int:
        """Begin what waits; returns how many were begun. With Temporal away they go on waiting.

        Raises:
            StoreUnavailable: The database does not answer.
        """
        begun = 0
        for opening in await self._store.unstarted(older_than):
            try:
                async with asyncio.timeout(_PATIENCE.total_seconds()):
                    await self._start(opening)
            except (RPCError, RuntimeError, TimeoutError):
                break
            await self._store.mark_started(opening.case_id)
            begun += 1
        return begun

    @asynccontextmanager
    async def watching(self, every: timedelta = EVERY) -> AsyncIterator[None]:
        """Look round after round, until this is left."""
        async with rounds(self.begin, "accepted cases not begun yet", every):
            yield
