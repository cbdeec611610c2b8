"""What a case tells Temporal to do while a history is replayed, as text that people can read and compare.

Replay notices other, missing and reordered commands. It does not notice other arguments, timeouts, recipients or
durations: those are what is written down here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from pydantic import JsonValue, TypeAdapter
from temporalio.api.common.v1 import Payload
from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.client import WorkflowHistory
from temporalio.converter import SerializationContext, StorageDriverStoreContext
from temporalio.worker import Replayer, WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner
from temporalio.worker._command_aware_visitor import CommandInfo  # named in a public signature
from temporalio.workflow import Info, _Definition  # the same

from activities.turns import Turn, laid_out
from runtime.sandbox import sandbox
from runtime.temporal import data_converter
from workflows.case import CaseWorkflow
from workflows.housekeeping import HousekeepingWorkflow

Json = dict[str, JsonValue]
_JSON: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)


async def golden(history: str) -> str:
    """Replay a history, as its JSON, and describe every command.

    Raises:
        temporalio.workflow.NondeterminismError: The code does something else than the history says.
    """
    watching = Watching(sandbox(strict=True))
    with ThreadPoolExecutor(1) as threads:
        replayer = Replayer(
            workflows=[CaseWorkflow, HousekeepingWorkflow],
            workflow_runner=watching,
            workflow_task_executor=threads,
            data_converter=data_converter(None),
        )
        await replayer.replay_workflow(WorkflowHistory.from_json("case/replayed", history))
    return "\n".join(Described().lines(watching.commands)) + "\n"


class Watching(WorkflowRunner):
    """Runs workflows as another runner does, and keeps the commands of each activation."""

    def __init__(self, runner: WorkflowRunner) -> None:
        self._runner = runner
        self.commands: list[WorkflowCommand] = []

    def prepare_workflow(self, defn: _Definition) -> None:
        self._runner.prepare_workflow(defn)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        return _Watched(self._runner.create_instance(det), self.commands)

    def set_worker_level_failure_exception_types(self, types: Sequence[type[BaseException]]) -> None:
        self._runner.set_worker_level_failure_exception_types(types)


class _Watched(WorkflowInstance):
    def __init__(self, instance: WorkflowInstance, commands: list[WorkflowCommand]) -> None:
        self._instance = instance
        self._commands = commands

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        completion = self._instance.activate(act)
        for command in completion.successful.commands:
            kept = WorkflowCommand()
            # The payloads of the original are sealed in place before it leaves.
            kept.CopyFrom(command)
            if kept.schedule_local_activity.activity_type == "record":
                # What is recorded is not in the command: it lies in this process, for as long as the case waits.
                (turn,) = kept.schedule_local_activity.arguments
                turn.data = laid_out(Turn.model_validate_json(turn.data)).model_dump_json(by_alias=True).encode()
            self._commands.append(kept)
        return completion

    def get_serialization_context(self, command_info: CommandInfo | None) -> SerializationContext | None:
        return self._instance.get_serialization_context(command_info)

    def get_external_store_context(self, command_info: CommandInfo | None) -> StorageDriverStoreContext:
        return self._instance.get_external_store_context(command_info)

    def get_info(self) -> Info:
        return self._instance.get_info()

    def get_thread_id(self) -> int | None:
        return self._instance.get_thread_id()


class Described:
    """Describes commands one after the other; of a case's state only what changed."""

    def __init__(self) -> None:
        self._case: Json = {}

    def lines(self, commands: Sequence[WorkflowCommand]) -> Iterator[str]:
        """Every command, a block of lines each."""
        for command in commands:
            kind = command.WhichOneof("variant")
            assert kind is not None
            describe = getattr(self, f"_{kind}", None)
            yield from describe(command) if describe else (kind.replace("_", " "),)

    def _schedule_local_activity(self, command: WorkflowCommand) -> Iterator[str]:
        activity = command.schedule_local_activity
        (recording,) = (_object(payload) for payload in activity.arguments)
        yield (
            f"local activity {activity.activity_type}: {_text(command.user_metadata.summary)}, try"
            f" {_span(activity.start_to_close_timeout)}, local until {_span(activity.local_retry_threshold)},"
            f" {_retries(command)}"
        )
        yield from self._recording(recording) if "events" in recording else (f"    {_line(recording)}",)

    def _recording(self, recording: Json) -> Iterator[str]:
        for name in ("events", "notices", "refused"):
            yield from (f"    {name[:-1]}: {_line(each)}" for each in _list(recording[name]))
        yield from (f"    case: {change}" for change in self._changed(recording["case"]))

    def _schedule_activity(self, command: WorkflowCommand) -> Iterator[str]:
        activity = command.schedule_activity
        arguments = ", ".join(_line(_value(payload)) for payload in activity.arguments)
        yield (
            f"activity {activity.activity_type}({arguments}): {_text(command.user_metadata.summary)}, try"
            f" {_span(activity.start_to_close_timeout)}, heartbeat {_span(activity.heartbeat_timeout)}, all"
            f" {_span(activity.schedule_to_close_timeout)}, {_retries(command)}"
        )

    def _start_timer(self, command: WorkflowCommand) -> Iterator[str]:
        span = _span(command.start_timer.start_to_fire_timeout)
        yield f"timer {_text(command.user_metadata.summary)}: {span}"

    def _upsert_workflow_search_attributes(self, command: WorkflowCommand) -> Iterator[str]:
        fields = command.upsert_workflow_search_attributes.search_attributes.indexed_fields
        shown = ", ".join(f"{name} = {_line(_value(fields[name]))}" for name in sorted(fields))
        yield f"search attributes {shown}"

    def _update_response(self, command: WorkflowCommand) -> Iterator[str]:
        response = command.update_response
        kind = response.WhichOneof("response")
        said = _line(_value(response.completed)) if kind == "completed" else ""
        yield f"update {kind} {said}".rstrip()

    def _continue_as_new_workflow_execution(self, command: WorkflowCommand) -> Iterator[str]:
        (start,) = (_object(payload) for payload in command.continue_as_new_workflow_execution.arguments)
        case = start.pop("case")
        start.pop("policy")  # as it came: it is data of the region
        yield f"continue as new with {_line(start)}"
        yield from (f"    case: {change}" for change in self._changed(case))

    def _complete_workflow_execution(self, command: WorkflowCommand) -> Iterator[str]:
        yield f"end with {_line(_value(command.complete_workflow_execution.result))}"

    def _changed(self, case: JsonValue) -> Iterator[str]:
        assert isinstance(case, dict)
        before, self._case = self._case, case
        for name, value in case.items():
            old = before.get(name)
            if isinstance(old, list) and isinstance(value, list) and old and value[: len(old)] == old != value:
                yield f"{name} + {_line(value[len(old) :])}"
            elif name not in before or old != value:
                yield f"{name} = {_line(value)}"


def _retries(command: WorkflowCommand) -> str:
    of = command.schedule_activity if command.HasField("schedule_activity") else command.schedule_local_activity
    policy = of.retry_policy
    return (
        f"again after {_span(policy.initial_interval)} times {policy.backoff_coefficient:g}"
        f" up to {_span(policy.maximum_interval)}, {policy.maximum_attempts or 'any number of'} tries"
    )


def _span(duration: Duration) -> str:
    return str(duration.ToTimedelta()) if duration.ByteSize() else str(timedelta())


def _text(payload: Payload) -> str:
    return str(_value(payload)) if payload.data else ""


def _value(payload: Payload) -> JsonValue:
    return _JSON.validate_json(payload.data) if payload.data else None


def _object(payload: Payload) -> Json:
    value = _value(payload)
    assert isinstance(value, dict)
    return value


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _line(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False)
