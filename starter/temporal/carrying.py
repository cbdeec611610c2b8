"""Who carries the cases: workers that ask for work, and workflows that run."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import TaskQueueType, WorkflowExecutionStatus
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, DescribeWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from runtime.temporal import TASK_QUEUE
from starter.starting import workflow_id

_CASES = "case/"
_RUNNING = "WorkflowType = 'Case' AND ExecutionStatus = 'Running'"
_LATELY = timedelta(minutes=2)
"""Who waits for work asks anew each minute; Temporal remembers for longer who did."""
_PAGE = 1000
_AT_ONCE = 10


async def asked(client: Client, kind: TaskQueueType.ValueType, now: datetime | None = None) -> bool:
    """Whether a worker asked for work of this kind lately."""
    asking = DescribeTaskQueueRequest(
        namespace=client.namespace, task_queue=TaskQueue(name=TASK_QUEUE), task_queue_type=kind
    )
    pollers = (await client.workflow_service.describe_task_queue(asking)).pollers
    since = (now or datetime.now(UTC)) - _LATELY
    return any(poller.last_access_time.ToDatetime(UTC) > since for poller in pollers)


async def listed(client: Client, most: int) -> frozenset[str]:
    """List the cases that run, as Temporal's index of workflows has it: a moment behind."""
    found = client.list_workflows(_RUNNING, page_size=_PAGE, limit=most)
    return frozenset([run.id.removeprefix(_CASES) async for run in found])


async def not_running(client: Client, cases: Iterable[str]) -> tuple[str, ...]:
    """Which of these do not run, each asked for itself: with a run that follows on another the index may lack both."""
    room = asyncio.Semaphore(_AT_ONCE)

    async def lacks(case_id: str) -> bool:
        async with room:
            return not await _runs(client, case_id)

    asked_for = tuple(cases)
    found = await asyncio.gather(*map(lacks, asked_for))
    return tuple(case_id for case_id, gone in zip(asked_for, found, strict=True) if gone)


async def _runs(client: Client, case_id: str) -> bool:
    """Asked without the SDK's own words, which have none for a paused workflow."""
    asking = DescribeWorkflowExecutionRequest(
        namespace=client.namespace, execution=WorkflowExecution(workflow_id=workflow_id(case_id))
    )
    try:
        found = await client.workflow_service.describe_workflow_execution(asking)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return found.workflow_execution_info.status == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING
