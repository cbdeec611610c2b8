"""Holds: nothing of a closed case is destroyed while a criminal case may need it."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import asyncpg
import pytest

from protocol.keeping import Part
from protocol.retention import Act, Due, Hold, HoldGround, due
from store import Store
from tests.store import builders as b
from tests.store.closed_cases import PRIVACY, closed

_LATE = date(2060, 1, 1)
_SOON = date(2027, 6, 1)
_WHY = (PRIVACY, HoldGround.PROSECUTION, _SOON)


async def destructions(store: Store) -> list[Due]:
    """What is due to be destroyed, some day."""
    found = [step async for part in store.held_parts(b.POLICY, _LATE) for step in due(part, b.POLICY, _LATE)]
    return [step for step in found if step.act is Act.DESTROY]


async def test_what_is_held_is_not_destroyed(store: Store) -> None:
    """The preview says why; neither the schedule nor a request nor an operator destroys it. Let go, it is due as before."""
    story, other = await closed(store), await closed(store)
    before = await destructions(store)
    assert await store.place_hold(story.id, *_WHY)

    assert {(story.id, Hold.CRIMINAL_CASE), (other.id, None)} == {
        (step.case_id, step.hold) for step in await destructions(store)
    }
    # Found before it was placed, it is not done either.
    assert {(story.id, False), (other.id, True)} == {(step.case_id, await store.carry_out(step)) for step in before}
    assert not await store.erase_part(story.id, Part.ZVH, "r-0", PRIVACY)
    assert not await store.destroy_part(story.id, Part.SCHOOL, "operator", PRIVACY)

    assert await store.lift_hold(story.id, PRIVACY)
    assert all([await store.carry_out(step) for step in await destructions(store)])


async def test_it_is_placed_once_and_listed(store: Store) -> None:
    """A second click changes nothing; each change has its row of the access log; an open case cannot be held."""
    story, running = await closed(store), await b.opened(store)

    placed = await asyncio.gather(*(store.place_hold(story.id, *_WHY) for _ in range(5)))

    assert [False] * 4 + [True] == sorted(placed)
    assert not await store.place_hold(running.id, *_WHY)
    assert [(story.id, PRIVACY.user)] == [(row.case_id, row.placed_by) for row in await store.holds(b.REGION)]
    assert [True, False] == [await store.lift_hold(story.id, PRIVACY) for _ in range(2)]
    assert () == await store.holds(b.REGION)
    assert await store.place_hold(story.id, *_WHY)
    async with store._pool.acquire() as connection:
        looks = await connection.fetch(
            "SELECT what FROM vangnet.access_log WHERE scope = $1 AND what LIKE 'hold %'", story.id
        )
        placing = "hold placed: prosecution, 2027-06-01"
        assert [placing, "hold lifted", placing] == [row["what"] for row in looks]
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("UPDATE vangnet.holds SET placed_by = 'x'")


async def test_it_is_looked_at_again(store: Store) -> None:
    """Placed again it has another day and perhaps another ground; what is to be looked at first is on top."""
    story, other = await closed(store), await closed(store)
    for case in (story, other):
        assert await store.place_hold(case.id, *_WHY)

    assert await store.place_hold(story.id, PRIVACY, HoldGround.LEGAL_CLAIM, _SOON + timedelta(days=9))

    assert [
        (other.id, HoldGround.PROSECUTION, _SOON),
        (story.id, HoldGround.LEGAL_CLAIM, _SOON + timedelta(days=9)),
    ] == [(row.case_id, row.ground, row.review_on) for row in await store.holds(b.REGION)]
    assert await store.lift_hold(story.id, PRIVACY)
    assert [other.id] == [row.case_id for row in await store.holds(b.REGION)]
