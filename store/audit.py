"""The audit: are journal and access log as they were written?

A chain does not show that its whole tail and its head were cut or hashed anew together; for that
the heads are to be kept outside of the database as well.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import asyncpg

from protocol.model import Frozen
from store.chain import GENESIS, chained, digested, moment
from store.database import Database
from store.queries import query

_JOURNALS = query("journals")
_ACCESS_LOGS = query("access_logs")

_PREFETCH = 500

_Content = Callable[[asyncpg.Record], dict[str, object]]
"""What of a row its digest is about."""


class Log(StrEnum):
    """What is chained."""

    JOURNAL = "journal"
    ACCESS_LOG = "access_log"


class Fault(StrEnum):
    """What is wrong with a row."""

    CHANGED = "changed"
    MISSING = "missing"
    INSERTED = "inserted"
    UNCHAINED = "unchained"


class Broken(Frozen):
    """The first row of one chain that is not as it was written."""

    log: Log
    scope: str
    """A case id; of the access log also ``-``."""
    number: int
    fault: Fault


class _Link(NamedTuple):
    """A row of a chain, whatever it is about. ``number`` is none where a head has no rows."""

    scope: str
    head_number: int
    head_hash: bytes
    number: int | None
    digest: bytes
    expected: bytes
    written_at: datetime
    hash: bytes


class _Chain:
    """Follows one scope's chain, and keeps the first fault."""

    def __init__(self, log: Log, first: _Link) -> None:
        self.scope = first.scope
        self._log = log
        self._head = first.head_number, first.head_hash
        self._number = 0
        self._hash = GENESIS
        self.broken: Broken | None = None

    def follow(self, link: _Link) -> None:
        """Check the next row."""
        if link.number is None or self.broken:
            return
        fault = self._fault(link, link.number)
        if fault is not None:
            number = self._number + 1 if fault is Fault.MISSING else link.number
            self._break(number, fault)
        self._number, self._hash = link.number, link.hash

    def _fault(self, link: _Link, number: int) -> Fault | None:
        if number > self._head[0]:
            return Fault.INSERTED
        if number != self._number + 1:
            return Fault.MISSING
        if link.digest != link.expected:
            return Fault.CHANGED
        return None if link.hash == chained(self._hash, link.digest, link.written_at) else Fault.UNCHAINED

    def end(self) -> Broken | None:
        """Check that the chain ends where its head says."""
        if not self.broken and self._number < self._head[0]:
            self._break(self._number + 1, Fault.MISSING)
        if not self.broken and self._number and self._hash != self._head[1]:
            self._break(self._number, Fault.UNCHAINED)
        return self.broken

    def _break(self, number: int, fault: Fault) -> None:
        self.broken = Broken(log=self._log, scope=self.scope, number=number, fault=fault)


class Audit(Database):
    """Verifying what must not change."""

    async def verify(self) -> tuple[Broken, ...]:
        """Follow every chain; returns the first broken row of each, none when all is intact."""
        journals = await self._verify(Log.JOURNAL, _JOURNALS, _journal_content)
        return journals + await self._verify(Log.ACCESS_LOG, _ACCESS_LOGS, _access_content)

    async def _verify(self, log: Log, rows: str, content: _Content) -> tuple[Broken, ...]:
        chains: dict[str, _Chain] = {}  # only the one that is being followed
        found: list[Broken] = []
        async for link in self._links(rows, content):
            if link.scope not in chains:
                found += _ended(chains)
                chains = {link.scope: _Chain(log, link)}
            chains[link.scope].follow(link)
        return (*found, *_ended(chains))

    async def _links(self, rows: str, content: _Content) -> AsyncIterator[_Link]:
        async with self._transaction() as connection:
            async for row in connection.cursor(rows, prefetch=_PREFETCH):
                there = row["number"] is not None
                yield _Link(
                    scope=row.get("case_id") or row["scope"],
                    head_number=row["head_number"] or 0,
                    head_hash=row["head_hash"] or GENESIS,
                    number=row["number"],
                    digest=row["digest"],
                    expected=digested(content(row)) if there else b"",
                    written_at=row["written_at"],
                    hash=row["hash"],
                )


def _ended(chains: dict[str, _Chain]) -> list[Broken]:
    return [broken for chain in chains.values() if (broken := chain.end())]


def _journal_content(row: asyncpg.Record) -> dict[str, object]:
    plain = {name: row[name] for name in ("case_id", "number", "message_id", "told_digest", "note_id", "name")}
    read = {name: json.loads(row[name]) for name in ("actor", "data")}
    return plain | read | {"at": moment(row["at"])}


def _access_content(row: asyncpg.Record) -> dict[str, object]:
    plain = ("scope", "role", "organisation", "user_id", "person", "os_user", "what", "purpose")
    return {name: row[name] for name in plain} | {"at": moment(row["at"])}
