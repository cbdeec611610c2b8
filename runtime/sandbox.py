"""The workflow sandbox: what it loads anew for each case, and what it is not asked for each payload."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from types import CodeType
from typing import cast

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import SerializationContext, StorageDriverStoreContext, WorkflowSerializationContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner
from temporalio.worker._command_aware_visitor import CommandInfo  # named in a public signature
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.worker.workflow_sandbox._runner import _Instance as _Sandboxed
from temporalio.workflow import Info, _Definition  # the same

from runtime.letting_go import let_go, on_its_own

_PURE = (
    "opentelemetry",
    "protocol",
    "activities",
    "store",
    "workflows.console",
    "workflows.hearing",
    "workflows.ledger",
    "workflows.limits",
    "workflows.search_attributes",
    "workflows.start",
)
"""Pure, or only referred to: nothing to gain from loading them anew for every case."""


def sandbox(*, strict: bool = False) -> WorkflowRunner:
    """Run each case in its own sandbox: nondeterministic calls fail there, and nothing leaks between cases.

    Args:
        strict: Load the workflows' own modules anew for every case, which finds what keeps state
            between cases, and guard built-in functions. The tests run so. In production it would take as much memory again as the
            case itself, for code that the tests have shown to keep none.
    """
    restrictions = SandboxRestrictions.default if strict else _with_plain_builtins(SandboxRestrictions.default)
    passed = _PURE if strict else (*_PURE, "workflows")
    return _InOneContext(SandboxedWorkflowRunner(restrictions=restrictions.with_passthrough_modules(*passed)))


def _with_plain_builtins(restrictions: SandboxRestrictions) -> SandboxRestrictions:
    """Guard no built-in function: while a case thinks, the guard makes each ``isinstance`` of the process a slow one.

    It looks through what the sandbox replaced; where every module of ours is passed through, nothing is.
    """
    members = restrictions.invalid_module_members
    others = {name: matcher for name, matcher in members.children.items() if name != "__builtins__"}
    return replace(restrictions, invalid_module_members=replace(members, children=others))


_NO_STORE = StorageDriverStoreContext()
"""Payloads are kept by Temporal itself: nobody asks where else one belongs."""


class _InOneContext(WorkflowRunner):
    """Answers for the sandbox in which context payloads are: all of them in their workflow's.

    The SDK enters the sandbox six times for every payload to ask in which context it is serialized.
    Our codec wants to know the workflow and nothing else, and asking was a tenth of a worker's time.
    """

    def __init__(self, runner: SandboxedWorkflowRunner) -> None:
        self._runner = runner

    def prepare_workflow(self, defn: _Definition) -> None:
        self._runner.prepare_workflow(defn)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        context = WorkflowSerializationContext(namespace=det.info.namespace, workflow_id=det.info.workflow_id)
        inside = _Compiled(on_its_own(det), self._runner.runner_class, self._runner.restrictions)
        return _Instance(inside, context)

    def set_worker_level_failure_exception_types(self, types: Sequence[type[BaseException]]) -> None:
        self._runner.set_worker_level_failure_exception_types(types)


class _Compiled(_Sandboxed):
    """The SDK's sandbox, which compiles its three lines anew for each task of each case."""

    def _run_code(self, code: str, **extra_globals: object) -> None:
        super()._run_code(cast("str", _compiled(code)), **extra_globals)  # ``exec`` takes either


@lru_cache(maxsize=64)
def _compiled(code: str) -> CodeType:
    return compile(code, "workflow_sandbox.py", "exec")


class _Instance(WorkflowInstance):
    def __init__(self, instance: WorkflowInstance, context: SerializationContext) -> None:
        self._instance = instance
        self._context = context

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        try:
            return self._instance.activate(act)
        finally:
            let_go(self._instance)

    def get_serialization_context(self, command_info: CommandInfo | None) -> SerializationContext:  # noqa: ARG002
        return self._context

    def get_external_store_context(self, command_info: CommandInfo | None) -> StorageDriverStoreContext:  # noqa: ARG002
        return _NO_STORE

    def get_info(self) -> Info:
        return self._instance.get_info()

    def get_thread_id(self) -> int | None:
        return self._instance.get_thread_id()
