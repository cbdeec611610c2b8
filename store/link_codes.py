"""Codes for links: asked for in the pages, mailed by the worker, given once."""

from __future__ import annotations

import hmac
import secrets
from enum import StrEnum
from hashlib import sha256

import asyncpg

from protocol.access import second_factor as limits
from protocol.messages import SYSTEM
from protocol.model import Frozen
from store.access_log import AccessEntry, AccessEvent, AccessLog
from store.data_keys import data_key
from store.errors import KeyDestroyed
from store.keys import token_hash
from store.people import opened_person
from store.person import Personal
from store.queries import query
from store.sealing import Controller

_SECOND = query("second_contact")
_ASK = query("ask_link_code")
_STATE = query("link_code")
_TRY = query("try_link_code")
_USE = query("use_link_code")
_CLAIM = query("claim_link_codes")
_RELEASE = query("release_link_code")

_BATCH = 20
_NONCE_BYTES = 16


class Asking(StrEnum):
    """What came of asking for a code."""

    SENT = "sent"
    TOO_MANY = "too_many"
    LOCKED = "locked"


class Giving(StrEnum):
    """What came of giving a code."""

    RIGHT = "right"
    WRONG = "wrong"
    OVER = "over"
    """No code of this link can be given now."""
    LOCKED = "locked"


class Behind(Frozen):
    """Whose link it is, and which."""

    case_id: str
    person: str
    token: str


class CodeToSend(Personal):
    """A code, with the mailbox that it goes to."""

    case_id: str
    person: str
    nonce: bytes
    code: str
    address: str
    language: str

    @property
    def id(self) -> str:
        """Names the mail: the same code is the same mail."""
        return f"code-{sha256(self.nonce).hexdigest()[:32]}"


class LinkCodes(AccessLog):
    """Codes of links. Times are the wall clock's: a mailbox knows no other."""

    async def has_second_contact(self, case_id: str, person: str) -> bool:
        """Whether the file has another contact of this person; nothing of it is opened."""
        async with self._connection() as connection:
            row = await connection.fetchrow(_SECOND, case_id, person)
        return bool(row and row["second"])

    async def link_locked(self, link: Behind) -> bool:
        """Whether too many wrong codes were given: for a while none is sent or taken."""
        async with self._connection() as connection:
            row = await connection.fetchrow(_STATE, link.case_id, link.person, token_hash(link.token), limits.AGAIN)
        return bool(row and row["locked"])

    async def ask_code(self, link: Behind) -> Asking:
        """Have a new code sent; the one before opens nothing any more."""
        hashed, nonce = token_hash(link.token), secrets.token_bytes(_NONCE_BYTES)
        about = (link.case_id, link.person, hashed)
        async with self._connection() as connection:
            if await connection.fetchval(_ASK, *about, nonce, limits.COUNTED, limits.CODES, limits.AGAIN):
                return Asking.SENT
            row = await connection.fetchrow(_STATE, *about, limits.AGAIN)
        if row and row["locked"]:
            return Asking.LOCKED
        return Asking.SENT if row and row["recent"] else Asking.TOO_MANY

    async def give_code(self, link: Behind, code: str) -> Giving:
        """Give a code: right once, in time, and in the first few tries."""
        about = (link.case_id, link.person, token_hash(link.token))
        async with self._connection() as connection:
            nonce = await connection.fetchval(_TRY, *about, limits.LASTS, limits.TRIES, limits.LOCKED)
            if nonce is not None and hmac.compare_digest(self._code(nonce).encode(), code.encode()):
                used = await connection.fetchval(_USE, link.case_id, link.person, nonce)
                return Giving.RIGHT if used else Giving.OVER
            row = await connection.fetchrow(_STATE, *about, limits.AGAIN)
        if row and row["locked"]:
            return Giving.LOCKED
        return Giving.OVER if nonce is None else Giving.WRONG

    async def codes_to_send(self) -> tuple[CodeToSend, ...]:
        """Take the codes that nobody mailed yet, each with the mailbox it goes to; the access log has each look.

        Raises:
            KeyMissing: A mailbox cannot be opened now.
        """
        async with self._transaction() as connection:
            rows = await connection.fetch(_CLAIM, limits.LASTS, _BATCH)
            found = [await self._to_send(connection, row) for row in rows]
        return tuple(one for one in found if one)

    async def code_not_sent(self, code: CodeToSend) -> None:
        """Leave a code for another try."""
        async with self._connection() as connection:
            await connection.execute(_RELEASE, code.case_id, code.person, code.nonce)

    async def _to_send(self, connection: asyncpg.Connection, row: asyncpg.Record) -> CodeToSend | None:
        case_id, person = row["case_id"], row["person"]
        kept = await connection.fetchrow(_SECOND, case_id, person)
        if kept is None or not kept["second"]:
            return None  # it was taken out since the code was asked for
        try:
            key = await data_key(connection, self._keys, case_id, Controller.SCHOOL)
        except KeyDestroyed:
            return None
        await self._log(connection, _entry(case_id, person))
        known = opened_person(key, case_id, person, kept)
        return CodeToSend(
            case_id=case_id, person=person, nonce=row["nonce"], code=self._code(row["nonce"]),
            address=known.second_contact or "", language=known.language,
        )  # fmt: skip

    def _code(self, nonce: bytes) -> str:
        """The digits: whoever has the database alone cannot work them out."""
        made = hmac.digest(self._keys.derive("link code"), nonce, sha256)
        return f"{int.from_bytes(made) % 10**limits.DIGITS:0{limits.DIGITS}}"


def _entry(case_id: str, person: str) -> AccessEntry:
    return AccessEntry(
        actor=SYSTEM,
        case_id=case_id,
        what=f"address {person}",
        purpose="link code",
        event=AccessEvent.SEND,
        subject=person,
    )
