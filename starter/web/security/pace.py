"""How many pages one session asks for in a minute: a person does not come near it, a program that copies everything does."""

from __future__ import annotations

import time
from collections.abc import Callable

_WITHIN = 60.0
_MOST_SESSIONS = 10_000


class Pace:
    """Counts in this process alone: the exact number does not matter, and no request waits for it."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Let through at most so many requests of a session in a minute."""
        self._most = most
        self._clock = clock
        self._since = clock()
        self._counted: dict[str, int] = {}

    def allows(self, session: str) -> bool:
        """Count a request; whether it is one of the first of this minute."""
        now = self._clock()
        if now - self._since >= _WITHIN or len(self._counted) > _MOST_SESSIONS:
            self._since, self._counted = now, {}
        self._counted[session] = self._counted.get(session, 0) + 1
        return self._counted[session] <= self._most
