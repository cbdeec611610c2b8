"""Messages: staged with what they bring, and part of the file once they are recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

import asyncpg

from protocol import vocabulary as v
from protocol.access import Filed, filed_as
from protocol.keeping import Part
from protocol.messages import Actor, Told, name_of
from protocol.model import Frozen
from store.data_keys import made_data_key
from store.database import Database
from store.errors import CaseUnknown, MessageIdReused, NoteWithoutId
from store.keys import KeyRing
from store.people import sealed_people
from store.person import Content
from store.queries import query
from store.sealing import Controller, Place, seal

_MESSAGE = query("message")
_BY_SCHOOL = query("coordinated_by_school")
_STAGE = query("stage")
_DROP = query("drop_message")
_STALE = query("stale_messages")
_LOCK = query("lock_case")
_ALLOTTED = query("allotted")
_ALLOT = query("allot")

_BATCH = 500


class MessageState(StrEnum):
    """How far a message has come."""

    STAGED = "staged"
    RECORDED = "recorded"
    REFUSED = "refused"


class _Sealed(NamedTuple):
    """What a message brings, as it is kept."""

    controller: Controller
    note: bytes | None
    people: Sequence[str] = ()
    data: Sequence[bytes] = ()
    second: Sequence[bytes | None] = ()


class StoredAnswer(Frozen):
    """What a message caused: the last event's number, and the names of all."""

    number: int
    events: tuple[str, ...]


class StoredMessage(Frozen):
    """What the store knows of a message that was told."""

    message_id: str
    name: str
    digest: str
    state: MessageState
    answer: StoredAnswer | None = None
    """Once it is recorded."""
    refusal: str | None = None
    """The refusal's code, of a message that was refused after it was taken."""


def note_place(case_id: str, controller: Controller, note_id: str) -> Place:
    """Where a note stands."""
    return Place("notes", case_id, controller, note_id)


class Messages(Database):
    """What people told, keyed by (case, message id)."""

    async def message(self, case_id: str, message_id: str) -> StoredMessage | None:
        """Look a message up, whether or not its case is still open."""
        async with self._connection() as connection:
            return await _known(connection, case_id, message_id)

    async def stage(self, case_id: str, told: Told, content: Content) -> StoredMessage:
        """Keep a message and what it brings until it is recorded or dropped; repeating changes nothing.

        Raises:
            CaseUnknown: No such case.
            MessageIdReused: The id is known with another digest.
            NoteWithoutId: There is a note, but ``told`` has no note id.
            KeyDestroyed: This part of the file is erased.
        """
        async with self._connection() if content.empty else self._transaction() as connection:
            sealed = await _sealed(connection, self._keys, case_id, told, content)
            name = name_of(told.message)
            field = filed_as(Filed(Part(sealed.controller), told.actor, name))
            about = (case_id, told.id, name, told.digest, told.note_id)
            if await connection.fetchval(
                _STAGE, *about, *sealed[:4], field, told.actor.organisation or "", sealed.second
            ):
                return StoredMessage(message_id=told.id, name=name, digest=told.digest, state=MessageState.STAGED)
        known = await self.message(case_id, told.id)
        if known is None or known.digest != told.digest:
            raise MessageIdReused(f"{case_id}/{told.id}")
        return known

    async def drop(self, case_id: str, message_id: str) -> None:
        """Forget a staged message that was refused: nothing of it stays. What is recorded is left alone."""
        async with self._connection() as connection:
            await connection.execute(_DROP, case_id, message_id)

    async def staged(self, older_than: timedelta, most: int) -> tuple[tuple[str, str], ...]:
        """List what was staged this long ago and not recorded, the oldest first: case and message id."""
        async with self._connection() as connection:
            return tuple(
                (row["case_id"], row["message_id"]) for row in await connection.fetch(_STALE, older_than, most)
            )

    async def drop_stale(self, older_than: timedelta) -> int:
        """Drop messages that were staged this long ago and never taken, some hundreds at a time."""
        stale = await self.staged(older_than, _BATCH)
        for case_id, message_id in stale:
            await self.drop(case_id, message_id)
        return len(stale)

    async def allot_persons(self, case_id: str, message_id: str, count: int) -> tuple[str, ...]:
        """Give out the next free guardian ids; the same message gets the same again.

        Raises:
            CaseUnknown: No such case.
            MessageIdReused: The message asked for another number of persons before.
        """
        async with self._transaction() as connection:
            first = await connection.fetchval(_LOCK, case_id)
            if first is None:
                raise CaseUnknown(case_id)
            known = await connection.fetchrow(_ALLOTTED, case_id, message_id)
            if known is None:
                await connection.execute(_ALLOT, case_id, message_id, count, first)
            elif known["persons"] != count:
                raise MessageIdReused(f"{case_id}/{message_id}")
            else:
                first = known["first"]
        return tuple(f"guardian-{number}" for number in range(first, first + count))


async def _known(connection: asyncpg.Connection, case_id: str, message_id: str) -> StoredMessage | None:
    row = await connection.fetchrow(_MESSAGE, case_id, message_id)
    if row is None:
        return None
    recorded = row["state"] == MessageState.RECORDED
    return StoredMessage(
        message_id=row["message_id"],
        name=row["name"],
        digest=row["digest"],
        state=MessageState(row["state"]),
        answer=StoredAnswer(number=row["last_number"], events=tuple(row["events"])) if recorded else None,
        refusal=row["refusal"],
    )


async def _sealed(connection: asyncpg.Connection, keys: KeyRing, case_id: str, told: Told, content: Content) -> _Sealed:
    """Seal what a message brings: the note under its writer's key, people under the school's."""
    controller, note = Controller.SCHOOL, None
    if content.note is not None:
        if told.note_id is None:
            raise NoteWithoutId(f"{case_id}/{told.id}")
        controller = await controller_of(connection, case_id, told.actor)
        key = await made_data_key(connection, keys, case_id, controller)
        note = seal(key, note_place(case_id, controller, told.note_id), content.note)
    if not content.guardians:
        return _Sealed(controller, note)
    key = await made_data_key(connection, keys, case_id, Controller.SCHOOL)
    return _Sealed(controller, note, *sealed_people(key, case_id, told.id, content.guardians))


async def controller_of(connection: asyncpg.Connection, case_id: str, actor: Actor) -> Controller:
    """Whose part of the file a note belongs to: a person's goes to whoever coordinates."""
    if actor.role is v.Role.SCHOOL:
        return Controller.SCHOOL
    if actor.role is v.Role.ZVH:
        return Controller.ZVH
    if actor.role is v.Role.PERSON and await connection.fetchval(_BY_SCHOOL, case_id) is not False:
        return Controller.SCHOOL
    return Controller.COORDINATOR
