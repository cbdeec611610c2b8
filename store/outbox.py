"""The outbox: unsent notices, each claimed by one sender at a time."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing

import asyncpg

from protocol.messages import SYSTEM
from protocol.model import Frozen
from protocol.notices import Contact
from store.access_log import AccessEntry, AccessLog
from store.data_keys import data_key, directory_scope
from store.directory import opened_contact
from store.errors import KeyDestroyed, translated
from store.messages import person_place
from store.notices import NoticeRow
from store.person import Person, Personal
from store.queries import query
from store.sealing import Controller, unseal

_NEXT = query("next_unsent")
_LOCK = query("lock_unsent")
_SENT = query("mark_sent")
_FAILED = query("mark_failed")
_CONTACT = query("contact")
_PERSON = query("person")

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


class Claim:
    """One notice that nobody else sends now. Not marked, it stays unsent."""

    def __init__(
        self, connection: asyncpg.Connection, notice: NoticeRow, recipient: Recipient, token: str | None
    ) -> None:
        self._connection = connection
        self.notice = notice
        self.recipient = recipient
        self.token = token
        """The secret of the notice's link, the same at every attempt; none for a notice without one."""

    async def sent(self) -> None:
        """Note that it was taken over by the mail server or webhook."""
        with translated():
            await self._connection.execute(_SENT, self.notice.notice_id)

    async def failed(self, code: str) -> None:
        """Note that it will never arrive, and why."""
        with translated():
            await self._connection.execute(_FAILED, self.notice.notice_id, code)


class Outbox(AccessLog):
    """Claiming what is unsent."""

    def claim_unsent(self, case_id: str) -> aclosing[AsyncGenerator[Claim]]:
        """Claim a case's unsent notices one by one, in order.

        Each is locked until the next is asked for, and what was marked is then committed. A notice
        that another sender holds is passed over. Usage::

            async with store.claim_unsent(case_id) as claims:
                async for claim in claims:
                    ...
                    await claim.sent()

        Raises:
            KeyMissing: A recipient's data cannot be opened, but an operator can put the key back.
            StoreUnavailable: The database does not answer.
        """
        return aclosing(self._claims(case_id))

    async def _claims(self, case_id: str) -> AsyncGenerator[Claim]:
        last = 0
        while picked := await self._pick(case_id, last):
            last, notice, recipient = picked
            async with self._holding, self._transaction() as connection:
                if await connection.fetchval(_LOCK, notice.notice_id):
                    token = self._keys.link_token(notice.notice_id) if notice.link else None
                    yield Claim(connection, notice, recipient, token)

    async def _pick(self, case_id: str, last: int) -> tuple[int, NoticeRow, Recipient] | None:
        """Count an attempt and find the address, committed before anything is sent."""
        async with self._transaction() as connection:
            row = await connection.fetchrow(_NEXT, case_id, last)
            if row is None:
                return None
            notice = NoticeRow.model_validate(dict(row))
            if _IS_PERSON.fullmatch(notice.party):
                recipient = await self._person(connection, notice)
            else:
                recipient = await self._organisation(connection, notice, row["region"])
            return row["ordinal"], notice, recipient

    async def _person(self, connection: asyncpg.Connection, notice: NoticeRow) -> Recipient:
        case_id, party = notice.case_id, notice.party
        look = AccessEntry(actor=SYSTEM, case_id=case_id, what=f"address {party}", purpose=f"notice {notice.kind}")
        await self._log(connection, look)
        row = await connection.fetchrow(_PERSON, case_id, party)
        if row is None:
            return Recipient(person=True)
        try:
            key = await data_key(connection, self._keys, case_id, Controller.SCHOOL)
        except KeyDestroyed:
            return Recipient(person=True)
        text = unseal(key, person_place(case_id, party, row["message_id"]), row["sealed"])
        person = Person.model_validate_json(text)
        return Recipient(person=True, address=person.address, language=person.language)

    async def _organisation(self, connection: asyncpg.Connection, notice: NoticeRow, region: str) -> Recipient:
        row = await connection.fetchrow(_CONTACT, region, notice.party, notice.contact)
        if row is None:
            return Recipient(person=False)
        address = None
        if row["sealed"] is not None:
            key = await data_key(connection, self._keys, directory_scope(region), Controller.DIRECTORY)
            address = opened_contact(key, region, notice.party, notice.contact, row["sealed"]).email
        return Recipient(person=False, address=address, webhook=self._webhook(notice, row["webhook_url"]))

    def _webhook(self, notice: NoticeRow, url: str | None) -> Webhook | None:
        if url is None or notice.contact is not Contact.DESK:
            return None
        return Webhook(url=url, secret=self._keys.webhook_secret(notice.party))
