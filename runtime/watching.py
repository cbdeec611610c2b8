"""Looking how everything stands, again and again, and telling it as metrics."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from temporalio.client import Client

from runtime.metrics import Meter, Metric
from store import Figures, Store, Waiting

_log = logging.getLogger(__name__)

EVERY = timedelta(seconds=15)
"""How often is looked; Prometheus asks about as often."""
_PATIENCE = timedelta(seconds=5)
"""For one look at one thing: what takes longer counts as away."""
_RARELY = 40
"""Each so-manieth time also what goes through every case, or a day of the log: ten minutes."""


async def reachable(look: Awaitable[object], within: timedelta = _PATIENCE) -> bool:
    """Whether what is looked at answers, in time and without an error."""
    try:
        async with asyncio.timeout(within.total_seconds()):
            await look
    except Exception:  # noqa: BLE001  # whatever keeps it from answering, it is away for us
        return False
    return True


async def ask_temporal(temporal: Client) -> None:
    """Ask Temporal for a sign of life.

    Raises:
        RPCError: There is none.
    """
    if not await temporal.service_client.check_health(timeout=_PATIENCE):
        raise RuntimeError


class Watch:
    """Tells how this process and, for a worker, all cases stand."""

    def __init__(self, meter: Meter, store: Store, temporal: Client | None = None) -> None:
        """Look at this.

        Args:
            meter: Where it is told.
            store: Its connections; and what they find.
            temporal: For a worker, which looks at all cases as well. The pages and the codec server have none.
        """
        self._meter = meter
        self._store = store
        self._temporal = temporal
        self._round = 0

    @asynccontextmanager
    async def watching(self, every: timedelta = EVERY) -> AsyncIterator[None]:
        """Look round after round, until this is left."""
        rounds = asyncio.create_task(self._rounds(every))
        try:
            yield
        finally:
            rounds.cancel()
            with suppress(asyncio.CancelledError):
                await rounds

    async def _rounds(self, every: timedelta) -> None:
        while True:
            try:
                await self.look()
            except Exception as fault:  # noqa: BLE001  # a round that falls must not end all: nobody would be warned any more
                _log.error("watching failed", extra={"code": type(fault).__name__})
            await asyncio.sleep(every.total_seconds())

    async def look(self) -> None:
        """Look once."""
        self._tell_connections()
        self._tell_reachable(Metric.DATABASE, yes=await reachable(self._store.ping()))
        if self._temporal is not None:
            self._tell_reachable(Metric.TEMPORAL, yes=await reachable(ask_temporal(self._temporal)))
            if not await reachable(self._tell_cases()):
                return
        self._meter.set(Metric.LOOKED_AT, time.time())

    def _tell_reachable(self, name: Metric, *, yes: bool) -> None:
        self._meter.set(name, int(yes))

    def _tell_connections(self) -> None:
        now = self._store.connections
        self._meter.set(Metric.CONNECTIONS, now.in_use, state="in_use")
        self._meter.set(Metric.CONNECTIONS, now.idle, state="idle")
        self._meter.set(Metric.CONNECTIONS_MOST, now.most)

    async def _tell_cases(self) -> None:
        self._tell_figures(await self._store.figures())
        if self._round % _RARELY == 0:
            await self._tell_what_changes_rarely()
        self._round += 1

    def _tell_figures(self, found: Figures) -> None:
        for step, cases in found.open_cases.items():
            self._meter.set(Metric.OPEN_CASES, cases, step=step)
        self._tell_waiting(Metric.OVERDUE, Metric.OVERDUE_LONGEST, found.overdue)
        self._tell_waiting(Metric.UNSENT, Metric.UNSENT_LONGEST, found.unsent)
        self._tell_waiting(Metric.UNSTARTED, Metric.UNSTARTED_LONGEST, found.unstarted)
        self._tell_waiting(Metric.WAITING, Metric.WAITING_LONGEST, found.waiting)
        self._tell_waiting(Metric.UNTOLD, Metric.UNTOLD_LONGEST, found.untold)
        self._meter.set(Metric.UNHEARD, found.unheard)
        if found.anchored_at:
            self._meter.set(Metric.ANCHORED_AT, found.anchored_at.timestamp())

    def _tell_waiting(self, many: Metric, longest: Metric, found: Waiting) -> None:
        self._meter.set(many, found.many)
        self._meter.set(longest, found.longest.total_seconds())

    async def _tell_what_changes_rarely(self) -> None:
        self._meter.set(Metric.BEHIND_JOURNAL, await self._store.behind_journal())
        keys = await self._store.key_health()
        for fault, many in (
            ("unknown", len(keys.unknown)),
            ("foreign", len(keys.foreign)),
            ("lost", keys.lost),
            ("undone", keys.undone),
        ):
            self._meter.set(Metric.KEY_FAULTS, many, fault=fault)
        if backed_up := await self._store.backed_up():
            self._meter.set(Metric.BACKED_UP_AT, backed_up.timestamp())
