"""Which version of the workers gets the cases."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from temporalio.api.deployment.v1 import WorkerDeploymentInfo
from temporalio.api.deployment.v1 import WorkerDeploymentVersion as Found
from temporalio.api.enums.v1 import RoutingConfigUpdateState, TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeTaskQueueRequest,
    DescribeTaskQueueResponse,
    DescribeWorkerDeploymentRequest,
    SetWorkerDeploymentCurrentVersionRequest,
)
from temporalio.client import Client
from temporalio.common import WorkerDeploymentVersion
from temporalio.service import RPCError, RPCStatusCode

from runtime.temporal import TASK_QUEUE
from starter.errors import StarterError
from starter.temporal.part import Part, State

KIND = "worker deployment"
UNVERSIONED = "zonder versie"
_UNDER_WAY = RoutingConfigUpdateState.ROUTING_CONFIG_UPDATE_STATE_IN_PROGRESS
_AGAIN = timedelta(milliseconds=100)


class NoWorkerYet(StarterError):
    """No worker of the version polls: making it the one in force would leave all cases without."""

    code = "no_worker_yet"


async def look(client: Client, wanted: WorkerDeploymentVersion | None) -> Part:
    """See whether cases go to the version that is wanted, or to workers without one."""
    there = await _in_force(client, await _described(client), wanted)
    if there == wanted:
        return Part(KIND, _name(wanted), State.THERE)
    return Part(KIND, _name(wanted), State.MISSING, f"casussen gaan naar {_name(there)}")


async def ensure(client: Client, wanted: WorkerDeploymentVersion | None) -> Part:
    """Have cases go to the version.

    Where nobody polls at all it is put in force beforehand, so that the first worker gets work at once.

    Raises:
        NoWorkerYet: Others poll, and none of this version.
    """
    queue = await _described(client)
    there = await _in_force(client, queue, wanted)
    if there == wanted:
        return Part(KIND, _name(wanted), State.THERE)
    deployment = wanted or there
    try:
        await client.workflow_service.set_worker_deployment_current_version(
            SetWorkerDeploymentCurrentVersionRequest(
                namespace=client.namespace,
                deployment_name=deployment.deployment_name if deployment else "",
                build_id=wanted.build_id if wanted else "",
                identity=client.identity,
                allow_no_pollers=there is None and not queue.pollers,
            )
        )
    except RPCError as error:
        if error.status in {RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION}:
            raise NoWorkerYet(
                f"Er draait nog geen worker van {_name(wanted)}: start die eerst en geef dit dan opnieuw."
            ) from None
        raise
    if deployment is not None:
        await _known_everywhere(client, deployment)
    return Part(KIND, _name(wanted), State.MADE if there is None else State.CHANGED, f"was {_name(there)}")


async def _known_everywhere(client: Client, deployment: WorkerDeploymentVersion) -> None:
    """Wait until every part of the server sends cases there: from then on old workers can go."""
    while (await _deployment(client, deployment)).routing_config_update_state == _UNDER_WAY:
        await asyncio.sleep(_AGAIN.total_seconds())


async def _in_force(
    client: Client, queue: DescribeTaskQueueResponse, wanted: WorkerDeploymentVersion | None
) -> WorkerDeploymentVersion | None:
    """Where cases go now; a queue that no version ever polled does not know of one that was put in force beforehand."""
    found = _version(queue.versioning_info.current_deployment_version)
    if found is not None or wanted is None or queue.pollers:
        return found
    try:
        deployment = await _deployment(client, wanted)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    return _version(deployment.routing_config.current_deployment_version)


async def _deployment(client: Client, version: WorkerDeploymentVersion) -> WorkerDeploymentInfo:
    asked = DescribeWorkerDeploymentRequest(namespace=client.namespace, deployment_name=version.deployment_name)
    return (await client.workflow_service.describe_worker_deployment(asked)).worker_deployment_info


async def _described(client: Client) -> DescribeTaskQueueResponse:
    return await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=TASK_QUEUE),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        )
    )


def _version(found: Found) -> WorkerDeploymentVersion | None:
    return WorkerDeploymentVersion(found.deployment_name, found.build_id) if found.build_id else None


def _name(version: WorkerDeploymentVersion | None) -> str:
    return UNVERSIONED if version is None else f"{version.deployment_name} {version.build_id}"
