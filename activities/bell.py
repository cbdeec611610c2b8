"""Tells a delivery that is under way that its case has recorded more."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class Bell:
    """Rings inside one worker process; who does not hear it looks in the database all the same."""

    def __init__(self) -> None:
        self._listening: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    def ring(self, case_id: str) -> None:
        """Say that there is something new to send."""
        for event in self._listening.get(case_id, ()):
            event.set()

    @contextmanager
    def listening(self, case_id: str) -> Iterator[asyncio.Event]:
        """Give an event that is set when the case's bell rings; the listener clears it."""
        event = asyncio.Event()
        self._listening[case_id].add(event)
        try:
            yield event
        finally:
            self._listening[case_id].discard(event)
            if not self._listening[case_id]:
                del self._listening[case_id]
