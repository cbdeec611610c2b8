"""A case as the tests tell it: sentences of the protocol, and what became of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TypeVar

import pytest
from pydantic import JsonValue
from temporalio.api.enums.v1 import WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper

from protocol import vocabulary as v
from protocol.case import Case, Deadline, Outcome
from protocol.deadlines import next_rung, rung_at
from protocol.decide import needs_note, take
from protocol.events import Recorded, event_name
from protocol.messages import Message, Told, name_of
from protocol.notices import NoticeKind
from protocol.recording import Recording
from protocol.refusals import RefusalCode, Refused
from starter.client import CaseClient
from starter.errors import NotReachable, TakenNotCarriedOut
from starter.fields import message_type
from starter.starting import workflow_id
from store import MessageState, NoticeRow, Store, StoredMessage
from tests.protocol.telling import POLICY, actor
from tests.workflows.patience import eventually
from workflows.case import CaseWorkflow
from workflows.hearing import Answer

_PATIENCE = 60
_TRIES = 5
T = TypeVar("T")
_ids = count(1)
_EVIDENCE = ("paper", "oral")
_JUST_PAST = timedelta(seconds=1)
_FAR = timedelta(minutes=30)
Heard = tuple[NoticeKind, v.Task | None, str | None]
"""A notice as somebody reads it: what about, which task, which rung of its ladder."""


class SkippedTooFar(Exception):
    """Temporal went on skipping time: what came of the case then says nothing.

    Skipping is experimental in this server. When a run ends while its time is skipped, the next one knows that time is
    skipped and not until when.
    """


async def skipped_as_asked(story: Callable[[], Awaitable[T]]) -> T:
    """Tell a story in which what comes depends on no more time having passed: anew where more did."""
    for _ in range(_TRIES):
        with suppress(SkippedTooFar):
            return await story()
    raise AssertionError("the server never skips time as it is asked to")


class ToldCase:
    """One case, through the door that everybody uses."""

    def __init__(self, case_id: str, client: Client, store: Store, cases: CaseClient, in_a_hurry: CaseClient) -> None:
        self.id = case_id
        self._client = client
        self._store = store
        self._cases = cases
        self._in_a_hurry = in_a_hurry
        self._skipper = TimeSkipper(client)
        self._told = count(1)

    @property
    def handle(self) -> WorkflowHandle[CaseWorkflow, Outcome | None]:
        """The case's workflow, whichever run of it."""
        return self._client.get_workflow_handle_for(CaseWorkflow.run, workflow_id(self.id))

    # Telling

    async def told(
        self,
        who: str,
        message: str,
        *,
        note: str | None = None,
        id: str | None = None,  # noqa: A002  # its name at the door
        **fields: JsonValue,
    ) -> Answer:
        """Somebody tells the case something, with a note where the protocol wants one.

        Told once more under its id where no answer came in time: putting a case away while it writes costs it a task's time-out.
        """
        wanted = message_type(message).NOTE or fields.get("channel") in _EVIDENCE
        text = note or ("Toelichting." if wanted else None)
        id_ = id or f"told-{next(self._told)}"
        with suppress(TakenNotCarriedOut):
            return await self._cases.tell(self.id, message, fields, actor(who), text, id_)
        return await self._cases.tell(self.id, message, fields, actor(who), text, id_)

    async def refused(
        self,
        who: str,
        message: str,
        *,
        note: str | None = None,
        id: str | None = None,  # noqa: A002
        **fields: JsonValue,
    ) -> RefusalCode:
        """Somebody tells it something that is refused; why."""
        try:
            answer = await self.told(who, message, note=note, id=id, **fields)
        except Refused as refused:
            return refused.code
        raise AssertionError(f"{message} of {who} was not refused: {answer.events}")

    async def left(self, who: str, message: str, id: str, **fields: JsonValue) -> None:  # noqa: A002
        """Somebody tells it something while nobody answers: it is taken, and not carried out yet."""
        with pytest.raises(TakenNotCarriedOut):
            await self._in_a_hurry.tell(self.id, message, fields, actor(who), None, id)

    async def unreachable(self, who: str, message: str, id: str, **fields: JsonValue) -> None:  # noqa: A002
        """Somebody tells it something while Temporal is away."""
        with pytest.raises(NotReachable):
            await self._in_a_hurry.tell(self.id, message, fields, actor(who), None, id)

    async def told_or_nothing(self, who: str, message: str, id: str, **fields: JsonValue) -> Answer | None:  # noqa: A002
        """Somebody tells it something, though parts may still be away."""
        with suppress(NotReachable, TakenNotCarriedOut):
            return await self._in_a_hurry.tell(self.id, message, fields, actor(who), None, id)
        return None

    # Telling it without the door, as a program that knows nothing of it would

    async def update(self, told: Told, name: str | None = None) -> Answer:
        """Hand an update to the workflow itself."""
        answer: Answer = await self.handle.execute_update(
            name or name_of(told.message), told, id=told.id, result_type=Answer, rpc_timeout=timedelta(seconds=20)
        )
        return answer

    async def rejected(self, told: Told, name: str | None = None) -> str | None:
        """Hand it an update that it refuses; why."""
        with pytest.raises(WorkflowUpdateFailedError) as failed:
            await self.update(told, name)
        assert isinstance(failed.value.cause, ApplicationError)
        return failed.value.cause.type

    async def settled_update(self, told: Told) -> Answer:
        """Hand it an update until it is answered: one that comes while a run makes place for the next is told again."""
        async with asyncio.timeout(_PATIENCE):
            while True:
                with suppress(RPCError):
                    return await self.update(told)

    async def recorded_elsewhere(self, told: Told) -> None:
        """Write a turn past the workflow, as a restored database or a second writer would."""
        case = await self.state()
        taken = take(case, told, datetime.now(UTC), POLICY)
        await self._store.record(Recording(case=taken.case, events=taken.recorded))

    async def signal(self, told: Told) -> None:
        """Leave it a signal."""
        await self.handle.signal(CaseWorkflow.tell, told)

    # Time

    async def passes(self, by: timedelta) -> None:
        """Time passes, and the case carries out what it brings."""
        await self._skip(by)
        await eventually(self._caught_up, f"{self.id} carried out what time brought")

    async def silence(self, task: v.Task, subject: str | None = None, *, exactly: bool = False) -> datetime:
        """Nobody does anything until this deadline reaches its next rung; when that is.

        Args:
            task: What is due.
            subject: Of whom, or of what.
            exactly: Whether what comes depends on no more time having passed.

        Raises:
            SkippedTooFar: More time passed than exactly that.
        """
        at = rung_at(await self.deadline(task, subject), POLICY)
        await self.passes(at - await self.now() + _JUST_PAST)
        if exactly and await self.now() > at + _FAR:
            raise SkippedTooFar
        return at

    async def now(self) -> datetime:
        """What the case's own clock says."""
        return await self._skipper.get_current_time(self.handle)

    async def _caught_up(self) -> bool:
        rung = next_rung(await self.state(), POLICY)
        return rung is None or rung[0] > await self.now()

    async def passes_quickly(self) -> None:
        """Skip the pause before the next try of what failed."""
        await self._skip(timedelta(minutes=2))

    async def _skip(self, by: timedelta) -> None:
        async with asyncio.timeout(_PATIENCE):
            await self._skipper.fast_forward(self.handle, by)

    async def ended(self) -> Outcome | None:
        """Wait until its workflow is over; how the case came out."""
        async with asyncio.timeout(_PATIENCE):
            return await self.handle.result()

    # Looking

    async def state(self) -> Case:
        """Where it stands, as recorded."""
        overview = await self._store.overview(self.id)
        assert overview is not None
        return overview.case

    async def deadline(self, task: v.Task, subject: str | None = None) -> Deadline:
        """The clock of this task."""
        case = await self.state()
        found = [d for d in case.deadlines if d.task is task and subject in (None, d.subject)]
        assert found, f"no clock runs for {task}: {[str(d.task) for d in case.deadlines]}"
        return found[0]

    async def tasks(self) -> set[v.Task]:
        """What is waited for."""
        return {deadline.task for deadline in (await self.state()).deadlines}

    async def journal(self) -> tuple[Recorded, ...]:
        """What happened."""
        return await self._store.recorded(self.id)

    async def happened(self) -> list[str]:
        """What happened, by name."""
        return [event_name(row.event) for row in await self.journal()]

    async def settled(self, message_id: str) -> StoredMessage:
        """What became of a message, once something did."""
        found = await eventually(lambda: self._decided(message_id), f"{message_id} is decided")
        assert found is not None
        return found

    async def _decided(self, message_id: str) -> StoredMessage | None:
        known = await self._store.message(self.id, message_id)
        return known if known and known.state is not MessageState.STAGED else None

    async def notices(self) -> tuple[NoticeRow, ...]:
        """Everything it told anybody, once all of it is sent."""
        await eventually(self._all_settled, f"all notices of {self.id} are sent")
        return await self._store.notices(self.id)

    async def told_to(self, party: str) -> list[Heard]:
        """What this party was told, in order."""
        return [(n.kind, n.task, n.rung) for n in await self.notices() if n.party == party]

    async def turn(self, told: Told) -> list[Recorded]:
        """What a message led to."""
        return [row for row in await self.journal() if row.message_id == told.id]

    async def recorded(self, told: Told) -> list[Recorded]:
        """What a message led to, once it did."""
        return await eventually(lambda: self.turn(told), f"{told.id} is recorded")

    async def _all_settled(self) -> bool:
        return all(notice.sent_at or notice.failed_code for notice in await self._store.notices(self.id))

    async def history(self) -> list[HistoryEvent]:
        """What Temporal keeps of its present run."""
        return [event async for event in self.handle.fetch_history_events()]

    async def has_happened(self, event: str) -> bool:
        """Whether an event of this name is in the journal."""
        return event in await self.happened()

    async def eventually_happened(self, event: str) -> None:
        """Wait for an event of this name."""
        await eventually(lambda: self.has_happened(event), f"{event} is recorded")

    async def comes_to_life(self) -> bool:
        """Wait for the first recording."""
        return await eventually(lambda: self.has_happened("case_opened"), "its opening is recorded")

    async def details(self) -> str:
        """What the console shows under *current details*."""
        metadata: WorkflowMetadata = await self.handle.query(
            "__temporal_workflow_metadata", result_type=WorkflowMetadata
        )
        return metadata.current_details

    async def details_say(self, text: str) -> bool:
        """Whether the console shows this."""
        return text in await self.details()

    async def is_quiet(self) -> bool:
        """Whether nothing of it is being carried out."""
        return not (await self.handle.describe()).raw_description.pending_activities

    async def quiet(self) -> int:
        """Wait until nothing of it is being carried out; the number of events in its history."""
        await eventually(self.is_quiet, "nothing is being carried out")
        return len(await self.history())

    async def runs_at_least(self, number: int) -> list[str]:
        """The runs, once so many are listed."""
        found = await self.runs()
        return found if len(found) >= number else []

    async def began_anew_since(self, run: str | None) -> None:
        """Wait until another run carries it."""

        async def began() -> bool:
            return (await self.handle.describe()).run_id != run

        await eventually(began, "the workflow began anew")

    async def runs(self) -> list[str]:
        """The runs of its workflow, by what became of each, the newest first."""
        found = self._client.list_workflows(f"WorkflowId = '{workflow_id(self.id)}'")
        return [run.run_id async for run in found]

    async def failed_tasks(self) -> list[HistoryEvent]:
        """Times that a worker could not go on with it.

        Not when news came in while it ended or began anew: the server then lets it look again. Nor when somebody reset it.
        """
        ordinary = {
            WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND,
            WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW,
        }
        return [
            event
            for event in await self.history()
            if event.HasField("workflow_task_failed_event_attributes")
            and event.workflow_task_failed_event_attributes.cause not in ordinary
        ]


def told(message: Message, who: str, id: str | None = None, digest: str = "digest") -> Told:  # noqa: A002
    """A message on its way, with a note where the protocol wants one."""
    note = f"00000000-0000-4000-8000-{next(_ids):012d}" if needs_note(message) else None
    return Told(id=id or f"raw-{next(_ids)}", digest=digest, actor=actor(who), message=message, note_id=note)
