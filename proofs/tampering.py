"""Somebody with the owner's rights who knows how everything is made, and what an audit should find of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import NamedTuple

import asyncpg

from store import Broken, Fault, Log
from store.chain_following import GRACE
from tests.store.anchoring import back_dated, journal_digest, rehash

TABLES = {
    "journal": ("vangnet.journal", "case_id"),
    "access_log": ("vangnet.access_log", "scope"),
}
_JOURNAL_CHANGES = (
    "name = 'andere'",
    "message_id = coalesce(message_id, '') || 'x'",
    "told_digest = 'x'",
    "note_id = coalesce(note_id, '') || 'x'",
    "at = at - interval '1 hour'",
    """actor = actor || '{"user": "s-ander"}'""",
    """data = data || '{"extra": 1}'""",
)
_ACCESS_CHANGES = (
    "user_id = 's-ander'",
    "organisation = 'andere'",
    "role = 'ops'",
    "what = 'niets'",
    "purpose = 'iets anders'",
    "event = 'anders'",
    "subject = 'guardian-9'",
    "on_behalf = 's-ander'",
    "access_point = 'codec'",
    "basis = NULL",
    "emergency = NOT emergency",
    "outcome = 'refused'",
    "at = at + interval '1 second'",
)
_CHANGES = {"journal": _JOURNAL_CHANGES, "access_log": _ACCESS_CHANGES}


class Leaf(NamedTuple):
    """How far a chain had come at an anchor."""

    number: int
    anchor: int


@dataclass(frozen=True)
class Target:
    """A chain to tamper with."""

    log: str
    scope: str
    last: int
    leaves: tuple[Leaf, ...]

    @property
    def table(self) -> str:
        return TABLES[self.log][0]

    @property
    def key(self) -> str:
        return TABLES[self.log][1]

    def found(self, number: int, fault: Fault, anchor: int | None = None) -> Broken:
        """What an audit should say."""
        return Broken(log=Log(self.log), scope=self.scope, number=number, fault=fault, anchor=anchor)

    def first_leaf(self, number: int) -> Leaf:
        """The first anchor that knows a row."""
        return next(leaf for leaf in self.leaves if leaf.number >= number)


Tampering = Callable[[asyncpg.Connection, Target, Random], Awaitable[Broken]]


async def changed(forger: asyncpg.Connection, at: Target, chance: Random) -> Broken:
    """Another content."""
    number = chance.randint(1, at.last)
    change = chance.choice(_CHANGES[at.log])
    await _update(forger, at, change, number)
    return at.found(number, Fault.CHANGED)


async def changed_with_its_digest(forger: asyncpg.Connection, at: Target, chance: Random) -> Broken:
    """Another content, whose digest was made to fit; the chain was not."""
    number = chance.randint(1, at.last)
    await _update(forger, at, "digest = sha256(digest)" if at.log == "access_log" else "name = 'andere'", number)
    if at.log == "journal":
        row = await forger.fetchrow(
            "SELECT * FROM vangnet.journal WHERE case_id = $1 AND number = $2", at.scope, number
        )
        await forger.execute(
            "UPDATE vangnet.journal SET digest = $3 WHERE case_id = $1 AND number = $2",
            at.scope, number, journal_digest(row),
        )  # fmt: skip
        return at.found(number, Fault.UNCHAINED)
    return at.found(number, Fault.CHANGED)


async def moved_in_time(forger: asyncpg.Connection, at: Target, chance: Random) -> Broken:
    """Another time of writing."""
    number = chance.randint(1, at.last)
    await _update(forger, at, f"written_at = written_at - interval '{chance.randint(1, 10_000)} seconds'", number)
    return at.found(number, Fault.UNCHAINED)


async def removed(forger: asyncpg.Connection, at: Target, chance: Random) -> Broken:
    """A row less."""
    number = chance.randint(1, at.last)
    await _delete(forger, at, "number = $2", number)
    return at.found(number, Fault.MISSING)


async def added(forger: asyncpg.Connection, at: Target, chance: Random) -> Broken:
    """A row more: a copy of one that is there."""
    await _copy(forger, at, chance.randint(1, at.last))
    return at.found(at.last + 1, Fault.INSERTED)


async def exchanged(forger: asyncpg.Connection, at: Target, chance: Random) -> Broken:
    """Two rows in each other's place."""
    one, other = sorted(chance.sample(range(1, at.last + 1), 2))
    for old, new in ((one, -other), (other, -one), (-one, one), (-other, other)):
        await _update(forger, at, f"number = {new}", old)
    # Of two looks that were written alike the content is the same; their place in the chain is not.
    return at.found(one, Fault.CHANGED if at.log == "journal" else Fault.UNCHAINED)


async def cut(forger: asyncpg.Connection, at: Target, chance: Random) -> Broken:
    """The tail gone, and the head put back."""
    number = chance.randint(2, at.last)
    await _delete(forger, at, "number >= $2", number)
    await rehash(forger, at.log, at.scope)
    return at.found(number, Fault.MISSING, at.first_leaf(number).anchor)


async def gone(forger: asyncpg.Connection, at: Target, chance: Random) -> Broken:
    """A whole chain with its head."""
    del chance
    await _delete(forger, at, "number >= $2", 1)
    if at.log == "access_log":
        await forger.execute("DELETE FROM vangnet.access_heads WHERE scope = $1", at.scope)
    else:
        await forger.execute("DELETE FROM vangnet.cases WHERE case_id = $1", at.scope)
    return at.found(1, Fault.MISSING, at.leaves[0].anchor)


async def hashed_anew(forger: asyncpg.Connection, at: Target, chance: Random) -> Broken:
    """Another content, and everything after it made to fit."""
    number = chance.randint(1, at.last)
    await _update(forger, at, chance.choice(_CHANGES[at.log]), number)
    await rehash(forger, at.log, at.scope)
    leaf = at.first_leaf(number)
    return at.found(leaf.number, Fault.REHASHED, leaf.anchor)


async def closed_up(forger: asyncpg.Connection, at: Target, chance: Random) -> Broken:
    """A row less, the later ones moved up, and everything made to fit."""
    number = chance.randint(1, at.last)
    await _delete(forger, at, "number = $2", number)
    await _update(forger, at, "number = -number", number, every="number > $2")
    await _update(forger, at, "number = -number - 1", 0, every="number < $2")
    await rehash(forger, at.log, at.scope)
    leaf = at.first_leaf(number)
    if leaf.number < at.last:
        return at.found(leaf.number, Fault.REHASHED, leaf.anchor)
    return at.found(at.last, Fault.MISSING, leaf.anchor)


async def anchored_anew(forger: asyncpg.Connection, at: Target, chance: Random) -> Broken:
    """Hashed anew, and the heads in the database made to fit, too: only the file outside knows."""
    found = await hashed_anew(forger, at, chance)
    await forger.execute(
        f"UPDATE vangnet.anchor_heads AS head SET hash = row.hash FROM {at.table} AS row"  # noqa: S608  # our own
        f" WHERE head.log = $1 AND head.scope = $2 AND row.{at.key} = $2 AND row.number = head.number",
        at.log,
        at.scope,
    )
    return Broken(log=Log.ANCHOR, scope="-", number=found.anchor or 0, fault=Fault.CHANGED, anchor=found.anchor)


async def added_back_dated(forger: asyncpg.Connection, at: Target, chance: Random) -> Broken:
    """A look that nobody had, said to be older than the last anchor, and made to fit."""
    before = await forger.fetchval("SELECT max(taken_at) FROM vangnet.anchors")
    await back_dated(forger, at.scope, before - GRACE - timedelta(seconds=chance.randint(1, 100_000)))
    return at.found(at.last + 1, Fault.BACKDATED)


ANY_LOG: tuple[Tampering, ...] = (
    changed, changed_with_its_digest, moved_in_time, removed, added, exchanged, cut, gone, hashed_anew, closed_up,
    anchored_anew,
)  # fmt: skip
OF_LOOKS: tuple[Tampering, ...] = (*ANY_LOG, added_back_dated)


async def _update(forger: asyncpg.Connection, at: Target, change: str, number: int, every: str = "number = $2") -> None:
    await forger.execute(f"UPDATE {at.table} SET {change} WHERE {at.key} = $1 AND {every}", at.scope, number)  # noqa: S608


async def _delete(forger: asyncpg.Connection, at: Target, which: str, number: int) -> None:
    await forger.execute(f"DELETE FROM {at.table} WHERE {at.key} = $1 AND {which}", at.scope, number)  # noqa: S608


async def _copy(forger: asyncpg.Connection, at: Target, number: int) -> None:
    rows = await forger.fetch(f"SELECT * FROM {at.table} WHERE {at.key} = $1 AND number = $2", at.scope, number)  # noqa: S608
    row = dict(rows[0]) | {"number": at.last + 1}
    names = ", ".join(row)
    places = ", ".join(f"${place}" for place in range(1, len(row) + 1))
    await forger.execute(f"INSERT INTO {at.table} ({names}) VALUES ({places})", *row.values())  # noqa: S608
