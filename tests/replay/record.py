"""Records what is kept of a release.

``python -m tests.replay.record`` tells every story on a real server and keeps its history, or the ones that are named: for
the release that is coming, with the shapes of what it writes, never to make a failing replay pass. A release that is out is never recorded again: when one is made, its folder
is named after it, and the next one begins with none. ``python -m tests.replay.record golden`` writes down anew what the code does with all
histories that are there: after a change that was meant, to be read in the diff.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from temporalio.client import Client

from activities.outbox import LINGER
from store import KeyRing, Store
from tests.activities.post_office import PostOffice, open_office
from tests.postgres import postgres_server
from tests.replay.commands import golden
from tests.replay.shapes import shapes
from tests.replay.stories import RESTLESS, STORIES, Story
from tests.workflows.server import TemporalServer, running
from tests.workflows.town import Manner, settle_region, town_on

RELEASES = Path(__file__).parent / "releases"
COMING = RELEASES / "coming"
SHAPES = Path(__file__).parent / "shapes_of"
_SOON = "limit.historyCount.suggestContinueAsNew=40"
_KEYS = KeyRing("recorded", {"recorded": bytes(range(32))}, bytes(range(32)))
"""Of the recordings only: with fixed keys the case ids are the same each time."""


async def record(names: Sequence[str]) -> None:
    """Tell these stories, or all, on a real server and keep their histories, readable without keys."""
    with tempfile.TemporaryDirectory() as folder, postgres_server() as postgres:
        for name, settings, known in (("calm", (), STORIES), ("restless", (_SOON,), RESTLESS)):
            stories = [story for story in known if story.__name__ in names or not names]
            if not stories:
                continue
            place = Path(folder) / name
            place.mkdir()
            server = TemporalServer(place, settings, namespaces=len(stories))
            async with running(server):
                for story in stories:
                    dsn = postgres.dsn(await postgres.create())
                    await _record(server, dsn, story, earlier_run=known is RESTLESS)


async def _record(server: TemporalServer, dsn: str, story: Story, *, earlier_run: bool) -> None:
    async with AsyncExitStack() as stack:
        store = await Store.connect(dsn, _KEYS)
        await settle_region(store)
        await store.close()
        office = await stack.enter_async_context(open_office(PostOffice()))
        town = await stack.enter_async_context(town_on(server, dsn, _KEYS, office, Manner(linger=LINGER, sealed=False)))
        id_ = await story(town)
        run = await _second_run(town.client, id_) if earlier_run else None
        history = await town.client.get_workflow_handle(id_, run_id=run).fetch_history()
    COMING.mkdir(exist_ok=True)
    kept = COMING / f"{story.__name__}.json"
    kept.write_text(history.to_json() + "\n", encoding="utf-8")
    _write(kept, await golden(history.to_json()))


async def _second_run(client: Client, id_: str) -> str:
    """Taken over from one run, handed to the next."""
    runs = [run async for run in client.list_workflows(f"WorkflowId = '{id_}'")]
    return sorted(runs, key=lambda run: run.start_time)[1].run_id


def _write(history: Path, text: str) -> None:
    """Write down what the code as it is does with a recorded history."""
    history.with_suffix(".txt").write_text(text, encoding="utf-8")


def recorded() -> dict[Path, str]:
    """Every history that is kept, with its text."""
    return {file: file.read_text(encoding="utf-8") for file in sorted(RELEASES.rglob("*.json"))}


async def _main(arguments: list[str]) -> None:
    if arguments == ["golden"]:
        for history, text in recorded().items():
            _write(history, await golden(text))
    else:
        (SHAPES / f"{COMING.name}.json").write_text(json.dumps(shapes(), indent=1) + "\n", encoding="utf-8")
        await record(arguments)


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    asyncio.run(_main(sys.argv[1:]))
