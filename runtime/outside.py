"""What is put around each call to something outside: it is counted, and it is a span of the trace that it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext

from runtime.counting import Outside
from runtime.metrics import Meter
from runtime.tracing import Traces, trace_id

Around = Callable[[], AbstractContextManager[object]]


def around(to: str, meter: Meter | None, traces: Traces | None) -> Around:
    """Count and trace calls to this; nothing at all where neither is set."""
    if meter is None and traces is None:
        return nullcontext
    count: Around = Outside(meter, to) if meter else nullcontext

    @contextmanager
    def watched() -> Iterator[None]:
        with ExitStack() as within:
            if traces and trace_id():  # what belongs to no trace begins none
                within.enter_context(traces.span(to, client=True))
            within.enter_context(count())
            yield

    return watched
