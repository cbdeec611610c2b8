"""The messages of the protocol as the help of ``vangnet case tell`` lists them."""

from collections.abc import Iterator

from protocol.messages import TOLD_BY_PEOPLE, Message, name_of


def messages() -> str:
    """Every message with its fields, what may be left out in brackets; a paragraph that is not to be wrapped."""
    return "\n".join(("\b", "Messages and their fields (+ needs a note):", *map(_line, TOLD_BY_PEOPLE)))


def _line(message: type[Message]) -> str:
    name = name_of(message).replace("_", "-") + (" +" if message.NOTE else "")
    return f"  {name:<26} {' '.join(_fields(message))}".rstrip()


def _fields(message: type[Message]) -> Iterator[str]:
    for name, field in message.model_fields.items():
        if name != "kind":
            written = field.alias or name
            yield written if field.is_required() else f"[{written}]"
