"""Reading the access log: for the privacy officer, and for who wants to know who saw their data."""

from __future__ import annotations

from typing import NamedTuple

from pydantic import AwareDatetime

from protocol.model import Frozen
from store.access_log import AccessEntry, AccessEvent, AccessLog, AccessPoint, Outcome
from store.queries import query

_ACCESSES = query("accesses")
_TO_PERSON = query("accesses_to_person")


class AccessRow(Frozen):
    """One look, as it was written. What is none was not written yet when the row was."""

    scope: str
    """A case id, or ``-``."""
    number: int
    at: AwareDatetime
    written_at: AwareDatetime
    role: str
    organisation: str | None
    user_id: str | None
    person: str | None
    os_user: str | None
    what: str
    purpose: str
    event: AccessEvent | None
    subject: str | None
    on_behalf: str | None
    access_point: AccessPoint | None
    basis: str | None
    emergency: bool | None
    outcome: Outcome | None


class AccessFilter(Frozen):
    """Which looks; None is no condition."""

    case_id: str | None = None
    organisation: str | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    event: AccessEvent | None = None
    emergency: bool | None = None
    user_id: str | None = None


class AccessCursor(NamedTuple):
    """The last row of the page before."""

    written_at: AwareDatetime
    scope: str
    number: int


class Accesses(AccessLog):
    """The access log, read; reading it is a look of its own."""

    async def accesses(
        self, wanted: AccessFilter, look: AccessEntry, *, limit: int, after: AccessCursor | None = None
    ) -> tuple[AccessRow, ...]:
        """List looks, the latest first."""
        cursor = after or (None, None, None)
        async with self._transaction() as connection:
            rows = await connection.fetch(_ACCESSES, *dict(wanted).values(), *cursor, limit)
            await self._log(connection, look)
        return tuple(AccessRow.model_validate(dict(row)) for row in rows)

    async def accesses_to(self, case_id: str, person: str, look: AccessEntry) -> tuple[AccessRow, ...]:
        """List what was shown of one person of a case, from the first look on; looks that were refused are not."""
        async with self._transaction() as connection:
            rows = await connection.fetch(_TO_PERSON, case_id, person)
            await self._log(connection, look)
        return tuple(AccessRow.model_validate(dict(row)) for row in rows)
