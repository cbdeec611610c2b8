"""Nothing is complained of in a log that a test did not announce: a complaint fails the test."""

from __future__ import annotations

import logging
import re

CORE = logging.getLogger("temporal_core")
"""Where the SDK's core writes, so that what it complains of is seen too."""


_ORDINARY = ("notices_waiting", r"Completing activity as failed .*'deliver'.* CancelledError")
"""What came in while a round of sending ended; the next round takes it. What a deadline brings and is not sent within four
seconds, on a machine that is busy: the delivery that follows sends it."""


class LogWatch(logging.Handler):
    """Collects warnings and worse from everybody."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._expected = list(_ORDINARY)
        self._heard: list[str] = []

    def expect(self, *patterns: str) -> None:
        """Announce what this test makes somebody complain of."""
        self._expected += patterns

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it until the test is over."""
        error = record.exc_info[1] if record.exc_info else None
        self._heard.append(f"{record.name}: {record.getMessage()} {error!r}")

    def heard(self, pattern: str) -> int:
        """How often something was complained of."""
        return sum(bool(re.search(pattern, line)) for line in self._heard)

    @property
    def unexpected(self) -> list[str]:
        """What nobody announced."""
        return [line for line in self._heard if not any(re.search(pattern, line) for pattern in self._expected)]
