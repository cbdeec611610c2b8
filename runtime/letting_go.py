# ruff: noqa: SLF001  # the SDK's own names are what this is about
"""What a case that waits must not keep: the messages in which its last task came and was answered.

Protobuf frees a message as a whole, and not while the smallest part of it is in use. The SDK keeps such parts,
mostly empty ones, for as long as a workflow is cached: the headers and the result of the run before keep its first
task with the whole input, sealed and opened; the flags and the worker's version keep its last task; and its
last answer it keeps itself. Together that was a third of what an open case took.

These are the SDK's own names, of the version that is locked. Where one is gone, nothing is let go and nothing else
is different: ``tests/workflows/test_letting_go.py`` tells.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol, cast

from temporalio.api.common.v1 import Payload, Payloads
from temporalio.worker import ExecuteWorkflowInput, WorkflowInstance, WorkflowInstanceDetails


class _Waits(Protocol):
    """The SDK's side of a workflow, between two tasks."""

    _workflow_input: ExecuteWorkflowInput | None
    _deployment_version_for_current_task: object
    _current_internal_flags: object
    _current_completion: object


def let_go(sandboxed: WorkflowInstance) -> None:
    """Forget the task that was just carried out; whatever is still needed of it is kept by itself."""
    waits = _inner(sandboxed)
    if waits is None:
        return
    if waits._workflow_input is not None and not isinstance(waits._workflow_input.headers, dict):
        headers = waits._workflow_input.headers
        waits._workflow_input.headers = {name: _by_itself(payload) for name, payload in headers.items()}
    # Each task brings these anew, before anything asks for them.
    waits._deployment_version_for_current_task = waits._current_completion = None
    waits._current_internal_flags = ()


def on_its_own(details: WorkflowInstanceDetails) -> WorkflowInstanceDetails:
    """The same, without the part of the first task that the SDK would keep."""
    result = Payloads.FromString(details.last_completion_result.SerializeToString())
    return replace(details, last_completion_result=result)


def _inner(sandboxed: WorkflowInstance) -> _Waits | None:
    found = getattr(sandboxed, "globals_and_locals", {}).get("__temporal_in_sandbox")
    instance = getattr(found, "instance", None)
    return cast("_Waits", instance) if hasattr(instance, "_current_completion") else None


def _by_itself(payload: Payload) -> Payload:
    return Payload.FromString(payload.SerializeToString())
