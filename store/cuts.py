"""Destroying journal and access log when their time is over: what is left begins behind a cut that an anchor vouches for."""

from __future__ import annotations

from datetime import date

from protocol.messages import SYSTEM
from protocol.retention import Act
from store.access_log import NO_CASE, AccessEntry, AccessEvent, AccessLog
from store.chain_following import Log
from store.queries import query

_DUE = query("logs_due")
_DESTROY = query("destroy_log")
_RECORD = query("log_retention")

_BATCH = 500
LOGS = "logs"
"""In the record: journal and access log of a case; of what was about no case, under the rule of that name."""


class Cuts(AccessLog):
    """What may go is decided in the database as well, where nobody else may delete a row of a log."""

    async def logs_due(self, region: str, gone_by: date) -> tuple[str, ...]:
        """List cases of which nothing has been left since before a day, and whose logs are there still."""
        async with self._connection() as connection:
            rows = await connection.fetch(_DUE, region, gone_by, _BATCH)
        return tuple(row["case_id"] for row in rows)

    async def destroy_logs(self, region: str, case_id: str) -> int:
        """Destroy a case's journal and the looks at it; returns how many rows.

        Without anchors that are old enough nothing goes: nobody could tell it from a log that was cut.
        """
        async with self._transaction() as connection:
            gone = [int(await connection.fetchval(_DESTROY, log, case_id)) for log in (Log.JOURNAL, Log.ACCESS_LOG)]
            if not gone[0]:
                return 0
            record = (LOGS, None, None, None, None, SYSTEM.role, None)
            await connection.fetchval(_RECORD, region, case_id, LOGS, Act.DESTROY, *record)
            await self._log(connection, _entry(f"journal {case_id} {gone[0]}, access_log {case_id} {gone[1]}"))
        return sum(gone)

    async def destroy_old_looks(self) -> int:
        """Destroy looks that were about no case and were anchored long enough ago; returns how many."""
        async with self._transaction() as connection:
            gone = int(await connection.fetchval(_DESTROY, Log.ACCESS_LOG, NO_CASE))
            if gone:
                await self._log(connection, _entry(f"access_log {NO_CASE} {gone}"))
        return gone


def _entry(what: str) -> AccessEntry:
    """About no case: the case's own chain is what goes."""
    return AccessEntry(actor=SYSTEM, what=what, purpose="retention logs", event=AccessEvent.ERASE)
