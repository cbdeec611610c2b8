"""Setting Temporal up for Vangnet, and looking whether it is: each time again, it changes only what is not so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import NamedTuple, TypeVar

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from runtime.settings import Settings
from runtime.versioning import deployment_version
from starter.errors import NotReachable, StarterError
from starter.temporal import attributes, deployment, namespace, rounds
from starter.temporal.part import Part

T = TypeVar("T")
_PATIENCE = timedelta(seconds=60)
"""For one step: a server knows a new namespace everywhere only after some seconds."""
_AGAIN = timedelta(milliseconds=500)


class NotAllowed(StarterError):
    """These credentials may not change that: where others keep the namespace, they set it up."""

    code = "temporal_not_allowed"


class Wishes(NamedTuple):
    """What may be changed of what is there."""

    retention: timedelta | None = None
    """Of workflows that ended; None leaves it."""
    schedules_anew: bool = False


async def look(client: Client, settings: Settings) -> tuple[Part, ...]:
    """See how everything is; without its namespace nothing else can be."""
    found = await namespace.look(client)
    if not found.fine:
        return (found,)
    return (
        found,
        *await attributes.look(client),
        *await rounds.look(client, anchoring(settings)),
        await deployment.look(client, deployment_version(settings)),
    )


async def set_up(client: Client, settings: Settings, wishes: Wishes) -> AsyncIterator[Part]:
    """Make everything that lacks, in order; gives of each part what was done, or that it was there.

    Raises:
        NotAllowed: By these credentials it cannot be done.
        NoWorkerYet: The version to put in force has no worker; it comes last, all else is set up then.
        NotReachable: Temporal does not carry it out.
    """
    yield await _patiently(lambda: namespace.ensure(client, wishes.retention))
    for part in await _patiently(lambda: attributes.ensure(client)):
        yield part
    for part in await _patiently(lambda: rounds.ensure(client, anchoring(settings), anew=wishes.schedules_anew)):
        yield part
    yield await _patiently(lambda: deployment.ensure(client, deployment_version(settings)))


def anchoring(settings: Settings) -> timedelta | None:
    """How often anchors are taken by these settings; None where none are."""
    return timedelta(seconds=settings.anchor_seconds) if settings.anchor_key else None


async def _patiently(step: Callable[[], Awaitable[T]]) -> T:
    """Do a step, again while the server does not know its own namespace yet."""
    try:
        async with asyncio.timeout(_PATIENCE.total_seconds()):
            while (found := await _tried(step)) is None:
                await asyncio.sleep(_AGAIN.total_seconds())
            return found
    except TimeoutError:
        raise NotReachable from None


async def _tried(step: Callable[[], Awaitable[T]]) -> T | None:
    try:
        return await step()
    except RPCError as error:
        if error.status is RPCStatusCode.PERMISSION_DENIED:
            raise NotAllowed("Temporal staat deze toegang niet toe om dit in te richten.") from None
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise NotReachable from None
    return None
