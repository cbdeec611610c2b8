"""Log lines that lead to the case and to the trace."""

from __future__ import annotations

import json
import logging
from dataclasses import replace

import pytest
from opentelemetry.sdk.trace import TracerProvider
from starlette.types import Message, Receive, Scope, Send
from temporalio.testing import ActivityEnvironment

from runtime import logs
from runtime.settings import LogFormat, LogLevel
from runtime.tracing import following
from starter.web.faults import Faults
from tests.runtime.test_logs import as_before

__all__ = ["as_before"]


def _line(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    found: dict[str, object] = json.loads(capsys.readouterr().err.splitlines()[-1])
    return found


def test_a_line_names_the_trace_that_is_on(capsys: pytest.CaptureFixture[str]) -> None:
    """Within a span it is there, as collectors write it; outside of one it is not."""
    logs.configure(LogFormat.JSON, LogLevel.INFO)
    with following(TracerProvider()).span("x") as span:
        logging.getLogger("starter.x").warning("within")
    assert f"{span.get_span_context().trace_id:032x}" == _line(capsys)["trace_id"]
    logging.getLogger("starter.x").warning("outside")
    assert "trace_id" not in _line(capsys)


@pytest.mark.parametrize(("found", "case"), [({"case_id": "4c7h-93kt-wd2m"}, "4c7h-93kt-wd2m"), ({}, None)])
async def test_a_page_that_fails_names_its_case(
    capsys: pytest.CaptureFixture[str], found: dict[str, str], case: str | None
) -> None:
    """Where it was found; anything else that stands in the address is not written down."""
    logs.configure(LogFormat.JSON, LogLevel.INFO)

    async def fails(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start"})
        raise RuntimeError

    async def nothing(_message: Message | None = None) -> Message:
        return {}

    scope = {"type": "http", "path_params": {"case_id": "jndv-rtsj-ndvr"}, "state": found}
    with pytest.raises(RuntimeError):
        await Faults(fails)(scope, nothing, nothing)  # type: ignore[arg-type]  # takes and gives nothing

    line = _line(capsys)
    assert ("page_failed", case) == (line["event"], line.get("case_id"))
    assert "jndv" not in json.dumps(line)


async def test_a_line_of_an_activity_names_its_case(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever module writes it; a round of housekeeping has no case."""
    logs.configure(LogFormat.JSON, LogLevel.INFO)
    around = ActivityEnvironment()

    def write() -> None:
        logging.getLogger("activities.x").warning("late")

    for workflow, case in (("case/abcd-efgh-ijkl", "abcd-efgh-ijkl"), ("vangnet-retention", None)):
        around.info = replace(around.info, workflow_id=workflow)
        around.run(write)
        assert case == _line(capsys).get("case_id")
