"""Laying a message before a colleague, and what waits for whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from pydantic import JsonValue

from protocol.access import sees
from protocol.calendar import working_days_after
from protocol.refusals import RefusalCode, Refused
from starter import standing
from starter.submission import read_submission
from starter.web.services import Services
from starter.web.visitor import Visitor
from store import MessageIdReused, Proposed, ReviewRow, ReviewState

REVIEWER = "second_reviewer"
WORKING_DAYS = 5
"""How long a colleague has."""


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
    told = {key: value for key, value in submission.fields.items() if key != REVIEWER}
    proposed = Proposed(visitor.actor, told, submission.note)
    asker = visitor.staff.user or ""
    if visitor.actor.organisation and visitor.actor.user:
        await store.staff_id(visitor.actor.organisation, visitor.actor.user)
    try:
        review_id = await store.ask_review(case_id, submission.id, submission.name, asker, proposed, expires_at)
    except MessageIdReused:
        raise Refused(RefusalCode.MESSAGE_ID_REUSED) from None
    return Proposal(review_id, expires_at)


async def waiting_for(services: Services, visitor: Visitor) -> int:
    """How many reviews wait for this visitor."""
    return sum(waits_for(visitor, row) for row in await visible(services, visitor))


async def visible(services: Services, visitor: Visitor) -> tuple[ReviewRow, ...]:
    """The reviews of the visitor's organisation about cases that exist for them."""
    actor = visitor.staff
    if actor.organisation is None:
        return ()
    rows = await services.store.reviews(actor.organisation, actor.role)
    return tuple([row for row in rows if await _sees(services, visitor, row)])


async def _sees(services: Services, visitor: Visitor, row: ReviewRow) -> bool:
    found = await standing.find(services.store, row.case_id)
    return found is not None and sees(found.case, visitor.staff)


def waits_for(visitor: Visitor, row: ReviewRow) -> bool:
    """Whether this visitor can decide on it now."""
    if row.asker_id == visitor.staff.user:
        return False
    mine = row.state is ReviewState.CONFIRMING and row.decided_by == visitor.staff.user
    return mine or row.state is ReviewState.WAITING
