"""The key store as operators see it: which key wraps what, rotation, and what was destroyed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Annotated, NamedTuple

import asyncpg
from pydantic import AwareDatetime, Field

from protocol.keeping import Part
from protocol.messages import Actor
from protocol.model import Frozen
from protocol.retention import Act
from store.access_log import AccessEntry, AccessEvent, AccessLog
from store.errors import KeyRingForeign, SealBroken
from store.queries import query
from store.sealing import Controller

_LIST = query("list_destroyed")
_APPLY = query("apply_destroyed")
_DESTROYED = query("destroyed_keys")
_OLD = query("wrapped_by_others")
_REWRAP = query("rewrap")
_WRAPPED = query("wrapped_by")
_PARTS = query("parts_of_case")
_HEALTH = query("key_health")
_OLDEST = query("oldest_wrapped")
_LOCK = query("lock_closed_case")
_RECORD = query("log_retention")
_DESTROY = query("destroy_part_key")
_BLANK = query("blank_destroyed")

_BATCH = 500
_TRIED = 3
"""Data keys that are tried of each key of the ring: one that was damaged does not make the ring another one."""


class PartState(StrEnum):
    """What became of the key of one part of a file."""

    PRESENT = "present"
    MISSING = "missing"
    """The data key, or the key that wraps it, is not there; it can still be put back."""
    DESTROYED = "destroyed"
    """Erased: for ever."""


class PartKey(Frozen):
    """The key of one part of a file."""

    part: Part
    state: PartState
    kek: str | None
    """Which key wraps it."""


class DestroyedKey(Frozen):
    """A line of the list that is applied again after a restore. It says nothing of anybody."""

    scope: Annotated[str, Field(pattern=r"^[A-Za-z0-9:._-]{1,200}$")]
    controller: Controller
    destroyed_at: AwareDatetime


class Rewrapped(NamedTuple):
    """One batch of a rotation."""

    changed: int
    broken: tuple[str, ...]
    """Scopes whose wrapped key was changed: no ring opens it."""
    last: tuple[str, str] | None
    """Where the next batch goes on; nothing when this was the last."""


class Applied(NamedTuple):
    """What applying a list came to."""

    listed: int
    """Keys that the list names."""
    keys: int
    """That had come back, and are destroyed again."""
    rows: int
    """That were emptied."""


class KeyHealth(NamedTuple):
    """What an operator has to mend."""

    unknown: tuple[str, ...]
    """Keys that wrap something and are not on the ring."""
    lost: int
    """Cases whose school's part has no data key, though nobody destroyed it."""
    undone: int
    """Destroyed keys that are back: the list has to be applied."""
    foreign: tuple[str, ...] = ()
    """Keys of the ring that open nothing of what a key of their name wrapped: it is another database's ring."""


class DataKeys(AccessLog):
    """What operators do with data keys."""

    async def destroy_key(self, scope: str, controller: Controller) -> None:
        """Destroy a key for ever: what it sealed is erased, in older backups too. Repeating changes nothing."""
        async with self._transaction() as connection:
            await connection.execute(_LIST, [scope], [controller], [None])
            await connection.execute(_APPLY)

    async def destroy_part(self, case_id: str, part: Part, reason: str, by: Actor) -> bool:
        """Destroy one part of a closed case, with the record and the access log's row.

        Args:
            case_id: Which case.
            part: Whose part of its file.
            reason: A word, never a text: the record outlives the case.
            by: Who does it, by pseudonym.

        Returns:
            Whether it was done now: not when it was done before, or the case is open.
        """
        async with self._transaction() as connection:
            region = await connection.fetchval(_LOCK, case_id)
            record = (reason, None, None, None, None, by.role, by.user)
            if region is None or not await connection.fetchval(_RECORD, region, case_id, part, Act.DESTROY, *record):
                return False
            await connection.execute(_DESTROY, case_id, part)
            await connection.fetchval(_BLANK, case_id)
            what, purpose = f"part {part}", f"destroy {reason}"
            entry = AccessEntry(actor=by, case_id=case_id, what=what, purpose=purpose, event=AccessEvent.ERASE)
            await self._log(connection, entry)
        return True

    async def destroyed_keys(self) -> tuple[DestroyedKey, ...]:
        """List what was destroyed, the first first."""
        async with self._connection() as connection:
            rows = await connection.fetch(_DESTROYED)
        return tuple(DestroyedKey.model_validate(dict(row)) for row in rows)

    async def apply_destroyed(self, listed: Iterable[DestroyedKey] = ()) -> Applied:
        """Destroy again, after a restore, what was on the list of then and is on this one; repeating changes nothing."""
        found = tuple(listed)
        async with self._transaction() as connection:
            columns = ([key.scope for key in found], [key.controller for key in found])
            await connection.execute(_LIST, *columns, [key.destroyed_at for key in found])
            keys = await connection.fetch(_APPLY)
            rows = int(await connection.fetchval(_BLANK, None))
        return Applied(len(found), len(keys), rows)

    async def rewrap(self) -> int:
        """Wrap every data key by the key ring's current key; returns how many changed. Data stays as it is."""
        changed, batch = 0, await self.rewrap_some()
        while batch.last is not None:
            changed += batch.changed
            batch = await self.rewrap_some(batch.last)
        return changed + batch.changed

    async def rewrap_some(self, after: tuple[str, str] = ("", "")) -> Rewrapped:
        """Wrap some hundred data keys by the current key, in one transaction.

        What a key wraps that is not on the ring is left as it is. What somebody else is wrapping now is passed over.
        A rotation that was broken off begins again at the front, and finds only what is left.
        """
        others = [kek for kek in self._keys.key_ids if kek != self._keys.current]
        done: list[tuple[str, str, str, bytes]] = []
        broken: list[str] = []
        async with self._transaction() as connection:
            rows = await connection.fetch(_OLD, others, *after, _BATCH)
            for row in rows:
                place = row["scope"], row["controller"]
                try:
                    plain = self._keys.unwrap(row["kek_id"], row["wrapped"], *place)
                except SealBroken:
                    broken.append("/".join(place))
                else:
                    done.append((*place, *self._keys.wrap(plain, *place)))
            if done:
                await connection.execute(_REWRAP, *map(list, zip(*done, strict=True)))
        last = rows[-1] if len(rows) == _BATCH else None
        return Rewrapped(len(done), tuple(broken), last and (last["scope"], last["controller"]))

    async def wrapped_by(self) -> dict[str, int]:
        """Count the data keys that each key wraps; keys that wrap none are left out."""
        async with self._connection() as connection:
            rows = await connection.fetch(_WRAPPED)
        return {row["kek_id"]: row["data_keys"] for row in rows}

    async def part_keys(self, case_id: str) -> tuple[PartKey, ...]:
        """List the parts of a case's file with what became of their keys; a part that never was is left out."""
        async with self._connection() as connection:
            rows = await connection.fetch(_PARTS, case_id)
        return tuple(
            PartKey(part=row["part"], kek=row["kek_id"], state=self._state(row["kek_id"], destroyed=row["destroyed"]))
            for row in rows
        )

    def _state(self, kek_id: str | None, *, destroyed: bool) -> PartState:
        if destroyed:
            return PartState.DESTROYED
        return PartState.PRESENT if kek_id in self._keys.key_ids else PartState.MISSING

    async def key_health(self) -> KeyHealth:
        """See whether every key is where it has to be."""
        async with self._connection() as connection:
            row = await connection.fetchrow(_HEALTH, self._key_ids)
            foreign = await self._foreign(connection)
        return KeyHealth(tuple(row["unknown"]), row["lost"], row["undone"], foreign)

    async def check_key_ring(self) -> None:
        """See that the ring is this database's, before anything is sealed by it.

        Raises:
            KeyRingForeign: It is not.
            NotMigrated: There is no key store.
        """
        async with self._connection() as connection:
            foreign = await self._foreign(connection)
        if foreign:
            raise KeyRingForeign(", ".join(foreign))

    async def _foreign(self, connection: asyncpg.Connection) -> tuple[str, ...]:
        """The oldest are tried: what somebody wrote by a wrong ring does not make it the right one."""
        opened: dict[str, bool] = {}
        for row in await connection.fetch(_OLDEST, self._key_ids, _TRIED):
            opened[row["kek_id"]] = opened.get(row["kek_id"], False) or self._opens(row)
        return tuple(sorted(kek for kek, any_opened in opened.items() if not any_opened))

    def _opens(self, row: asyncpg.Record) -> bool:
        try:
            self._keys.unwrap(row["kek_id"], row["wrapped"], row["scope"], row["controller"])
        except SealBroken:
            return False
        return True

    @property
    def _key_ids(self) -> Sequence[str]:
        return list(self._keys.key_ids)
