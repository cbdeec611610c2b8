"""Sealing the people of a case: all of somebody's data in one piece, and a second contact beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import asyncpg

from store.person import Person
from store.sealing import Controller, Place, seal, unseal


class SealedPerson(NamedTuple):
    """One version of somebody's data. The second contact is apart: release 0.1 knows no field for it."""

    sealed: bytes
    second: bytes | None


def person_place(case_id: str, person: str, message_id: str) -> Place:
    """Where one version of a person's data stands; all of it was brought in by a school or under its key."""
    return Place("people", case_id, Controller.SCHOOL, f"{person}/{message_id}")


def second_place(case_id: str, person: str, message_id: str) -> Place:
    """Where the second contact of that version stands."""
    return Place("people", case_id, Controller.SCHOOL, f"{person}/{message_id}/second")


def sealed_person(key: bytes, case_id: str, person: str, message_id: str, data: Person) -> SealedPerson:
    """Seal one version of somebody's data."""
    place, second = person_place(case_id, person, message_id), second_place(case_id, person, message_id)
    return SealedPerson(
        seal(key, place, data.model_dump_json(exclude={"second_contact"})),
        seal(key, second, data.second_contact) if data.second_contact else None,
    )


def sealed_people(
    key: bytes, case_id: str, message_id: str, people: Mapping[str, Person]
) -> tuple[list[str], list[bytes], list[bytes | None]]:
    """Seal several, as columns of a statement."""
    made = [sealed_person(key, case_id, person, message_id, data) for person, data in people.items()]
    return list(people), [one.sealed for one in made], [one.second for one in made]


def opened_person(key: bytes, case_id: str, person: str, row: asyncpg.Record) -> Person:
    """Open the version of somebody's data that a row of ``people`` holds."""
    found = Person.model_validate_json(unseal(key, person_place(case_id, person, row["message_id"]), row["sealed"]))
    if not row["second"]:
        return found
    second = unseal(key, second_place(case_id, person, row["message_id"]), row["second"])
    return found.model_copy(update={"second_contact": second})
