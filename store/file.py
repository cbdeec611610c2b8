"""The file: people, notes and hand-over documents. Every look writes the access log."""

from __future__ import annotations

from protocol.messages import Actor
from protocol.model import Frozen
from store.access_log import AccessEntry, AccessLog
from store.data_keys import data_key, made_data_key
from store.messages import note_place
from store.people import opened_person
from store.person import Person
from store.queries import query
from store.sealing import Controller, Place, seal, unseal
from store.shields import refuse_shielded

_PEOPLE = query("people")
_NOTE = query("note")
_NOTE_INDEX = query("note_index")
_SAVE_HAND_OVER = query("save_hand_over")
_HAND_OVER = query("hand_over")
_HAND_OVER_NUMBERS = query("hand_over_numbers")


class NoteRow(Frozen):
    """A note's place in the file, without its text."""

    note_id: str
    controller: Controller
    message_id: str
    number: int
    """The event it was filed with."""
    message: str
    """The name of the message that brought it."""
    by: Actor


class File(AccessLog):
    """A case's personal data. Who may see it is decided elsewhere, before it is asked for."""

    async def people(self, case_id: str, look: AccessEntry, *, former: bool = False) -> dict[str, Person]:
        """Open the data of the people in a case; ``former`` adds guardians who are no longer in it.

        Raises:
            KeyDestroyed: The school's part of the file is erased.
        """
        async with self._transaction() as connection:
            await self._log(connection, look)
            rows = await connection.fetch(_PEOPLE, case_id, former)
            if not rows:
                return {}
            await refuse_shielded(connection, case_id, Controller.SCHOOL, look.actor)
            key = await data_key(connection, self._keys, case_id, Controller.SCHOOL)
        return {row["person"]: opened_person(key, case_id, row["person"], row) for row in rows}

    async def notes(self, case_id: str) -> tuple[NoteRow, ...]:
        """List the notes that are in the file, in the order of their events."""
        async with self._connection() as connection:
            rows = await connection.fetch(_NOTE_INDEX, case_id)
        return tuple(NoteRow.model_validate({**row, "by": Actor.model_validate_json(row["by"])}) for row in rows)

    async def note(self, case_id: str, note_id: str, look: AccessEntry) -> str | None:
        """Open one note; nothing when it is not in this file.

        Raises:
            PartShielded: Nobody reads that part any more.
            KeyDestroyed: That part of the file is erased.
        """
        async with self._transaction() as connection:
            await self._log(connection, look)
            row = await connection.fetchrow(_NOTE, case_id, note_id)
            if row is None:
                return None
            controller = Controller(row["controller"])
            await refuse_shielded(connection, case_id, controller, look.actor)
            key = await data_key(connection, self._keys, case_id, controller)
        return unseal(key, note_place(case_id, controller, note_id), row["sealed"])

    async def save_hand_over(
        self, case_id: str, number: int, document: str, controller: Controller = Controller.SCHOOL
    ) -> None:
        """Keep a hand-over document, keyed by (case, event number, controller): the first one stays.

        Raises:
            CaseUnknown: No such case.
            KeyDestroyed: That part of the file is erased.
        """
        async with self._transaction() as connection:
            key = await made_data_key(connection, self._keys, case_id, controller)
            sealed = seal(key, _hand_over_place(case_id, number, controller), document)
            await connection.execute(_SAVE_HAND_OVER, case_id, number, controller, sealed)

    async def hand_over_numbers(self, case_id: str, controller: Controller) -> tuple[int, ...]:
        """List the events for which there is a hand-over document."""
        async with self._connection() as connection:
            rows = await connection.fetch(_HAND_OVER_NUMBERS, case_id, controller)
        return tuple(row["number"] for row in rows)

    async def hand_over(self, case_id: str, number: int, controller: Controller, look: AccessEntry) -> str | None:
        """Open a hand-over document; nothing when there is none.

        Raises:
            KeyDestroyed: That part of the file is erased.
        """
        async with self._transaction() as connection:
            await self._log(connection, look)
            sealed = await connection.fetchval(_HAND_OVER, case_id, number, controller)
            if sealed is None:
                return None
            await refuse_shielded(connection, case_id, controller, look.actor)
            key = await data_key(connection, self._keys, case_id, controller)
        return unseal(key, _hand_over_place(case_id, number, controller), sealed)


def _hand_over_place(case_id: str, number: int, controller: Controller) -> Place:
    return Place("hand_overs", case_id, controller, str(number))
