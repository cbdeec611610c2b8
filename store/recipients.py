"""Where notices go: the addresses of one round, opened when they are needed and then forgotten."""

from __future__ import annotations

import re

import asyncpg

from protocol.model import Frozen
from protocol.notices import Contact
from store.data_keys import directory_scope, unwrapped
from store.directory import opened_contact
from store.errors import KeyDestroyed
from store.keys import KeyRing
from store.notices import NoticeRow
from store.people import person_place
from store.person import Person, Personal
from store.queries import query
from store.sealing import Controller, unseal

_ADDRESSEES = query("addressees")

_IS_PERSON = re.compile(r"pupil|guardian-\d+")


class Webhook(Frozen):
    """Where an organisation takes notices by HTTP, and the secret that they are signed with."""

    url: str
    secret: str


class Recipient(Personal):
    """Where a notice goes. Without address and webhook it cannot be delivered."""

    person: bool
    """A person in the case, and not an organisation."""
    address: str | None = None
    language: str = "nl"
    webhook: Webhook | None = None
    erased: bool = False
    """The part of the file in which the address stood was destroyed."""


class Recipients:
    """The recipients of one round, each opened once."""

    def __init__(self, keys: KeyRing, case_id: str) -> None:
        self._keys = keys
        self._case_id = case_id
        self._sealed: dict[str, asyncpg.Record] = {}
        self._data_keys: dict[tuple[str, Controller], bytes] = {}
        self._persons: dict[str, Recipient] = {}
        self._addresses: dict[tuple[str, Contact], str] = {}

    async def look_up(self, connection: asyncpg.Connection, persons: list[str]) -> None:
        """Fetch what is sealed of these persons, once the look at it is logged."""
        rows = await connection.fetch(_ADDRESSEES, self._case_id, persons)
        self._sealed = {row["person"]: row for row in rows}

    def of(self, notice: NoticeRow, row: asyncpg.Record) -> Recipient:
        """Open the recipient of a notice that was claimed with this row.

        Raises:
            KeyMissing: Not to be opened now, but an operator can put the key back.
        """
        if is_person(notice.party):
            if notice.party not in self._persons:
                self._persons[notice.party] = self._person(notice.party)
            return self._persons[notice.party]
        address = self._address(notice, row) if row["sealed"] else None
        return Recipient(person=False, address=address, webhook=self._webhook(notice, row["webhook_url"]))

    def _person(self, party: str) -> Recipient:
        row = self._sealed.get(party)
        if row is None:
            return Recipient(person=True)
        try:
            key = self._data_key(row, self._case_id, Controller.SCHOOL)
        except KeyDestroyed:
            return Recipient(person=True, erased=True)
        text = unseal(key, person_place(self._case_id, party, row["message_id"]), row["sealed"])
        person = Person.model_validate_json(text)
        return Recipient(person=True, address=person.address, language=person.language)

    def _address(self, notice: NoticeRow, row: asyncpg.Record) -> str:
        place = notice.party, notice.contact
        if place not in self._addresses:
            key = self._data_key(row, directory_scope(row["region"]), Controller.DIRECTORY)
            self._addresses[place] = opened_contact(key, row["region"], *place, row["sealed"]).email
        return self._addresses[place]

    def _data_key(self, row: asyncpg.Record, scope: str, controller: Controller) -> bytes:
        place = scope, controller
        if place not in self._data_keys:
            self._data_keys[place] = unwrapped(row, self._keys, scope, controller)
        return self._data_keys[place]

    def _webhook(self, notice: NoticeRow, url: str | None) -> Webhook | None:
        if url is None or notice.contact is not Contact.DESK:
            return None
        return Webhook(url=url, secret=self._keys.webhook_secret(notice.party))


def is_person(party: str) -> bool:
    """Whether a notice is for a person in the case, and not for an organisation."""
    return _IS_PERSON.fullmatch(party) is not None
