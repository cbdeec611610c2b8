"""What a process says of an error that nobody caught: its type, our code and its place, never its words."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from types import TracebackType

_log = logging.getLogger(__name__)


def catch_crashes() -> None:
    """Have the interpreter itself keep an error's words to itself; for a process of its own, not for a library."""
    sys.excepthook = _uncaught
    threading.excepthook = lambda found: say(found.exc_value)
    sys.unraisablehook = lambda found: say(found.exc_value)


def _uncaught(_kind: type[BaseException], error: BaseException, _place: TracebackType | None) -> None:
    say(error)


def say(error: BaseException | None) -> None:
    """Write one line about an error, as the process writes its lines."""
    if error is None:
        return
    if logging.getLogger().handlers:
        _log.critical("crashed", exc_info=error)
        return
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "nowhere"
    sys.stderr.write(f"crashed: {type(error).__name__} at {place}\n")
