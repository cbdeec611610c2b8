"""Shielding and destroying what is due, by the schedule: nobody has to remember it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field
from temporalio import activity
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.errors import translated
from protocol.calendar import local_day
from protocol.model import Frozen
from protocol.policy import Policy
from protocol.retention import Act, Due, due, parts_gone_by
from store import Store


class Kept(Frozen):
    """What a round did.

    Attributes:
        shielded: Parts that nobody reads any more.
        destroyed: Parts whose key was destroyed.
        held: Parts that are due, and wait for the answer to somebody's request.
        blanked: Rows of destroyed parts that had come back with a restore.
        histories: Workflow histories that were removed.
        logs: Rows of journal and access log that were destroyed; left out where there are none, as release 0.1 knows it.
    """

    shielded: int = 0
    destroyed: int = 0
    held: int = 0
    blanked: int = 0
    histories: int = 0
    logs: Annotated[int, Field(exclude_if=lambda rows: not rows)] = 0


class Retention:
    """A region's retention; repeating it changes nothing, and after a kill it goes on where it was."""

    def __init__(self, client: Client, store: Store, region: str) -> None:
        self._client = client
        self._store = store
        self._region = region

    @activity.defn(name="keep_or_destroy")
    @translated
    async def keep_or_destroy(self) -> Kept:
        """Shield and destroy what is due today; (case, part, act) is the key."""
        policy = await self._store.policy(self._region)
        counted = {"shielded": 0, "destroyed": 0, "held": 0}
        for found in await self._due(policy):
            activity.heartbeat()
            if found.hold:
                counted["held"] += 1
            elif await self._store.carry_out(found):
                counted["shielded" if found.act is Act.SHIELD else "destroyed"] += 1
        blanked = await self._store.blank_destroyed()
        histories, logs = await self._remove_histories(), await self._destroy_logs(policy)
        return Kept(**counted, blanked=blanked, histories=histories, logs=logs)

    async def _destroy_logs(self, policy: Policy) -> int:
        """Destroy what stands in the logs about cases of which nothing is left, and old looks at nothing in particular."""
        gone_by = parts_gone_by(local_day(policy.calendar, datetime.now(UTC)))
        rows = await self._store.destroy_old_looks(self._region)
        for case_id in await self._store.logs_due(self._region, gone_by):
            activity.heartbeat()
            rows += await self._store.destroy_logs(self._region, case_id)
        return rows

    async def _due(self, policy: Policy) -> tuple[Due, ...]:
        """Everything that is due, read before anything is done, so that the walk is over what was there."""
        today, found = local_day(policy.calendar, datetime.now(UTC)), list[Due]()
        async for part in self._store.held_parts(policy, today):
            activity.heartbeat()
            found += due(part, policy, today)
        return tuple(found)

    async def _remove_histories(self) -> int:
        """Temporal forgets a closed case by itself some day; of a case that is erased it does so now."""
        removed = 0
        for case_id in await self._store.histories_left(self._region):
            activity.heartbeat()
            await remove_history(self._client, case_id)
            await self._store.history_removed(self._region, case_id)
            removed += 1
        return removed


async def remove_history(client: Client, case_id: str) -> None:
    """Have Temporal delete a case's history; one that it does not know is gone already."""
    request = DeleteWorkflowExecutionRequest(
        namespace=client.namespace, workflow_execution=WorkflowExecution(workflow_id=f"case/{case_id}")
    )
    try:
        await client.workflow_service.delete_workflow_execution(request)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
