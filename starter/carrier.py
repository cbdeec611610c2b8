"""The way to Temporal: every call is bounded, and ends in an answer, a refusal or a plain *away*."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from temporalio.client import (
    Client,
    RPCError,
    RPCTimeoutOrCancelledError,
    WorkflowHandle,
    WorkflowUpdateFailedError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCStatusCode

from protocol.messages import Told, name_of
from protocol.refusals import RefusalCode
from runtime.errors import TemporalUnreachable
from starter.errors import NotReachable, StarterError
from starter.starting import start_case, workflow_id
from store import Opening
from workflows.hearing import Answer

Connect = Callable[[], Awaitable[Client]]
"""Connects when Temporal is first needed, so that what is wrong without it is said without it."""

PATIENCE = timedelta(seconds=5)


class NoWorkflow(StarterError):
    """No workflow runs for this case: it is closed, or its start did not get through."""

    code = "no_workflow"


class Unanswered(NotReachable):
    """A call was not answered in time, or not taken: it may have arrived all the same."""


class RejectedByWorkflow(StarterError):
    """The workflow's validator refused the message; nothing reached its history."""

    code = "rejected"

    def __init__(self, refusal: RefusalCode) -> None:
        """Keep the code; whoever knows the case makes a sentence of it."""
        super().__init__("")
        self.refusal = refusal


class Carrier:
    """Carries messages to the workflows of cases."""

    def __init__(self, temporal: Client | Connect, patience: timedelta = PATIENCE) -> None:
        """Use this client, or the one that this function connects when it is needed.

        Args:
            temporal: The client.
            patience: How long a worker, or the server, gets to answer one call.
        """
        self._temporal = temporal
        self._patience = patience

    async def ask(self, case_id: str, told: Told) -> Answer | None:
        """Tell a case something and wait for its answer, as the update of the message's own name.

        Returns:
            What the case answered; None when nobody answered in time, and nobody knows what became of it.

        Raises:
            RejectedByWorkflow: The protocol refuses it.
            NoWorkflow: No workflow runs for the case.
            NotReachable: Temporal is away; the message did not leave.
        """
        try:
            async with self._bounded() as temporal:
                answer: Answer = await _handle(temporal, case_id).execute_update(
                    name_of(told.message), told, id=told.id, result_type=Answer
                )
                return answer
        except WorkflowUpdateFailedError as failed:
            _raise_refusal(failed.cause)
        except Unanswered:
            pass
        return None

    async def leave(self, case_id: str, told: Told) -> None:
        """Leave a message for a case as a signal, which Temporal keeps until somebody takes it.

        Raises:
            NotReachable: Temporal is away too.
            NoWorkflow: No workflow runs for the case.
        """
        async with self._bounded() as temporal:
            await _handle(temporal, case_id).signal("tell", told)

    async def start(self, opening: Opening) -> None:
        """Start the workflow of an accepted case; one that was started before stays as it is.

        Raises:
            NotReachable: Temporal is away.
        """
        async with self._bounded() as temporal:
            await start_case(temporal, opening)

    @asynccontextmanager
    async def _bounded(self) -> AsyncIterator[Client]:
        """Give a call its time; the client's own retries know no end (``rpc_timeout`` bounds one try)."""
        temporal = await self._connected()
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                yield temporal
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise NoWorkflow("") from None
            raise Unanswered from None
        except (TimeoutError, RPCTimeoutOrCancelledError, RuntimeError):
            # The last is how a client that connects when it is first used says that nobody is there.
            raise Unanswered from None

    async def _connected(self) -> Client:
        if isinstance(self._temporal, Client):
            return self._temporal
        try:
            return await self._temporal()
        except TemporalUnreachable:
            raise NotReachable from None


def _handle(temporal: Client, case_id: str) -> WorkflowHandle[object, object]:
    return temporal.get_workflow_handle(workflow_id(case_id))


def _raise_refusal(cause: BaseException) -> None:
    """A failure that is no refusal, as of a workflow that ended meanwhile, tells nothing about the message."""
    if isinstance(cause, ApplicationError) and cause.type in set(RefusalCode):
        raise RejectedByWorkflow(RefusalCode(cause.type)) from None
