"""The round of retention against a real Temporal server: what is due goes, and so does the history of who is erased."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment
from temporalio.worker import Worker

from activities.retention import Kept, Retention
from store import HISTORY, AnchorLine, Store
from tests.store.builders import POLICY, REGION, Story
from tests.store.closed_cases import closed
from tests.store.raw import connected
from tests.store.test_cuts import old
from workflows.retention import RetentionWorkflow

__all__ = ["old"]

_QUEUE = "retention-test"
_AT_ONCE = (
    "--dynamic-config-value", 'history.transferProcessorUpdateAckInterval="100ms"',
    "--dynamic-config-value", 'history.visibilityProcessorUpdateAckInterval="100ms"',
)  # fmt: skip
"""A history is deleted once the server has put away that it ended, by default every half minute."""


@pytest.fixture(scope="session")
async def temporal() -> AsyncIterator[Client]:
    """A Temporal server of our own."""
    async with await WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter,
        dev_server_existing_path=str(Path(sys.executable).parent / "temporal"),
        dev_server_log_level="error",
        dev_server_extra_args=list(_AT_ONCE),
    ) as environment:
        yield environment.client


@pytest.fixture
async def retention(temporal: Client, store: Store) -> Retention:
    """The round of the tests' region."""
    await store.save_policy(POLICY)
    return Retention(temporal, store, REGION)


async def ended(temporal: Client, case_id: str) -> None:
    """A closed workflow of this case."""
    handle = await temporal.start_workflow("Case", id=f"case/{case_id}", task_queue="nobody")
    await handle.terminate()


async def known(temporal: Client, case_id: str) -> bool:
    """Whether Temporal has this case's history; it deletes a moment after it was asked to."""
    try:
        await temporal.get_workflow_handle(f"case/{case_id}").describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return True


async def test_a_round_does_everything_that_is_due(temporal: Client, store: Store, retention: Retention) -> None:
    """Without the case's workflow, which has ended; the next round finds nothing to do."""
    story = await closed(store)
    await ended(temporal, story.id)

    first = await ActivityEnvironment().run(retention.keep_or_destroy)
    second = await ActivityEnvironment().run(retention.keep_or_destroy)

    assert Kept(shielded=1, destroyed=3, histories=1) == first
    assert Kept() == second


async def test_the_history_goes_with_the_last_part(temporal: Client, store: Store, retention: Retention) -> None:
    """Temporal forgets a case of which nothing can be read any more, and only that one."""
    story, neighbour = await closed(store), await closed(store, datetime.now(UTC))
    for case in (story, neighbour):
        await ended(temporal, case.id)

    kept = await ActivityEnvironment().run(retention.keep_or_destroy)

    assert 1 == kept.histories
    assert {story.id} == {row.case_id for row in await store.retention_log(REGION) if row.part == HISTORY}
    async with asyncio.timeout(20):
        while await known(temporal, story.id):
            await asyncio.sleep(0.05)
    assert await known(temporal, neighbour.id)


async def test_what_somebody_asked_for_holds_the_schedule(store: Store, retention: Retention, database: str) -> None:
    """An open request needs the data: the part is counted as held, and goes when the request is decided."""
    story = await closed(store, parts=())
    async with connected(database) as connection:
        await connection.execute(
            "INSERT INTO vangnet.rights_requests (request_id, region, case_id, kind, subject, requester, parts, received_on, due_on) "
            "VALUES ('r-1', $1, $2, 'access', 'pupil', 'pupil', '{school}', '2026-11-01', '2026-12-01')",
            REGION,
            story.id,
        )
        held = await ActivityEnvironment().run(retention.keep_or_destroy)
        await connection.execute("UPDATE vangnet.rights_requests SET state = 'granted'")
        gone = await ActivityEnvironment().run(retention.keep_or_destroy)

    assert (1, 0) == (held.held, held.destroyed)
    assert (0, 1) == (gone.held, gone.destroyed)


async def test_a_case_that_temporal_does_not_know_is_no_fault(store: Store, retention: Retention) -> None:
    """Its own retention was shorter than ours: the history is noted as gone."""
    await closed(store, parts=())

    kept = await ActivityEnvironment().run(retention.keep_or_destroy)

    assert (1, 1) == (kept.destroyed, kept.histories)


async def test_the_schedules_workflow_runs_the_round(temporal: Client, store: Store, retention: Retention) -> None:
    """And says what it did, for the console."""
    await closed(store, parts=())

    async with Worker(
        temporal, task_queue=_QUEUE, workflows=[RetentionWorkflow], activities=[retention.keep_or_destroy]
    ):
        kept = await temporal.execute_workflow(RetentionWorkflow.run, id="retention", task_queue=_QUEUE)

    assert 1 == kept.destroyed


async def test_logs_whose_time_is_over_go_with_the_round(
    store: Store, retention: Retention, old: tuple[Story, AnchorLine]
) -> None:
    """Journal and looks of a case of which nothing has been left for five years, once; release 0.1 reads a round without."""
    first = await ActivityEnvironment().run(retention.keep_or_destroy)
    second = await ActivityEnvironment().run(retention.keep_or_destroy)

    assert (True, 0) == (first.logs > 0, second.logs)
    assert () == await store.journal(old[0].id)
    assert "logs" in first.model_dump_json()
    assert "logs" not in second.model_dump_json()
