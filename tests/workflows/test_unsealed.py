"""Whoever reaches Temporal without our keys tells a case nothing, and takes it from nobody."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import PayloadCodec

from protocol import messages as m
from protocol import vocabulary as v
from runtime.codec import SealingCodec
from store import KeyRing
from tests.workflows import stories
from tests.workflows.case import told
from tests.workflows.log_watch import LogWatch
from tests.workflows.names import SCHOOL
from tests.workflows.town import Town


class Junk(PayloadCodec):
    """Writes what only looks sealed."""

    def __init__(self, metadata: Mapping[str, bytes]) -> None:
        self._metadata = metadata

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Junk for each."""
        return [Payload(metadata=self._metadata, data=b"x" * 80) for _ in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Nothing comes back that anybody reads."""
        return list(payloads)


async def test_what_only_looks_sealed_is_no_message(town: Town, logs: LogWatch, key_ring: KeyRing) -> None:
    """Junk by a key that there is, by one that never was, and a copied proof: the case goes on at once."""
    logs.expect("Failed (decoding|deserializing)", "not-sealed")
    case = await town.open()
    before = await case.happened()
    (ours,) = await SealingCodec(key_ring).encode([Payload()])

    for metadata in (dict(ours.metadata), {**ours.metadata, "key": b"never"}, {"encoding": ours.metadata["encoding"]}):
        handle = (await stranger(town, Junk(metadata))).get_workflow_handle(case.handle.id)
        await handle.signal("tell", "x")
        with pytest.raises(WorkflowUpdateFailedError):
            await handle.execute_update("record_pupil_talk", "x", rpc_timeout=timedelta(seconds=20))
    await stories.talked(case)

    happened = await case.happened()
    assert happened[: len(before)] == before
    assert happened.count("pupil_talk_recorded") == 1


async def stranger(town: Town, codec: PayloadCodec | None = None) -> Client:
    """Somebody at Temporal's port without our keys."""
    converter = dataclasses.replace(pydantic_data_converter, payload_codec=codec)
    target = town.client.service_client.config.target_host
    return await Client.connect(target, namespace=town.client.namespace, data_converter=converter)


async def test_what_is_not_sealed_is_no_message(town: Town, logs: LogWatch) -> None:
    """An update in the school's name is refused, a signal is passed over, and the case answers the school as before."""
    logs.expect("Failed (decoding|deserializing)", "not-sealed")
    case = await town.open()
    handle = (await stranger(town)).get_workflow_handle(case.handle.id)
    before = await case.happened()

    talk = told(m.RecordPupilTalk(held_by=(v.Talker.MENTOR,)), SCHOOL)
    with pytest.raises(WorkflowUpdateFailedError):
        await handle.execute_update("record_pupil_talk", talk, id=talk.id, rpc_timeout=timedelta(seconds=20))
    await handle.signal("tell", told(m.DeclareAcute(), SCHOOL))
    await stories.talked(case)

    happened = await case.happened()
    assert happened[: len(before)] == before
    assert "acute_declared" not in happened
    assert happened.count("pupil_talk_recorded") == 1
