"""What was put down for a case and never reached it: a page broke off, or Temporal stood still. Nobody can carry it out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import WorkflowExecutionStatus
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.common import QueryRejectCondition
from temporalio.exceptions import TemporalError

from activities.rounds import rounds
from store import Store

_YOUNG = timedelta(minutes=3)
"""Younger ones are still being told by who put them down."""
_EVERY = timedelta(minutes=1)
_PATIENCE = timedelta(seconds=5)
"""For one case; one that cannot answer is left alone."""
_BATCH = 200


class Unheard:
    """Beside Temporal, which cannot know of them. What is dropped counts once when it is told again, as if never told."""

    def __init__(self, store: Store, client: Client) -> None:
        """Look at what was put down in this store, and ask the cases at this Temporal."""
        self._store = store
        self._client = client
        self._before: frozenset[tuple[str, str]] = frozenset()

    async def drop(self, older_than: timedelta = _YOUNG) -> int:
        """Drop what did not reach its case, two rounds in a row; returns how many were dropped.

        Two, because what waited for a Temporal that comes back may still be on its way in the first.

        Raises:
            StoreUnavailable: The database does not answer.
        """
        staged = await self._store.staged(older_than, _BATCH)
        unheard = frozenset([each for each in staged if await self._never_came(*each)])
        dropped = unheard & self._before
        for case_id, message_id in dropped:
            await self._store.drop(case_id, message_id)
        self._before = unheard - dropped
        return len(dropped)

    @asynccontextmanager
    async def watching(self, every: timedelta = _EVERY) -> AsyncIterator[None]:
        """Look round after round, until this is left."""
        async with rounds(self.drop, "messages nobody heard not dropped", every):
            yield

    async def _never_came(self, case_id: str, message_id: str) -> bool:
        """Whether its case runs, has nothing left to hear, and does not know of it. Any doubt is a no."""
        try:
            async with asyncio.timeout(_PATIENCE.total_seconds()):
                return await self._listens(case_id) and not await self._client.get_workflow_handle(
                    f"case/{case_id}"
                ).query("holds", message_id, result_type=bool, reject_condition=QueryRejectCondition.NOT_OPEN)
        except (TemporalError, RuntimeError, TimeoutError):
            return False  # Temporal is away, no worker answers, the case is stuck, is over, or of the release before

    async def _listens(self, case_id: str) -> bool:
        """Asked without the SDK's own words, which have none for a paused workflow."""
        asking = DescribeWorkflowExecutionRequest(
            namespace=self._client.namespace, execution=WorkflowExecution(workflow_id=f"case/{case_id}")
        )
        found = await self._client.workflow_service.describe_workflow_execution(asking)
        runs = found.workflow_execution_info.status == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING
        return runs and not found.HasField("pending_workflow_task")
