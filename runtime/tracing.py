"""Traces: what one click led to, from the page to the mail, as spans that say where the time went.

A span holds names of our own code, codes and the id of a case: what log lines hold, and nothing more. What an error says is
left out of it (decision 003). Off unless an endpoint is set; then nothing of OpenTelemetry is even loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, SpanContext

_PARENT: Final = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")

_PATIENCE: Final = 3.0
"""Seconds for a collector that is away: a process that stops waits no longer for its last spans."""

About = Mapping[str, str | int]
_NOTHING: Final[About] = MappingProxyType({})


class Traces:
    """Where spans go."""

    def __init__(self, provider: TracerProvider) -> None:
        """Give them to this provider; :func:`traces` makes the one of a process."""
        self._tracer = provider.get_tracer("vangnet")

    @contextmanager
    def span(
        self, name: str, parent: SpanContext | None = None, *, client: bool = False, about: About = _NOTHING
    ) -> Iterator[Span]:
        """A span that what is done within belongs to; of an error it keeps the code.

        Args:
            name: Of our own code, never of what somebody sent.
            parent: What it belongs to, where that came from another process; else the span that is on.
            client: It waits for another process.
            about: Ids and codes.
        """
        from opentelemetry import trace

        kind = trace.SpanKind.CLIENT if client else trace.SpanKind.INTERNAL
        span = self.begun(name, parent, kind=kind, about=about)
        with trace.use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
            try:
                yield span
            except Exception as error:
                failed(span, error)
                raise

    def begun(
        self, name: str, parent: SpanContext | None = None, *, kind: object = None, about: About = _NOTHING
    ) -> Span:
        """A span that somebody ends by hand, and that nothing else belongs to by itself."""
        from opentelemetry import trace

        above = trace.set_span_in_context(trace.NonRecordingSpan(parent)) if parent else None
        of_kind = kind if isinstance(kind, trace.SpanKind) else trace.SpanKind.INTERNAL
        return self._tracer.start_span(name, above, of_kind, dict(about))


def failed(span: Span, error: BaseException) -> None:
    """Note that it did not go well: the error's code, or its type."""
    from opentelemetry.trace import Status, StatusCode

    code = getattr(error, "type", None) or getattr(error, "code", None)
    span.set_status(Status(StatusCode.ERROR, code if isinstance(code, str) else type(error).__name__))


def traces(endpoint: str | None, process: str) -> Traces | None:
    """Send the spans of this process to a collector, by OTLP over HTTP; nothing where no endpoint is set.

    OpenTelemetry's own variables name none: a cluster that sets them for everybody would switch traces on unasked.
    Sampling and headers go by them.

    Args:
        endpoint: The collector, such as ``http://127.0.0.1:4318``.
        process: What the process is called there.
    """
    if endpoint is None:
        return None
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=_PATIENCE)
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: process}))  # ends with the process
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return following(provider)


def following(provider: TracerProvider) -> Traces:
    """Trace to this provider, and have log lines name the trace that they are of."""
    global _on  # noqa: PLW0603  # log lines are written everywhere: one switch for the process
    _on = True
    return Traces(provider)


_on = False


def trace_id() -> str | None:
    """The trace that is on; none without tracing."""
    if not _on:
        return None
    from opentelemetry import trace

    found = trace.get_current_span().get_span_context()
    return f"{found.trace_id:032x}" if found.is_valid else None


def written(found: SpanContext) -> str:
    """A span as W3C's ``traceparent`` writes it."""
    return f"00-{found.trace_id:032x}-{found.span_id:016x}-{int(found.trace_flags):02x}"


def read(parent: str) -> SpanContext | None:
    """The span of a ``traceparent``; nothing when it is none."""
    from opentelemetry.trace import SpanContext, TraceFlags

    parts = _PARENT.fullmatch(parent)
    if parts is None:
        return None
    trace, span, flags = (int(part, 16) for part in parts.groups())
    found = SpanContext(trace, span, is_remote=True, trace_flags=TraceFlags(flags))
    return found if found.is_valid else None
