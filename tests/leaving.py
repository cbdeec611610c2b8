"""How a session of tests that spoke to Temporal ends: with its exit status, and without being taken apart.

The SDK's native threads outlive the last test; one that comes back while the interpreter takes itself apart crashes it
(see ``runtime.leaving``), and a session that passed would end as a failure. Import this before anything that registers
something for the end: what was registered first runs last.
"""

from __future__ import annotations

import atexit
import os
import sys

import pytest

_ended: list[int] = []


def pytest_sessionfinish(exitstatus: int | pytest.ExitCode) -> None:
    """Keep what the session came to; without a session there is nothing of Temporal's either."""
    _ended[:] = [int(exitstatus)]


def _leave() -> None:
    if not _ended:
        return
    sys.stdout.flush()
    sys.stderr.flush()
    # An error on the way out, after the session had ended, was shown, and counts.
    os._exit(1 if hasattr(sys, "last_value") else _ended[0])


atexit.register(_leave)
