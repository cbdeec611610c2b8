"""The audit: are journal and access log as they were written?

A chain shows a row that was changed, taken out or put in. That its whole tail was cut, or that it was
hashed anew from some row on, shows by the anchors, whose signed lines are kept outside of the database.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import groupby
from typing import NamedTuple

import asyncpg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from protocol.model import Frozen
from protocol.retention import parts_gone_by
from store.access_log import access_digest
from store.anchor_line import FIRST, AnchorLine, Head, read_line, root
from store.chain import GENESIS, digested, moment
from store.chain_following import Beginning, Broken, Chain, Fault, Link, Log
from store.database import Database
from store.queries import query

_JOURNALS = query("journals")
_ACCESS_LOGS = query("access_logs")
_LINES = query("anchor_lines")
_HEADS = query("anchored_heads")
_CUT = query("anchored_without_row")
_LAWFUL = query("lawful_cuts")

_PREFETCH = 2000

_Content = Callable[[asyncpg.Record], bytes]
"""The digest that a row should have."""


class Counted(Frozen):
    """How much of one log there is, and how much of it is anchored."""

    chains: int = 0
    rows: int = 0
    anchored_rows: int = 0
    open_chains: int = 0
    """Chains with rows that are not anchored yet."""


class Audited(Frozen):
    """What an audit found."""

    broken: tuple[Broken, ...]
    journal: Counted
    access_log: Counted
    anchors: int
    """How many lines it was checked against."""
    anchored_until: datetime | None
    later_anchors: int = 0
    """Anchors that the database has and the file has not."""


class Audit(Database):
    """Verifying what must not change."""

    async def verify(self) -> tuple[Broken, ...]:
        """Follow every chain; returns the first broken row of each, none when all is intact."""
        return (await self.audited()).broken

    async def audited(self, lines: Sequence[AnchorLine] | None = None, *keys: Ed25519PublicKey) -> Audited:
        """Follow every chain, and compare it with the anchors.

        Args:
            lines: The anchors as they were kept outside; without them, the database's own copy is believed.
            *keys: Who signed them, one after another; without any the signatures are not checked.
        """
        async with self._snapshot() as connection:
            copies = [read_line(row["line"]) for row in await connection.fetch(_LINES, 0)]
            trusted = copies if lines is None else lines
            broken = _broken_lines(trusted, copies, keys) or await _broken_roots(connection, trusted)
            until = max((line.anchor for line in trusted), default=0)
            anchored_at = {line.anchor: line.at for line in trusted}
            known = _Known(until, anchored_at, await _beginnings(connection, trusted))
            journal, in_journal = await _followed(connection, Log.JOURNAL, known)
            access, in_access = await _followed(connection, Log.ACCESS_LOG, known)
            cut = await _cut(connection, known)
        return Audited(
            broken=(*broken, *_first_of_each((*in_journal, *cut, *in_access))),
            journal=journal,
            access_log=access,
            anchors=len(trusted),
            anchored_until=max((line.at for line in trusted), default=None),
            later_anchors=max(0, len(copies) - len(trusted)),
        )

    @asynccontextmanager
    async def _snapshot(self) -> AsyncIterator[asyncpg.Connection]:
        """All of it as it is at one moment."""
        async with (
            self._connection() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield connection


def _broken_lines(
    lines: Sequence[AnchorLine], copies: Sequence[AnchorLine], keys: Sequence[Ed25519PublicKey]
) -> tuple[Broken, ...]:
    """Whether the lines themselves can be believed, and the database knows them all; the first that fails."""
    previous, signers = FIRST, _Signers(keys)
    for place, line in enumerate(lines):
        if line.anchor != place + 1:
            return (_anchor(place + 1, Fault.MISSING),)
        if not signers.signed(line):
            return (_anchor(line.anchor, Fault.UNSIGNED),)
        if line.previous != previous:
            return (_anchor(line.anchor, Fault.UNCHAINED),)
        if place >= len(copies):
            return (_anchor(line.anchor, Fault.MISSING),)
        if copies[place] != line:
            return (_anchor(line.anchor, Fault.CHANGED),)
        previous = line.digest
    return ()


class _Signers:
    """Keys that follow on each other: once a later one has signed, an earlier one signs nothing any more."""

    def __init__(self, keys: Sequence[Ed25519PublicKey]) -> None:
        self._left = keys
        self._checks = bool(keys)

    def signed(self, line: AnchorLine) -> bool:
        """Whether this line, which follows on the last that was asked about, is signed by whoever may."""
        while self._left and not line.is_signed_by(self._left[0]):
            self._left = self._left[1:]
        return bool(self._left) or not self._checks


async def _broken_roots(connection: asyncpg.Connection, lines: Sequence[AnchorLine]) -> tuple[Broken, ...]:
    """Whether the heads in the database are the ones that were signed; the first anchor that fails."""
    rows = await connection.fetch(_HEADS, len(lines))
    heads = {
        anchor: root(Head(row["log"], row["scope"], row["number"], row["hash"]) for row in group)
        for anchor, group in groupby(rows, key=lambda row: row["anchor"])
    }
    nothing = root(())
    found = next((line for line in lines if heads.get(line.anchor, nothing) != line.root), None)
    return (_anchor(found.anchor, Fault.CHANGED),) if found else ()


def _anchor(number: int, fault: Fault) -> Broken:
    return Broken(log=Log.ANCHOR, scope="-", number=number, fault=fault, anchor=number)


class _Known(NamedTuple):
    """What chains are held against."""

    until: int
    """The last anchor."""
    anchored_at: Mapping[int, datetime]
    begins: Mapping[tuple[Log, str], Beginning]


async def _beginnings(connection: asyncpg.Connection, lines: Sequence[AnchorLine]) -> dict[tuple[Log, str], Beginning]:
    """Where chains begin of which the first rows were destroyed when their time was over.

    Believed is only what a line from outside knew that long ago: who cuts a chain today makes no beginning of it.
    """
    gone_by = parts_gone_by(datetime.now(UTC).date())
    old = [line.anchor for line in lines if line.at.date() <= gone_by]
    rows = await connection.fetch(_LAWFUL, old)
    return {(Log(row["log"]), row["scope"]): Beginning(row["number"], row["hash"]) for row in rows}


async def _followed(connection: asyncpg.Connection, log: Log, known: _Known) -> tuple[Counted, list[Broken]]:
    rows, content = _READ[log]
    broken: list[Broken] = []
    tally = _Tally()
    chain: Chain | None = None
    async for link in _links(connection, rows, known.until, content):
        if chain is None or chain.scope != link.scope:
            broken += tally.ended(chain)
            chain = Chain(log, link, known.anchored_at, known.begins.get((log, link.scope), Beginning()))
        chain.follow(link)
    broken += tally.ended(chain)
    return tally.counted, broken


class _Tally:
    """Adds chains up."""

    def __init__(self) -> None:
        self.counted = Counted()

    def ended(self, chain: Chain | None) -> tuple[Broken, ...]:
        """Count a chain that came to its end; gives its fault."""
        if chain is None:
            return ()
        broken, so_far = chain.end(), self.counted
        self.counted = Counted(
            chains=so_far.chains + 1,
            rows=so_far.rows + chain.rows,
            anchored_rows=so_far.anchored_rows + chain.anchored,
            open_chains=so_far.open_chains + (chain.anchored < chain.rows),
        )
        return (broken,) if broken else ()


async def _links(connection: asyncpg.Connection, rows: str, until: int, content: _Content) -> AsyncIterator[Link]:
    async for row in connection.cursor(rows, until, prefetch=_PREFETCH):
        number = row["number"]
        yield Link(
            scope=row["scope"],
            head_number=row["head_number"] or 0,
            head_hash=row["head_hash"] or GENESIS,
            number=number,
            digest=row["digest"],
            expected=content(row) if number is not None else b"",
            written_at=row["written_at"],
            hash=row["hash"],
            anchored_hash=row["anchored_hash"],
            anchor=row["anchor"],
        )


async def _cut(connection: asyncpg.Connection, known: _Known) -> list[Broken]:
    """Chains that had come further when they were anchored: the first row that is not there any more."""
    begins = [(log, scope, begin.number) for (log, scope), begin in known.begins.items()]
    columns = [[*column] for column in zip(*begins, strict=True)] or [[], [], []]
    rows = await connection.fetch(_CUT, known.until, *columns)
    return [
        Broken(
            log=Log(row["log"]), scope=row["scope"], number=row["last"] + 1, fault=Fault.MISSING, anchor=row["anchor"]
        )
        for row in rows
    ]


def _first_of_each(found: Sequence[Broken]) -> tuple[Broken, ...]:
    """The lowest row of each chain; of two faults of one row the one that an anchor shows."""
    first: dict[tuple[Log, str], Broken] = {}
    for broken in sorted(found, key=lambda one: (one.number, one.anchor is None)):
        first.setdefault((broken.log, broken.scope), broken)
    return tuple(sorted(first.values(), key=lambda one: (one.log != Log.JOURNAL, one.scope)))


def _journal_digest(row: asyncpg.Record) -> bytes:
    plain = {name: row[name] for name in ("message_id", "told_digest", "note_id", "name", "number")}
    read = {name: json.loads(row[name]) for name in ("actor", "data")}
    return digested({"case_id": row["scope"], **plain, **read, "at": moment(row["at"])})


_KNOWN = ("scope", "role", "organisation", "user_id", "person", "os_user", "what", "purpose")
_ADDED = ("event", "subject", "on_behalf", "access_point", "basis", "emergency", "outcome")


def _access_digest(row: asyncpg.Record) -> bytes:
    known = {name: row[name] for name in _KNOWN} | {"at": moment(row["at"])}
    return access_digest(known, {name: row[name] for name in _ADDED})


_READ: dict[Log, tuple[str, _Content]] = {
    Log.JOURNAL: (_JOURNALS, _journal_digest),
    Log.ACCESS_LOG: (_ACCESS_LOGS, _access_digest),
}
