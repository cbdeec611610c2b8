"""Break-glass: who opened a file without cover, why, and for how long."""

from __future__ import annotations

import json
import secrets
from datetime import timedelta

import asyncpg
from pydantic import AwareDatetime

from protocol.access import may_break_glass, reader, readers
from protocol.accounting import Ground
from protocol.case import Case
from protocol.messages import Actor
from protocol.model import Frozen
from protocol.vocabulary import Role
from store.access_log import AccessEntry, AccessEvent, AccessLog
from store.data_keys import data_key, made_data_key
from store.errors import KeyDestroyed
from store.person import Personal
from store.queries import query
from store.sealing import Controller, Place, seal, unseal

_LOCK = query("lock_case_for_emergency")
_STATE = query("state_for_access")
_LET_IN = query("tell_readers")
_OPEN = query("open_emergency")
_OPEN_OF = query("open_emergency_of")
_ALL = query("emergencies")
_UNTOLD = query("untold_emergencies")
_TOLD = query("emergency_told")

_BATCH = 100


class EmergencyRow(Personal):
    """An emergency, for who watches over them."""

    emergency_id: str
    case_id: str
    role: Role
    organisation: str
    user_id: str
    reason: str | None
    """As it was written; None when that part of the file is erased."""
    opened_at: AwareDatetime
    until: AwareDatetime
    """By the case's own clock."""
    told_at: AwareDatetime | None


class Untold(Frozen):
    """An emergency of which the privacy officer had no mail yet."""

    emergency_id: str
    case_id: str
    opened_at: AwareDatetime


class Emergencies(AccessLog):
    """Emergencies. They stand beside the case: its workflow knows nothing of them."""

    async def break_glass(self, case_id: str, by: Actor, reason: str, lasts: timedelta) -> bool:
        """Open the file for somebody, with the row of the access log in the same transaction.

        Returns:
            Whether it was opened now: not when one of theirs runs already, or the protocol lets them begin none.

        Raises:
            KeyMissing: The reason cannot be sealed now.
        """
        async with self._transaction() as connection:
            await connection.fetchval(_LOCK, case_id)
            state = await connection.fetchval(_STATE, case_id)
            case = state and Case.model_validate_json(state)
            if not case or not may_break_glass(case, by):
                return False
            if not await self._begun(connection, case_id, by, reason, lasts):
                return False
            # What was recorded before the database knew of emergencies lets nobody in yet.
            await connection.execute(_LET_IN, case_id, json.dumps(readers(case)))
            await self._log(connection, _entry(case_id, by))
        return True

    async def _begun(
        self, connection: asyncpg.Connection, case_id: str, by: Actor, reason: str, lasts: timedelta
    ) -> bool:
        emergency, controller = f"e-{secrets.token_hex(8)}", _controller(by)
        key = await made_data_key(connection, self._keys, case_id, controller)
        sealed = seal(key, _place(case_id, controller, emergency), reason)
        who = (reader(by), by.role, by.organisation, by.user)
        return bool(await connection.fetchval(_OPEN, emergency, case_id, *who, controller, sealed, lasts))

    async def emergency(self, case_id: str, who: Actor) -> AwareDatetime | None:
        """Until when an emergency of theirs runs, by the case's own clock; None when there is none."""
        async with self._connection() as connection:
            until: AwareDatetime | None = await connection.fetchval(_OPEN_OF, case_id, reader(who), who.user)
        return until

    async def emergencies(self, region: str, look: AccessEntry) -> tuple[EmergencyRow, ...]:
        """List emergencies with what was written, the latest first."""
        async with self._transaction() as connection:
            await self._log(connection, look)
            rows = await connection.fetch(_ALL, region, _BATCH)
            reasons = [await self._reason(connection, row) for row in rows]
        return tuple(
            EmergencyRow.model_validate({name: row[name] for name in _SHOWN} | {"reason": reason})
            for row, reason in zip(rows, reasons, strict=True)
        )

    async def _reason(self, connection: asyncpg.Connection, row: asyncpg.Record) -> str | None:
        controller = Controller(row["controller"])
        try:
            key = await data_key(connection, self._keys, row["case_id"], controller)
        except KeyDestroyed:
            return None
        return unseal(key, _place(row["case_id"], controller, row["emergency_id"]), row["sealed"])

    async def untold_emergencies(self, region: str) -> tuple[Untold, ...]:
        """List those of which the privacy officer has to be told."""
        async with self._connection() as connection:
            rows = await connection.fetch(_UNTOLD, region, _BATCH)
        return tuple(Untold.model_validate(dict(row)) for row in rows)

    async def emergency_told(self, emergency_id: str) -> None:
        """Note that the mail was taken."""
        async with self._connection() as connection:
            await connection.execute(_TOLD, emergency_id)


_SHOWN = tuple(name for name in EmergencyRow.model_fields if name != "reason")


def _controller(by: Actor) -> Controller:
    """Who answers for what they wrote."""
    return Controller.ZVH if by.role is Role.ZVH else Controller.COORDINATOR


def _place(case_id: str, controller: Controller, emergency: str) -> Place:
    return Place("emergencies", case_id, controller, emergency)


def _entry(case_id: str, by: Actor) -> AccessEntry:
    return AccessEntry(
        actor=by, case_id=case_id, what="emergency", purpose="emergency", event=AccessEvent.BREAK_GLASS,
        basis=Ground.EMERGENCY, emergency=True,
    )  # fmt: skip
