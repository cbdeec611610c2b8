"""Anchoring as the schedule runs it: taken, kept outside, mailed; and a mail server that is away holds nothing up."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.worker import Worker

from activities.anchoring import Anchored, Anchoring, AnchorSettings
from runtime.sandbox import sandbox
from starter.schedule import ANCHORING, ensure_schedules
from store import new_signing_key, read_lines
from tests.workflows.log_watch import LogWatch
from tests.workflows.town import Town
from worker import mail_settings
from workflows.anchoring import AnchoringWorkflow

QUEUE = "anchoring"


@pytest.fixture
def anchors(tmp_path: Path) -> AnchorSettings:
    """A key, and a file that is not there yet."""
    (tmp_path / "key").write_text(new_signing_key())
    return AnchorSettings(key=tmp_path / "key", file=tmp_path / "anchors", mail_to="ankers@archief.example")


async def _round(town: Town, anchors: AnchorSettings) -> Anchored:
    anchoring = Anchoring(town.store, anchors, mail_settings(town.settings))
    async with Worker(
        town.client,
        task_queue=QUEUE,
        workflows=[AnchoringWorkflow],
        activities=[anchoring.take, anchoring.mail],
        workflow_runner=sandbox(strict=False),
    ):
        return await town.client.execute_workflow(
            AnchoringWorkflow.run,
            id=f"anchoring-{len(await town.store.anchor_lines())}",
            task_queue=QUEUE,
            execution_timeout=timedelta(seconds=60),
        )


async def test_what_happened_is_anchored_and_mailed(town: Town, anchors: AnchorSettings) -> None:
    """Each round adds a line to the file and to the mailbox elsewhere, and the two say the same."""
    await town.open()
    first = await _round(town, anchors)
    second = await _round(town, anchors)
    lines = read_lines(anchors.file.read_text())
    assert [(1, True), (2, True)] == [(found.anchor, found.mail) for found in (first, second)]
    assert first.chains > 0
    assert [1, 2] == [line.anchor for line in lines]
    mailed = [mail for mail in town.office.mails if mail["To"] == "ankers@archief.example"]
    for line, mail in zip(lines, mailed, strict=True):
        assert line.text in mail.get_content().replace("=\n", "")


async def test_anchors_that_differ_end_the_round(town: Town, anchors: AnchorSettings, logs: LogWatch) -> None:
    """It fails visibly, with a fixed code, at once."""
    logs.expect("anchors differ", "anchors_differ")
    await _round(town, anchors)
    anchors.file.write_text(anchors.file.read_text().replace('"anchor":1', '"anchor":2'))
    with pytest.raises(WorkflowFailureError) as failed:
        await _round(town, anchors)
    assert isinstance(failed.value.cause, ActivityError)
    assert isinstance(failed.value.cause.cause, ApplicationError)
    assert "anchors_differ" == failed.value.cause.cause.type
    assert 1 == len(await town.store.anchor_lines())


async def test_the_schedule_is_there(town: Town) -> None:
    """As often as is set; made again it stays as it is."""
    for hours in (1, 2):
        await ensure_schedules(town.client, anchors=timedelta(hours=hours))
    found = await town.client.get_schedule_handle(ANCHORING).describe()
    assert [timedelta(hours=1)] == [interval.every for interval in found.schedule.spec.intervals]
