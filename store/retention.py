"""Retention: what can still be read of closed cases, and shielding or destroying what is due."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

import asyncpg
from pydantic import AwareDatetime

from protocol.keeping import Part, Since
from protocol.messages import SYSTEM, Actor
from protocol.model import Frozen
from protocol.policy import Policy
from protocol.retention import Act, Due, Held, periods
from store.access_log import AccessEntry, AccessEvent, AccessLog
from store.queries import query

_HELD = query("held_parts")
_LOCK = query("lock_closed_case")
_LOG = query("log_retention")
_DESTROY = query("destroy_part_key")
_BLANK = query("blank_destroyed")
_ROWS = query("retention_log")
_DEPARTED = query("told_departure")
_HISTORIES = query("histories_left")

_BATCH = 500
_FAR = date(9000, 1, 1)
HISTORY = "history"
"""In the record: the history of the case's workflow."""
ON_REQUEST = "request"
"""The rule of what was destroyed because somebody asked for it."""


class RetentionRow(Frozen):
    """What was done to a part, when and why."""

    entry: int
    region: str
    case_id: str
    part: str
    act: Act
    rule: str
    since: Since | None
    started_on: date | None
    due_on: date | None
    request_id: str | None
    role: str
    user_id: str | None
    at: AwareDatetime


class Retention(AccessLog):
    """Each act is one transaction, done once: repeating it, or going on after a kill, changes nothing."""

    async def held_parts(self, policy: Policy, until: date) -> AsyncIterator[Held]:
        """Walk over what can still be read of a region's closed cases, where it may be due by a day.

        Args:
            policy: The region's.
            until: The day. What is due only later is mostly, but not surely, left out.
        """
        async with self._transaction() as connection:
            arguments = _held_arguments(policy, until, None)
            async for row in connection.cursor(_HELD, *arguments, prefetch=_BATCH):
                yield Held.model_validate(dict(row))

    async def held_of(self, policy: Policy, case_id: str) -> tuple[Held, ...]:
        """List what can still be read of one closed case, whenever it is due; nothing of an open one."""
        async with self._connection() as connection:
            rows = await connection.fetch(_HELD, *_held_arguments(policy, _FAR, case_id))
        return tuple(Held.model_validate(dict(row)) for row in rows)

    async def carry_out(self, due: Due, by: Actor = SYSTEM) -> bool:
        """Shield or destroy what is due; the record is written with it.

        Returns:
            Whether it was done now: not when it was done before, or the case is open again.
        """
        async with self._transaction() as connection:
            region = await connection.fetchval(_LOCK, due.case_id)
            if region is None:
                return False
            record = (due.rule, due.since, due.started_on, due.due_on, None, by.role, by.user)
            if not await connection.fetchval(_LOG, region, due.case_id, due.part, due.act, *record):
                return False
            if due.act is Act.DESTROY:
                await _destroy(connection, due.case_id, due.part)
            await self._log(connection, _entry(due.case_id, due.part, f"retention {due.rule}", due.act, by))
        return True

    async def erase_part(self, case_id: str, part: Part, request_id: str, by: Actor) -> bool:
        """Destroy a part because somebody asked for it; False when it was done before, or the case is open."""
        async with self._transaction() as connection:
            region = await connection.fetchval(_LOCK, case_id)
            record = (ON_REQUEST, None, None, None, request_id, by.role, by.user)
            if region is None or not await connection.fetchval(_LOG, region, case_id, part, Act.DESTROY, *record):
                return False
            await _destroy(connection, case_id, part)
            await self._log(connection, _entry(case_id, part, f"request {request_id}", Act.DESTROY, by))
        return True

    async def blank_destroyed(self) -> int:
        """Take what destroyed keys sealed out of its rows; returns how many there were, after a restore many."""
        async with self._connection() as connection:
            return int(await connection.fetchval(_BLANK, None))

    async def told_departure(self, case_id: str, left_on: date, by: Actor) -> None:
        """Note when the pupil left the school."""
        async with self._transaction() as connection:
            await connection.execute(_DEPARTED, case_id, left_on, by.role, by.user)
            entry = AccessEntry(
                actor=by, case_id=case_id, what="departure", purpose="retention", event=AccessEvent.CHANGE
            )
            await self._log(connection, entry)

    async def retention_log(
        self, region: str, *, before: int | None = None, limit: int = 100
    ) -> tuple[RetentionRow, ...]:
        """List what was done, the latest first."""
        async with self._connection() as connection:
            rows = await connection.fetch(_ROWS, region, before, limit)
        return tuple(RetentionRow.model_validate(dict(row)) for row in rows)

    async def histories_left(self, region: str) -> tuple[str, ...]:
        """List cases of which nothing can be read any more, and whose workflow's history is still there."""
        async with self._connection() as connection:
            rows = await connection.fetch(_HISTORIES, region, _BATCH)
        return tuple(row["case_id"] for row in rows)

    async def history_removed(self, region: str, case_id: str) -> None:
        """Note that Temporal does not have the case's history any more."""
        async with self._connection() as connection:
            nothing = (None,) * 4
            await connection.execute(
                _LOG, region, case_id, HISTORY, Act.DESTROY, "all_parts_destroyed", *nothing, SYSTEM.role, None
            )


def _held_arguments(policy: Policy, until: date, case_id: str | None) -> tuple[object, ...]:
    columns = zip(*periods(policy), strict=True)
    return (policy.region, case_id, until, *map(list, columns))


async def _destroy(connection: asyncpg.Connection, case_id: str, part: Part) -> None:
    await connection.execute(_DESTROY, case_id, part)
    await connection.fetchval(_BLANK, case_id)


def _entry(case_id: str, part: Part, purpose: str, act: Act, by: Actor) -> AccessEntry:
    event = AccessEvent.ERASE if act is Act.DESTROY else AccessEvent.CHANGE
    return AccessEntry(actor=by, case_id=case_id, what=f"part {part}", purpose=purpose, event=event)
