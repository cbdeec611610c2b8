"""Anchors: the heads of all chains that grew, put under one signed line at an interval."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import AwareDatetime

from store.anchor_line import FIRST, AnchorLine, Head, read_line, root
from store.database import Database
from store.queries import query

_LOCK = query("lock_anchors")
_LAST = query("last_anchor")
_TAKE = query("take_heads")
_NOW = query("moment_now")
_ADD = query("add_anchor")
_LINES = query("anchor_lines")
_FIRST = query("first_look")


class Anchors(Database):
    """Taking anchors, and the lines that were taken."""

    async def take_anchor(self, key: Ed25519PrivateKey) -> AnchorLine:
        """Put what grew since the last anchor under a new one. Also when nothing did: a line tells that we live."""
        async with self._transaction() as connection:
            await connection.execute(_LOCK)
            found = await connection.fetchval(_LAST)
            last = read_line(found) if found else None
            grown = await connection.fetch(_TAKE, last.anchor + 1 if last else 1)
            at = grown[0]["at"] if grown else await connection.fetchval(_NOW)
            line = AnchorLine(
                anchor=last.anchor + 1 if last else 1,
                at=at,
                previous=last.digest if last else FIRST,
                root=root(Head(row["log"], row["scope"], row["number"], row["hash"]) for row in grown),
                chains=len(grown),
                journal_rows=_added(grown, "journal") + (last.journal_rows if last else 0),
                access_rows=_added(grown, "access_log") + (last.access_rows if last else 0),
            ).signed(key)
            await connection.execute(_ADD, line.anchor, line.at, line.text)
        return line

    async def first_look(self) -> AwareDatetime | None:
        """Since when there is something to anchor."""
        async with self._connection() as connection:
            found: AwareDatetime | None = await connection.fetchval(_FIRST)
        return found

    async def anchor_lines(self, after: int = 0) -> tuple[AnchorLine, ...]:
        """Return the lines after an anchor, in order."""
        async with self._connection() as connection:
            rows = await connection.fetch(_LINES, after)
        return tuple(read_line(row["line"]) for row in rows)


def _added(grown: Sequence[asyncpg.Record], log: str) -> int:
    return sum(row["number"] - row["before"] for row in grown if row["log"] == log)
