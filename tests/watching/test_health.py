"""What a process says of itself to who looks after it."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from pydantic import TypeAdapter, ValidationError
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from runtime.errors import SettingsError
from runtime.health import Check, answering, database, polling, temporal
from runtime.metrics import Metric
from runtime.settings import Address
from store import KeyRing, Store
from tests.codec.serving import running_codec
from tests.postgres import Postgres
from tests.runtime.conftest import free_port
from tests.starter.stack import Stack, until
from tests.watching.broken import Broken
from tests.watching.scrape import Watched, scraped
from tests.web.visiting import Visit

_CHECKOUT = Path(__file__).resolve().parents[2]


async def _said(address: str, path: str) -> tuple[int, str]:
    async with httpx2.AsyncClient(timeout=10) as http:
        answer = await http.get(f"http://{address}{path}")
        return answer.status_code, answer.text


async def _ready(*checks: Check) -> tuple[int, str]:
    address = f"127.0.0.1:{free_port()}"
    async with answering(address, *checks):
        assert (200, "ok\n") == await _said(address, "/healthz")
        return await _said(address, "/readyz")


@asynccontextmanager
async def _worker_process(stack: Stack, **around: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "worker.py",
        cwd=_CHECKOUT, env=os.environ | stack.environment | around, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        _, said = await asyncio.wait_for(process.communicate(), 30)
        assert b"stopped" in said, said.decode()


async def test_a_worker_says_how_it_is_and_what_it_measures(stack: Stack) -> None:
    """The process itself, by its settings: alive, ready once it asks for work, and with metrics of both kinds."""
    health, metrics = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    around = {"VANGNET_HEALTH_ADDRESS": health, "VANGNET_METRICS_ADDRESS": metrics}
    async with _worker_process(stack, **around):

        async def up() -> bool:
            try:
                return (200, "ok\n") == await _said(health, "/readyz")
            except httpx2.HTTPError:
                return False

        async def measured() -> bool:
            names = {each.name for each in await scraped(metrics)}
            return {Metric.OPEN_CASES, Metric.TEMPORAL, "temporal_num_pollers"} <= names

        await until(up)
        await until(measured)
        assert (200, "ok\n") == await _said(health, "/healthz")


async def test_a_worker_is_ready_when_all_that_it_needs_is_there(watched: Watched) -> None:
    """Database and Temporal answer."""
    assert (200, "ok\n") == await _ready(database(watched.pages.store), temporal(watched.client))


async def test_without_the_database_it_is_not_ready(postgres: Postgres, key_ring: KeyRing) -> None:
    """It says so by a code, and is alive all the same: starting it anew would help nobody."""
    name = await postgres.create()
    store = await Store.connect(postgres.dsn(name), key_ring)
    await postgres.drop(name)
    status, code = await _ready(database(store))
    assert 503 == status
    assert re.fullmatch(r"[a-z_]+\n", code)  # which, goes by what the pool has noticed
    await store.close()


async def test_without_temporal_it_is_not_ready() -> None:
    """The same for Temporal."""
    nobody = await Client.connect(f"127.0.0.1:{free_port()}", lazy=True)
    assert (503, "temporal_unreachable\n") == await _ready(temporal(nobody))


async def test_a_worker_that_does_not_ask_for_work_is_not_ready(watched: Watched) -> None:
    """Before it begins, and when it drains."""
    worker = Worker(
        watched.client, task_queue="nothing", workflows=[Broken], workflow_runner=UnsandboxedWorkflowRunner()
    )
    stop = asyncio.Event()
    check = polling(worker, stop)

    async def asks() -> bool:
        return await check() is None

    assert (503, "not_polling\n") == await _ready(check)
    async with worker:
        await until(asks)
        assert (200, "ok\n") == await _ready(check)
        stop.set()
        assert (503, "not_polling\n") == await _ready(check)
    stop.clear()
    assert (503, "not_polling\n") == await _ready(check)


async def test_who_does_not_answer_in_time_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """A probe is answered before who sent it gives up."""
    monkeypatch.setattr("runtime.health._PATIENCE", timedelta(milliseconds=50))

    async def never() -> str | None:
        await asyncio.Event().wait()
        return None

    assert (503, "no_answer_in_time\n") == await _ready(never)


async def test_an_address_that_cannot_be_had_is_told() -> None:
    """One that is taken, and one that is not this machine's: with the setting's name."""
    address = f"127.0.0.1:{free_port()}"
    async with answering(address):
        for wrong in (address, "192.0.2.1:8082"):
            with pytest.raises(SettingsError, match="VANGNET_HEALTH_ADDRESS"):
                async with answering(wrong):
                    pass


@pytest.mark.parametrize("wrong", ["8082", "127.0.0.1:99999", "http://127.0.0.1:8082", "::1:8082", "127.0.0.1:"])
def test_an_address_that_is_none_is_no_setting(wrong: str) -> None:
    """It is told before anything is opened."""
    with pytest.raises(ValidationError):
        TypeAdapter(Address).validate_python(wrong)
    for right in ("127.0.0.1:8082", "0.0.0.0:65535", "[::1]:8082", "worker:8082"):
        assert right == TypeAdapter(Address).validate_python(right)


async def test_pages_and_codec_server_say_the_same(watched: Watched, stack: Stack, tmp_path: Path) -> None:
    """Alive and ready, to whoever asks, logged in or not."""
    async with Visit(watched.pages) as visit:
        for path in ("/healthz", "/readyz"):
            assert (200, "ok\n") == ((answer := await visit.get(path)).status_code, answer.text)
    async with running_codec(stack, tmp_path) as codec:
        for path in ("/healthz", "/readyz"):
            assert (200, "ok\n") == await _said(codec.address.removeprefix("http://"), path)
