"""What stands in a log when Temporal's SDK and other libraries complain, at their most talkative."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio import activity, workflow
from temporalio.client import WorkflowUpdateFailedError
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from protocol.messages import Guardian
from runtime import logs
from runtime.settings import LogFormat, LogLevel
from runtime.temporal import connect

NAME = "Roosmarijn van Scherpenzeel"
Lines = list[dict[str, object]]


@activity.defn
async def send(name: str) -> None:
    """Fail as a driver does: with what it was given."""
    raise ValueError(name)


@workflow.defn
class Talkative:
    """Has everything happen that the SDK writes of."""

    def __init__(self) -> None:
        self._done = False

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: self._done and workflow.all_handlers_finished())

    @workflow.signal
    def tell(self, guardian: Guardian) -> None:
        """Takes a guardian and nothing else."""

    @workflow.update
    async def hear(self, name: str) -> None:
        """Has an activity fail with what it was given, and fails with it, too."""
        self._done = True
        workflow.logger.warning("heard", extra={"number": 7})
        with suppress(ActivityError):
            await workflow.execute_activity(
                send, name, start_to_close_timeout=timedelta(seconds=5), retry_policy=RetryPolicy(maximum_attempts=1)
            )
        raise ApplicationError(name, non_retryable=True)


@pytest.fixture
def talking(tmp_path: Path) -> Iterator[Path]:
    """The log, with every logger of the SDK and of asyncio at DEBUG; afterwards all is as before."""
    root, sdk = logging.getLogger(), [logging.getLogger(name) for name in ("temporalio", "asyncio", "temporal_core")]
    handlers, level = root.handlers[:], root.level
    logs.configure(LogFormat.JSON, LogLevel.DEBUG, tmp_path / "log")
    for logger in sdk:
        logger.setLevel(logging.DEBUG)
    yield tmp_path / "log"
    for logger in (*sdk, *map(logging.getLogger, logs.OURS)):
        logger.setLevel(logging.NOTSET)
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    logging.captureWarnings(capture=False)
    root.handlers, root.level = handlers, level
    logging.raiseExceptions = True


def lines(log: Path) -> Lines:
    """What was written."""
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


async def test_a_signal_that_cannot_be_read_is_not_repeated(
    talking: Path, temporal: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, patience: timedelta
) -> None:
    """Nor an activity's or an update's failure: of each stands in the log that it was, where, and of what type."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal)
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(tmp_path / "none.toml"))
    client = await connect(None, within=patience)
    async with Worker(
        client, task_queue="talkative", workflows=[Talkative], activities=[send],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):  # fmt: skip
        case = await client.start_workflow(Talkative.run, id="talkative", task_queue="talkative")
        await case.signal("tell", {"person": NAME, "custody": NAME})
        with pytest.raises(WorkflowUpdateFailedError):
            await asyncio.wait_for(case.execute_update(Talkative.hear, NAME), 30)
        await case.result()
    written = lines(talking)
    assert "Roosmarijn" not in json.dumps(written, ensure_ascii=False)
    (dropped,) = [line for line in written if line["event"] == "Failed deserializing signal input for…"]
    assert "ValidationError" in str(dropped["error"])
    assert ("heard", 7) in [(line["event"], line.get("number")) for line in written]
    assert "Completing activity as failed" in [line["event"] for line in written]
    assert "Completing activity with completion: ActivityTaskCompletion" in [line["event"] for line in written]


def test_a_sentence_with_a_value_is_kept_up_to_the_value(talking: Path) -> None:
    """However a library puts it in: by %, into a sentence, as the sentence, as something that is no text."""
    other = logging.getLogger("asyncpg.pool")
    other.warning("Connection of %s took %.3f seconds", NAME, 1.5)
    other.warning("Connection of %s is %r", NAME, [NAME])
    other.warning("Connection of %(name)s is lost", {"name": NAME})
    other.warning(f"Connection lost of {NAME}, again")
    other.warning(NAME)
    other.warning(ValueError(NAME))
    assert NAME not in talking.read_text(encoding="utf-8")
    assert [
        "Connection of %s took %.3f seconds",
        "Connection of str is list",
        "Connection of %(name)s is lost",
        "Connection lost of…",
        "…",
        "…",
    ] == [line["event"] for line in lines(talking)]
    assert all(str(line["at"]).startswith("test_log_lines.py:") for line in lines(talking))


async def test_a_task_that_nobody_waited_for_is_not_repeated(talking: Path) -> None:
    """Asyncio writes the whole exception into its sentence; type and place stay."""
    loop = asyncio.get_running_loop()
    loop.default_exception_handler(
        {"message": "Task exception was never retrieved", "exception": ValueError(NAME), "name": NAME}
    )
    (line,) = lines(talking)
    assert NAME not in str(line)
    assert "ValueError" == line["error"]
    assert str(line["at"]).startswith("base_events.py:")


def test_the_native_part_is_known_by_how_it_begins(talking: Path) -> None:
    """It is compiled: of a complaint that is not on the list only its logger is written."""
    core = logging.getLogger("temporal_core-sdk_core::worker")
    for said in (f"Network error while completing activity of {NAME}", f"Something new about {NAME}"):
        core.handle(
            core.makeRecord(core.name, logging.WARNING, "(sdk-core)", 0, said, (), None, extra={"temporal_log": said})
        )
    assert NAME not in talking.read_text(encoding="utf-8")
    assert [("Network error while completing activity…", core.name), ("…", core.name)] == [
        (line["event"], line["logger"]) for line in lines(talking)
    ]
