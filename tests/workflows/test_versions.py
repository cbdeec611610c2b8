"""Workers with a version: an open case goes over to the version in force, and back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from runtime.versioning import deployment_version
from starter.temporal import deployment
from starter.temporal.part import State
from tests.workflows import stories
from tests.workflows.case import ToldCase
from tests.workflows.names import CJG
from tests.workflows.patience import eventually
from tests.workflows.town import Town
from worker import worker

NONE = ""


@asynccontextmanager
async def working(town: Town, build: str) -> AsyncIterator[None]:
    """A worker of a version, once it is in force."""
    settings = town.settings.model_copy(update={"deployment": "vangnet", "build_id": build})
    async with worker(town.client, town.store, town.webhooks, settings):

        async def in_force() -> bool:
            try:
                await deployment.ensure(town.client, deployment_version(settings))
            except deployment.NoWorkerYet:
                return False
            return True

        await eventually(in_force, "the version is in force")
        yield


async def carried_by(case: ToldCase) -> str:
    """Which version carried it last."""
    info = (await case.handle.describe()).raw_description.workflow_execution_info
    return info.versioning_info.deployment_version.build_id


async def test_an_open_case_goes_over(town: Town) -> None:
    """From workers without a version, as of release 0.1, to one version and the next, while the old ones are there."""
    case = await stories.reported(await town.open())
    assert NONE == await carried_by(case)
    async with working(town, "1"):
        await case.told(CJG, "accept_report")
        assert "1" == await carried_by(case)
        async with working(town, "2"):
            new = await town.open()
            await eventually(lambda: goes_over(new, "2"), "new cases begin with the next version")
            await case.told(CJG, "set_severity", severity="low")
            await eventually(lambda: goes_over(case, "2"), "open ones go over to it")
    assert State.CHANGED is (await deployment.ensure(town.client, None)).state
    await case.told(CJG, "de_escalate", reason="goal_reached")
    assert NONE == await carried_by(case)


async def goes_over(case: ToldCase, build: str) -> bool:
    """Whether this version carried its last task."""
    return await carried_by(case) == build
