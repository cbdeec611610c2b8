"""Anchors for tests: a key, and tampering as somebody does who knows how the chains are made."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

import asyncpg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from store.access_log import access_digest
from store.audit import _ADDED, _KNOWN
from store.chain import GENESIS, chained, digested, moment

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))

HEADS = {
    "journal": "UPDATE vangnet.cases SET head_number = $2, head_hash = $3 WHERE case_id = $1",
    "access_log": "UPDATE vangnet.access_heads SET number = $2, hash = $3 WHERE scope = $1",
}
ROWS = {
    "journal": "SELECT *, case_id AS scope FROM vangnet.journal WHERE case_id = $1 ORDER BY number",
    "access_log": "SELECT * FROM vangnet.access_log WHERE scope = $1 ORDER BY number",
}
WRITE = {
    "journal": "UPDATE vangnet.journal SET digest = $3, prev_hash = $4, hash = $5 WHERE case_id = $1 AND number = $2",
    "access_log": "UPDATE vangnet.access_log SET digest = $3, hash = $5 WHERE scope = $1 AND number = $2 AND $4::bytea = $4",
}


async def rehash(connection: asyncpg.Connection, log: str, scope: str) -> None:
    """Make a chain fit together again, whatever its rows say now: digests, hashes and the head."""
    previous, number = GENESIS, 0
    for row in await connection.fetch(ROWS[log], scope):
        digest = journal_digest(row) if log == "journal" else access_row_digest(row)
        made = chained(previous, digest, row["written_at"])
        await connection.execute(WRITE[log], scope, row["number"], digest, previous, made)
        previous, number = made, row["number"]
    await connection.execute(HEADS[log], scope, number, previous)


def journal_digest(row: asyncpg.Record) -> bytes:
    """The digest that a row of the journal should have."""
    plain = {name: row[name] for name in ("case_id", "number", "message_id", "told_digest", "note_id", "name")}
    read = {name: json.loads(row[name]) for name in ("actor", "data")}
    return digested({**plain, **read, "at": moment(row["at"])})


def access_row_digest(row: asyncpg.Record) -> bytes:
    """The digest that a row of the access log should have."""
    known = {name: row[name] for name in _KNOWN} | {"at": moment(row["at"])}
    return access_digest(known, {name: row[name] for name in _ADDED})


async def back_dated(connection: asyncpg.Connection, scope: str, at: datetime) -> None:
    """Add a look that nobody had at the end of a chain, with a time of one's own, and make it fit."""
    await connection.execute(
        "INSERT INTO vangnet.access_log (scope, number, at, written_at, role, what, purpose, digest, hash)"
        " SELECT scope, number + 1, at, $2, role, what, purpose, digest, hash FROM vangnet.access_log"
        " WHERE scope = $1 ORDER BY number DESC LIMIT 1",
        scope,
        at,
    )
    await rehash(connection, "access_log", scope)


async def tamper(connection: asyncpg.Connection, *statements: tuple[str, Sequence[object]]) -> None:
    """Change what is append-only, as somebody with the owner's rights can."""
    await connection.execute("SET session_replication_role = replica")
    for statement, arguments in statements:
        await connection.execute(statement, *arguments)
