"""Data keys: one for each case and controller, wrapped, in a key store of their own."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence

import asyncpg

from store.errors import KeyDestroyed, KeyMissing
from store.keys import KEY_BYTES, KeyRing
from store.queries import query
from store.sealing import Controller

_DATA_KEY = query("data_key")
_DATA_KEYS = query("data_keys")
_ADD = query("add_data_key")

_log = logging.getLogger(__name__)


def directory_scope(region: str) -> str:
    """The scope under which a region's contacts are sealed."""
    return f"directory:{region}"


def staff_scope(organisation: str) -> str:
    """The scope under which the names of an organisation's staff are sealed."""
    return f"staff:{organisation}"


def drafts_scope(organisation: str) -> str:
    """The scope under which what an organisation's staff has not sent yet is sealed."""
    return f"drafts:{organisation}"


async def data_key(connection: asyncpg.Connection, keys: KeyRing, scope: str, controller: Controller) -> bytes:
    """Unwrap the key of one part of one file.

    Raises:
        KeyMissing: There is none, or the key that wraps it is not on the ring: it can be put back.
        KeyDestroyed: It was destroyed: what it sealed is erased.
    """
    return unwrapped(await connection.fetchrow(_DATA_KEY, scope, controller), keys, scope, controller)


def unwrapped(row: asyncpg.Record, keys: KeyRing, scope: str, controller: Controller) -> bytes:
    """Unwrap a key that a query brought along: its columns ``kek_id``, ``wrapped`` and ``destroyed``.

    Raises:
        KeyMissing: As :func:`data_key`.
        KeyDestroyed: The same.
    """
    key = _kept(row, keys, scope, controller)
    if key is None:
        _log.error("key missing", extra={"scope": scope, "controller": controller.value})
        raise KeyMissing(f"{scope}/{controller}")
    return key


def _kept(row: asyncpg.Record, keys: KeyRing, scope: str, controller: Controller) -> bytes | None:
    if row["destroyed"]:
        raise KeyDestroyed(f"{scope}/{controller}")
    if row["wrapped"] is None:
        return None
    _check_ring(keys, row["kek_id"])
    return keys.unwrap(row["kek_id"], row["wrapped"], scope, controller)


def _check_ring(keys: KeyRing, kek_id: str) -> None:
    """Say it aloud when the ring lacks a key: who asked will ask again, and only an operator can put it back."""
    if kek_id not in keys.key_ids:
        _log.error("key missing", extra={"kek": kek_id})
        raise KeyMissing(f"kek {kek_id}")


async def made_data_key(connection: asyncpg.Connection, keys: KeyRing, scope: str, controller: Controller) -> bytes:
    """Unwrap the key, made on first use. Two that make it at once end up with the same.

    Raises:
        KeyMissing: There was one: something is sealed with it already, and a second key would hide that.
        KeyDestroyed: It was destroyed: nothing can be added to an erased part.
    """
    kept = _kept(await connection.fetchrow(_DATA_KEY, scope, controller), keys, scope, controller)
    if kept is not None:
        return kept
    made = os.urandom(KEY_BYTES)
    if await connection.fetchval(_ADD, scope, controller, *keys.wrap(made, scope, controller)):
        return made
    return await data_key(connection, keys, scope, controller)


async def known_data_keys(
    connection: asyncpg.Connection, keys: KeyRing, scopes: Sequence[str], controller: Controller
) -> dict[str, bytes]:
    """Unwrap the keys of many files at once; a scope whose key is destroyed, or missing, is left out."""
    rows = await connection.fetch(_DATA_KEYS, scopes, controller)
    missing = {row["kek_id"] for row in rows} - set(keys.key_ids)
    for kek_id in sorted(missing):
        _log.error("key missing", extra={"kek": kek_id})
    return {
        row["scope"]: keys.unwrap(row["kek_id"], row["wrapped"], row["scope"], controller)
        for row in rows
        if row["kek_id"] not in missing
    }
