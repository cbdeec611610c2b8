"""The namespace of all cases, and how long what ended stays in it."""

from __future__ import annotations

from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    RegisterNamespaceRequest,
    UpdateNamespaceRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from starter.temporal.part import Part, State

KIND = "namespace"
RETENTION = timedelta(days=90)
"""Of workflows that ended: longer than backups are kept. The file itself is in PostgreSQL, where the region's periods hold."""

_LEAST = timedelta(days=30)
"""Shorter than backups are kept, by most: `vangnet reconcile` then lacks what a restored database lacks."""


async def look(client: Client) -> Part:
    """See whether the client's namespace is there."""
    kept = await _kept(client)
    if kept is None:
        return Part(KIND, client.namespace, State.MISSING)
    return _there(client, kept)


async def ensure(client: Client, retention: timedelta | None) -> Part:
    """Make the namespace.

    Args:
        client: Of that namespace.
        retention: How long what ended stays; None makes it :data:`RETENTION`, and leaves one that is there as it is.
    """
    kept = await _kept(client)
    if kept is None:
        await client.workflow_service.register_namespace(
            RegisterNamespaceRequest(
                namespace=client.namespace,
                description="Vangnet",
                workflow_execution_retention_period=_duration(retention or RETENTION),
            )
        )
        return Part(KIND, client.namespace, State.MADE, _said(retention or RETENTION))
    if retention in {None, kept}:
        return _there(client, kept)
    config = NamespaceConfig(workflow_execution_retention_ttl=_duration(retention or kept))
    await client.workflow_service.update_namespace(UpdateNamespaceRequest(namespace=client.namespace, config=config))
    return Part(KIND, client.namespace, State.CHANGED, f"{_said(retention or kept)}, was {_said(kept)}")


async def _kept(client: Client) -> timedelta | None:
    try:
        found = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    return found.config.workflow_execution_retention_ttl.ToTimedelta()


def _there(client: Client, kept: timedelta) -> Part:
    """What is kept too short is told and left: nought is for ever."""
    if timedelta() < kept < _LEAST:
        too_short = f"{_said(kept)}: te kort om na een restore te vergelijken; `vangnet temporal setup --retention`"
        return Part(KIND, client.namespace, State.DIFFERS, too_short)
    return Part(KIND, client.namespace, State.THERE, _said(kept))


def _duration(of: timedelta) -> Duration:
    found = Duration()
    found.FromTimedelta(of)
    return found


def _said(kept: timedelta) -> str:
    return f"bewaart wat is afgelopen {kept / timedelta(days=1):g} dagen"
