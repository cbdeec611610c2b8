"""Data keys: one for each case and controller, wrapped, in a key store of their own."""

from __future__ import annotations

import os
from collections.abc import Sequence

import asyncpg

from store.database import Database
from store.errors import KeyDestroyed, KeyMissing
from store.keys import KEY_BYTES, KeyRing
from store.queries import query
from store.sealing import Controller

_DATA_KEY = query("data_key")
_DATA_KEYS = query("data_keys")
_ADD = query("add_data_key")
_DESTROY = query("list_destroyed")
_APPLY = query("apply_destroyed")
_OLD = query("wrapped_by_others")
_REWRAP = query("rewrap")

_BATCH = 500


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
        KeyMissing: There is none.
        KeyDestroyed: It was destroyed: what it sealed is erased.
    """
    row = await connection.fetchrow(_DATA_KEY, scope, controller)
    if row["destroyed"]:
        raise KeyDestroyed(f"{scope}/{controller}")
    if row["wrapped"] is None:
        raise KeyMissing(f"{scope}/{controller}")
    return keys.unwrap(row["kek_id"], row["wrapped"], scope, controller)


async def made_data_key(connection: asyncpg.Connection, keys: KeyRing, scope: str, controller: Controller) -> bytes:
    """Unwrap the key, made on first use. Two that make it at once end up with the same.

    Raises:
        KeyDestroyed: It was destroyed: nothing can be added to an erased part.
    """
    try:
        return await data_key(connection, keys, scope, controller)
    except KeyMissing:
        made = os.urandom(KEY_BYTES)
        if await connection.fetchval(_ADD, scope, controller, *keys.wrap(made, scope, controller)):
            return made
        return await data_key(connection, keys, scope, controller)


async def known_data_keys(
    connection: asyncpg.Connection, keys: KeyRing, scopes: Sequence[str], controller: Controller
) -> dict[str, bytes]:
    """Unwrap the keys of many files at once; a scope whose key is destroyed or not there is left out."""
    rows = await connection.fetch(_DATA_KEYS, scopes, controller)
    return {row["scope"]: keys.unwrap(row["kek_id"], row["wrapped"], row["scope"], controller) for row in rows}


class DataKeys(Database):
    """What operators do with data keys."""

    async def destroy_key(self, scope: str, controller: Controller) -> None:
        """Destroy a key for ever: what it sealed is erased, in older backups too. Repeating changes nothing."""
        async with self._transaction() as connection:
            await connection.execute(_DESTROY, scope, controller)
            await connection.execute(_APPLY)

    async def apply_destroyed(self) -> int:
        """Destroy again, after a restore, what was on the list; returns how many keys had come back."""
        async with self._connection() as connection:
            return len(await connection.fetch(_APPLY))

    async def rewrap(self) -> int:
        """Wrap every data key by the key ring's current key; returns how many changed. Data stays as it is."""
        changed = 0
        while batch := await self._rewrap_batch():
            changed += batch
        return changed

    async def _rewrap_batch(self) -> int:
        async with self._transaction() as connection:
            rows = await connection.fetch(_OLD, self._keys.current, _BATCH)
            for row in rows:
                place = row["scope"], row["controller"]
                plain = self._keys.unwrap(row["kek_id"], row["wrapped"], *place)
                await connection.execute(_REWRAP, *place, *self._keys.wrap(plain, *place))
        return len(rows)
