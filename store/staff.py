"""Staff: cases and the journal know them by a pseudonym, people read their name."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from store.data_keys import known_data_keys, made_data_key, staff_scope
from store.database import Database
from store.keys import KeyRing
from store.queries import query
from store.sealing import Controller, Place, seal, unseal

_KNOWN = query("staff_known")
_ADD = query("add_staff")
_STAFF = query("staff")


class Staff(Database):
    """Members of staff, each by a pseudonym."""

    async def staff_id(self, organisation: str, user: str) -> str:
        """Return the pseudonym under which a case knows somebody; stable, capitals make no difference."""
        async with self._connection() as connection:
            return await kept_staff_id(connection, self._keys, organisation, user)

    async def staff_names(self, staff_ids: Sequence[str]) -> dict[str, str]:
        """Look names up; an unknown pseudonym, or one whose name was erased, is left out."""
        async with self._connection() as connection:
            rows = await connection.fetch(_STAFF, staff_ids)
            scopes = list({staff_scope(row["organisation"]) for row in rows})
            found = await known_data_keys(connection, self._keys, scopes, Controller.DIRECTORY)
        return {
            row["staff_id"]: unseal(key, _place(row["organisation"], row["staff_id"]), row["sealed"])
            for row in rows
            if (key := found.get(staff_scope(row["organisation"])))
        }


async def kept_staff_id(connection: asyncpg.Connection, keys: KeyRing, organisation: str, user: str) -> str:
    """Make somebody's pseudonym, and see to it that their name is kept, sealed."""
    staff_id = keys.pseudonym(organisation, user)
    if not await connection.fetchval(_KNOWN, staff_id):
        key = await made_data_key(connection, keys, staff_scope(organisation), Controller.DIRECTORY)
        await connection.execute(_ADD, staff_id, organisation, seal(key, _place(organisation, staff_id), user))
    return staff_id


def _place(organisation: str, staff_id: str) -> Place:
    return Place("staff", staff_scope(organisation), Controller.DIRECTORY, staff_id)
