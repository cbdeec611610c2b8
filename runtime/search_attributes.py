"""What the console can filter by has to be known to Temporal's namespace before a case can carry it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.service import RPCError, RPCStatusCode

# The SDK's key is generic in the value's type, and these differ.
Keys = Sequence[SearchAttributeKey[Any]]


async def missing(client: Client, keys: Keys) -> tuple[str, ...]:
    """The attributes that the client's namespace does not have yet."""
    asked = ListSearchAttributesRequest(namespace=client.namespace)
    there = await client.operator_service.list_search_attributes(asked)
    return tuple(key.name for key in keys if key.name not in there.custom_attributes)


async def register(client: Client, keys: Keys) -> tuple[str, ...]:
    """Add what the client's namespace lacks; doing it again changes nothing.

    Returns:
        The names that were added.
    """
    lacking = await missing(client, keys)
    if not lacking:
        return lacking
    types = {key.name: IndexedValueType.ValueType(int(key.indexed_value_type)) for key in keys if key.name in lacking}
    asked = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=types)
    try:
        await client.operator_service.add_search_attributes(asked)
    except RPCError as error:
        # Somebody else was first.
        if error.status is not RPCStatusCode.ALREADY_EXISTS:
            raise
    return lacking
