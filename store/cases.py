"""Intake: a case is accepted in one transaction, and started afterwards."""

from __future__ import annotations

from datetime import date, timedelta

from protocol.access import Field
from protocol.messages import name_of
from store.data_keys import made_data_key
from store.database import Database
from store.errors import CaseExists, NoteWithoutId
from store.messages import note_place
from store.people import sealed_people
from store.person import Intake, Opening
from store.queries import query
from store.sealing import Controller, seal

_OPEN = query("open_case")
_DIGEST = query("opening_digest")
_MARK_STARTED = query("mark_started")
_UNSTARTED = query("unstarted")
_OPENING = query("opening")
_IS_CASE = query("is_case")
_SAME_PUPIL = query("same_pupil")

_BATCH = 100


class Cases(Database):
    """Cases before and beside their workflow."""

    async def open_case(self, opening: Opening, intake: Intake) -> None:
        """Accept a case with its people and note; opening the same case again changes nothing.

        Raises:
            CaseExists: The id belongs to an opening with another digest.
            NoteWithoutId: There is a note, but the message has no note id.
        """
        async with self._transaction() as connection:
            key = await made_data_key(connection, self._keys, opening.case_id, Controller.SCHOOL)
            if await connection.fetchval(_OPEN, *self._row(opening, intake, key)):
                return
            if await connection.fetchval(_DIGEST, opening.case_id) != opening.told.digest:
                raise CaseExists(opening.case_id)

    async def mark_started(self, case_id: str) -> None:
        """Note that the workflow runs."""
        async with self._connection() as connection:
            await connection.execute(_MARK_STARTED, case_id)

    async def unstarted(self, older_than: timedelta) -> tuple[Opening, ...]:
        """List cases that were accepted this long ago and never started: the oldest hundred."""
        async with self._connection() as connection:
            rows = await connection.fetch(_UNSTARTED, older_than, _BATCH)
        return tuple(Opening.model_validate_json(row["opening"]) for row in rows)

    async def opening(self, case_id: str) -> Opening | None:
        """Return how a case was accepted, whether or not anything of it was recorded since."""
        async with self._connection() as connection:
            text = await connection.fetchval(_OPENING, case_id)
        return text and Opening.model_validate_json(text)

    async def is_case(self, case_id: str) -> bool:
        """Tell whether this number was ever given to a case."""
        async with self._connection() as connection:
            return bool(await connection.fetchval(_IS_CASE, case_id))

    async def same_pupil(self, region: str, school: str, name: str, date_of_birth: date) -> tuple[str, ...]:
        """Find the school's open cases of the same pupil, without decrypting anything."""
        fingerprint = self._keys.fingerprint(school, name, date_of_birth)
        async with self._connection() as connection:
            rows = await connection.fetch(_SAME_PUPIL, region, school, fingerprint)
        return tuple(row["case_id"] for row in rows)

    def _row(self, opening: Opening, intake: Intake, key: bytes) -> tuple[object, ...]:
        case_id, told, pupil = opening.case_id, opening.told, intake.pupil
        people, sealed, second = sealed_people(key, case_id, told.id, intake.people)
        return (
            case_id,
            opening.region,
            opening.policy.version,
            opening.model_dump_json(),
            len(intake.guardians) + 1,
            told.id,
            name_of(told.message),
            told.digest,
            told.note_id,
            _sealed_note(opening, intake, key),
            people,
            sealed,
            opening.school,
            self._keys.fingerprint(opening.school, pupil.name, pupil.date_of_birth),
            Field.SCHOOL_NOTES,
            second,
        )


def _sealed_note(opening: Opening, intake: Intake, key: bytes) -> bytes | None:
    if intake.note is None:
        return None
    if opening.told.note_id is None:
        raise NoteWithoutId(opening.case_id)
    return seal(key, note_place(opening.case_id, Controller.SCHOOL, opening.told.note_id), intake.note)
