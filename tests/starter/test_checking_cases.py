"""``vangnet check`` on who carries the cases: workers that ask for work, and a workflow for each open case."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import partial

import asyncpg
import pytest
from temporalio.api.enums.v1 import TaskQueueType

from protocol.messages import SYSTEM
from starter.cli import checking_cases
from starter.cli.checking_cases import NotCarried, cases, workers
from starter.reconcile.reconciler import Reconciler
from starter.starting import workflow_id
from starter.temporal.carrying import asked, not_running
from store import BACKUP, NO_CASE, AccessEntry, AccessEvent, AccessFilter
from tests.command_line import Ended
from tests.starter.stack import Stack, until

_KINDS = (TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY)


@pytest.fixture(autouse=True)
def at_this_temporal(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the check looks."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", stack.environment["TEMPORAL_ADDRESS"])


async def aged(stack: Stack, case: str) -> None:
    """Make a case look as if it was begun minutes ago."""
    connection = await asyncpg.connect(stack.settings.database_url.get_secret_value())
    try:
        await connection.execute(
            "UPDATE vangnet.cases SET started_at = started_at - interval '2 minutes' WHERE case_id = $1", case
        )
    finally:
        await connection.close()


async def test_who_asked_lately_is_there(stack: Stack) -> None:
    """A worker that works is seen, for both kinds of work; one that asked long ago is not, though Temporal remembers it."""
    for kind in _KINDS:
        await until(partial(asked, stack.temporal, kind))
    assert "vragen om werk" == await workers(stack.settings)
    for kind in _KINDS:
        assert not await asked(stack.temporal, kind, datetime.now(UTC) + timedelta(minutes=3))


async def test_no_worker_is_said(stack: Stack) -> None:
    """Where nobody ever asked for work: exit code 1, and the line says what to start."""
    away = {"TEMPORAL_NAMESPACE": "nobody-works-here"}
    assert 0 == (await stack.run("temporal", "setup", around=away)).code
    checked = await stack.run("check", "--json", around=away)
    (found,) = [row for row in json.loads(checked.out) if row["name"] == "workers"]
    assert (1, False) == (checked.code, found["fine"])
    assert "geen worker vraagt om werk (casussen en wat zij laten doen): start `vangnet worker`" == found["detail"]


async def test_an_open_case_that_does_not_run_is_named(stack: Stack) -> None:
    """Somebody ended it in the console: a minute after its start the check names it, until it is reconciled."""
    case = await stack.open()
    await stack.temporal.get_workflow_handle(workflow_id(case)).terminate("by mistake")
    before = await cases(stack.settings)
    assert before.endswith("alle in Temporal")
    await aged(stack, case)
    with pytest.raises(
        NotCarried, match=rf"^1 open casussen draaien niet in Temporal \({case}\): `vangnet reconcile`$"
    ):
        await cases(stack.settings)
    await Reconciler(stack.store, stack.temporal, dry_run=False).one(case)
    assert (await cases(stack.settings)).endswith("alle in Temporal")


async def test_what_the_index_lacks_is_asked_for_by_itself(stack: Stack) -> None:
    """A case that runs is not named for a list that is behind; one that nobody knows is."""
    case = await stack.open()
    assert ("aaaa-bbbb-cccc",) == await not_running(stack.temporal, (case, "aaaa-bbbb-cccc"))


async def test_a_backup_that_was_noted_is_in_the_access_log(stack: Stack) -> None:
    """As an export of all there is, by who was at the shell; nothing is printed, as it ends a script."""
    before = await stack.store.backed_up()
    assert Ended(0, "", "") == await stack.run("audit", "backed-up")
    assert before != await stack.store.backed_up()
    look = AccessEntry(actor=SYSTEM, what="access log", purpose="test")
    (row,) = await stack.store.accesses(AccessFilter(case_id=NO_CASE), look, limit=1)
    assert (BACKUP, AccessEvent.EXPORT, True) == (row.what, row.event, row.os_user is not None)


async def test_more_than_can_be_compared_is_said(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check stays short with any number of cases, and says what it did not look at."""
    case = await stack.open()
    await aged(stack, case)
    monkeypatch.setattr(checking_cases, "_MOST", 0)
    assert "niet vergeleken" in await cases(stack.settings)
