"""Writing down what happened, and reading it again when the workflow is behind what is written."""

from __future__ import annotations

from temporalio import activity

from activities.bell import Bell
from activities.errors import translated
from activities.turns import Turn, laid_out
from protocol.events import Recorded
from protocol.model import Frozen
from store import Store


class Behind(Frozen):
    """A case that knows its journal up to this event."""

    case_id: str
    number: int


class CaseFile:
    """The file of a case, as the workflow writes and reads it."""

    def __init__(self, store: Store, bell: Bell | None = None) -> None:
        """Write to this store, and ring when there is something to send."""
        self._store = store
        self._bell = bell or Bell()

    @activity.defn(name="record")
    @translated
    async def record(self, turn: Turn) -> None:
        """Write a turn's events, state and notices in one transaction.

        Idempotent by (case, event number). A local activity: it writes to the database only, and
        finds the turn where the case laid it out in this very process.

        Raises:
            ApplicationError: ``recording_mismatch`` when an event number comes back with other
                content, ``recording_gap`` when one is skipped (neither is tried again);
                ``store_unavailable`` while the database is away; ``turn_gone`` when the case
                went to another worker meanwhile, which records it.
        """
        recording = laid_out(turn)
        await self._store.record(recording)
        if recording.notices:
            self._bell.ring(recording.case.id, over=not recording.case.open)

    @activity.defn(name="read_journal")
    @translated
    async def read_journal(self, behind: Behind) -> tuple[Recorded, ...]:
        """Read the journal from the last event that the case knows on, that event included.

        Raises:
            ApplicationError: ``store_unavailable`` while the database is away.
        """
        return await self._store.recorded(behind.case_id, since=behind.number)
