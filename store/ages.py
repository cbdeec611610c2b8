"""Birthdays that matter: found in the file, so that no date of birth leaves it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import asyncpg

from protocol import vocabulary as v
from protocol.messages import SYSTEM
from store.access_log import AccessEntry, AccessLog
from store.data_keys import known_data_keys
from store.people import person_place
from store.person import Person
from store.queries import query
from store.sealing import Controller, unseal

_PUPILS = query("pupils_of_open_cases")

_BATCH = 500

_BANDS = ((18, v.AgeBand.FROM_18), (16, v.AgeBand.FROM_16), (12, v.AgeBand.FROM_12))


def age_band(date_of_birth: date, today: date) -> v.AgeBand:
    """Tell in which band somebody is (Jeugdwet 7.3.4, 7.3.5); born on 29 February, they turn on 1 March."""
    had_birthday = (today.month, today.day) >= (date_of_birth.month, date_of_birth.day)
    years = today.year - date_of_birth.year - (not had_birthday)
    return next((band for limit, band in _BANDS if years >= limit), v.AgeBand.UNDER_12)


class Ages(AccessLog):
    """Looking for birthdays."""

    async def ages(self, today: date) -> tuple[tuple[str, v.AgeBand], ...]:
        """Find the open cases whose pupil is in a higher band than the case knows.

        One entry in the access log stands for the whole look, which no person sees.
        """
        found: list[tuple[str, v.AgeBand]] = []
        last = ""
        async with self._transaction() as connection:
            await self._log(connection, AccessEntry(actor=SYSTEM, what="dates of birth", purpose="age_reached"))
            while rows := await connection.fetch(_PUPILS, last, _BATCH):
                last = rows[-1]["case_id"]
                keys = await known_data_keys(
                    connection, self._keys, [row["case_id"] for row in rows], Controller.SCHOOL
                )
                found += _grown(rows, keys, today)
        return tuple(found)


def _grown(rows: list[asyncpg.Record], keys: Mapping[str, bytes], today: date) -> Iterator[tuple[str, v.AgeBand]]:
    order = list(v.AgeBand)
    for row in rows:
        if key := keys.get(row["case_id"]):
            place = person_place(row["case_id"], "pupil", row["message_id"])
            pupil = Person.model_validate_json(unseal(key, place, row["sealed"]))
            band = pupil.date_of_birth and age_band(pupil.date_of_birth, today)
            if band and order.index(band) > order.index(v.AgeBand(row["age"])):
                yield row["case_id"], band
