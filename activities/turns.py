"""Turns on their way from a case to its file: they never leave the process, so nothing of them is serialised.

A local activity runs in the worker that holds its workflow. Given the turn itself as its argument, the whole state of
the case would be written as JSON, sealed, opened and read again for each message, and the SDK would keep every
one of these arguments for as long as the case is cached.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from activities.errors import ActivityError
from protocol.model import Frozen
from protocol.recording import Recording


class Turn(Frozen):
    """Which turn is to be written: the case, and the last of the turn's events."""

    case_id: str
    number: int


class TurnGone(ActivityError):  # says what became of it
    """The case is no longer held by this worker; whoever holds it lays the turn out anew."""

    def __init__(self) -> None:
        super().__init__("turn_gone")


_OUT: dict[Turn, Recording] = {}


@contextmanager
def lay_out(recording: Recording) -> Iterator[Turn]:
    """Lay a turn out for as long as it takes to write it, however often that is tried."""
    turn = Turn(case_id=recording.case.id, number=recording.case.number)
    _OUT[turn] = recording
    try:
        yield turn
    finally:
        if _OUT.get(turn) is recording:
            del _OUT[turn]


def laid_out(turn: Turn) -> Recording:
    """Find a turn that is to be written.

    Raises:
        TurnGone: Its case is not held here any more.
    """
    found = _OUT.get(turn)
    if found is None:
        raise TurnGone
    return found
