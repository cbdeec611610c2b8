"""What one turn of a case hands to the store: all of it is written in one transaction."""

from __future__ import annotations

from protocol.case import Case
from protocol.events import Recorded
from protocol.model import Frozen
from protocol.notices import Notice


class Recording(Frozen):
    """The events of a turn, the state they lead to, and the notices that follow from them.

    Keyed by (case, event number): writing it again changes nothing, and an event number that
    comes back with other content is an error that nobody may overlook.
    """

    case: Case
    """The state after the last of ``events``."""
    events: tuple[Recorded, ...]
    notices: tuple[Notice, ...] = ()
    refused: tuple[str, ...] = ()
    """Ids of messages that were refused after they were taken: what was staged is dropped."""
