"""``vangnet temporal setup``: what lacks is made, what is there stays, and the check says what lacks."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeWorkerDeploymentRequest
from temporalio.client import Client, ScheduleIntervalSpec, ScheduleUpdate, ScheduleUpdateInput
from temporalio.common import WorkerDeploymentVersion
from temporalio.service import RPCError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from runtime.settings import Settings
from runtime.temporal import TASK_QUEUE
from runtime.versioning import deployment_config
from starter.schedule import ANCHORING, HOUSEKEEPING, NIGHTLY, RETENTION
from starter.temporal import attributes, deployment, namespace, rounds
from starter.temporal.part import Part, State
from starter.temporal.setting_up import Wishes, look, set_up
from tests.starter.stack import Stack, until

HOURLY = timedelta(hours=1)


@workflow.defn
class Nothing:
    """For a worker that only has to poll."""

    @workflow.run
    async def run(self) -> None:
        return


async def fresh(stack: Stack) -> Client:
    """A client of a namespace that is not there yet."""
    config = stack.temporal.config()
    return await Client.connect(
        stack.temporal.service_client.config.target_host,
        namespace=f"fresh-{uuid4().hex[:8]}",
        data_converter=config["data_converter"],
    )


async def empty(stack: Stack) -> Client:
    """A client of a namespace with nothing in it."""
    client = await fresh(stack)
    await namespace.ensure(client, None)
    await until(lambda: _attributes_known(client))
    return client


async def _attributes_known(client: Client) -> bool:
    try:
        await attributes.look(client)
    except RPCError:
        return False
    return True


def states(parts: tuple[Part, ...]) -> dict[str, State]:
    """How each is."""
    return {part.name: part.state for part in parts}


async def done(client: Client, settings: Settings, wishes: Wishes = Wishes()) -> tuple[Part, ...]:  # noqa: B008  # frozen
    """Set it up."""
    return tuple([part async for part in set_up(client, settings, wishes)])


async def test_setting_up_by_command(stack: Stack) -> None:
    """The check names the command; the command makes everything; then the check is content, and again nothing changes."""
    there = {"TEMPORAL_NAMESPACE": f"by-command-{uuid4().hex[:8]}"}
    before = await stack.run("check", "--json", around=there)
    made = await stack.run("temporal", "setup", "--json", around=there)
    again = await stack.run("temporal", "setup", around=there)
    after = await stack.run("check", "--json", around=there)
    (lacks,) = [row for row in json.loads(before.out) if row["name"] == "temporal"]
    (fine,) = [row for row in json.loads(after.out) if row["name"] == "temporal"]
    assert (False, True) == (lacks["fine"], fine["fine"])
    assert "vangnet temporal setup" in lacks["detail"]
    assert [0, 0] == [made.code, again.code]
    done = {row["name"]: row["state"] for row in json.loads(made.out)}
    assert {HOUSEKEEPING, NIGHTLY, RETENTION, "CaseStep", "CaseDueAt", there["TEMPORAL_NAMESPACE"]} <= done.keys()
    assert {"made"} == {state for name, state in done.items() if name != deployment.UNVERSIONED}
    assert {"was er"} == {line[:10].strip() for line in again.out.splitlines()}


async def test_what_lacks_is_seen(stack: Stack) -> None:
    """Without a namespace there is nothing else to look at; in an empty one each thing is named."""
    client = await fresh(stack)
    assert [State.MISSING] == [part.state for part in await look(client, stack.settings)]
    await done(client, stack.settings)
    await client.get_schedule_handle(NIGHTLY).delete()
    found = states(await look(client, stack.settings))
    assert {NIGHTLY} == {name for name, state in found.items() if state is State.MISSING}


async def test_what_an_operator_changed_stays(stack: Stack) -> None:
    """Other times and a pause are told and left; asked for, the times come back, and a pause stays a pause."""
    client = await empty(stack)
    await done(client, stack.settings)
    await rounds.ensure(client, HOURLY, anew=False)
    await client.get_schedule_handle(ANCHORING).update(_every(timedelta(hours=9)))
    await client.get_schedule_handle(RETENTION).pause(note="verhuizing")
    kept = states(await rounds.ensure(client, HOURLY, anew=False))
    assert (State.DIFFERS, State.PAUSED, State.THERE) == (kept[ANCHORING], kept[RETENTION], kept[HOUSEKEEPING])
    assert not next(part for part in await look(client, stack.settings) if part.name == RETENTION).fine
    anew = states(await rounds.ensure(client, HOURLY, anew=True))
    assert (State.CHANGED, State.PAUSED) == (anew[ANCHORING], anew[RETENTION])
    assert State.THERE == states(await rounds.look(client, HOURLY))[ANCHORING]


def _every(time: timedelta) -> Callable[[ScheduleUpdateInput], ScheduleUpdate]:
    def change(there: ScheduleUpdateInput) -> ScheduleUpdate:
        there.description.schedule.spec.intervals = [ScheduleIntervalSpec(every=time)]
        return ScheduleUpdate(there.description.schedule)

    return change


async def test_how_long_what_ended_is_kept(stack: Stack) -> None:
    """Three months when it is made; afterwards only who asks for it changes it."""
    client = await fresh(stack)
    made = await namespace.ensure(client, None)
    assert (State.MADE, True) == (made.state, "90 dagen" in made.detail)
    await until(lambda: _attributes_known(client))
    changed = await namespace.ensure(client, timedelta(days=120))
    assert (State.CHANGED, True) == (changed.state, "120 dagen, was" in changed.detail)
    assert "120 dagen" in (await namespace.ensure(client, None)).detail


async def test_what_ended_kept_too_short_is_told(stack: Stack) -> None:
    """A namespace that somebody else made keeps a day, or a week: it stays so, and both say what that costs."""
    client = await fresh(stack)
    await namespace.ensure(client, timedelta(days=7))
    await until(lambda: _attributes_known(client))
    for told in (await namespace.look(client), await namespace.ensure(client, None)):
        assert (State.DIFFERS, True) == (told.state, told.fine)
        assert "7 dagen: te kort" in told.detail
    await namespace.ensure(client, timedelta(days=30))
    assert State.THERE is (await namespace.look(client)).state


async def test_an_attribute_of_another_type_is_told(stack: Stack) -> None:
    """Cases could not write it, and nothing is thrown away to mend it."""
    client = await empty(stack)
    text = {"CaseDueAt": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD}
    await client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(namespace=client.namespace, search_attributes=text)
    )
    (wrong,) = [part for part in await attributes.ensure(client) if not part.fine]
    assert ("CaseDueAt", State.WRONG) == (wrong.name, wrong.state)
    assert "is keyword, moet datetime zijn" in wrong.detail
    told = await stack.run("temporal", "setup", around={"TEMPORAL_NAMESPACE": client.namespace})
    assert (1, "") == (told.code, told.err)
    assert "verkeerd" in told.out


async def test_a_version_is_put_in_force(stack: Stack) -> None:
    """Beforehand where nobody works; after that only when it has a worker; and back to workers without a version."""
    client = await empty(stack)
    one, two = (WorkerDeploymentVersion("vangnet", build) for build in ("1", "2"))
    assert State.MADE is (await deployment.ensure(client, one)).state
    assert State.THERE is (await deployment.ensure(client, one)).state
    async with polling(client, stack.settings, "1"):
        with pytest.raises(deployment.NoWorkerYet):
            await deployment.ensure(client, two)
        async with polling(client, stack.settings, "2"):
            changed = await deployment.ensure(client, two)
        assert (State.CHANGED, "was vangnet 1") == (changed.state, changed.detail)
        assert not (await deployment.look(client, one)).fine
        assert (await deployment.look(client, two)).fine
        await deployment.ensure(client, None)
        assert (await deployment.look(client, None)).fine


@asynccontextmanager
async def polling(client: Client, settings: Settings, build: str) -> AsyncIterator[None]:
    """A worker of a version, once Temporal knows of it."""
    versioned = settings.model_copy(update={"deployment": "vangnet", "build_id": build})
    async with Worker(
        client,
        task_queue=TASK_QUEUE,
        workflows=[Nothing],
        workflow_runner=UnsandboxedWorkflowRunner(),
        deployment_config=deployment_config(versioned),
    ):
        await until(lambda: _known(client, build))
        yield


async def _known(client: Client, build: str) -> bool:
    asked = DescribeWorkerDeploymentRequest(namespace=client.namespace, deployment_name="vangnet")
    found = (await client.workflow_service.describe_worker_deployment(asked)).worker_deployment_info
    return build in {version.deployment_version.build_id for version in found.version_summaries}
