"""Letting days pass for one case, on the local stack: its workflow's clock and its overview's, together."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Final

from temporalio.client import Client, RPCError
from temporalio.service import RPCStatusCode
from temporalio.testing import TimeSkipper

from protocol.deadlines import next_rung
from protocol.refusals import RefusalCode, Refused
from starter import standing
from starter.errors import BadInput, NotReachable, TakenNotCarriedOut
from starter.starting import workflow_id
from store import Store

LONGEST: Final = timedelta(days=1000)
PATIENCE: Final = timedelta(seconds=60)

_DURATION = re.compile(r"([1-9][0-9]{0,4})([wdhm])")
_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes"}
_LOOK_AGAIN = timedelta(milliseconds=100)


def parse_duration(text: str) -> timedelta:
    """Read ``6d``, ``12h``, ``30m`` or ``2w``.

    Raises:
        BadInput: It is something else, or more than :data:`LONGEST`.
    """
    found = _DURATION.fullmatch(text.strip())
    duration = timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else timedelta()
    if not timedelta() < duration <= LONGEST:
        raise BadInput("Geef een duur als 6d, 12h, 30m of 2w, van ten hoogste 1000 dagen.")
    return duration


async def forward(client: Client, store: Store, case_id: str, by: timedelta, *, patience: timedelta = PATIENCE) -> None:
    """Let time pass for a case, and wait until the case has carried out what it brought.

    Args:
        client: Temporal's client; its server must allow time skipping.
        store: Where the case is kept.
        case_id: Which case.
        by: How much time passes.
        patience: How long all of it may take.

    Raises:
        Refused: There is no such case, or it is closed.
        NotReachable: Temporal is away.
        TakenNotCarriedOut: Nobody carries out what passed.
    """
    found = await standing.find(store, case_id)
    if found is None:
        raise Refused(RefusalCode.UNKNOWN_CASE)
    if not found.case.open:
        raise Refused(RefusalCode.CASE_CLOSED)
    try:
        async with asyncio.timeout(patience.total_seconds()):
            await _skip(client, store, case_id, by)
            while await _lags(store, case_id):
                await asyncio.sleep(_LOOK_AGAIN.total_seconds())
    except TimeoutError:
        raise TakenNotCarriedOut from None
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            # It is accepted, and no workflow runs for it yet.
            raise TakenNotCarriedOut from None
        raise NotReachable from None


async def _skip(client: Client, store: Store, case_id: str, by: timedelta) -> None:
    """Move the workflow's clock, and then the overview's to the same time."""
    handle = client.get_workflow_handle(workflow_id(case_id))
    skipper = TimeSkipper(client)
    await skipper.fast_forward(handle, by)
    await store.clock_ahead(case_id, await skipper.get_current_time(handle) - datetime.now(UTC))


async def _lags(store: Store, case_id: str) -> bool:
    """Whether a deadline of the case has passed that it did not carry out yet."""
    found = await standing.find(store, case_id)
    if found is None or not found.case.open:
        return False
    rung = next_rung(found.case, found.policy)
    return rung is not None and rung[0] <= found.now
