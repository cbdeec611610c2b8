"""What a process is watched with: its metrics and its traces, or neither."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from temporalio import client, worker
from temporalio.client import Client
from temporalio.runtime import Runtime

from runtime.counting import Counting
from runtime.metrics import Meter
from runtime.outside import Around, around
from runtime.settings import Settings
from runtime.temporal import core
from runtime.tracing import Traces, traces
from runtime.watching import EVERY, Watch
from store import Store


@dataclass(frozen=True)
class Instruments:
    """Both are off by default, and then cost nothing."""

    meter: Meter | None = None
    traces: Traces | None = None
    runtime: Runtime | None = None
    """The SDK's, which serves the metrics; its own of the process where there are none."""

    @classmethod
    def of(cls, process: str, metrics_address: str | None, settings: Settings) -> Instruments:
        """Those of a process.

        Args:
            process: What it is called in traces.
            metrics_address: Where it serves Prometheus; nowhere without one.
            settings: Where traces go.

        Raises:
            SettingsError: Nothing can be served at this address.
        """
        runtime = core(metrics_address)
        return cls(Meter(runtime) if metrics_address else None, traces(settings.traces_endpoint, process), runtime)

    @property
    def of_client(self) -> tuple[client.Interceptor, ...]:
        """What a client of Temporal is given; its worker takes it over."""
        if self.traces is None:
            return ()
        from runtime.following import Following

        return (Following(self.traces),)

    @property
    def of_worker(self) -> tuple[worker.Interceptor, ...]:
        """What a worker is given on top of its client's."""
        return (Counting(self.meter),) if self.meter else ()

    def around(self, to: str) -> Around:
        """What is put around each call to something outside."""
        return around(to, self.meter, self.traces)

    @asynccontextmanager
    async def watching(
        self, store: Store, temporal: Client | None = None, every: timedelta = EVERY
    ) -> AsyncIterator[None]:
        """Look how everything stands until this is left; see :class:`runtime.watching.Watch`."""
        if self.meter is None:
            yield
            return
        async with Watch(self.meter, store, temporal).watching(every):
            yield


NONE = Instruments()
