"""Cases that were accepted while Temporal was away are begun by the worker itself, soon after it is back."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio.service import RPCError, RPCStatusCode

from activities.openings import Openings
from store import Opening, Store
from tests.store import builders as b

AT_ONCE = timedelta(0)


async def test_what_waits_is_begun_once(store: Store) -> None:
    """Each is begun and noted; the next round finds none, and leaves what is young to who opened it."""
    opening, begun = b.opening(), list[str]()
    await store.open_case(opening, b.intake())

    async def start(found: Opening) -> None:
        begun.append(found.case_id)

    openings = Openings(store, start)
    assert 0 == await openings.begin()
    assert [1, 0] == [await openings.begin(AT_ONCE), await openings.begin(AT_ONCE)]
    assert [opening.case_id] == begun


async def test_with_temporal_away_it_goes_on_waiting(store: Store) -> None:
    """The rounds go on, and the case is begun by the first one that gets through."""
    await store.open_case(b.opening(), b.intake())
    tries, begun = 0, asyncio.Event()

    async def start(_: Opening) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise RPCError("away", RPCStatusCode.UNAVAILABLE, b"")
        begun.set()

    openings = Openings(store, start)
    assert [0, 0, 1] == [await openings.begin(AT_ONCE) for _ in range(3)]
    assert begun.is_set()
