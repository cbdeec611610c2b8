"""The access log: who looked at whose data, when, on what ground and what for (the fields of NEN 7513)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum

import asyncpg
from pydantic import AwareDatetime, Field

from protocol.accounting import Ground, ground
from protocol.case import Case
from protocol.messages import Actor
from protocol.model import Frozen
from protocol.vocabulary import Role
from store.chain import digested, moment
from store.database import Database
from store.errors import StoreError
from store.queries import query
from store.staff import kept_staff_id
from store.wall import SYSTEM

_LOG = query("log_access")
_STATE = query("state_for_access")

NO_CASE = "-"
"""The scope of entries that are about no single case."""


class AccessEvent(StrEnum):
    """What was done. What was created or changed in a case stands in its journal."""

    READ = "read"
    SEARCH = "search"
    EXPORT = "export"
    PRINT = "print"
    SEND = "send"
    CREATE = "create"
    CHANGE = "change"
    ERASE = "erase"
    DECODE = "decode"
    BREAK_GLASS = "break_glass"


class AccessPoint(StrEnum):
    """Through which door."""

    WEB = "web"
    LINK = "link"
    CLI = "cli"
    CODEC = "codec"
    WORKER = "worker"


class Outcome(StrEnum):
    """What came of it."""

    SHOWN = "shown"
    REFUSED = "refused"
    """Or it came to nothing: either way nothing was shown."""


class AccessEntry(Frozen):
    """One look. It holds ids only: the name of who was looked at is found through the case."""

    actor: Actor
    case_id: str | None = None
    what: str
    """What was shown: ``people``, ``note <note id>``, ``address guardian-1``, …"""
    purpose: str
    """What for: a message's name, a page, ``notice consent_request``, …"""
    event: AccessEvent = AccessEvent.READ
    subject: str | None = None
    """Whose part of the file: persons of the case with spaces between; None for all of them."""
    on_behalf: str | None = None
    """For whom it is done, where that is not the actor: a member of staff by pseudonym, or a person in the case."""
    access_point: AccessPoint | None = None
    """None where the actor tells it: the worker, a person behind a link, the shell, else the pages."""
    basis: str | None = None
    """Of ``protocol.accounting.ground``; None has it found from the case as it stands."""
    emergency: bool = False
    outcome: Outcome = Outcome.SHOWN
    os_user: str | None = None
    """Who was at the server's shell; kept as a pseudonym, as members of staff are."""
    at: AwareDatetime = Field(default_factory=lambda: datetime.now(UTC))
    """By the case's own clock, where that differs; the database adds the wall time."""

    @property
    def door(self) -> AccessPoint:
        """Through which door, said or found from who looks."""
        by_role = {Role.SYSTEM: AccessPoint.WORKER, Role.PERSON: AccessPoint.LINK}
        default = AccessPoint.CLI if self.os_user else by_role.get(self.actor.role, AccessPoint.WEB)
        return self.access_point or default


_NOTED: ContextVar[list[AccessEntry] | None] = ContextVar("noted", default=None)
"""The entries of the look that is under way; they are written when it ends."""


class AccessLog(Database):
    """Writing the access log."""

    @asynccontextmanager
    async def looking(self, reader: str = SYSTEM, user: str | None = None) -> AsyncIterator[None]:
        """Read inside of this, show afterwards: no row, no data.

        All that is read in it, and the rows about it, are one transaction. Entries that are logged in it are
        written at its end, those about the same look as one row; when they cannot be written it raises, and
        nothing may be shown. A look that was refused, or came to nothing, leaves its rows, too. Inside of
        another look it is part of that. One task at a time: what is read in it shares one connection.

        Args:
            reader: As whom, of ``protocol.access.reader``: the database holds them to what the protocol lets them read.
            user: Which member of staff, by pseudonym: an emergency is one person's. None counts none.
        """
        if _NOTED.get() is not None:
            yield
            return
        noted: list[AccessEntry] = []
        token = _NOTED.set(noted)
        try:
            async with self._bound_transaction(reader, user or "") as connection:
                yield
                _NOTED.set(None)
                await self._log_all(connection, _merged(noted))
        except StoreError:
            raise
        except Exception:  # whatever it was, that somebody looked and got nothing is logged before it goes on
            await self._log_refused(noted)
            raise
        finally:
            _NOTED.reset(token)

    async def log_access(self, entry: AccessEntry) -> None:
        """Write an entry; inside of :meth:`looking`, with that look."""
        if (noted := _NOTED.get()) is not None:
            noted.append(entry)
            return
        async with self._transaction() as connection:
            await self._log_all(connection, [entry])

    async def _log(self, connection: asyncpg.Connection, *entries: AccessEntry) -> None:
        """Write entries, all of them or none, in the transaction of the look itself or before it: no row, no data."""
        if (noted := _NOTED.get()) is not None:
            noted.extend(entries)
        else:
            await self._log_all(connection, entries)

    async def _log_all(self, connection: asyncpg.Connection, entries: Iterable[AccessEntry]) -> None:
        await connection.executemany(_LOG, [await self._written(connection, entry) for entry in entries])

    async def _log_refused(self, noted: list[AccessEntry]) -> None:
        """The look's own transaction is gone; that somebody tried is kept."""
        refused = [entry.model_copy(update={"outcome": Outcome.REFUSED, "basis": Ground.NONE}) for entry in noted]
        if refused:
            async with self._transaction() as connection:
                await self._log_all(connection, _merged(refused))

    async def _written(self, connection: asyncpg.Connection, entry: AccessEntry) -> tuple[object, ...]:
        os_user = entry.os_user and await kept_staff_id(connection, self._keys, "operating-system", entry.os_user)
        known = {
            "role": entry.actor.role.value,
            "organisation": entry.actor.organisation,
            "user_id": entry.actor.user,
            "person": entry.actor.person,
            "os_user": os_user,
            "what": entry.what,
            "purpose": entry.purpose,
        }
        added = {
            "event": entry.event.value,
            "subject": entry.subject,
            "on_behalf": entry.on_behalf,
            "access_point": entry.door.value,
            "basis": entry.basis or await self._ground(connection, entry),
            "emergency": entry.emergency,
            "outcome": entry.outcome.value,
        }
        scope = entry.case_id or NO_CASE
        digest = access_digest({"scope": scope, "at": moment(entry.at), **known}, added)
        return (scope, digest, entry.at, *known.values(), *added.values())

    @staticmethod
    async def _ground(connection: asyncpg.Connection, entry: AccessEntry) -> str:
        """On what the look rests, by the protocol and the case as it is recorded."""
        if entry.case_id is None or entry.actor.role is Role.SYSTEM:
            return ground(None, entry.actor)
        state = await connection.fetchval(_STATE, entry.case_id)
        return ground(state and Case.model_validate_json(state), entry.actor)


def access_digest(known: Mapping[str, object], added: Mapping[str, object]) -> bytes:
    """Digest a row; what was added to the log later counts where it is filled, so that older rows stay as they were."""
    return digested({**known} | {name: value for name, value in added.items() if value is not None})


def _merged(entries: Iterable[AccessEntry]) -> list[AccessEntry]:
    """One entry for each look: who, whereby and what for are the same, what was seen is put together."""
    found: dict[tuple[object, ...], AccessEntry] = {}
    for entry in entries:
        key = (entry.actor, entry.case_id, entry.purpose, entry.event, entry.outcome, entry.emergency, entry.on_behalf)
        found[key] = _together(found[key], entry) if key in found else entry
    return list(found.values())


def _together(one: AccessEntry, other: AccessEntry) -> AccessEntry:
    what = ", ".join(dict.fromkeys((*one.what.split(", "), *other.what.split(", "))))
    whose = None if one.subject is None or other.subject is None else f"{one.subject} {other.subject}"
    subject = whose and " ".join(dict.fromkeys(whose.split()))
    return one.model_copy(update={"what": what, "subject": subject, "basis": one.basis or other.basis})
