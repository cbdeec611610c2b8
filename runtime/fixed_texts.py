"""What of a library's log line is the library's own text, and what it was given."""

from __future__ import annotations

import logging
import sys
from types import FrameType
from typing import Final

CORE: Final = "temporal_core"
"""The logger to which the native part of Temporal's SDK writes."""

_FROM_CORE: Final = (
    "Activity not found on completion",
    "Error reporting WFT to server",
    "Error while completing workflow activation",
    "Error while polling for ",
    "Eviction requested while local activities are still in flight",
    "Failing workflow task",
    "Network error while completing activity",
    "Nondeterminism error",
    "Task not found when completing",
    "Workflow task completion exceeds the namespace size limit",
    "gRPC call ",
)
"""How its complaints begin; it is compiled, so that nothing else tells its own words from a value."""
_LEFT_OUT: Final = "…"
_SHORTEST: Final = 8
"""A beginning that says less than this may as well be a value."""


def fixed_text(record: logging.LogRecord, given: object) -> str:
    """Give a log line as it stands in the code that wrote it: values are named by their type, or left out.

    A library puts what it was given into its sentences: an exception's text, a message's fields, a whole response. What
    is a constant of the calling function is not that; what is put in by ``%`` is known by its place, and of a sentence
    that was made by other means the beginning is kept as far as it is such a constant.

    Args:
        record: The line.
        given: What is put in by ``%``: a tuple, or a mapping.
    """
    written = str(record.msg)
    constants = _FROM_CORE if record.name.startswith(CORE) else _constants(record)
    if written in constants:
        return _typed(written, given)
    begins = (text for text in constants if len(text) >= _SHORTEST and written.startswith(text))
    known = max(begins, key=len, default="")
    return known.rstrip() + _LEFT_OUT


def _constants(record: logging.LogRecord) -> tuple[str, ...]:
    """The texts in the function that logs: it is still running."""
    frame: FrameType | None = sys._getframe()  # noqa: SLF001  # there is no other way up
    while frame and (frame.f_code.co_filename, frame.f_lineno) != (record.pathname, record.lineno):
        frame = frame.f_back
    found = frame.f_code.co_consts if frame else ()
    return tuple(text for text in found if isinstance(text, str))


def _typed(text: str, given: object) -> str:
    if not given or not isinstance(given, tuple):
        return text
    try:
        return text % tuple(_Type(type(value).__name__) for value in given)
    except (TypeError, ValueError):
        return text  # a number's place; the text with its places says enough


class _Type(str):
    """Writes itself, however it is asked."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)
