"""What is looked after beside the cases: starts that did not get through, birthdays, leftovers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import TypeVar

from temporalio import activity
from temporalio.client import Client
from temporalio.service import RPCError

from activities.errors import translated
from protocol import vocabulary as v
from protocol.messages import SYSTEM, AgeReached, Told
from protocol.model import Frozen
from store import Opening, Store

T = TypeVar("T")

_BATCH = 200
"""The most cases that one run looks after: the next run takes the rest."""
_PATIENCE = timedelta(seconds=10)
"""For one call to Temporal; without it the client's own retries know no end."""
_START_AFTER = timedelta(minutes=1)
"""Younger openings are still being started by who opened them."""
_LEFTOVERS_AFTER = timedelta(days=30)
_UNDELIVERED_AFTER = timedelta(hours=1)
"""A running case sends within seconds; a closed one has nobody to do it but us."""

Start = Callable[[Opening], Awaitable[None]]
"""Starts a case's workflow under its own id, and leaves one that was ever started alone."""


class Looked(Frozen):
    """What a run did.

    Attributes:
        done: How many it could do something for.
        left: How many it could not reach; the next run tries again.
    """

    done: int = 0
    left: int = 0


class Housekeeping:
    """The housekeeping of a region; each method can be repeated at will."""

    def __init__(self, client: Client, store: Store, start: Start) -> None:
        self._client = client
        self._store = store
        self._start = start

    @activity.defn(name="start_unstarted")
    @translated
    async def start_unstarted(self) -> Looked:
        """Start the cases that were accepted while Temporal was away; the case id is the key."""
        openings = await self._store.unstarted(_START_AFTER)
        return await _each(openings[:_BATCH], self._start_one)

    @activity.defn(name="tell_ages")
    @translated
    async def tell_ages(self, today: date) -> Looked:
        """Tell cases that their pupil has come into the next age band; (case, band) is the key."""
        ages = await self._store.ages(today)
        return await _each(ages[:_BATCH], self._tell_age)

    @activity.defn(name="drop_leftovers")
    @translated
    async def drop_leftovers(self) -> Looked:
        """Drop what no case ever took: messages staged a month ago, drafts left lying, reviews that nobody decided."""
        stale = await self._store.drop_stale(_LEFTOVERS_AFTER)
        return Looked(done=stale + await self._store.sweep_drafts() + await self._store.expire_reviews())

    @activity.defn(name="undelivered")
    @translated
    async def undelivered(self) -> tuple[str, ...]:
        """List cases whose notices wait for long, though no workflow may be left to send them."""
        return await self._store.undelivered(_UNDELIVERED_AFTER)

    async def _start_one(self, opening: Opening) -> None:
        await self._start(opening)
        await self._store.mark_started(opening.case_id)

    async def _tell_age(self, reached: tuple[str, v.AgeBand]) -> None:
        case_id, age = reached
        key = f"age_reached.{age}"
        told = Told(id=key, digest=key, actor=SYSTEM, message=AgeReached(age=age))
        await self._client.get_workflow_handle(f"case/{case_id}").signal("tell", told)


async def _each(items: tuple[T, ...], one: Callable[[T], Awaitable[None]]) -> Looked:
    """Do one after the other; what Temporal does not take now is left for the next run."""
    left = 0
    for item in items:
        activity.heartbeat()
        try:
            async with asyncio.timeout(_PATIENCE.total_seconds()):
                await one(item)
        except (RPCError, TimeoutError):
            # A case that is closed by now is among these: nothing is to be told there.
            left += 1
    return Looked(done=len(items) - left, left=left)
