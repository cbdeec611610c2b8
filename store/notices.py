"""Notices: who is to be told what, and whether that was done."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import ConfigDict

from protocol import vocabulary as v
from protocol.model import Frozen
from protocol.notices import Contact, LinkPurpose, NoticeKind
from store.database import Database
from store.queries import query

_NOTICES = query("notices")
_FAILURES = query("failures")
_UNSENT = query("unsent")
_OUTBOX = query("outbox")
_UNDELIVERED = query("undelivered")

_BATCH = 100


class NoticeRow(Frozen):
    """A notice as it is kept: to which party, never to which address."""

    model_config = ConfigDict(extra="ignore")

    notice_id: str
    case_id: str
    number: int
    """The event that it is about."""
    party: str
    contact: Contact
    kind: NoticeKind
    task: v.Task | None
    rung: str | None
    due_at: datetime | None
    link: LinkPurpose | None
    code: str | None
    created_at: datetime
    attempts: int
    sent_at: datetime | None
    failed_code: str | None
    """Why it will never arrive."""
    meetings_before: int | None = None
    """How many network meetings of the case were over before; known while a notice about one is sent."""
    meeting_at: datetime | None = None
    """When the meeting was planned, as it stood before this notice."""


class OutboxState(Frozen):
    """What is to be sent of a case at one moment."""

    number: int = 0
    """The last recorded event: notices of later ones are not counted."""
    open: bool = False
    """The case is not closed: more may come."""
    unsent: int = 0
    failed: int = 0
    """Failed for good, and the case was not told of it yet."""


class Notices(Database):
    """Reading notices; sending them is :mod:`store.outbox`."""

    async def notices(self, case_id: str) -> tuple[NoticeRow, ...]:
        """Return all notices of a case, in the order of sending."""
        return await self._rows(_NOTICES, case_id)

    async def failures(self, case_id: str) -> tuple[NoticeRow, ...]:
        """Return the notices that failed for good and of which the case was not told yet."""
        return await self._rows(_FAILURES, case_id)

    async def unsent(self, case_id: str) -> int:
        """Count what is still to be sent, what another sender holds included."""
        async with self._connection() as connection:
            return int(await connection.fetchval(_UNSENT, case_id))

    async def outbox(self, case_id: str) -> OutboxState:
        """Return what is still to be sent, and up to which event that is known."""
        async with self._connection() as connection:
            row = await connection.fetchrow(_OUTBOX, case_id)
        return OutboxState.model_validate(dict(row)) if row else OutboxState()

    async def undelivered(self, older_than: timedelta) -> tuple[str, ...]:
        """List cases that have had something to send for this long: a hundred at a time."""
        async with self._connection() as connection:
            rows = await connection.fetch(_UNDELIVERED, older_than, _BATCH)
        return tuple(row["case_id"] for row in rows)

    async def _rows(self, text: str, case_id: str) -> tuple[NoticeRow, ...]:
        async with self._connection() as connection:
            rows = await connection.fetch(text, case_id)
        return tuple(NoticeRow.model_validate(dict(row)) for row in rows)
