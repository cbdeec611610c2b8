"""What Temporal keeps, read without keys, on the real server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import pytest
from google.protobuf.message import Message
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest, ListWorkflowExecutionsRequest
from temporalio.client import Client, HeaderCodecBehavior, WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.converter import PayloadCodec
from temporalio.worker import Worker

from runtime.codec import SealingCodec, is_sealed, sealed_for
from runtime.sandbox import sandbox
from runtime.temporal import connect, data_converter
from store import KeyRing
from tests.codec.leaking import SECRET, InHeaders, Leaking, fail, repeat
from tests.codec.raw import payloads, words

CASE = "4c7h-93kt-wd2m"
_QUEUE = "leaking"
_OF_THE_SDK = "details[data].payloads"
"""What the SDK's core notes of a local activity itself, past every codec."""
SDK_SAYS = {
    "seq",
    "attempt",
    "activity_id",
    "activity_type",
    "complete_time",
    "backoff",
    "original_schedule_time",
    "activation_index",
}


@pytest.fixture(autouse=True)
def around(temporal: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every process find this server."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal)


async def connected(codec: PayloadCodec | None) -> Client:
    """The connection of our processes, with a client that puts a secret into headers, too."""
    config = (await connect(codec, identity="vangnet-worker")).config()
    return Client(**config | {"interceptors": [InHeaders()]})


async def leaked(client: Client, workflow_id: str) -> list[Message]:
    """Have the leaking workflow leak, and return all that the server tells of it."""
    worker = Worker(
        client,
        task_queue=_QUEUE,
        identity="vangnet-worker",
        workflows=[Leaking],
        activities=[repeat, fail],
        workflow_runner=sandbox(),
    )
    async with worker, asyncio.timeout(30):
        handle = await client.start_workflow(
            Leaking.run, SECRET, id=workflow_id, task_queue=_QUEUE,
            memo={"first": SECRET}, static_summary=SECRET, static_details=SECRET,
        )  # fmt: skip
        with pytest.raises(WorkflowUpdateFailedError):
            await handle.execute_update(Leaking.refuse, SECRET)
        assert SECRET == await handle.execute_update(Leaking.ask, SECRET)
        await handle.signal(Leaking.hear, SECRET)
        with pytest.raises(WorkflowFailureError) as failed:
            await handle.result()
    assert SECRET in repr(failed.value.cause)
    first = await histories(client, workflow_id, handle.first_execution_run_id)
    return [*first, *await histories(client, workflow_id, None), *await told_of(client, workflow_id)]


async def histories(client: Client, workflow_id: str, run_id: str | None) -> list[HistoryEvent]:
    """The raw events of a run."""
    handle = client.get_workflow_handle(workflow_id, run_id=run_id)
    return [event async for event in handle.fetch_history_events()]


async def told_of(client: Client, workflow_id: str) -> Sequence[Message]:
    """What the server tells beside the history: its description, and the line in the list."""
    service, namespace = client.workflow_service, client.namespace
    execution = WorkflowExecution(workflow_id=workflow_id)
    described = await service.describe_workflow_execution(
        DescribeWorkflowExecutionRequest(namespace=namespace, execution=execution)
    )
    listed = await service.list_workflow_executions(
        ListWorkflowExecutionsRequest(namespace=namespace, query=f"WorkflowId = '{workflow_id}'")
    )
    return (described, listed)


async def test_nothing_that_passes_the_codec_is_readable(key_ring: KeyRing) -> None:
    """Inputs, results, memos, headers, summaries, details, heartbeats, failures and their causes: all are sealed."""
    found = await leaked(await connected(SealingCodec(key_ring)), f"case/{CASE}")

    readable = b"".join(message.SerializeToString() for message in found)
    assert SECRET.encode() not in readable
    assert not any(name.encode() in readable for name in ("Traceback", "leaking.py"))
    paths = {path.rpartition(".")[2] for path, payload in payloads(found) if is_sealed(payload)}
    assert {
        "payloads", "fields[secret]", "fields[first]", "fields[later]", "fields[next]",
        "summary", "details", "encoded_attributes",
    } <= paths  # fmt: skip
    for path, payload in payloads(found):
        assert is_sealed(payload) or (path.endswith(_OF_THE_SDK) and SDK_SAYS >= json.loads(payload.data).keys())


async def test_everything_of_a_case_is_bound_to_it(key_ring: KeyRing) -> None:
    """Each payload names its case, from whatever side it was sealed."""
    found = await leaked(await connected(SealingCodec(key_ring)), f"case/{CASE[:-1]}n")

    unbound = {path for path, payload in payloads(found) if sealed_for(payload) != f"{CASE[:-1]}n"}
    assert set() == {path for path in unbound if not path.endswith((_OF_THE_SDK, "fields[secret]"))}


async def test_what_belongs_to_no_case_is_sealed_and_bound_to_none(key_ring: KeyRing) -> None:
    """Housekeeping's payloads are sealed as well, and open wherever its schedule puts them."""
    found = await leaked(await connected(SealingCodec(key_ring)), f"vangnet-housekeeping-{uuid4()}")

    assert {""} == {sealed_for(payload) for _, payload in payloads(found)}
    assert all(is_sealed(payload) for path, payload in payloads(found) if not path.endswith(_OF_THE_SDK))


async def test_without_the_codec_the_same_is_readable(temporal: str) -> None:
    """The control: the same workflow without codec shows the secret in each of the places that are looked at."""
    plain = await Client.connect(
        temporal, data_converter=data_converter(None), header_codec_behavior=HeaderCodecBehavior.CODEC
    )
    found = await leaked(Client(**plain.config() | {"interceptors": [InHeaders()]}), f"case/{uuid4()}")

    shown = {path.rpartition(".")[2] for path, payload in payloads(found) if SECRET.encode() in payload.data}
    assert {
        "payloads", "fields[secret]", "fields[first]", "fields[later]", "fields[next]",
        "summary", "details", "encoded_attributes",
    } <= shown  # fmt: skip


async def test_nobody_sees_which_machine_works(key_ring: KeyRing) -> None:
    """Processes show by their kind: no host, no process number, no file of a worker's disk."""
    found = words(await leaked(await connected(SealingCodec(key_ring)), f"case/{uuid4()}"))

    assert {"vangnet-worker"} == found["identity"]
    assert not any(Path.cwd().name in text or "/" in text for text in found.get("stack_trace", ()))
