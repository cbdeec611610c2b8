"""A trace on its way through Temporal: from who tells a case, through the case, to what is carried out.

It travels in a header, which the payload codec seals as all else. The header is no part of what replay compares, and a
worker that knows nothing of it leaves it alone.

The SDK's own interceptor would hang what is carried out under the start of the case, months ago: a case writes and
sends from its one loop, not from the handler that heard the message. So a case's part remembers the message that it heard last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final

from temporalio import activity, workflow
from temporalio import client as to_temporal
from temporalio import worker as at_worker
from temporalio.api.common.v1 import Payload

from runtime.tracing import Traces, failed, read, written

if TYPE_CHECKING:
    from opentelemetry.trace import SpanContext

_HEADER: Final = "vangnet-trace"
_ENCODING: Final = b"json/plain"
_NOTHING: Final = Payload()
_FOLLOWS: Final = timedelta(minutes=1)
"""What a case does later than this after a message, it does by itself."""
_CASES: Final = "case/"

Headers = Mapping[str, Payload]


class Following(to_temporal.Interceptor, at_worker.Interceptor):
    """Puts the trace on what is sent to Temporal, and takes it up where work is carried out."""

    def __init__(self, traces: Traces) -> None:
        self._traces = traces

    def intercept_client(self, next: to_temporal.OutboundInterceptor) -> to_temporal.OutboundInterceptor:  # noqa: A002
        return _Sending(next, self._traces)

    def intercept_activity(self, next: at_worker.ActivityInboundInterceptor) -> at_worker.ActivityInboundInterceptor:  # noqa: A002
        return _CarryingOut(next, self._traces)

    def workflow_interceptor_class(
        self,
        input: at_worker.WorkflowInterceptorClassInput,  # noqa: A002, ARG002
    ) -> type[at_worker.WorkflowInboundInterceptor]:
        traces = self._traces

        class Hearing(_Hearing):
            _traces: ClassVar[Traces] = traces

        return Hearing


class _Sending(to_temporal.OutboundInterceptor):
    def __init__(self, next: to_temporal.OutboundInterceptor, traces: Traces) -> None:  # noqa: A002
        super().__init__(next)
        self._traces = traces

    async def start_workflow(self, input: to_temporal.StartWorkflowInput) -> Any:  # noqa: A002
        with self._sent(input, f"start {input.workflow}"):
            return await super().start_workflow(input)

    async def signal_workflow(self, input: to_temporal.SignalWorkflowInput) -> None:  # noqa: A002
        with self._sent(input, f"signal {input.signal}"):
            await super().signal_workflow(input)

    async def start_workflow_update(self, input: to_temporal.StartWorkflowUpdateInput) -> Any:  # noqa: A002
        with self._sent(input, f"update {input.update}"):
            return await super().start_workflow_update(input)

    @contextmanager
    def _sent(
        self,
        message: to_temporal.StartWorkflowInput
        | to_temporal.SignalWorkflowInput
        | to_temporal.StartWorkflowUpdateInput,
        name: str,
    ) -> Iterator[None]:
        with self._traces.span(name, client=True, about=_case(message.id)) as span:
            message.headers = _with(message.headers, span.get_span_context())
            yield


class _CarryingOut(at_worker.ActivityInboundInterceptor):
    def __init__(self, next: at_worker.ActivityInboundInterceptor, traces: Traces) -> None:  # noqa: A002
        super().__init__(next)
        self._traces = traces

    async def execute_activity(self, input: at_worker.ExecuteActivityInput) -> Any:  # noqa: A002
        parent = _parent(input.headers)
        if parent is None:
            return await super().execute_activity(input)
        info = activity.info()
        with self._traces.span(
            info.activity_type, parent, about={**_case(info.workflow_id or ""), "attempt": info.attempt}
        ):
            return await super().execute_activity(input)


class _Remembered:
    """Which message a case heard last, and when."""

    def __init__(self) -> None:
        self._last: tuple[SpanContext, datetime] | None = None

    def heard(self, found: SpanContext | None) -> None:
        self._last = (found, workflow.now()) if found else None

    @property
    def recent(self) -> SpanContext | None:
        if self._last is None or workflow.now() - self._last[1] > _FOLLOWS:
            return None
        return self._last[0]


class _Hearing(at_worker.WorkflowInboundInterceptor):
    _traces: ClassVar[Traces]

    def init(self, outbound: at_worker.WorkflowOutboundInterceptor) -> None:
        self._remembered = _Remembered()
        super().init(_Ordering(outbound, self._remembered))

    async def execute_workflow(self, input: at_worker.ExecuteWorkflowInput) -> Any:  # noqa: A002
        self._remembered.heard(_parent(input.headers))
        return await super().execute_workflow(input)

    async def handle_signal(self, input: at_worker.HandleSignalInput) -> None:  # noqa: A002
        self._remembered.heard(_parent(input.headers))
        await super().handle_signal(input)

    async def handle_update_handler(self, input: at_worker.HandleUpdateInput) -> Any:  # noqa: A002
        parent = _parent(input.headers)
        self._remembered.heard(parent)
        if parent is None or workflow.unsafe.is_replaying():
            return await super().handle_update_handler(input)
        span = self._traces.begun(f"hear {input.update}", parent, about=_case(workflow.info().workflow_id))
        self._remembered.heard(span.get_span_context())
        try:
            return await super().handle_update_handler(input)
        except Exception as error:
            failed(span, error)
            raise
        finally:
            span.end()


class _Ordering(at_worker.WorkflowOutboundInterceptor):
    def __init__(self, next: at_worker.WorkflowOutboundInterceptor, remembered: _Remembered) -> None:  # noqa: A002
        super().__init__(next)
        self._remembered = remembered

    def start_activity(self, input: at_worker.StartActivityInput) -> workflow.ActivityHandle[Any]:  # noqa: A002
        input.headers = _with(input.headers, self._remembered.recent)
        return super().start_activity(input)

    def start_local_activity(self, input: at_worker.StartLocalActivityInput) -> workflow.ActivityHandle[Any]:  # noqa: A002
        input.headers = _with(input.headers, self._remembered.recent)
        return super().start_local_activity(input)


def _case(workflow_id: str) -> dict[str, str | int]:
    return {"case": workflow_id.removeprefix(_CASES)} if workflow_id.startswith(_CASES) else {}


def _with(headers: Headers, found: SpanContext | None) -> Headers:
    if found is None:
        return headers
    return {**headers, _HEADER: Payload(metadata={"encoding": _ENCODING}, data=f'"{written(found)}"'.encode())}


def _parent(headers: Headers) -> SpanContext | None:
    """What a header says; who reaches Temporal can write anything there, and it must not stop a case."""
    found = headers.get(_HEADER, _NOTHING)
    return read(found.data.decode("ascii", errors="replace").strip('"'))
