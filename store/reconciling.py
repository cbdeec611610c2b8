"""After a restore: what the database holds of each case, and putting in again what Temporal still knows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from protocol.access import Field
from protocol.messages import name_of
from protocol.model import Frozen
from store.data_keys import made_data_key
from store.database import Database
from store.messages import note_place
from store.people import sealed_people
from store.person import Opening, Person
from store.queries import query
from store.sealing import Controller, seal

_STANDINGS = query("case_standings")
_OPEN = query("begun_and_open")
_RESTORE = query("restore_case")
_PERSONS = query("known_persons")
_NOTES = query("known_notes")
_NEXT_PERSON = query("give_no_person_twice")
_FAILURES = query("note_failures")
_SENT = query("note_sent")
_UNSENT = query("unsent_notices")


class CaseStanding(Frozen):
    """How far a case is in the database."""

    case_id: str
    number: int
    """The last event of its journal; 0 when nothing was recorded yet."""
    open: bool
    unsent: bool
    """There are notices that are not noted as sent."""
    staged: tuple[str, ...]
    """Ids of messages that were told, and of which nothing was recorded."""


class UnsentNotice(Frozen):
    """A notice that is not noted as sent."""

    notice_id: str
    number: int
    """The event that it is about."""
    lost_document: bool
    """It hands a file over, and the document that did so is not there any more."""


class Reconciling(Database):
    """What ``vangnet reconcile`` reads and writes."""

    async def standings(self, case_id: str | None = None) -> tuple[CaseStanding, ...]:
        """List how far every case is, or one."""
        async with self._connection() as connection:
            rows = await connection.fetch(_STANDINGS, case_id)
        return tuple(CaseStanding.model_validate(dict(row)) for row in rows)

    async def begun_and_open(self, older_than: timedelta, most: int) -> tuple[str, ...]:
        """List open cases that were begun this long ago: a workflow of each has to run."""
        async with self._connection() as connection:
            return tuple(row["case_id"] for row in await connection.fetch(_OPEN, older_than, most))

    async def restore_case(self, opening: Opening, people: Mapping[str, Person], note: str) -> bool:
        """Put a lost case's row in again, with what stands in for its people and for its note.

        Keyed by the case id: one that is there stays as it is. Its journal is recorded afterwards.

        Returns:
            Whether it was put in.

        Raises:
            KeyDestroyed: The school's part of this file is erased.
        """
        case_id, told = opening.case_id, opening.told
        async with self._transaction() as connection:
            key = await made_data_key(connection, self._keys, case_id, Controller.SCHOOL)
            persons, sealed, _ = sealed_people(key, case_id, told.id, people)
            sealed_note = told.note_id and seal(key, note_place(case_id, Controller.SCHOOL, told.note_id), note)
            row = (
                case_id, opening.region, opening.policy.version, opening.model_dump_json(), len(people),
                opening.opened_at, told.id, name_of(told.message), told.digest, told.note_id, sealed_note or None,
                persons, sealed, opening.school, Field.SCHOOL_NOTES,
            )  # fmt: skip
            return bool(await connection.fetchval(_RESTORE, *row))

    async def persons_known(self, case_id: str) -> frozenset[str]:
        """Return of whom in a case something is in the file."""
        async with self._connection() as connection:
            return frozenset(row["person"] for row in await connection.fetch(_PERSONS, case_id))

    async def notes_known(self, case_id: str) -> frozenset[str]:
        """Return the ids of the notes that are in the file, or staged."""
        async with self._connection() as connection:
            return frozenset(row["note_id"] for row in await connection.fetch(_NOTES, case_id))

    async def give_no_person_twice(self, case_id: str, next_person: int) -> None:
        """See that no guardian's number below this one is given to anybody else."""
        async with self._connection() as connection:
            await connection.execute(_NEXT_PERSON, case_id, next_person)

    async def note_sent(self, case_id: str, through: int) -> tuple[str, ...]:
        """Note what is known to have been sent, or to have failed, up to an event; returns what was sent."""
        async with self._transaction() as connection:
            await connection.execute(_FAILURES, case_id)
            return tuple(row["notice_id"] for row in await connection.fetch(_SENT, case_id, through))

    async def unsent_notices(self, case_id: str) -> tuple[UnsentNotice, ...]:
        """List what is not noted as sent."""
        async with self._connection() as connection:
            return tuple(UnsentNotice.model_validate(dict(row)) for row in await connection.fetch(_UNSENT, case_id))
