"""Telling an organisation's desk that a proposal waits for a second reviewer, or came to nothing: without anybody's data."""

from __future__ import annotations

import logging
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime

from activities.addresses import sendable
from activities.errors import Undeliverable
from activities.mail import MailSettings, send_alone
from activities.rounds import EVERY, LEAVE, rounds
from protocol.notices import Contact
from store import ReviewState, Store, UntoldReview

_log = logging.getLogger(__name__)

_SUBJECTS = {
    ReviewState.WAITING: "Vangnet: een voorstel wacht op een tweede beoordelaar, casus {case}",
    ReviewState.DECLINED: "Vangnet: een voorstel is afgewezen, casus {case}",
    ReviewState.REFUSED: "Vangnet: een voorstel kon niet meer, casus {case}",
    ReviewState.EXPIRED: "Vangnet: een voorstel is verlopen, casus {case}",
}
_SAID = {
    ReviewState.WAITING: "In casus {case} legde iemand van uw organisatie een besluit voor aan een tweede beoordelaar.\n"
    "Zolang een collega niet heeft beslist, gebeurt er niets.",
    ReviewState.DECLINED: "In casus {case} wees een collega een voorstel van uw organisatie af, met de reden erbij.\n"
    "Het besluit is niet genomen.",
    ReviewState.REFUSED: "In casus {case} bevestigde een collega een voorstel, maar intussen kan het niet meer.\n"
    "Het besluit is niet genomen.",
    ReviewState.EXPIRED: "In casus {case} besliste niemand op tijd over een voorstel van uw organisatie.\n"
    "Het besluit is niet genomen: leg het opnieuw voor als het nog nodig is.",
}
_TEXT = """\
{said}

Na het inloggen leest u het hier:
{page}

Dit bericht bevat geen persoonsgegevens.
"""


class ReviewNotices:
    """Beside Temporal: a case knows nothing of a proposal before it is confirmed."""

    def __init__(self, store: Store, region: str, public_url: str, mail: MailSettings) -> None:
        self._store = store
        self._region = region
        self._public_url = public_url.rstrip("/")
        self._mail = mail

    async def tell(self) -> int:
        """Mail what was not told yet; a resend is the same mail. Returns how many were taken.

        Raises:
            MailUnavailable: Not now; what is left waits for the next round.
            StoreUnavailable: The database does not answer.
        """
        untold = await self._store.untold_reviews(self._region)
        for review in untold:
            desk = (await self._store.contacts(self._region, review.organisation)).get(Contact.DESK)
            if desk:
                await self._send(review, desk.email)
            await self._store.review_told(review)
        return len(untold)

    async def _send(self, review: UntoldReview, address: str) -> None:
        try:
            to = sendable(address)
            await send_alone(self._mail, to, self._letter(review, to))
        except Undeliverable as refused:
            # It stands on their work list, too: a wrong address keeps nobody else's mail waiting.
            _log.warning("a desk cannot be mailed", extra={"code": refused.code, "case_id": review.case_id})

    def watching(self, every: timedelta = EVERY, leave: timedelta = LEAVE) -> AbstractAsyncContextManager[None]:
        """Tell them round after round, until this is left."""
        return rounds(self.tell, "desk not told of a proposal yet", every, leave)

    def _letter(self, review: UntoldReview, to: str) -> EmailMessage:
        letter = EmailMessage()
        letter["From"], letter["To"] = self._mail.sender, to
        letter["Subject"] = _SUBJECTS[review.state].format(case=review.case_id)
        letter["Date"] = format_datetime(review.at)
        letter["Message-ID"] = f"<{review.review_id}.{review.state}@{self._mail.domain}>"
        letter["Auto-Submitted"] = "auto-generated"
        page = f"{self._public_url}/beoordelingen/{review.review_id}"
        letter.set_content(_TEXT.format(said=_SAID[review.state].format(case=review.case_id), page=page))
        return letter
