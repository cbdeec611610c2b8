from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.client import WorkflowFailureError
from temporalio.common import SearchAttributeKey
from temporalio.exceptions import ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from protocol.messages import Guardian
from runtime.codec import SealingCodec
from runtime.errors import SettingsError, TemporalUnreachable
from runtime.search_attributes import missing, register
from runtime.temporal import connect
from store.keys import KeyRing
from tests.runtime.conftest import free_port

KEYS = (SearchAttributeKey.for_keyword("TestStep"), SearchAttributeKey.for_keyword_list("TestKind"))


@workflow.defn
class Echo:
    """Returns what it gets, or fails with it."""

    @workflow.run
    async def run(self, guardian: Guardian) -> Guardian:
        if not guardian.custody:
            raise ApplicationError(f"no custody: {guardian.person}", type="no_custody")
        return guardian


@pytest.fixture(autouse=True)
def only_this_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, temporal: str) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal)
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(tmp_path / "none.toml"))


async def test_search_attributes_are_added_once(patience: timedelta) -> None:
    """Setting a namespace up again changes nothing."""
    client = await connect(None, within=patience)

    assert ("TestStep", "TestKind") == await register(client, KEYS)
    assert () == await register(client, KEYS)
    assert () == await missing(client, KEYS)


async def test_models_and_failures_travel_sealed(patience: timedelta) -> None:
    """A model comes back as itself; in the history stands neither it nor the text of a failure."""
    client = await connect(SealingCodec(KeyRing.generate()), within=patience)
    async with Worker(client, task_queue="echo", workflows=[Echo], workflow_runner=UnsandboxedWorkflowRunner()):
        guardian = Guardian(person="guardian-7", custody=True)
        assert guardian == await client.execute_workflow(Echo.run, guardian, id="echo-1", task_queue="echo")

        without = Guardian(person="guardian-7", custody=False)
        with pytest.raises(WorkflowFailureError) as failed:
            await client.execute_workflow(Echo.run, without, id="echo-2", task_queue="echo")

    assert isinstance(failed.value.cause, ApplicationError)
    assert failed.value.cause.message == "no custody: guardian-7"
    for name in ("echo-1", "echo-2"):
        history = await client.get_workflow_handle(name).fetch_history()
        assert b"guardian-7" not in b"".join(event.SerializeToString() for event in history.events)


async def test_nobody_there_is_told_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that does not answer is told with its address, and nobody waits longer than asked."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{free_port()}")
    began = time.monotonic()

    with pytest.raises(TemporalUnreachable, match=r"antwoordt niet op 127\.0\.0\.1"):
        await connect(None, within=timedelta(seconds=1))

    assert time.monotonic() - began < 5


async def test_a_wrong_profile_is_a_wrong_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Temporal's own configuration is checked like ours: one line."""
    (tmp_path / "broken.toml").write_text("[profile.default\n")
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(tmp_path / "broken.toml"))

    with pytest.raises(SettingsError, match="Temporal"):
        await connect(None)
