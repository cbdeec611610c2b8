"""A case that began anew many times: what the journal lacks is found in its earlier runs, too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from starter.reconcile.finding import Found
from store import KeyRing
from tests.activities.post_office import PostOffice
from tests.reconcile.dumping import dump, put_back
from tests.reconcile.test_older_database import everything, reconciled
from tests.workflows import stories
from tests.workflows.log_watch import LogWatch
from tests.workflows.names import SCHOOL
from tests.workflows.server import TemporalServer
from tests.workflows.test_begin_anew import restless
from tests.workflows.town import Manner, Town, town_on

_LONGEST = timedelta(minutes=3)
__all__ = ["restless"]
pytestmark = pytest.mark.proof


@pytest.fixture(autouse=True)
def expected(logs: LogWatch) -> None:
    """What a run leaves behind when it makes place for the next, and a database that is dropped."""
    logs.expect("Activity not found on completion", "Task not found when completing", "recording_mismatch")
    logs.expect("caught up with the journal", "asyncpg", "store_unavailable")


@pytest.fixture
async def town(
    restless: TemporalServer, database: str, key_ring: KeyRing, office: PostOffice, manner: Manner
) -> AsyncIterator[Town]:
    """A town where every case begins anew after a few messages."""
    async with town_on(restless, database, key_ring, office, manner) as settled:
        yield settled


async def test_the_journal_is_filled_from_several_runs(town: Town, tmp_path: Path, figures: list[str]) -> None:
    """The dump is older than the run that is going on, and than the one before."""
    # Much of what it waits for has no end of its own: ended here, it says at what.
    async with asyncio.timeout(_LONGEST.total_seconds()):
        await _filled(town, tmp_path, figures)


async def _filled(town: Town, tmp_path: Path, figures: list[str]) -> None:
    case = await town.open()
    await case.notices()
    await dump(town.dsn, tmp_path / "dump")
    await stories.talked(case)
    await stories.asked_only(case)
    for _ in range(6):
        await case.told(SCHOOL, "declare_acute")
        await case.told(SCHOOL, "clear_acute")
    await case.notices()
    await case.quiet()
    runs = await case.runs()
    await town.stop_worker()
    before = await everything(town, case)
    await put_back(town.dsn, tmp_path / "dump")
    finding = (await reconciled(town))[case.id]
    assert Found.JOURNAL_BEHIND is finding.found
    assert before[case.id] == (await everything(town, case))[case.id]
    assert len(runs) > 2
    figures.append(f"  {finding.temporal} events from {len(runs)} runs")
