"""Destroying journal and access log when their time is over: what is left begins behind a cut that an anchor vouches for."""

from __future__ import annotations

from datetime import date

import asyncpg

from protocol.messages import SYSTEM
from protocol.retention import Act
from store.access_log import NO_CASE, AccessEntry, AccessEvent, AccessLog
from store.chain_following import Log
from store.queries import query

_DUE = query("logs_due")
_LEFT = query("looks_left")
_DESTROY = query("destroy_log")
_RECORD = query("log_retention")

_BATCH = 500
LOGS = "logs"
"""In the record: journal and access log of a case; of what was about no case, under the rule of that name."""


class _NotYet(Exception):
    """Nothing went, so the record of it goes as well."""


class Cuts(AccessLog):
    """What may go is decided in the database as well, where nobody else may delete a row of a log."""

    async def logs_due(self, region: str, gone_by: date) -> tuple[str, ...]:
        """List cases of which nothing has been left since before a day, and whose logs are there still."""
        async with self._connection() as connection:
            rows = await connection.fetch(_DUE, region, gone_by, _BATCH)
        return tuple(row["case_id"] for row in rows)

    async def destroy_logs(self, region: str, case_id: str) -> int:
        """Destroy a case's journal, with all else that its number tells of it, and the looks at it; returns how many rows.

        Without anchors that are old enough nothing goes: nobody could tell it from a log that was cut.
        """
        try:
            async with self._transaction() as connection:
                return await self._destroyed(connection, region, case_id)
        except _NotYet:
            return 0

    async def _destroyed(self, connection: asyncpg.Connection, region: str, case_id: str) -> int:
        record = (LOGS, None, None, None, None, SYSTEM.role, None)
        if not await connection.fetchval(_RECORD, region, case_id, LOGS, Act.DESTROY, *record):
            return 0
        journal, looks = [
            int(await connection.fetchval(_DESTROY, log, case_id)) for log in (Log.JOURNAL, Log.ACCESS_LOG)
        ]
        if not journal:
            raise _NotYet
        await self._log(connection, _entry(f"journal {case_id} {journal}, access_log {case_id} {looks}"))
        return journal + looks

    async def destroy_old_looks(self, region: str) -> int:
        """Destroy looks that were anchored long enough ago, and were about no case or one whose journal is gone already.

        Returns:
            How many rows.
        """
        async with self._connection() as connection:
            rows = await connection.fetch(_LEFT, region, _BATCH)
        return sum([await self._destroy_looks(scope) for scope in (NO_CASE, *(row["case_id"] for row in rows))])

    async def _destroy_looks(self, scope: str) -> int:
        async with self._transaction() as connection:
            gone = int(await connection.fetchval(_DESTROY, Log.ACCESS_LOG, scope))
            if gone:
                await self._log(connection, _entry(f"access_log {scope} {gone}"))
        return gone


def _entry(what: str) -> AccessEntry:
    """About no case: the case's own chain is what goes."""
    return AccessEntry(actor=SYSTEM, what=what, purpose="retention logs", event=AccessEvent.ERASE)
