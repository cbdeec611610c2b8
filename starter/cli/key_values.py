"""``key=value`` on the command line, read by what the message's field is."""

import json
from collections.abc import Iterable
from types import NoneType
from typing import get_args, get_origin

from pydantic import BaseModel, JsonValue
from pydantic.alias_generators import to_camel, to_snake

from starter.errors import BadInput

_YES_AND_NO = {"true": True, "ja": True, "false": False, "nee": False}


def parse_pairs(pairs: Iterable[str], model: type[BaseModel]) -> dict[str, JsonValue]:
    """Read ``heldBy=mentor,supporter needed=ja`` as JSON would have it.

    A list is written with commas, or as JSON; ``null`` leaves a field empty. A field that the model
    does not have stays text: whoever reads the fields says that it is unknown.

    Raises:
        BadInput: A pair has no ``=``, a name comes twice, or a value is not what the field is.
    """
    fields: dict[str, JsonValue] = {}
    for pair in pairs:
        written, equals, value = pair.partition("=")
        name = to_snake(written.strip())
        if not equals or not name:
            raise BadInput("Schrijf een veld als naam=waarde.")
        if name in fields:
            raise BadInput(f"Het veld {to_camel(name[:60])} wordt twee keer gegeven.")
        fields[name] = _value(name, value, _types(model, name))
    return fields


def _types(model: type[BaseModel], name: str) -> tuple[type, ...]:
    """What a field can be: ``tuple[Party, ...] | None`` is a tuple or nothing."""
    field = model.model_fields.get(name)
    if field is None:
        return ()
    annotation = field.annotation
    parts = get_args(annotation) if NoneType in get_args(annotation) else (annotation,)
    return tuple(get_origin(part) or part for part in parts)


def _value(name: str, text: str, types: tuple[type, ...]) -> JsonValue:
    if text == "null" and NoneType in types:
        return None
    if bool in types:
        return _yes_or_no(name, text)
    if tuple not in types:
        return text
    if text.lstrip().startswith(("[", "{")):
        return _json(name, text)
    return [part.strip() for part in text.split(",")] if text else []


def _yes_or_no(name: str, text: str) -> bool:
    if text.casefold() not in _YES_AND_NO:
        raise BadInput(f"Het veld {to_camel(name)} heeft geen geldige waarde: verwacht wordt true of false.")
    return _YES_AND_NO[text.casefold()]


def _json(name: str, text: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text)
    except (ValueError, RecursionError):
        raise BadInput(f"Het veld {to_camel(name)} is geen geldige JSON.") from None
    return [value] if isinstance(value, dict) else value
