"""Reading what Temporal keeps as somebody who has the server and no keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload


def parts(message: Message, path: str = "") -> Iterator[tuple[str, object]]:
    """Every value of a message that is not a message itself, and every payload, with the path to it."""
    if isinstance(message, Payload):
        yield path, message
        return
    for field, value in message.ListFields():
        for name, found in _entries(field.name, value):
            at = f"{path}.{name}".lstrip(".")
            if isinstance(found, Message):
                yield from parts(found, at)
            else:
                yield at, found


def _entries(name: str, value: object) -> Iterator[tuple[str, object]]:
    if hasattr(value, "items"):
        for key, found in value.items():
            yield f"{name}[{key}]", found
    elif isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        for found in value:
            yield name, found
    else:
        yield name, value


def payloads(messages: Iterable[Message]) -> list[tuple[str, Payload]]:
    """Every payload but those of search attributes, which are readable on purpose."""
    return [
        (path, found)
        for message in messages
        for path, found in parts(message)
        if isinstance(found, Payload) and "indexed_fields" not in path
    ]


def words(messages: Iterable[Message]) -> dict[str, set[str]]:
    """Every text that can be read, by the last part of its path; search attributes by their name."""
    found: dict[str, set[str]] = {}
    for message in messages:
        for path, value in parts(message):
            text = value.decode(errors="replace") if isinstance(value, bytes) else value
            if isinstance(value, Payload) and "indexed_fields" in path:
                found.setdefault(path.rpartition(".")[2], set()).add(value.data.decode())
            elif isinstance(text, str) and text:
                found.setdefault(path.rpartition(".")[2], set()).add(text)
    return found
