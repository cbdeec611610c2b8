"""Anchoring: what the journal and the access log hold is put down outside of the database, signed."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from temporalio import activity

from activities.anchor_file import AnchorFile
from activities.errors import translated
from activities.mail import MailSettings, send_alone
from protocol.model import Frozen
from store import AnchorLine, AnchorsDiffer, Store, signing_key

_log = logging.getLogger(__name__)

_SUBJECT = "Vangnet: anker {anchor}"
_TEXT = """\
Bewaar dit bericht. Het bevat geen persoonsgegevens.

Met deze regel is later te bewijzen dat journaal en toegangslog van vangnet
tot {at} niet zijn veranderd. Controleren kan met: vangnet audit verify

{line}
"""


class AnchorSettings(Frozen):
    """With what is signed, and where anchors go.

    Attributes:
        key: File with the Ed25519 private key, in PEM.
        file: The file of lines; not on the database's machine.
        mail_to: Where each line is mailed: another organisation.
    """

    key: Path
    file: Path
    mail_to: str | None = None


class Anchored(Frozen):
    """What a round came to.

    Attributes:
        anchor: Its number; none where no anchors are set up.
        chains: How many chains had grown.
        mail: Whether it is to be mailed.
    """

    anchor: int | None = None
    chains: int = 0
    at: datetime | None = None
    mail: bool = False


class Anchoring:
    """Taking an anchor and sending it; each can be repeated at will."""

    def __init__(self, store: Store, settings: AnchorSettings | None, mail: MailSettings) -> None:
        self._store = store
        self._settings = settings
        self._mail = mail

    @activity.defn(name="take_anchor")
    @translated
    async def take(self) -> Anchored:
        """Put what grew under a new line, in the database and in the file.

        Nothing is taken while the two differ: a new line would rest on one of them. A worker that finds fewer
        lines in its file than there are adds them, so that each worker's machine has them all.
        """
        settings = self._settings
        if settings is None:
            return Anchored()
        key = signing_key(await asyncio.to_thread(settings.key.read_bytes))
        file = AnchorFile(settings.file)
        try:
            await asyncio.to_thread(file.check, await self._store.anchor_lines())
        except AnchorsDiffer:
            _log.error("anchors differ between file and database: nothing is anchored until somebody has looked")
            raise
        line = await self._store.take_anchor(key)
        await asyncio.to_thread(file.append, await self._store.anchor_lines())
        return Anchored(anchor=line.anchor, chains=line.chains, at=line.at, mail=settings.mail_to is not None)

    @activity.defn(name="mail_anchor")
    @translated
    async def mail(self, anchor: int) -> None:
        """Mail a line to the other organisation; a resend is the same mail."""
        settings = self._settings
        lines = await self._store.anchor_lines(anchor - 1)
        if settings is not None and settings.mail_to is not None and lines:
            await send_alone(self._mail, settings.mail_to, _letter(lines[0], self._mail, settings.mail_to))


def _letter(line: AnchorLine, mail: MailSettings, recipient: str) -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"] = mail.sender, recipient
    letter["Subject"] = _SUBJECT.format(anchor=line.anchor)
    letter["Date"] = format_datetime(line.at)
    letter["Message-ID"] = f"<anchor-{line.anchor}@{mail.domain}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(_TEXT.format(at=f"{line.at:%Y-%m-%d %H:%M} UTC", line=line.text))
    return letter
