from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    """How a part is, or what was done to it."""

    THERE = "there"
    MADE = "made"
    CHANGED = "changed"
    DIFFERS = "differs"
    """Somebody made it otherwise; it was left as it is."""
    PAUSED = "paused"
    WRONG = "wrong"
    """Cases cannot do with it, and making it right would lose what it holds."""
    MISSING = "missing"


NOT_FINE = frozenset({State.PAUSED, State.WRONG, State.MISSING})
"""What a check cannot call in order; what differs is an operator's choice."""


class Part(NamedTuple):
    """One thing that has to be there in Temporal."""

    kind: str
    name: str
    state: State
    detail: str = ""
    """In Dutch, for a person."""

    @property
    def fine(self) -> bool:
        """Whether cases can do with it as it is."""
        return self.state not in NOT_FINE
