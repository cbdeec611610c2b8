"""Holds: closed cases of which nothing is destroyed for a while, because a criminal case may need it."""

from __future__ import annotations

from datetime import date

from pydantic import AwareDatetime

from protocol.messages import Actor
from protocol.model import Frozen
from protocol.retention import HoldGround
from store.access_log import AccessEntry, AccessEvent, AccessLog
from store.queries import query

_PLACE = query("place_hold")
_LIFT = query("lift_hold")
_ALL = query("holds")


class HoldRow(Frozen):
    """A hold that counts."""

    case_id: str
    placed_at: AwareDatetime
    placed_by: str
    ground: HoldGround | None
    """Nothing where it was placed before it had to be said."""
    review_on: date
    """When somebody has to look whether it still has to be held."""


class Holds(AccessLog):
    """Placing and lifting them; each with its row of the access log."""

    async def place_hold(self, case_id: str, by: Actor, ground: HoldGround, review_on: date) -> bool:
        """Hold a closed case, or go on holding it until another day; whether that changed anything."""
        return await self._change(_PLACE, f"hold placed: {ground}, {review_on}", case_id, by, ground, review_on)

    async def lift_hold(self, case_id: str, by: Actor) -> bool:
        """Let what is due be destroyed again; whether it was held."""
        return await self._change(_LIFT, "hold lifted", case_id, by)

    async def holds(self, region: str) -> tuple[HoldRow, ...]:
        """List what is held, what is to be looked at first on top."""
        async with self._connection() as connection:
            rows = await connection.fetch(_ALL, region)
        return tuple(HoldRow.model_validate(dict(row)) for row in rows)

    async def _change(self, statement: str, what: str, case_id: str, by: Actor, *values: object) -> bool:
        entry = AccessEntry(actor=by, case_id=case_id, what=what, purpose="retention", event=AccessEvent.CHANGE)
        async with self._transaction() as connection:
            done = bool(await connection.fetchval(statement, case_id, by.user or by.role, *values))
            if done:
                await self._log(connection, entry)
        return done
