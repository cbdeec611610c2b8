"""Laying a message before a colleague, and what waits for whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from pydantic import JsonValue

from protocol.access import reads_own_notes, reads_review, sees
from protocol.calendar import working_days_after
from protocol.messages import Actor
from protocol.proposals import WORKING_DAYS, Waiting, decides
from protocol.refusals import RefusalCode, Refused
from starter import standing
from starter.fields import MESSAGES
from starter.standing import Standing
from starter.submission import Submission, read_submission
from starter.web.services import Services
from starter.web.visitor import Visitor
from store import MessageIdReused, Proposed, ReviewRow, ReviewState, Store

REVIEWER = "second_reviewer"


class Proposal(NamedTuple):
    """What waits for a colleague."""

    review_id: str
    expires_at: datetime
    """By the case's own clock."""


async def propose(  # noqa: PLR0913, PLR0917  # one for each part of what is told
    services: Services,
    visitor: Visitor,
    case_id: str,
    name: str,
    fields: Mapping[str, JsonValue],
    note: str | None,
    message_id: str,
) -> Proposal:
    """Keep a message, sealed, until a colleague of the visitor confirms it; then the case is told it, once.

    Args:
        services: What the pages work with.
        visitor: In whose name it will be told.
        case_id: Which case.
        name: The message.
        fields: Its fields, without the second reviewer.
        note: Its note.
        message_id: Makes it count once, here and for the case.

    Raises:
        BadInput: It cannot be read.
        Refused: There is no such case for the visitor, or something else was proposed under this message id.
    """
    store = services.store
    found = await standing.find_for(store, case_id, visitor.staff)
    submission = read_submission(name, fields, visitor.actor, note, message_id, store.keys)
    expires_at = working_days_after(found.policy.calendar, found.now, WORKING_DAYS)
    proposed = _proposed(visitor, submission)
    covered = reads_own_notes(found.case, visitor.staff, emergency=await in_emergency(store, found, visitor))
    if visitor.actor.organisation and visitor.actor.user:
        await store.staff_id(visitor.actor.organisation, visitor.actor.user)
    try:
        review_id = await store.ask_review(
            case_id, submission.id, submission.name, visitor.staff.user or "", proposed, expires_at,
            asked_covered=covered,
        )  # fmt: skip
    except MessageIdReused:
        raise Refused(RefusalCode.MESSAGE_ID_REUSED) from None
    return Proposal(review_id, expires_at)


def _proposed(visitor: Visitor, submission: Submission) -> Proposed:
    """What will be told, but for who reviews it."""
    told = {key: value for key, value in submission.fields.items() if key != REVIEWER}
    return Proposed(visitor.actor, told, submission.note)


async def waiting_for(services: Services, visitor: Visitor) -> int:
    """How many reviews wait for this visitor."""
    return sum(waits_for(visitor, row) for row in await visible(services, visitor))


async def visible(services: Services, visitor: Visitor) -> tuple[ReviewRow, ...]:
    """The reviews of the visitor's organisation about cases that exist for them: that they are, not what is in them."""
    return tuple([row for row in await laid_before(services, visitor) if await _sees(services, visitor, row)])


async def laid_before(services: Services, visitor: Visitor) -> tuple[ReviewRow, ...]:
    """The reviews of the visitor's organisation, for who acts as they do."""
    actor = visitor.staff
    return await services.store.reviews(actor.organisation, actor.role) if actor.organisation else ()


async def reads(store: Store, found: Standing, visitor: Visitor, row: ReviewRow) -> bool:
    """Whether the visitor may open it as the case stands now."""
    emergency = await in_emergency(store, found, visitor)
    message = MESSAGES[row.name]
    return reads_review(found.case, visitor.staff, message, asked_covered=row.asked_covered, emergency=emergency)


async def in_emergency(store: Store, found: Standing, visitor: Visitor) -> bool:
    """Whether an emergency of the visitor's runs."""
    return await store.emergency(found.case.id, visitor.staff) is not None


async def _sees(services: Services, visitor: Visitor, row: ReviewRow) -> bool:
    found = await standing.find(services.store, row.case_id)
    return found is not None and sees(found.case, visitor.staff)


def waits_for(visitor: Visitor, row: ReviewRow) -> bool:
    """Whether this visitor can decide on it now."""
    asker = Actor(role=row.role, organisation=row.organisation, user=row.asker_id)
    claimed = row.decided_by if row.state is ReviewState.CONFIRMING else None
    return decides(visitor.staff, Waiting(asker, row.state is ReviewState.WAITING, claimed))
