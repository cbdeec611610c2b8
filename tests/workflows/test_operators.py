"""What operators can do to a case in the console: nothing of it loses anything, and each has a way back."""

from __future__ import annotations

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import (
    PauseWorkflowExecutionRequest,
    ResetWorkflowExecutionRequest,
    UnpauseWorkflowExecutionRequest,
)
from temporalio.client import WorkflowExecutionStatus

from protocol import vocabulary as v
from starter.errors import NotReachable
from starter.reconcile.finding import Found
from starter.reconcile.reconciler import Reconciler
from tests.protocol.telling import actor
from tests.workflows import stories
from tests.workflows.case import ToldCase
from tests.workflows.log_watch import LogWatch
from tests.workflows.names import CJG, SCHOOL
from tests.workflows.patience import eventually
from tests.workflows.town import Town


@pytest.fixture(autouse=True)
def ordinary(logs: LogWatch) -> None:
    """A delivery or a task is under way in the run that somebody ended."""
    logs.expect("Activity not found on completion", "Task not found when completing")


async def journal(town: Town, case: ToldCase) -> list[tuple[int, str]]:
    """Numbers and names of what happened."""
    return [(row.recorded.number, type(row.recorded.event).__name__) for row in await town.store.journal(case.id)]


async def status(case: ToldCase) -> WorkflowExecutionStatus | None:
    """How the console shows it."""
    return (await case.handle.describe()).status


async def test_a_case_that_is_reset_goes_on_from_its_journal(town: Town, logs: LogWatch) -> None:
    """Put back to its first task it does nothing over: what happened stays happened, no mail goes out again."""
    logs.expect("recording_mismatch", "caught up with the journal")
    case = await stories.reported(await town.open())
    await case.notices()
    before, mails = await journal(town, case), len(town.office.mails)
    await reset_to_the_first_task(town, case)
    await case.told(CJG, "accept_report")
    await case.notices()
    after = await journal(town, case)
    assert before == after[: len(before)]
    assert v.Step.REPORT != (await case.state()).step
    assert mails < len(town.office.mails) < 2 * mails
    assert len({mail["Message-ID"] for mail in town.office.mails}) == len(town.office.mails)


async def reset_to_the_first_task(town: Town, case: ToldCase) -> None:
    """As somebody does in the console, without what was told after it."""
    history = await case.history()
    first = next(e.event_id for e in history if e.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
    await town.client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=town.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=case.handle.id),
            workflow_task_finish_event_id=first,
            reason="test",
            request_id="reset",
        )
    )


@pytest.mark.parametrize("way", ["terminate", "cancel"])
async def test_a_case_that_was_ended_is_started_again(town: Town, way: str) -> None:
    """Whoever tells it something hears that it is not reachable; reconciling starts it, and it goes on where it was."""
    case = await stories.reported(await town.open())
    await case.notices()
    before = await journal(town, case)
    await (case.handle.terminate("by mistake") if way == "terminate" else case.handle.cancel())
    wanted = WorkflowExecutionStatus.TERMINATED if way == "terminate" else WorkflowExecutionStatus.CANCELED

    async def is_over() -> bool:
        return await status(case) is wanted

    await eventually(is_over, "it is over")
    with pytest.raises(NotReachable):
        await town.in_a_hurry.tell(case.id, "accept_report", {}, actor(CJG), None, "meanwhile")
    found = await Reconciler(town.store, town.client, dry_run=False).one(case.id)
    assert Found.NOT_RUNNING is found.found
    await case.told(CJG, "accept_report", id="meanwhile")
    after = await journal(town, case)
    assert before == after[: len(before)]
    assert (await status(case)) is WorkflowExecutionStatus.RUNNING


async def test_a_paused_case_takes_messages_and_carries_them_out_later(town: Town) -> None:
    """What is told meanwhile is taken and lies there; once it goes on it is carried out, once."""
    case = await town.open()
    await pause(town, case)
    await case.left(SCHOOL, "declare_acute", "meanwhile")
    assert not await case.has_happened("acute_declared")
    await unpause(town, case)
    await case.eventually_happened("acute_declared")
    assert 1 == (await case.happened()).count("acute_declared")


async def pause(town: Town, case: ToldCase) -> None:
    """As the console does where the server allows it."""
    asked = PauseWorkflowExecutionRequest(
        namespace=town.client.namespace, workflow_id=case.handle.id, reason="test", request_id="pause"
    )
    await town.client.workflow_service.pause_workflow_execution(asked)


async def unpause(town: Town, case: ToldCase) -> None:
    """The same, back."""
    asked = UnpauseWorkflowExecutionRequest(
        namespace=town.client.namespace, workflow_id=case.handle.id, reason="test", request_id="unpause"
    )
    await town.client.workflow_service.unpause_workflow_execution(asked)
