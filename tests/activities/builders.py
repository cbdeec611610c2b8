"""Notices for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from activities.dispatch import Dispatch
from activities.texts import Reader
from protocol.notices import LinkPurpose, Notice, NoticeKind

CASE = "ab12-cd34-ef56"
DUE = datetime(2026, 11, 27, 23, 0, tzinfo=UTC)
"""The end of Friday 27 November 2026 in Amsterdam."""
NO_LINGER = timedelta(0)
PUBLIC_URL = "https://vangnet.regio.example"
LINK = f"{PUBLIC_URL}/k/aGVsbG8"


def notice(place: int = 1, kind: NoticeKind = NoticeKind.CONSENT_REQUEST, party: str = "guardian-1") -> Notice:
    """A notice of one case; ``place`` tells it from the others."""
    return Notice(id=f"{CASE}.7.{place}", party=party, kind=kind, due_at=DUE, link=LinkPurpose.CONSENT)


def dispatch(address: str | None = "ouder@post.example", place: int = 1, **changes: object) -> Dispatch:
    """That notice, ready to go to an address."""
    ready = Dispatch(
        case_id=CASE,
        notice=notice(place),
        reader=Reader.PERSON,
        address=address,
        language="nl",
        link=LINK,
        since=datetime.now(UTC),
        attempts=1,
    )
    return ready.model_copy(update=changes)
