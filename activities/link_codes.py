"""Mailing the codes of links: to the contact that only this person reads, and soon, because somebody waits for it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

from activities.addresses import sendable
from activities.errors import MailUnavailable, Undeliverable
from activities.mail import MailSettings, send_alone
from activities.rounds import rounds
from activities.texts import catalogue
from store import CodeToSend, Store

_log = logging.getLogger(__name__)

EVERY = timedelta(seconds=2)
"""How often is looked for codes that wait: one query by an index that is nearly always empty."""


class LinkCodeMails:
    """Beside Temporal: a code is nowhere but in the mail."""

    def __init__(self, store: Store, mail: MailSettings) -> None:
        self._store = store
        self._mail = mail

    async def send(self) -> int:
        """Mail the codes that wait; what was not taken is tried again while it can be given. Returns how many were taken.

        Raises:
            StoreError: The database does not answer, or a mailbox cannot be opened.
        """
        codes = await self._store.codes_to_send()
        return sum([await self._sent(code) for code in codes])

    async def _sent(self, code: CodeToSend) -> bool:
        try:
            await send_alone(self._mail, sendable(code.address), letter(code, self._mail))
        except MailUnavailable as error:
            _log.warning("a link's code is not mailed yet", extra={"code": error.code, "case_id": code.case_id})
            await self._store.code_not_sent(code)
            return False
        except Undeliverable as refused:
            _log.warning("a link's code cannot be mailed", extra={"code": refused.code, "case_id": code.case_id})
            return False
        return True

    @asynccontextmanager
    async def watching(self, every: timedelta = EVERY) -> AsyncIterator[None]:
        """Mail them round after round, until this is left; whose code is lost at the end asks for another."""
        async with rounds(self.send, "links' codes are not mailed yet", every):
            yield


def letter(code: CodeToSend, mail: MailSettings) -> EmailMessage:
    """The mail: the digits, and what to do with them."""
    words = catalogue(code.language)
    made = EmailMessage()
    made["From"], made["To"] = mail.sender, sendable(code.address)
    made["Subject"] = words.code.subject
    made["Date"] = format_datetime(datetime.now(UTC))
    made["Message-ID"] = f"<{code.id}@{mail.domain}>"
    made["Auto-Submitted"] = "auto-generated"
    made["Content-Language"] = words.language
    said = (words.greeting, " ".join(words.code.before), code.code, " ".join(words.code.after))
    made.set_content("\n\n".join(said) + "\n")
    return made
