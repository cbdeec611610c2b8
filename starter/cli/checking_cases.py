"""Whether cases are carried: workers ask for their work, and every open case runs in Temporal."""

from __future__ import annotations

from datetime import timedelta

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.client import Client

from runtime.codec import SealingCodec
from runtime.settings import Settings
from runtime.temporal import connect
from starter.temporal.carrying import asked, listed, not_running
from store import KeyRing, Store

_PATIENCE = timedelta(seconds=5)
_OLD = timedelta(minutes=1)
"""Younger cases may not be in Temporal's index yet."""
_MOST = 10_000
"""Open cases that are compared one by one: listing 3,000 of them took a second."""
_LOOKED_AT = 100
"""Of those that the index lacks, how many are asked for by themselves."""
_NAMED = 5
_KINDS = {
    "casussen": TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    "wat zij laten doen": TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
}


class NotCarried(Exception):
    """Cases stand still."""


async def workers(settings: Settings) -> str:
    """Look whether workers ask for work.

    Raises:
        NotCarried: None does.
    """
    client = await _connected(settings)
    lacking = [name for name, kind in _KINDS.items() if not await asked(client, kind)]
    if lacking:
        raise NotCarried(f"geen worker vraagt om werk ({' en '.join(lacking)}): start `vangnet worker`")
    return "vragen om werk"


async def cases(settings: Settings) -> str:
    """Look whether every open case runs.

    Raises:
        NotCarried: Some do not, with how many and the first of them.
    """
    client = await _connected(settings)
    running = await listed(client, _MOST)
    open_ = await _open(settings)
    if len(open_) > _MOST:
        return f"meer dan {_MOST} open: niet vergeleken met Temporal; `vangnet reconcile --dry-run` doet dat"
    lacking = sorted(set(open_) - running)
    gone = await not_running(client, lacking[:_LOOKED_AT])
    if gone:
        at_least = "ten minste " if len(lacking) > _LOOKED_AT else ""
        named = ", ".join(gone[:_NAMED]) + (", …" if len(gone) > _NAMED else "")
        raise NotCarried(f"{at_least}{len(gone)} open casussen draaien niet in Temporal ({named}): `vangnet reconcile`")
    return f"{len(open_)} open, alle in Temporal"


async def _connected(settings: Settings) -> Client:
    codec = SealingCodec(KeyRing.parse(settings.key_ring_text()))
    return await connect(codec, identity="vangnet-cli", within=_PATIENCE)


async def _open(settings: Settings) -> tuple[str, ...]:
    """Read after the index: what is closed meanwhile is not missed there."""
    keys = KeyRing.parse(settings.key_ring_text())
    store = await Store.connect(settings.database_url.get_secret_value(), keys, largest=1)
    try:
        return await store.begun_and_open(_OLD, _MOST + 1)
    finally:
        await store.close()
