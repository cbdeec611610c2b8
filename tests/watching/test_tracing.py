"""From a click to the mail: one trace, and nobody's data in it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanContext, StatusCode
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, HeaderCodecBehavior, WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.exceptions import ApplicationError
from temporalio.testing import TimeSkipper
from temporalio.worker import Replayer

from protocol.events import RungReached
from runtime.codec import SealingCodec
from runtime.errors import SettingsError
from runtime.following import _HEADER, Following, _parent, _with
from runtime.sandbox import sandbox
from runtime.settings import Settings, load
from runtime.temporal import data_converter
from runtime.tracing import Traces, read, traces, written
from tests.replay.record import recorded
from tests.starter.stack import Stack, until
from tests.watching.scrape import Watched
from tests.web.serving import listening, served
from tests.web.told import sent, talked
from tests.web.visiting import Visit
from workflows.case import CaseWorkflow
from workflows.housekeeping import HousekeepingWorkflow

_CLICK = "POST /zaken/{case_id}/{message}"
_ORDER = {
    "update request_consent": _CLICK,
    "hear request_consent": "update request_consent",
    "record": "hear request_consent",
    "deliver": "hear request_consent",
    "mail": "deliver",
}
_SAID = {"case", "attempt", "http.response.status_code"}


def _at(span: ReadableSpan) -> SpanContext:
    assert isinstance(span.context, SpanContext)
    return span.context


async def _clicked(watched: Watched, spans: InMemorySpanExporter, case: str) -> Sequence[ReadableSpan]:
    """Ask a guardian for consent on the page; the spans of that trace once the mail is out."""

    async def quiet() -> bool:
        described = await watched.client.get_workflow_handle(f"case/{case}").describe()
        return not described.raw_description.pending_activities

    await until(quiet)  # what is sent already takes along what comes meanwhile
    async with Visit(watched.pages) as visit:
        await visit.log_in("m.dewit")
        spans.clear()
        answer = await sent(visit, f"/zaken/{case}/request-consent", ("persons", "guardian-1"), ("parties", "cjg"))
        assert 303 == answer.status_code

    async def whole() -> bool:
        return _ORDER.keys() <= {span.name for span in found()}

    def found() -> Sequence[ReadableSpan]:
        all_of_them = spans.get_finished_spans()
        click = next((_at(span).trace_id for span in all_of_them if span.name == _CLICK), 0)
        return [span for span in all_of_them if _at(span).trace_id == click]

    await until(whole)
    return found()


async def test_one_trace_leads_from_the_click_to_the_mail(watched: Watched, spans: InMemorySpanExporter) -> None:
    """The page, the update, the case, what it writes and what it sends: each hangs under the one before."""
    found = {span.name: span for span in await _clicked(watched, spans, await talked(watched.pages))}

    assert found[_CLICK].parent is None
    for name, above in _ORDER.items():
        parent = found[name].parent
        assert parent is not None
        assert _at(found[above]).span_id == parent.span_id, name


async def test_what_a_case_does_by_itself_is_in_no_trace(watched: Watched, spans: InMemorySpanExporter) -> None:
    """A deadline that passes days after a click is not what the click led to."""
    case = await talked(watched.pages)
    await _clicked(watched, spans, case)
    spans.clear()
    handle = watched.client.get_workflow_handle(f"case/{case}")
    await TimeSkipper(watched.client).fast_forward(handle, timedelta(days=14))  # closed days and all

    async def passed() -> bool:
        return any(isinstance(row.recorded.event, RungReached) for row in await watched.pages.store.journal(case))

    await until(passed)
    assert set() == {"record", "deliver", "mail"} & {span.name for span in spans.get_finished_spans()}


async def test_spans_say_nothing_of_anybody(watched: Watched, spans: InMemorySpanExporter) -> None:
    """Names of our own code, codes, and the case's id; no event, no error's text, no address."""
    case = await talked(watched.pages)
    await _clicked(watched, spans, case)
    async with Visit(watched.pages) as visit:
        await visit.log_in("m.dewit")
        await visit.get("/zaken/Jan-de-Vries?vraag=Ouder+Een")
        await sent(visit, f"/zaken/{case}/accept-report")
    found = spans.get_finished_spans()

    said = [name for span in found for name in span.attributes or {}]
    assert set() == set(said) - _SAID
    assert {case} == {(span.attributes or {})["case"] for span in found if "case" in (span.attributes or {})}
    assert [] == [event for span in found for event in span.events]
    whole = " ".join(span.to_json() for span in found)
    for secret in ("Ouder", "Leerling", "voorbeeld", "dewit", "Vries", "school-de-meent", "/k/ey"):
        assert secret not in whole


def test_of_an_error_a_span_keeps_the_code(spans: InMemorySpanExporter, watched: Watched) -> None:
    """What it says can be what somebody wrote: its code, or its type, is kept, and no more."""
    assert watched.of_worker.traces is not None
    spans.clear()
    for error in (ApplicationError("Jan de Vries", type="not_allowed"), ValueError("Jan de Vries")):
        with pytest.raises(type(error)), watched.of_worker.traces.span("x"):
            raise error

    found = spans.get_finished_spans()
    assert [StatusCode.ERROR] * 2 == [span.status.status_code for span in found]
    assert ["not_allowed", "ValueError"] == [span.status.description for span in found]
    assert "Vries" not in " ".join(span.to_json() for span in found)


async def test_the_trace_is_sealed_on_its_way(watched: Watched, spans: InMemorySpanExporter, stack: Stack) -> None:
    """In the history the header is a payload as all others are: who reads Temporal's database sees no trace."""
    case = await talked(watched.pages)
    await _clicked(watched, spans, case)
    raw = await Client.connect(stack.temporal.service_client.config.target_host)
    history = await raw.get_workflow_handle(f"case/{case}").fetch_history()

    headers = [
        event.workflow_execution_update_accepted_event_attributes.accepted_request.input.header.fields[_HEADER]
        for event in history.events
        if event.HasField("workflow_execution_update_accepted_event_attributes")
    ]
    started = history.events[0].workflow_execution_started_event_attributes.header.fields[_HEADER]
    assert len(headers) >= 4
    assert {b"binary/vangnet-sealed"} == {header.metadata["encoding"] for header in (*headers, started)}


@pytest.mark.parametrize("traced", [True, False])
async def test_a_traced_case_replays(watched: Watched, spans: InMemorySpanExporter, *, traced: bool) -> None:
    """On a worker that traces, and on one that does not; neither tells again what was told."""
    case = await talked(watched.pages)
    await _clicked(watched, spans, case)
    history = await watched.client.get_workflow_handle(f"case/{case}").fetch_history()
    spans.clear()

    await _replay(
        history, watched.of_worker.traces if traced else None, data_converter(SealingCodec(watched.pages.store.keys))
    )

    assert not any(span.name.startswith("hear ") for span in spans.get_finished_spans())


async def test_cases_from_before_there_were_traces_replay() -> None:
    """Every recorded history, on a worker that traces."""
    for path in recorded():
        history = WorkflowHistory.from_json("case/replayed", path.read_text(encoding="utf-8"))
        await _replay(history, Traces(TracerProvider()), data_converter(None))


async def _replay(history: WorkflowHistory, found: Traces | None, converter: DataConverter) -> None:
    replayer = Replayer(
        workflows=[CaseWorkflow, HousekeepingWorkflow],
        workflow_runner=sandbox(strict=True),
        data_converter=converter,
        interceptors=[Following(found)] if found else [],
        header_codec_behavior=HeaderCodecBehavior.CODEC,
    )
    await replayer.replay_workflow(history)


@pytest.mark.parametrize(
    "header",
    [
        Payload(metadata={"encoding": b"binary/not-sealed"}),
        Payload(metadata={"encoding": b"json/plain"}, data=b"\xff\xfe"),
        Payload(metadata={"encoding": b"json/plain"}, data=b'"00-' + b"0" * 32 + b"-" + b"0" * 16 + b'-01"'),
        Payload(metadata={"encoding": b"json/plain"}, data=b'{"traceparent": 1}'),
        Payload(),
    ],
)
def test_a_header_that_is_none_stops_nothing(header: Payload) -> None:
    """Who reaches Temporal can write anything there: it is no trace, and no error in the case."""
    assert _parent({_HEADER: header}) is None


def test_a_span_travels_as_it_is() -> None:
    """What is written into a header is read from it."""
    with Traces(TracerProvider()).span("x") as span:
        headers: Mapping[str, Payload] = _with({}, span.get_span_context())
    found = _parent(headers)
    assert found is not None
    assert (span.get_span_context().trace_id, span.get_span_context().span_id) == (found.trace_id, found.span_id)
    assert found == read(written(found))


def test_without_an_endpoint_there_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """No tracing, whatever a cluster sets for everybody, and nothing of OpenTelemetry in the processes."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://elders:4318")
    assert traces(None, "vangnet-worker") is None
    script = (
        "import sys, worker, starter.web.serving; print(any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603
    assert "False\n" == found.stdout


@pytest.mark.parametrize(("endpoint", "fine"), [
    ("http://127.0.0.1:4318", True), ("http://localhost:4318/otlp", True), ("http://[::1]:4318", True),
    ("https://collector.example", True), ("http://collector.example:4318", False), ("http://127.0.0.1.elders.example", False),
    ("http://localhost@elders.example", False), ("http://127.0.0.1:4318@elders.example", False), ("https://wie:wat@elders.example", False),
])  # fmt: skip
def test_spans_cross_a_network_by_https_only(
    endpoint: str, fine: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In the clear they go to a collector on this machine, and to nobody else."""
    monkeypatch.setenv("VANGNET_TRACES_ENDPOINT", endpoint)
    monkeypatch.chdir(tmp_path)
    wrong = None
    try:
        load(Settings)
    except SettingsError as error:
        wrong = str(error)
    assert fine == ("VANGNET_TRACES_ENDPOINT" not in (wrong or ""))


async def test_spans_reach_a_collector() -> None:
    """Over HTTP, with the name of the process; what was not sent when it ends is sent then."""
    taken: list[tuple[str, bytes]] = []

    async def take(request: Request) -> Response:
        taken.append((request.url.path, await request.body()))
        return Response()

    socket, address = listening()
    async with served(Starlette(routes=[Route("/{rest:path}", take, methods=["POST"])]), socket):
        script = f"from runtime.tracing import traces\nwith traces({address!r}, 'vangnet-web').span('x'): pass"
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", script)
        assert 0 == await asyncio.wait_for(process.wait(), 30)
    assert ["/v1/traces"] == [path for path, _ in taken]
    assert b"vangnet-web" in taken[0][1]
