"""Holds: closed cases of which nothing is destroyed for a while, because a criminal case may need it."""

from __future__ import annotations

from pydantic import AwareDatetime

from protocol.messages import Actor
from protocol.model import Frozen
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


class Holds(AccessLog):
    """Placing and lifting them; each with its row of the access log."""

    async def place_hold(self, case_id: str, by: Actor) -> bool:
        """Hold a closed case; whether it was not held yet."""
        return await self._change(_PLACE, "hold placed", case_id, by)

    async def lift_hold(self, case_id: str, by: Actor) -> bool:
        """Let what is due be destroyed again; whether it was held."""
        return await self._change(_LIFT, "hold lifted", case_id, by)

    async def holds(self, region: str) -> tuple[HoldRow, ...]:
        """List what is held, the longest first."""
        async with self._connection() as connection:
            rows = await connection.fetch(_ALL, region)
        return tuple(HoldRow.model_validate(dict(row)) for row in rows)

    async def _change(self, statement: str, what: str, case_id: str, by: Actor) -> bool:
        entry = AccessEntry(actor=by, case_id=case_id, what=what, purpose="retention", event=AccessEvent.CHANGE)
        async with self._transaction() as connection:
            done = bool(await connection.fetchval(statement, case_id, by.user or by.role))
            if done:
                await self._log(connection, entry)
        return done
