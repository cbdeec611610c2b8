"""Tells a delivery that is under way that its case has recorded more."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class News:
    """What a delivery hears of its case.

    Attributes:
        more: There is something new to send; the listener clears it.
        over: The case is closed: nothing comes after that.
    """

    def __init__(self) -> None:
        self.more = asyncio.Event()
        self.over = asyncio.Event()


class Bell:
    """Rings inside one worker process; who does not hear it looks in the database all the same."""

    def __init__(self) -> None:
        self._listening: defaultdict[str, set[News]] = defaultdict(set)

    def ring(self, case_id: str, *, over: bool = False) -> None:
        """Say that there is something new to send, and whether it is the last."""
        for news in self._listening.get(case_id, ()):
            news.more.set()
            if over:
                news.over.set()

    @contextmanager
    def listening(self, case_id: str) -> Iterator[News]:
        """Give what is heard of a case from here on."""
        news = News()
        self._listening[case_id].add(news)
        try:
            yield news
        finally:
            self._listening[case_id].discard(news)
            if not self._listening[case_id]:
                del self._listening[case_id]
