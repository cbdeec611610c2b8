"""Who tells a case: the bare workflow's updates, our case's updates, and our case through its front door."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from time import perf_counter
from uuid import uuid4

from pydantic import JsonValue
from temporalio.client import Client

from bench import bare
from bench.history import busy
from bench.story import whole_case
from protocol.messages import Message, Told, name_of
from protocol.vocabulary import OrganisationKind
from starter import standing
from starter.actors import parse_actor
from starter.client import CaseClient
from starter.draft import Draft, read_draft
from starter.stack.environment import REGION
from starter.stack.stories import Tell
from starter.starting import start_case, workflow_id
from starter.submission import read_submission
from store import Content, Store
from workflows.hearing import Answer

_AGAIN = timedelta(milliseconds=3).total_seconds()


class Driver(ABC):
    """Tells cases of one kind.

    Attributes:
        name: How the measurements call it.
        worker: Which worker carries its cases.
        messages: How many messages follow the opening.
    """

    name: str
    worker: str
    messages: int

    @abstractmethod
    async def open(self) -> str:
        """Open a case; returns its workflow id."""

    @abstractmethod
    async def tell(self, workflow: str, number: int) -> float:
        """Tell the case its message of this number, from 1; returns the seconds of the round trip."""

    @abstractmethod
    async def quiet(self, workflow: str) -> None:
        """Wait until nothing that the last message brought is under way."""

    @abstractmethod
    async def closed(self, workflow: str) -> None:
        """Wait until the case has ended."""


class Bare(Driver):
    """Updates of the bare workflow."""

    name = "bare"
    worker = "bare"

    def __init__(self, client: Client, shape: bare.Shape) -> None:
        self._client = client
        self._shape = shape
        self.messages = len(shape.beats) - 1

    async def open(self) -> str:
        workflow = f"bare/{uuid4()}"
        await self._client.start_workflow(bare.BareWorkflow.run, self._shape, id=workflow, task_queue=bare.TASK_QUEUE)
        return workflow

    async def tell(self, workflow: str, number: int) -> float:
        handle = self._client.get_workflow_handle(workflow)
        return await _timed(handle.execute_update(bare.BareWorkflow.tell, number))

    async def quiet(self, workflow: str) -> None:
        while await busy(self._client, workflow, with_activities=True):
            await asyncio.sleep(_AGAIN)

    async def closed(self, workflow: str) -> None:
        await self._client.get_workflow_handle(workflow).result()


class Case(Driver):
    """Updates of our case: each message is staged in the store first, and its update is what is timed."""

    name = "update"
    worker = "ours"

    def __init__(self, client: Client, store: Store, *, lingers: bool = True) -> None:
        self._client = client
        self._store = store
        self._lingers = lingers
        self._door = CaseClient(store, client, REGION, patience=timedelta(seconds=60))
        self._story = whole_case()
        self._directory: dict[str, OrganisationKind] = {}
        self.messages = len(self._story.steps)

    async def open(self) -> str:
        opening = await self._door.accept(parse_actor(self._story.school), self._story.intake)
        await start_case(self._client, opening)
        await self._store.mark_started(opening.case_id)  # as the front door does: or else the worker starts it again
        return workflow_id(opening.case_id)

    async def tell(self, workflow: str, number: int) -> float:
        case_id = _case_id(workflow)
        told, content = await self._prepared(case_id, number)
        await self._store.stage(case_id, told, content)
        handle = self._client.get_workflow_handle(workflow)
        return await _timed(handle.execute_update(name_of(told.message), told, id=told.id, result_type=Answer))

    async def quiet(self, workflow: str) -> None:
        """A delivery that has sent everything and lingers for more is quiet too."""
        while await busy(self._client, workflow, with_activities=not self._lingers) or await self._store.unsent(
            _case_id(workflow)
        ):
            await asyncio.sleep(_AGAIN)

    async def closed(self, workflow: str) -> None:
        await self._client.get_workflow_handle(workflow).result()

    def _step(self, number: int) -> tuple[Tell, dict[str, JsonValue]]:
        step = self._story.steps[number - 1]
        if not isinstance(step, Tell):
            raise TypeError("a case that is measured waits for nobody")
        fields = dict(step.fields)
        if step.at_days is not None:
            fields["at"] = (datetime.now(UTC) + timedelta(days=step.at_days)).isoformat()
        return step, fields

    async def _prepared(self, case_id: str, number: int) -> tuple[Told, Content]:
        """The message as the front door makes it."""
        self._directory = self._directory or await standing.directory(self._store, REGION)
        step, fields = self._step(number)
        keys = self._store.keys
        submission = read_submission(step.message, fields, parse_actor(step.actor), step.note, None, keys)
        message = _message(read_draft(submission, self._directory, keys))
        return submission.told(case_id, message), Content(note=step.note)


class Door(Case):
    """Our case through ``CaseClient``, as the command line and the pages tell it."""

    name = "door"

    async def tell(self, workflow: str, number: int) -> float:
        step, fields = self._step(number)
        told = self._door.tell(_case_id(workflow), step.message, fields, parse_actor(step.actor), step.note)
        return await _timed(told)


def _message(draft: Draft) -> Message:
    if not isinstance(draft.read, Message):
        raise TypeError("a case that is measured keeps its guardians")
    return draft.read


def _case_id(workflow: str) -> str:
    return workflow.removeprefix(workflow_id(""))


async def _timed(call: Awaitable[object]) -> float:
    began = perf_counter()
    await call
    return perf_counter() - began
