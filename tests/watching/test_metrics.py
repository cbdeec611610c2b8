"""What a worker and the pages tell Prometheus, and that it says nothing of anybody."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine
from uuid import uuid4

import asyncpg
import pytest
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from runtime.counting import ROUNDS, Outside
from runtime.errors import SettingsError
from runtime.metrics import MEANING, Meter, Metric
from runtime.temporal import TASK_QUEUE, core
from runtime.watching import Watch
from starter.web.app import routes
from store import KeyRing, Store
from tests.postgres import Postgres
from tests.runtime.conftest import free_port
from tests.starter.stack import Stack, until
from tests.watching.broken import Broken
from tests.watching.naming import RUNBOOK, exported, named, queries, rules
from tests.watching.scrape import Watched, scraped, told, value
from tests.web.told import MEENT, opened, talked, tell
from tests.web.visiting import Visit
from tests.workflows.town import _CUT, _HEAD
from workflows.anchoring import AnchoringWorkflow
from workflows.housekeeping import HousekeepingInput, HousekeepingWorkflow
from workflows.retention import RetentionWorkflow

_LABELS = {
    "activity", "activity_type", "code", "eager", "failure_reason", "fault", "le", "method", "namespace", "operation",
    "outcome", "poller_type", "round", "route", "state", "status", "status_code", "step", "task_queue", "to",
    "worker_type", "workflow_type",
}  # fmt: skip
_ONCE: set[str] = set()


async def _once(name: str, work: Callable[[], Coroutine[None, None, None]]) -> None:
    """Do something that a test needs, and that another may have done before."""
    if name not in _ONCE:
        _ONCE.add(name)
        await work()


async def _rounds_were_made(watched: Watched) -> None:
    """Every round of housekeeping."""

    async def make() -> None:
        start = HousekeepingInput(daily=True)
        await watched.client.execute_workflow(
            HousekeepingWorkflow.run, start, id=f"round-{uuid4()}", task_queue=TASK_QUEUE
        )
        for round_ in (RetentionWorkflow, AnchoringWorkflow):
            await watched.client.execute_workflow(round_.run, id=f"round-{uuid4()}", task_queue=TASK_QUEUE)

    await _once("rounds", make)


async def _a_task_failed(watched: Watched) -> None:
    """A workflow for which the program is wrong."""

    async def fail() -> None:
        queue = f"broken-{uuid4()}"
        async with Worker(
            watched.client, task_queue=queue, workflows=[Broken], workflow_runner=UnsandboxedWorkflowRunner()
        ):
            handle = await watched.client.start_workflow(Broken.run, id=queue, task_queue=queue)
            await told(watched.at_worker, "temporal_workflow_task_execution_failed")
            await handle.terminate()

    await _once("task", fail)


async def _a_recording_stopped(watched: Watched, stack: Stack) -> None:
    """A case whose journal lost its last event, as after a restore."""

    async def stop() -> None:
        case = await opened(watched.pages)
        connection = await asyncpg.connect(stack.settings.database_url.get_secret_value())
        try:
            async with connection.transaction():
                await connection.execute("SET LOCAL session_replication_role = replica")
                await connection.execute(_CUT, case)
                await connection.execute(_HEAD, case)
        finally:
            await connection.close()
        telling = asyncio.create_task(tell(watched.pages, case, MEENT, "record_police_contact", contact="report"))
        await told(watched.at_worker, Metric.STOPPED, code="recording_gap")
        telling.cancel()  # it would wait for an answer that does not come
        await watched.client.get_workflow_handle(f"case/{case}").terminate()

    await _once("stop", stop)


async def _visited(watched: Watched, path: str) -> None:
    async with Visit(watched.pages) as visit:
        await visit.log_in("m.dewit")
        await visit.get(path)


async def test_open_cases_are_told_by_step(watched: Watched) -> None:
    """A case that was opened is one more at its step; a step without cases is told as zero."""
    await opened(watched.pages)

    await told(watched.at_worker, Metric.OPEN_CASES, step="signal")

    steps = {each.labels["step"] for each in await scraped(watched.at_worker) if each.name == Metric.OPEN_CASES}
    assert "hand_over" in steps
    assert "closed" not in steps


async def test_each_round_tells_when_it_was_done(watched: Watched) -> None:
    """Housekeeping, the nightly round, retention and anchoring each leave the time at which they ended."""
    await _rounds_were_made(watched)

    for name in ROUNDS.values():
        assert await value(watched.at_worker, Metric.ROUND_DONE, round=name) > 1.7e9, name


async def test_a_recording_that_stopped_is_counted(watched: Watched, stack: Stack) -> None:
    """It is counted where it stopped, and the failed tries by their code."""
    await _a_recording_stopped(watched, stack)

    assert 1 == await value(watched.at_worker, Metric.STOPPED)
    assert await value(watched.at_worker, Metric.FAILURES, activity="record", code="recording_gap") >= 1


async def test_pages_are_timed_by_pattern_and_status(watched: Watched) -> None:
    """The case's page is one line whoever's case it is; what is not there and what was not let in has no pattern."""
    case = await opened(watched.pages)
    await _visited(watched, f"/zaken/{case}")
    async with Visit(watched.pages) as stranger:
        await stranger.get(f"/zaken/{case}")
    await _visited(watched, "/zaken/Jan-de-Vries")
    await _visited(watched, "/wat-anders/Jan-de-Vries")

    count = f"{Metric.REQUEST}_count"
    assert await value(watched.at_web, count, route="/zaken/{case_id}", method="GET", status="200") >= 1
    assert await value(watched.at_web, count, route="/zaken/{case_id}", status="404") >= 1
    assert await value(watched.at_web, count, route="none", status="303") >= 1
    assert await value(watched.at_web, count, route="none", status="404") >= 1
    known = {getattr(route, "path", "") for route in routes()} | {"none"}
    told_of = {each.labels["route"] for each in await scraped(watched.at_web) if "route" in each.labels}
    assert set() == {route for route in told_of - known if not route.startswith("/proef")}


async def test_the_login_provider_is_counted(watched: Watched) -> None:
    """Who logs in makes calls that are counted as done."""
    await _visited(watched, "/zaken")
    assert await value(watched.at_web, Metric.OUTSIDE, to="login", outcome="done") >= 1


async def test_metrics_say_nothing_of_anybody(watched: Watched, stack: Stack) -> None:
    """No label is there that we do not know, and none holds a case, a person, an organisation or an address."""
    case = await talked(watched.pages)
    await _visited(watched, f"/zaken/{case}")
    await _a_recording_stopped(watched, stack)
    found = await scraped(watched.at_worker, watched.at_web)

    assert set() == {name for each in found for name in each.labels} - _LABELS
    values = {text for each in found for text in each.labels.values()}
    telling = re.compile(rf"{case}|@|[a-z0-9]{{4}}-[a-z0-9]{{4}}-[a-z0-9]{{4}}|school-|dewit|Ouder|Leerling|voorbeeld")
    assert set() == {text for text in values if telling.search(text) and not text.startswith("broken-")}


async def test_what_rules_and_dashboard_name_is_told(watched: Watched, stack: Stack) -> None:
    """Nothing is waited for, or shown, that no process tells."""
    await talked(watched.pages)
    await _visited(watched, "/zaken")
    await _rounds_were_made(watched)
    await _a_task_failed(watched)
    await _a_recording_stopped(watched, stack)

    async def all_there() -> bool:
        return not wanted - exported(await scraped(watched.at_worker, watched.at_web))

    wanted = named([*rules().values(), *(query for _, query in queries())]) | {*Metric}
    try:
        await until(all_there)
    except TimeoutError:
        assert set() == wanted - exported(await scraped(watched.at_worker, watched.at_web))


def test_every_metric_has_a_meaning() -> None:
    """What stands behind a number is said at the endpoint, and to who operates it."""
    assert {*Metric} == MEANING.keys()
    page = (RUNBOOK.parent / "watching.md").read_text(encoding="utf-8")
    assert [] == [name for name in Metric if f"`{name}" not in page]


async def test_what_is_away_is_told(postgres: Postgres, key_ring: KeyRing) -> None:
    """PostgreSQL and Temporal that do not answer are zero, and the time of looking stays where it was."""
    name, address = await postgres.create(), f"127.0.0.1:{free_port()}"
    store = await Store.connect(postgres.dsn(name), key_ring)
    gone = await Client.connect(f"127.0.0.1:{free_port()}", lazy=True, runtime=core(address))
    watch = Watch(Meter(core(address)), store, gone)

    await watch.look()
    assert (1, 0) == (await value(address, Metric.DATABASE), await value(address, Metric.TEMPORAL))
    looked = await value(address, Metric.LOOKED_AT)
    await postgres.drop(name)
    await watch.look()

    assert 0 == await value(address, Metric.DATABASE)
    assert looked == await value(address, Metric.LOOKED_AT)
    await store.close()


async def test_calls_outside_are_known_before_the_first_fails() -> None:
    """Each outcome is told as zero from the start: otherwise Prometheus would not see the first failure as one."""
    address = f"127.0.0.1:{free_port()}"
    call = Outside(Meter(core(address)), "mail")
    with pytest.raises(OSError, match="gone"), call():
        raise OSError("gone")
    found = {each.labels["outcome"]: each.value for each in await scraped(address) if each.name == Metric.OUTSIDE}
    assert {"done": 0, "refused": 0, "away": 1} == found


def test_an_address_that_is_taken_stops_the_process() -> None:
    """One line says which address and which setting, instead of a process that nobody watches."""
    address = f"127.0.0.1:{free_port()}"
    core(address)
    for wrong in (address.replace("127.0.0.1", "localhost"), "nergens:1"):
        with pytest.raises(SettingsError, match="VANGNET_METRICS"):
            core(wrong)
