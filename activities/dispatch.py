"""A notice with everything that is needed to send it, and what sending came to."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from activities.errors import DeliveryCode
from activities.texts import DEFAULT_LANGUAGE, Reader, catalogues
from protocol.model import Frozen
from protocol.notices import Contact, Notice, NoticeKind
from store import Claim, NoticeRow, Webhook


class Meeting(Frozen):
    """Which network meeting of its case a notice is about."""

    place: int
    """Counts the meetings of a case, from 1; a new date is the same meeting."""
    revision: int
    """The event that set or cancelled it: grows with each change."""
    at: datetime | None


class Dispatch(Frozen):
    """One notice on its way out. It holds an address: it never leaves the worker's memory."""

    case_id: str
    notice: Notice
    reader: Reader
    address: str | None = Field(repr=False)
    language: str
    webhook: Webhook | None = Field(default=None, repr=False)
    link: str | None = Field(default=None, repr=False)
    meeting: Meeting | None = None
    since: datetime
    """When it was recorded, by the wall clock."""
    attempts: int
    """How often it was tried, this time included."""


class Delivery(Frozen):
    """What is to be sent.

    Attributes:
        case_id: Whose notices.
        more_may_come: Somebody just told the case something, and people do several steps in a row.
            What the case's own clock told it comes alone.
    """

    case_id: str
    more_may_come: bool = False


class FailedNotice(Frozen):
    """A notice that did not arrive and will not be tried again.

    Attributes:
        notice: Its id.
        party: For whom it was.
        kind: What it was about.
        code: Why it failed.
    """

    notice: str
    party: str
    kind: NoticeKind
    code: DeliveryCode


class Delivered(Frozen):
    """What a round of sending came to.

    Attributes:
        failed: Notices that failed for good and that the case has not been told of yet.
        waiting: How many wait for another try; the case delivers again. Above zero only when
            something failed in this very round: otherwise the activity fails and is retried.
        through: The last event of which nothing is left to send but what ``waiting`` counts.
    """

    failed: tuple[FailedNotice, ...] = ()
    waiting: int = 0
    through: int = 0


def dispatched(claim: Claim, public_url: str) -> Dispatch:
    """Make a claimed notice ready to go."""
    row, recipient = claim.notice, claim.recipient
    return Dispatch(
        case_id=row.case_id,
        notice=_notice(row),
        reader=_reader(claim),
        address=recipient.address,
        language=recipient.language,
        webhook=recipient.webhook,
        link=_link(claim, public_url),
        meeting=_meeting(row),
        since=row.created_at,
        attempts=row.attempts,
    )


def _notice(row: NoticeRow) -> Notice:
    return Notice(
        id=row.notice_id,
        party=row.party,
        contact=row.contact,
        kind=row.kind,
        task=row.task,
        rung=row.rung,
        due_at=row.due_at,
        link=row.link,
        code=row.code,
    )


def _meeting(row: NoticeRow) -> Meeting | None:
    if row.meetings_before is None:
        return None
    return Meeting(place=row.meetings_before + 1, revision=row.number, at=row.due_at or row.meeting_at)


def _reader(claim: Claim) -> Reader:
    if claim.recipient.person:
        return Reader.PERSON
    return Reader.TEAM_LEAD if claim.notice.contact is Contact.TEAM_LEAD else Reader.DESK


def _link(claim: Claim, public_url: str) -> str | None:
    """A one-time link, or the case's page behind the login, which people of the case do not have."""
    if claim.token is not None:
        return f"{public_url}/k/{claim.token}{_in_language(claim.recipient.language)}"
    return None if claim.recipient.person else f"{public_url}/zaken/{claim.notice.case_id}"


def _in_language(language: str) -> str:
    """What makes the page behind a link speak as the mail does; Dutch is what it speaks by itself."""
    return f"?taal={language}" if language != DEFAULT_LANGUAGE and language in catalogues() else ""
