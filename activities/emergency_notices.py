"""Telling the privacy officer that somebody opened a file in an emergency: by mail, without anybody's data."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime

from activities.mail import MailSettings, send_alone
from activities.rounds import EVERY, LEAVE, rounds
from protocol.model import Frozen
from store import Store, Untold

_log = logging.getLogger(__name__)

_SUBJECT = "Vangnet: noodtoegang in casus {case}"
_TEXT = """\
In casus {case} heeft iemand noodtoegang genomen.
Dat was op {at}.

Wie het was, waarom, en tot wanneer, leest u na het inloggen:
{page}

Dit bericht bevat geen persoonsgegevens.
"""


class PrivacyOfficer(Frozen):
    """Whom to tell.

    Attributes:
        region: Whose emergencies.
        address: Their mailbox.
        public_url: Where the pages are.
    """

    region: str
    address: str
    public_url: str


class EmergencyNotices:
    """Beside Temporal: a case's workflow knows nothing of emergencies, and they are told while Temporal is away."""

    def __init__(self, store: Store, officer: PrivacyOfficer | None, mail: MailSettings) -> None:
        self._store = store
        self._officer = officer
        self._mail = mail

    async def tell(self) -> int:
        """Mail what was not told yet; a resend is the same mail. Returns how many were taken.

        Raises:
            MailUnavailable: Not now; what is left waits for the next round.
            StoreUnavailable: The database does not answer.
        """
        officer = self._officer
        if officer is None:
            return 0
        untold = await self._store.untold_emergencies(officer.region)
        for emergency in untold:
            await send_alone(self._mail, officer.address, _letter(emergency, officer, self._mail))
            await self._store.emergency_told(emergency.emergency_id)
        return len(untold)

    @asynccontextmanager
    async def watching(self, every: timedelta = EVERY, leave: timedelta = LEAVE) -> AsyncIterator[None]:
        """Tell them round after round, until this is left."""
        if self._officer is None:
            _log.warning("nobody is mailed about emergencies: set the privacy officer's address")
        async with rounds(self.tell, "privacy officer not told yet", every, leave):
            yield


def _letter(emergency: Untold, officer: PrivacyOfficer, mail: MailSettings) -> EmailMessage:
    letter = EmailMessage()
    letter["From"], letter["To"] = mail.sender, officer.address
    letter["Subject"] = _SUBJECT.format(case=emergency.case_id)
    letter["Date"] = format_datetime(emergency.opened_at)
    letter["Message-ID"] = f"<{emergency.emergency_id}@{mail.domain}>"
    letter["Auto-Submitted"] = "auto-generated"
    page = f"{officer.public_url.rstrip('/')}/toegang/noodtoegang"
    letter.set_content(_TEXT.format(case=emergency.case_id, at=f"{emergency.opened_at:%Y-%m-%d %H:%M} UTC", page=page))
    return letter
