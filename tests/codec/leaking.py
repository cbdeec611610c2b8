"""A workflow that puts a secret wherever Temporal takes something."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any, NoReturn

from temporalio import activity, workflow
from temporalio.api.common.v1 import Payload
from temporalio.client import Interceptor as ClientInterceptor
from temporalio.client import OutboundInterceptor, StartWorkflowInput, WorkflowHandle
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError

SECRET = "Noor Kanarie"
_SOON = timedelta(seconds=10)
_ONCE = RetryPolicy(maximum_attempts=1)


@activity.defn
async def repeat(secret: str) -> str:
    """Take a secret and give it back, beating with it in between."""
    if not activity.info().is_local:
        activity.heartbeat(secret)
    return secret


@activity.defn
async def fail(secret: str) -> NoReturn:
    """Fail with a secret in message, details and cause."""
    try:
        raise ValueError(secret)
    except ValueError as cause:
        raise ApplicationError(secret, secret, type="fixed") from cause


@workflow.defn(name="Leaking")
class Leaking:
    """Leaks in every way there is, then once more in its next run, and fails at the end."""

    def __init__(self) -> None:
        self._told = 0

    @workflow.run
    async def run(self, secret: str) -> str:
        """Leak."""
        workflow.set_current_details(secret)
        workflow.upsert_memo({"later": secret})
        await workflow.execute_activity(repeat, secret, start_to_close_timeout=_SOON, summary=secret)
        await workflow.execute_local_activity(repeat, secret, start_to_close_timeout=_SOON, summary=secret)
        for kind in (workflow.execute_activity, workflow.execute_local_activity):
            with suppress(Exception):  # a local activity's failure comes bare
                await kind(fail, secret, start_to_close_timeout=_SOON, retry_policy=_ONCE)
        await workflow.sleep(timedelta(milliseconds=1), summary=secret)
        if workflow.info().continued_run_id is None:
            await workflow.wait_condition(lambda: self._told >= 2 and workflow.all_handlers_finished())
            workflow.continue_as_new(secret, memo={"next": secret})
        raise ApplicationError(secret, secret, type="fixed")

    @workflow.signal
    def hear(self, secret: str) -> None:
        """Take a secret."""
        self._told += bool(secret)

    @workflow.update
    async def ask(self, secret: str) -> str:
        """Answer with the secret."""
        self._told += 1
        return secret

    @workflow.update
    async def refuse(self, secret: str) -> str:
        """Fail with the secret."""
        raise ApplicationError(secret, secret, type="fixed")


class InHeaders(ClientInterceptor):
    """Puts a secret into the headers."""

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002  # the SDK's name
        """Stand between."""
        return _InHeaders(super().intercept_client(next))


class _InHeaders(OutboundInterceptor):
    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:  # noqa: A002  # the SDK's name
        input.headers = {**input.headers, "secret": Payload(metadata={"encoding": b"json/plain"}, data=SECRET.encode())}
        return await self.next.start_workflow(input)
