"""Whoever reaches Temporal without our keys tells a case nothing, and takes it from nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.contrib.pydantic import pydantic_data_converter

from protocol import messages as m
from protocol import vocabulary as v
from tests.workflows import stories
from tests.workflows.case import told
from tests.workflows.log_watch import LogWatch
from tests.workflows.names import SCHOOL
from tests.workflows.town import Town


async def test_what_is_not_sealed_is_no_message(town: Town, logs: LogWatch) -> None:
    """An update in the school's name is refused, a signal is passed over, and the case answers the school as before."""
    logs.expect("Failed (decoding|deserializing)", "not-sealed")
    case = await town.open()
    stranger = await Client.connect(
        town.client.service_client.config.target_host,
        namespace=town.client.namespace,
        data_converter=pydantic_data_converter,
    )
    handle = stranger.get_workflow_handle(case.handle.id)
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
