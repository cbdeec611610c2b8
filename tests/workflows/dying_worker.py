"""A worker in a process of its own that is killed at the worst moment: all is written, and nobody knows it yet."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel
from temporalio.client import Client

from activities.webhooks import Webhooks
from protocol.events import event_name
from protocol.recording import Recording
from runtime.codec import SealingCodec
from runtime.settings import Settings
from runtime.temporal import data_converter
from store import KeyRing, Store
from worker import worker


class Errand(BaseModel):
    """What the process is told on its standard input."""

    address: str
    namespace: str
    settings: dict[str, str | int | float]
    dies_at: str
    """The event after whose recording it dies."""


class Death(NamedTuple):
    """Kills this process when a turn with its event was written."""

    store: Store
    event: str

    async def record(self, recording: Recording) -> None:
        """Write a turn as ever, and perhaps never return."""
        await Store.record(self.store, recording)
        if self.event in map(event_name, (row.event for row in recording.events)):
            os.kill(os.getpid(), signal.SIGKILL)


async def _work(errand: Errand) -> None:
    settings = Settings.model_validate(errand.settings)
    keys = KeyRing.parse(settings.key_ring_text())
    store = await Store.connect(settings.database_url.get_secret_value(), keys)
    client = await Client.connect(
        errand.address, namespace=errand.namespace, data_converter=data_converter(SealingCodec(keys))
    )
    store.record = Death(store, errand.dies_at).record  # type: ignore[method-assign]  # dying is not in the product
    async with Webhooks() as webhooks, worker(client, store, webhooks, settings):
        await asyncio.Event().wait()


async def dying_worker(errand: Errand) -> asyncio.subprocess.Process:
    """Start such a worker."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, stdin=asyncio.subprocess.PIPE, cwd=Path(__file__).parent.parent.parent
    )
    assert process.stdin is not None
    process.stdin.write(errand.model_dump_json().encode())
    process.stdin.close()
    return process


if __name__ == "__main__":
    asyncio.run(_work(Errand.model_validate_json(sys.stdin.read())))
