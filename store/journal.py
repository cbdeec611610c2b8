"""The journal: what happened in a case, in order and for ever."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

import asyncpg
from pydantic import TypeAdapter

from protocol.events import AnyEvent, Event, Recorded, event_name
from protocol.messages import Actor
from protocol.model import Frozen
from store.chain import canonical, moment
from store.database import Database
from store.queries import query

_JOURNAL = query("journal")
_JOURNAL_SINCE = query("journal_since")
_EVENT: TypeAdapter[Event] = TypeAdapter(AnyEvent)


class JournalRow(Frozen):
    """An event with the moment at which it was written."""

    recorded: Recorded
    written_at: datetime
    """By the wall clock; ``recorded.at`` is by the case's own."""


class Journal(Database):
    """Reading the journal."""

    async def journal(self, case_id: str) -> tuple[JournalRow, ...]:
        """Return all events of a case, in order; none when there is no such case."""
        async with self._connection() as connection:
            rows = await connection.fetch(_JOURNAL, case_id)
        return tuple(JournalRow(recorded=_recorded(row), written_at=row["written_at"]) for row in rows)

    async def recorded(self, case_id: str, *, since: int = 1) -> tuple[Recorded, ...]:
        """Return a case's events, from this number on, as they replay to its state."""
        async with self._connection() as connection:
            rows = await connection.fetch(_JOURNAL_SINCE, case_id, since)
        return tuple(_recorded(row) for row in rows)


def _recorded(row: asyncpg.Record) -> Recorded:
    return Recorded(
        number=row["number"],
        at=row["at"],
        actor=Actor.model_validate_json(row["actor"]),
        message_id=row["message_id"],
        digest=row["told_digest"],
        note_id=row["note_id"],
        event=_EVENT.validate_json(row["data"]),
    )


def journal_row(case_id: str, recorded: Recorded) -> str:
    """Write an event as the journal keeps it, as JSON: what is digested, and the digest.

    Fields that have their default are left out, so that a field which a later version adds, with a
    default, changes no digest of what was recorded before.
    """
    name = event_name(recorded.event)
    row: dict[str, object] = {
        "case_id": case_id,
        "number": recorded.number,
        "at": moment(recorded.at),
        "actor": recorded.actor.model_dump(mode="json", exclude_defaults=True),
        "message_id": recorded.message_id,
        "told_digest": recorded.digest,
        "note_id": recorded.note_id,
        "name": name,
        "data": {"event": name, **recorded.event.model_dump(mode="json", exclude_defaults=True)},
    }
    text = canonical(row)
    return f'{text[:-1]},"digest":"{sha256(text.encode()).hexdigest()}"}}'
