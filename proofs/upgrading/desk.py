"""A desk at which cases are told, as a process of one release: a line of JSON for each request, and one back.

Run as a program; what it imports comes from the release whose folder is first on Python's path, so it uses only what both have.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import defaultdict
from pathlib import Path

from pydantic import BaseModel, JsonValue
from temporalio.client import Client

from proofs.told import Told
from runtime.codec import SealingCodec
from runtime.temporal import data_converter
from starter.client import CaseClient
from starter.stack.environment import REGION
from store import KeyRing, Store
from tests.end_to_end.story import Said


class Asked(BaseModel):
    """Open a case by its number, tell it something, or let time pass until it escalates."""

    ticket: int
    number: int
    case: str | None = None
    said: Said | None = None


async def answered(told: Told, asked: Asked) -> JsonValue:
    """Do what is asked, and say what came of it."""
    if asked.case is None:
        return await told.open(asked.number)
    if asked.said is None:
        await told.silence(asked.case)
        return None
    return (await told.tell(asked.case, asked.said)).model_dump(mode="json")


async def main(address: str, database: str, key_ring: str) -> None:
    """Serve until nobody asks any more."""
    keys = KeyRing.parse(Path(key_ring).read_text(encoding="utf-8"))  # noqa: ASYNC240  # before anything else runs
    store = await Store.connect(database, keys, largest=10)
    temporal = await Client.connect(address, data_converter=data_converter(SealingCodec(keys)), identity="desk")
    told = Told(store, temporal, CaseClient(store, temporal, REGION), answers=defaultdict(dict))
    reading = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reading), sys.stdin)

    async def one(asked: Asked) -> None:
        sys.stdout.write(json.dumps({"ticket": asked.ticket, "answer": await answered(told, asked)}) + "\n")
        sys.stdout.flush()

    async with asyncio.TaskGroup() as group:
        while line := await reading.readline():
            group.create_task(one(Asked.model_validate_json(line)))
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
