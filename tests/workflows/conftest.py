"""What the tests of the workflows start."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from activities.webhooks import Webhooks
from store import KeyRing, Store
from tests.activities.post_office import PostOffice, open_office
from tests.postgres import Postgres, key_ring, postgres
from tests.workflows.log_watch import LogWatch
from tests.workflows.server import TemporalServer, running
from tests.workflows.town import Manner, Town, settle_region, town_on

__all__ = ["key_ring", "postgres"]

_UNCACHED = "--no-workflow-cache"
_NAMESPACES = 80


def pytest_addoption(parser: pytest.Parser) -> None:
    """Without a cache a case is replayed from its history at every task."""
    parser.addoption(_UNCACHED, action="store_true", help="workers keep no case in memory: all are replayed")


@pytest.fixture
def manner(request: pytest.FixtureRequest) -> Manner:
    """How the workers work; a test can ask for another lingering by parametrizing this."""
    manner: Manner = getattr(request, "param", Manner())
    uncached = request.config.getoption(_UNCACHED, default=False)
    return manner._replace(cached_cases=0) if uncached else manner


@pytest.fixture(autouse=True)
def logs(manner: Manner) -> Iterator[LogWatch]:
    """Whatever is complained of without being announced fails the test."""
    watch = LogWatch()
    if manner.cached_cases == 0:
        # Putting a case away while it writes loses what Temporal would have heard of it: it is adopted later on.
        watch.expect("Eviction requested while local activities", "recording_mismatch", "caught up with the journal")
    logging.getLogger().addHandler(watch)
    yield watch
    logging.getLogger().removeHandler(watch)
    assert watch.unexpected == []
    # Each mismatch has to be one that a case went on from.
    assert watch.heard("recording_mismatch") <= watch.heard("caught up with the journal")


@pytest.fixture(scope="session")
async def temporal(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TemporalServer]:
    """One server for the whole session."""
    server = TemporalServer(tmp_path_factory.mktemp("temporal"), namespaces=_NAMESPACES)
    async with running(server):
        yield server


@pytest.fixture(scope="session")
async def region(postgres: Postgres, key_ring: KeyRing) -> str:
    """A database with the tests' region in it, to copy from."""
    name = await postgres.create()
    store = await Store.connect(postgres.dsn(name), key_ring)
    await settle_region(store)
    await store.close()
    return name


@pytest.fixture
async def database(postgres: Postgres, region: str) -> AsyncIterator[str]:
    """Address of a fresh database with the region in it."""
    name = await postgres.create(region)
    yield postgres.dsn(name)
    await postgres.drop(name)


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    """A post office that takes everything until a test says otherwise."""
    async with open_office(PostOffice()) as opened:
        yield opened


@pytest.fixture(scope="session")
async def webhooks() -> AsyncIterator[Webhooks]:
    """The way out by webhook; to begin it reads all certificates of the system."""
    async with Webhooks() as opened:
        yield opened


@pytest.fixture
async def town(
    temporal: TemporalServer,
    database: str,
    key_ring: KeyRing,
    office: PostOffice,
    manner: Manner,
    *,
    webhooks: Webhooks,
) -> AsyncIterator[Town]:
    """A town of this test alone; none of its cases may have got stuck."""
    async with town_on(temporal, database, key_ring, office, manner, webhooks) as settled:
        yield settled
        await healthy(settled)


async def healthy(town: Town) -> None:
    """No workflow task failed, and every journal is whole."""
    for case in town.opened:
        assert await case.failed_tasks() == []
    assert await town.store.verify() == ()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """For what a test's own server keeps."""
    return tmp_path
