"""Corrections: a field that was wrong is right from now on, or a statement stands beside what stays."""

from __future__ import annotations

from collections.abc import Mapping

import asyncpg
from pydantic import AwareDatetime

from protocol.keeping import Part
from protocol.messages import Actor
from store.access_log import AccessEntry, AccessEvent, AccessLog
from store.data_keys import data_key, made_data_key
from store.people import opened_person, sealed_person
from store.person import Person, Personal
from store.queries import query
from store.rights import RequestRow, add_step
from store.sealing import Controller, Place, seal, unseal

_LOCK = query("lock_request")
_ADD = query("add_statement")
_STATEMENTS = query("statements")
_VERSIONS = query("versions_of_person")
_CORRECT = query("correct_version")
_FINGERPRINT = query("correct_fingerprint")
_SCHOOL_OF = query("school_of_fingerprint")


class Statement(Personal):
    """What somebody wants to stand in the file."""

    request_id: str
    person: str
    text: str
    added_at: AwareDatetime


class Corrections(AccessLog):
    """What a granted request for correction changes. What was wrong is nowhere afterwards, the log included."""

    async def add_statement(self, request: RequestRow, part: Part, text: str, by: Actor) -> None:
        """Put somebody's statement into a part of the file; once a request, the last one stays.

        Raises:
            KeyDestroyed: That part is erased.
        """
        controller = Controller(part)
        async with self._transaction() as connection:
            await connection.execute(_LOCK, request.request_id)
            key = await made_data_key(connection, self._keys, request.case_id, controller)
            sealed = seal(key, _place(request.case_id, controller, request.request_id), text)
            await connection.execute(
                _ADD, request.request_id, request.case_id, controller, request.subject, sealed
            )  # fmt: skip
            await add_step(connection, request.request_id, by, "stated", part)
            await self._log(connection, _entry(request, "statement", by))

    async def statements(self, case_id: str, part: Part, look: AccessEntry) -> tuple[Statement, ...]:
        """Open the statements in a part of the file.

        Raises:
            KeyDestroyed: That part is erased.
        """
        controller = Controller(part)
        async with self._transaction() as connection:
            await self._log(connection, look)
            rows = await connection.fetch(_STATEMENTS, case_id, controller)
            key = await data_key(connection, self._keys, case_id, controller) if rows else b""
        return tuple(
            Statement(
                request_id=row["request_id"], person=row["person"], added_at=row["added_at"],
                text=unseal(key, _place(case_id, controller, row["request_id"]), row["sealed"]),
            )
            for row in rows
        )  # fmt: skip

    async def correct_person(self, request: RequestRow, changes: Mapping[str, object], by: Actor) -> None:
        """Correct fields of the subject's data, in every version that the file holds.

        Args:
            request: Whose data it is about.
            changes: Fields of :class:`store.Person` with what they have to be.
            by: Who does it.

        Raises:
            ValidationError: A field cannot be that; nothing is changed.
            KeyDestroyed: The school's part is erased.
        """
        async with self._transaction() as connection:
            await connection.execute(_LOCK, request.request_id)
            key = await data_key(connection, self._keys, request.case_id, Controller.SCHOOL)
            for row in await connection.fetch(_VERSIONS, request.case_id, request.subject):
                await self._correct(connection, key, request, row, changes)
            for name in sorted(changes):
                await add_step(connection, request.request_id, by, "corrected", name)
            await self._log(connection, _entry(request, "people", by))

    async def _correct(
        self,
        connection: asyncpg.Connection,
        key: bytes,
        request: RequestRow,
        row: asyncpg.Record,
        changes: Mapping[str, object],
    ) -> None:
        about = (request.case_id, request.subject, row["message_id"])
        known = opened_person(key, request.case_id, request.subject, row)
        right = Person.model_validate(dict(known) | dict(changes))
        await connection.execute(_CORRECT, *about, *sealed_person(key, *about, right))
        school = await connection.fetchval(_SCHOOL_OF, request.case_id)
        if right.date_of_birth is not None and school is not None:
            fingerprint = self._keys.fingerprint(school, right.name, right.date_of_birth)
            await connection.execute(_FINGERPRINT, request.case_id, fingerprint)


def _entry(request: RequestRow, what: str, by: Actor) -> AccessEntry:
    return AccessEntry(
        actor=by, case_id=request.case_id, what=what, purpose=f"request {request.request_id}",
        event=AccessEvent.CHANGE, subject=request.subject, on_behalf=request.requester,
    )  # fmt: skip


def _place(case_id: str, controller: Controller, request_id: str) -> Place:
    return Place("statements", case_id, controller, request_id)
