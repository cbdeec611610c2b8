"""Shields: parts of closed cases that are kept, and that nobody reads any more but who answers for the law."""

from __future__ import annotations

import asyncpg

from protocol.messages import Actor
from protocol.retention import opens_shielded
from store.errors import PartShielded
from store.queries import query
from store.sealing import Controller

_SHIELDED = query("shielded_part")


async def refuse_shielded(connection: asyncpg.Connection, case_id: str, controller: Controller, actor: Actor) -> None:
    """Stop a look at a shielded part, in the transaction of the look.

    Raises:
        PartShielded: It is, and the protocol does not let this actor through.
    """
    if not opens_shielded(actor) and await connection.fetchval(_SHIELDED, case_id, controller):
        raise PartShielded(f"{case_id}/{controller}")
