"""Who may read what, in the database itself: written for cases that were recorded before the database was told."""

from __future__ import annotations

import json

import asyncpg

from protocol.access import Filed, filed_as, readers
from protocol.case import Case
from protocol.keeping import Part
from protocol.messages import Actor
from store.queries import query

SYSTEM = "system"
"""As whom the protocol is carried out: recording, sending, housekeeping."""

_STANDS = query("wall_stands")
_UNTOLD = query("cases_without_readers")
_TELL = query("tell_readers")
_UNFILED = query("notes_without_field")
_FILE = query("tell_field")
_BATCH = 500


async def tell(connection: asyncpg.Connection) -> None:
    """Write whom the database lets in where that does not stand yet; repeating changes nothing."""
    if not await connection.fetchval(_STANDS):
        return
    while rows := await connection.fetch(_UNTOLD, _BATCH):
        known = [(row["case_id"], json.dumps(readers(Case.model_validate_json(row["state"])))) for row in rows]
        await connection.executemany(_TELL, known)
    while rows := await connection.fetch(_UNFILED, _BATCH):
        filed = [(row["note_id"], *_filed(row)) for row in rows]
        await connection.executemany(_FILE, filed)


def _filed(row: asyncpg.Record) -> tuple[str, str]:
    by = Actor.model_validate_json(row["by"])
    return filed_as(Filed(Part(row["controller"]), by, row["message"])), by.organisation or ""
