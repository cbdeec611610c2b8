"""Temporal's side: which cases it knows, how each ran, and what its histories tell."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import NamedTuple

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHistory
from temporalio.common import HeaderCodecBehavior
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, WorkflowReplayResult

from protocol.case import Case
from protocol.messages import Told
from protocol.policy import Policy
from protocol.recording import Recording
from runtime.temporal import core
from starter.reconcile.retelling import LISTENING, Retold, RetoldCase
from starter.starting import workflow_id
from store import Opening

_CASES = "case/"
_OF_CASES = "WorkflowType = 'Case'"
_RUNNING = f"{_OF_CASES} AND ExecutionStatus = 'Running'"
_ONE_RUN = timedelta(minutes=1)


class Unreadable(Exception):
    """A history is there and cannot be told again: keys are missing, or this program is not the one that it is of."""


class Past(NamedTuple):
    """What Temporal knows of a case."""

    running: bool
    runs: tuple[Retold, ...]
    """The runs that were told again, the oldest first."""

    @property
    def case(self) -> Case | None:
        """The state after everything that was recorded."""
        return self.runs[-1].case

    @property
    def number(self) -> int:
        """The last event that was recorded."""
        return self.case.number if self.case else self.began_at

    @property
    def began_at(self) -> int:
        """Events up to this one are in no history any more."""
        return self.runs[0].began_at

    @property
    def recordings(self) -> tuple[Recording, ...]:
        """The turns that were recorded, in order."""
        return tuple(recording for run in self.runs for recording in run.recordings)

    @property
    def told(self) -> dict[str, Told]:
        """What was told, by its id."""
        return {id_: told for run in self.runs for id_, told in run.told.items()}

    @property
    def sent_through(self) -> int:
        """Up to this event every notice was sent, or failed."""
        starts = [run.began_at for run in self.runs if run.start and not run.start.unsent]
        return max([*(run.sent_through for run in self.runs), *starts])

    @property
    def policy(self) -> Policy | None:
        """What the case runs by."""
        start = self.runs[0].start
        return start.policy if start else None

    @property
    def opening(self) -> Opening | None:
        """How the case was opened, where its first run is still there."""
        start = self.runs[0].start
        if start is None or start.opening is None or not self.recordings:
            return None
        case = self.recordings[0].case
        return Opening(
            case_id=case.id, region=start.policy.region, school=start.opening.actor.organisation or "",
            told=start.opening, policy=start.policy, opened_at=start.opened_at,
        )  # fmt: skip


class Histories:
    """Reads what Temporal keeps of cases."""

    def __init__(self, client: Client) -> None:
        """Read with this client's namespace and keys."""
        self._client = client
        self._replayer = Replayer(
            workflows=[RetoldCase],
            # It is our own code and only listened to; a sandbox would keep from us what it led to.
            workflow_runner=UnsandboxedWorkflowRunner(),
            namespace=client.namespace,
            data_converter=client.data_converter,
            header_codec_behavior=HeaderCodecBehavior.CODEC,
            runtime=core(),
        )

    async def cases(self, *, running: bool) -> frozenset[str]:
        """List the cases that Temporal knows, or those that run.

        Its lists are a moment behind; after a restore nothing moves.
        """
        found = self._client.list_workflows(_RUNNING if running else _OF_CASES)
        return frozenset([run.id.removeprefix(_CASES) async for run in found])

    async def past(self, case_id: str, since: int) -> Past | None:
        """Tell a case's history again, back to the run that had this event recorded already.

        Returns:
            None when Temporal knows no such case.

        Raises:
            Unreadable: It is there and cannot be told again.
        """
        try:
            found = await self._client.get_workflow_handle(workflow_id(case_id)).describe()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return None
        runs = [retold async for retold in self._runs(case_id, found.run_id, since)]
        return Past(found.status is WorkflowExecutionStatus.RUNNING, tuple(reversed(runs))) if runs else None

    async def _runs(self, case_id: str, run_id: str, since: int) -> AsyncIterator[Retold]:
        """The runs, the newest first, as far back as they are needed and there."""
        seen: set[str] = set()
        while run_id:
            seen.add(run_id)
            history = await self._history(case_id, run_id)
            if history is None:
                return
            if _has_begun(history):
                retold = await self._retold(history)
                yield retold
                if retold.began_at <= since:
                    return
            first = history.events[0].workflow_execution_started_event_attributes
            run_id = first.continued_execution_run_id or await self._ended(case_id, seen)

    async def _ended(self, case_id: str, seen: set[str]) -> str:
        """The last run before these; nothing where there is none. A case that was ended in Temporal and begun again does not name it."""
        runs = self._client.list_workflows(f"{_OF_CASES} AND WorkflowId = '{workflow_id(case_id)}'")
        others = [run async for run in runs if run.run_id not in seen]
        return max(others, key=lambda run: run.start_time).run_id if others else ""

    async def _history(self, case_id: str, run_id: str) -> WorkflowHistory | None:
        handle = self._client.get_workflow_handle(workflow_id(case_id), run_id=run_id)
        try:
            return await handle.fetch_history()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return None

    async def _retold(self, history: WorkflowHistory) -> Retold:
        retold = LISTENING[history.run_id] = Retold()
        result = await self._replayed(history)
        if result.replay_failure is not None or retold.start is None:
            raise Unreadable(type(result.replay_failure).__name__)
        return retold

    async def _replayed(self, history: WorkflowHistory) -> WorkflowReplayResult:
        """Replay within a limit. Over it the replay is left behind: cancelled, it waits for its own worker without end."""
        replaying = asyncio.ensure_future(self._replayer.replay_workflow(history, raise_on_replay_failure=False))
        replaying.add_done_callback(lambda _: LISTENING.pop(history.run_id, None))
        await asyncio.wait((replaying,), timeout=_ONE_RUN.total_seconds())
        if not replaying.done():
            replaying.cancel()
            raise Unreadable("no_end")
        return replaying.result()


def _has_begun(history: WorkflowHistory) -> bool:
    """Whether a run was ever put before a worker.

    One that follows on another within a second waits a moment first, and has nothing to tell; the SDK's replay of it never ends.
    """
    return any(event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED for event in history.events)
