"""What the sandbox guards, and what it leaves as fast as it is."""

from __future__ import annotations

import builtins
from datetime import datetime

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from protocol.messages import Told
from runtime.sandbox import sandbox
from runtime.temporal import data_converter
from tests.replay.record import RELEASES
from workflows.case import CaseWorkflow
from workflows.ledger import Ledger

_ISINSTANCE = isinstance


@pytest.mark.parametrize(("strict", "plain"), [(False, True), (True, False)], ids=["production", "tests"])
async def test_a_case_thinks_with_plain_builtins(monkeypatch: pytest.MonkeyPatch, *, strict: bool, plain: bool) -> None:
    """In production no case makes ``isinstance`` slow for the whole process; the tests' stricter sandbox guards it."""
    met: list[bool] = []
    hear = Ledger.hear

    def watched(ledger: Ledger, told: Told, now: datetime) -> tuple[str, ...]:
        met.append(builtins.isinstance is _ISINSTANCE)
        return hear(ledger, told, now)

    monkeypatch.setattr(Ledger, "hear", watched)
    replayer = Replayer(
        workflows=[CaseWorkflow], workflow_runner=sandbox(strict=strict), data_converter=data_converter(None)
    )
    history = (RELEASES / "0.1" / "met.json").read_text(encoding="utf-8")
    await replayer.replay_workflow(WorkflowHistory.from_json("case/replayed", history))
    assert {plain} == set(met)
