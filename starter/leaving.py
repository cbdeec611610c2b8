"""When a pupil left the school: whether that can be, and what it destroys the coming night."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import NamedTuple

from protocol.calendar import local_day
from protocol.retention import Due, lost_by_leaving, may_have_left
from store import Store


class Leaving(NamedTuple):
    """What a day of departure comes to."""

    possible: bool
    lost: tuple[Due, ...]
    """What the coming round destroys because of it: worth a second question."""


async def leaving(store: Store, region: str, case_id: str, left_on: date) -> Leaving:
    """Look at a day of departure before it is noted, by the region's calendar and its newest periods."""
    policy, opening = await store.policy(region), await store.opening(case_id)
    today = local_day(policy.calendar, datetime.now(UTC))
    opened_at = opening.opened_at if opening else None
    opened_on = local_day(policy.calendar, opened_at) if opened_at else date.min
    if not may_have_left(left_on, opened_on, today):
        return Leaving(possible=False, lost=())
    held = await store.held_of(policy, case_id)
    return Leaving(possible=True, lost=lost_by_leaving(held, left_on, policy, today))
