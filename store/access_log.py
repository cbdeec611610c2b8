"""The access log: who looked at whose data, when and what for (after NEN 7513)."""

from __future__ import annotations

from datetime import UTC, datetime

import asyncpg
from pydantic import AwareDatetime, Field

from protocol.messages import Actor
from protocol.model import Frozen
from store.chain import digested, moment
from store.database import Database
from store.queries import query
from store.staff import kept_staff_id

_LOG = query("log_access")

NO_CASE = "-"
"""The scope of entries that are about no single case."""


class AccessEntry(Frozen):
    """One look. It holds ids only: the name of who was looked at is found through the case."""

    actor: Actor
    case_id: str | None = None
    what: str
    """What was shown: ``people``, ``note <note id>``, ``address guardian-1``, …"""
    purpose: str
    """What for: a message's name, a page, ``notice consent_request``, …"""
    os_user: str | None = None
    """Who was at the server's shell; kept as a pseudonym, as members of staff are."""
    at: AwareDatetime = Field(default_factory=lambda: datetime.now(UTC))
    """By the case's own clock, where that differs; the database adds the wall time."""


class AccessLog(Database):
    """Writing the access log."""

    async def log_access(self, entry: AccessEntry) -> None:
        """Write an entry about something that is not personal data in itself."""
        async with self._transaction() as connection:
            await self._log(connection, entry)

    async def _log(self, connection: asyncpg.Connection, entry: AccessEntry) -> None:
        """Write an entry in the transaction of the look itself: no row, no data."""
        os_user = entry.os_user and await kept_staff_id(connection, self._keys, "operating-system", entry.os_user)
        about = {
            "role": entry.actor.role.value,
            "organisation": entry.actor.organisation,
            "user_id": entry.actor.user,
            "person": entry.actor.person,
            "os_user": os_user,
            "what": entry.what,
            "purpose": entry.purpose,
        }
        scope = entry.case_id or NO_CASE
        digest = digested({"scope": scope, "at": moment(entry.at), **about})
        await connection.execute(_LOG, scope, digest, entry.at, *about.values())
