"""The search attributes: what the console shows and filters cases by."""

from __future__ import annotations

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client

from runtime.search_attributes import register
from starter.temporal.part import Part, State
from workflows.search_attributes import ALL

KIND = "search attribute"


async def look(client: Client) -> tuple[Part, ...]:
    """See which are there, and of the type that cases write."""
    asked = ListSearchAttributesRequest(namespace=client.namespace)
    there = (await client.operator_service.list_search_attributes(asked)).custom_attributes
    return tuple(_found(key.name, there.get(key.name), int(key.indexed_value_type)) for key in ALL)


async def ensure(client: Client) -> tuple[Part, ...]:
    """Add what lacks; one of another type is left, as its values would be lost."""
    added = await register(client, ALL)
    return tuple(part._replace(state=State.MADE) if part.name in added else part for part in await look(client))


def _found(name: str, type_: int | None, wanted: int) -> Part:
    if type_ is None:
        return Part(KIND, name, State.MISSING)
    if type_ == wanted:
        return Part(KIND, name, State.THERE)
    return Part(KIND, name, State.WRONG, f"is {_type(type_)}, moet {_type(wanted)} zijn: haal hem in Temporal weg")


def _type(number: int) -> str:
    name = IndexedValueType.Name(IndexedValueType.ValueType(number))
    return name.removeprefix("INDEXED_VALUE_TYPE_").lower()
