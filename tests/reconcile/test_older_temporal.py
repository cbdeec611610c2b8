"""Temporal was put back, lost, or somebody ended a case in it: the journal knows what Temporal lacks."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, ResetReapplyExcludeType
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest, ResetWorkflowExecutionRequest

from protocol import vocabulary as v
from protocol.notices import NoticeKind as Kind
from runtime.codec import SealingCodec
from runtime.settings import CHECKOUT
from runtime.temporal import TASK_QUEUE
from starter.reconcile import histories
from starter.reconcile.finding import Found
from starter.reconcile.histories import Histories
from starter.reconcile.reconciler import Reconciler
from store import KeyRing, MessageState
from tests.protocol.telling import actor
from tests.reconcile.dumping import dump, put_back
from tests.reconcile.test_older_database import everything, reconciled
from tests.workflows import stories
from tests.workflows.case import ToldCase
from tests.workflows.log_watch import LogWatch
from tests.workflows.names import SCHOOL
from tests.workflows.patience import eventually
from tests.workflows.server import TemporalServer
from tests.workflows.town import Town, intake
from workflows.case import CaseWorkflow
from workflows.start import CaseInput


async def test_an_empty_temporal(town: Town, temporal: TemporalServer, key_ring: KeyRing) -> None:
    """Every open case goes on from its journal: clocks run, nothing is sent again, closed cases stay closed."""
    case = await town.open()
    await stories.asked(case)
    closed = await town.open()
    await closed.told(SCHOOL, "cancel_case", reason="opened_by_mistake")
    await closed.ended()
    for each in (case, closed):
        await each.notices()
    await town.stop_worker()
    before, mails = await everything(town, case, closed), len(town.office.mails)

    other = dataclasses.replace(town, client=await temporal.client(SealingCodec(key_ring)))
    found = await reconciled(other)
    assert {case.id: Found.NOT_RUNNING} == {id_: finding.found for id_, finding in found.items()}
    assert {} == await reconciled(other)

    again = other.case(case.id)
    await other.start_worker()
    assert "acute_declared" in (await again.told(SCHOOL, "declare_acute", id="danger")).events
    await again.silence(v.Task.CONSENT_ANSWER)
    assert (Kind.REMINDER, v.Task.CONSENT_ANSWER, "reminder") in await again.told_to("pupil")
    journal = await again.journal()
    assert before[closed.id] == (await everything(other, closed))[closed.id]
    assert [*range(1, len(journal) + 1)] == [row.number for row in journal]
    ids = [str(mail["Message-ID"]) for mail in town.office.mails]
    assert mails < len(ids) == len(set(ids))
    await other.stop_worker()


async def test_a_case_that_was_ended_in_the_console(town: Town, logs: LogWatch) -> None:
    """Terminated by an operator: it goes on from its journal, and what it hears counts."""
    logs.expect("Activity not found on completion", "Task not found when completing")
    case = await stories.talked(await town.open())
    await case.notices()
    await case.handle.terminate("by mistake")
    assert Found.NOT_RUNNING is (await reconciled(town))[case.id].found
    assert "acute_declared" in (await case.told(SCHOOL, "declare_acute")).events


async def test_an_accepted_case_whose_workflow_is_lost(town: Town, temporal: TemporalServer, key_ring: KeyRing) -> None:
    """It was said to be started and nothing of it was recorded: it is begun from its opening, with its clocks."""
    await town.stop_worker()
    case = town.case(await town.in_a_hurry.open(actor(SCHOOL), intake()))
    await town.store.mark_started(case.id)
    other = dataclasses.replace(town, client=await temporal.client(SealingCodec(key_ring)))
    assert Found.NOT_RUNNING is (await reconciled(other))[case.id].found
    await other.start_worker()
    again = other.case(case.id)
    assert await again.comes_to_life()
    opening = await town.store.opening(case.id)
    assert opening is not None
    assert (await again.journal())[0].at == opening.opened_at
    await other.stop_worker()


async def older(town: Town, case: ToldCase) -> None:
    """Do to a case what an older Temporal does: put it back to its first task, and forget what it was told since."""
    completed = [
        e.event_id for e in await case.history() if e.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    ]
    request = ResetWorkflowExecutionRequest(
        namespace=town.client.namespace,
        workflow_execution=WorkflowExecution(workflow_id=f"case/{case.id}"),
        workflow_task_finish_event_id=completed[1],
        reason="older",
        request_id=str(uuid4()),
        reset_reapply_exclude_types=[
            ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_SIGNAL,
            ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_UPDATE,
        ],
    )
    await town.client.workflow_service.reset_workflow_execution(request, timeout=timedelta(seconds=10))


async def test_a_case_that_is_behind_is_woken(town: Town, logs: LogWatch) -> None:
    """It hears of its journal without being told anything new, and shows where it stands."""
    logs.expect("caught up with the journal", "recording_mismatch")
    case = await stories.talked(await town.open())
    await case.told(SCHOOL, "record_police_contact", contact="report")
    await case.notices()
    await case.quiet()
    await town.stop_worker()
    await older(town, case)
    town.opened.remove(case)  # being put back shows as a task that failed
    before = await case.journal()
    finding = (await reconciled(town))[case.id]
    assert (Found.CASE_BEHIND, before[-1].number) == (finding.found, finding.journal)
    await town.start_worker()
    await eventually(lambda: case.details_say("parent_talk"), "the console shows the step of the journal")
    assert before == await case.journal()
    assert {} == await reconciled(town)


async def test_what_was_only_taken_is_named(town: Town, temporal: TemporalServer, key_ring: KeyRing) -> None:
    """A message that Temporal kept for a worker is lost with it: the finding names it, and told again it counts once."""
    case = await town.open()
    await case.notices()
    await town.stop_worker()
    await case.left(SCHOOL, "declare_acute", "danger")
    other = dataclasses.replace(town, client=await temporal.client(SealingCodec(key_ring)))
    asked = await command(other, temporal, "--case", case.id, "--dry-run")
    done = (await reconciled(other))[case.id]
    assert [1, "danger"] == [asked[0], *asked[1]["cases"][0]["unheard"]]
    assert ("danger",) == done.unheard
    assert done.fine
    assert done.asks_somebody
    await other.start_worker()
    again = other.case(case.id)
    assert "acute_declared" in (await again.told(SCHOOL, "declare_acute", id="danger")).events
    assert MessageState.RECORDED is (await again.settled("danger")).state
    await other.stop_worker()


async def test_a_key_ring_that_cannot_read_the_histories(town: Town, temporal: TemporalServer, logs: LogWatch) -> None:
    """Somebody put another key ring back: it is said of each case, and nothing is touched."""
    logs.expect("temporal")
    case = await town.open()
    await case.notices()
    wrong = await temporal.client(SealingCodec(KeyRing.generate()), town.client.namespace)
    (finding,) = [found async for found in Reconciler(town.store, wrong, dry_run=False).all()]
    assert (Found.UNREADABLE, False) == (finding.found, finding.fine)


async def test_a_run_that_has_not_begun_tells_nothing(town: Town) -> None:
    """One that follows on another at once is made to wait by the server, and a replay of it would wait for ever."""
    case = await town.open()
    await case.notices()
    start = CaseInput(policy=await town.store.policy((await case.state()).region), case=await case.state())
    await town.client.start_workflow(
        CaseWorkflow.run, start, id="case/aaaa-bbbb-cccc", task_queue=TASK_QUEUE, start_delay=timedelta(hours=1)
    )
    known = Histories(town.client)
    async with asyncio.timeout(10):
        assert await known.past("aaaa-bbbb-cccc", 0) is None
        assert await known.past(case.id, 0) is not None


async def test_a_replay_without_an_end_is_given_up(town: Town, monkeypatch: pytest.MonkeyPatch, logs: LogWatch) -> None:
    """The case is said to be unreadable, and the command goes on with the next."""
    logs.expect("Failed activation", "Failing workflow task", "Failed to finalize shutdown")
    case = await town.open()
    await case.notices()
    monkeypatch.setattr(histories, "_ONE_RUN", timedelta(0))
    assert Found.UNREADABLE is (await reconciled(town))[case.id].found
    await asyncio.wait([task for task in asyncio.all_tasks() if "replay_workflow" in repr(task)], timeout=10)


async def forget(town: Town, case: ToldCase, run: str) -> None:
    """Have Temporal keep a run no longer, as it does when its retention is over."""
    execution = WorkflowExecution(workflow_id=f"case/{case.id}", run_id=run)
    await town.client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(namespace=town.client.namespace, workflow_execution=execution)
    )

    async def forgotten() -> bool:
        return run not in [known.run_id async for known in town.client.list_workflows(f"WorkflowId = 'case/{case.id}'")]

    await eventually(forgotten, "Temporal forgets the run")


async def test_a_history_that_temporal_no_longer_keeps(town: Town, tmp_path: Path, logs: LogWatch) -> None:
    """The journal lacks events and the run that had them is gone: it is said, and nothing is made up."""
    logs.expect("asyncpg", "store_unavailable")
    case = await stories.talked(await town.open())
    await case.notices()
    await case.quiet()
    await dump(town.dsn, tmp_path / "dump")
    await case.told(SCHOOL, "record_police_contact", contact="report")
    await case.quiet()
    state = await case.state()
    await town.stop_worker()
    lost = (await case.handle.describe()).run_id
    await case.handle.terminate("lost")
    town.opened.remove(case)
    start = CaseInput(policy=await town.store.policy(state.region), case=state)
    await town.client.start_workflow(CaseWorkflow.run, start, id=f"case/{case.id}", task_queue=TASK_QUEUE)
    await forget(town, case, lost)
    await town.start_worker()
    await case.quiet()
    await town.stop_worker()
    await put_back(town.dsn, tmp_path / "dump")
    before = await case.journal()
    finding = (await reconciled(town))[case.id]
    assert (Found.HISTORY_GONE, False, state.number) == (finding.found, finding.fine, finding.temporal)
    assert before == await case.journal()


async def test_the_command(town: Town, temporal: TemporalServer, logs: LogWatch) -> None:
    """Exit codes: 1 for what would be done, 0 when it is done, 3 for a case that nobody knows; each shown as JSON."""
    logs.expect("Task not found when completing", "Activity not found on completion")
    case = await town.open()
    await case.notices()
    await case.handle.terminate("by mistake")
    await town.stop_worker()
    asked = await command(town, temporal, "--dry-run")
    done = await command(town, temporal, "--case", case.id)
    nobody = await command(town, temporal, "--case", "aaaa-bbbb-cccc")
    assert [1, 0, 3] == [asked[0], done[0], nobody[0]]
    assert [case.id] == [row["caseId"] for row in asked[1]["cases"]] == [row["caseId"] for row in done[1]["cases"]]
    assert [True, False] == [bool(row[1]["dryRun"]) for row in (asked, done)]


async def command(town: Town, temporal: TemporalServer, *arguments: str) -> tuple[int, dict[str, list[dict[str, str]]]]:
    """Give it as somebody at a shell does."""
    settings = {
        f"VANGNET_{name.upper()}": str(value)
        for name, value in town.errand(temporal.address, "").settings.items()
        if name in {"database_url", "region", "key_ring_json", "public_url", "smtp_host", "smtp_port", "mail_from"}
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("VANGNET_", "TEMPORAL_"))}
    where = {"TEMPORAL_ADDRESS": temporal.address, "TEMPORAL_NAMESPACE": town.client.namespace}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "starter.cli", "reconcile", "--json", *arguments,
        cwd=CHECKOUT, env=inherited | settings | where | {"VANGNET_LOCAL_FOLDER": "nowhere"},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert b"Traceback" not in err, err.decode()
    return process.returncode or 0, json.loads(out or err)
