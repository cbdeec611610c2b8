"""From a message's name and fields, as people write them, to the protocol's message."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, JsonValue, ValidationError
from pydantic.alias_generators import to_camel, to_snake

from protocol.messages import TOLD_BY_PEOPLE, Message, Organisation, PlannedAction, name_of
from protocol.vocabulary import OrganisationKind
from starter.complaints import complaint
from starter.errors import BadInput, UnknownMessage

M = TypeVar("M", bound=BaseModel)
Fields = Mapping[str, JsonValue]
Directory = Mapping[str, OrganisationKind]

HERE = ZoneInfo("Europe/Amsterdam")
"""Where a time that names no zone was meant."""

MESSAGES: dict[str, type[Message]] = {name_of(message): message for message in TOLD_BY_PEOPLE}


def message_type(name: str) -> type[Message]:
    """Find a message by its name, in kebab-case or snake_case.

    Raises:
        UnknownMessage: The protocol has none of this name, or people do not tell it.
    """
    found = MESSAGES.get(name.replace("-", "_"))
    if found is None:
        raise UnknownMessage("Onbekend bericht; `vangnet case tell --help` noemt ze alle.")
    return found


def normalised(fields: Fields) -> dict[str, JsonValue]:
    """Give every field the one name that the protocol knows it by (``heldBy`` is ``held_by``)."""
    named = {to_snake(name): value for name, value in fields.items()}
    if len(named) < len(fields):
        raise BadInput("Een veld staat er twee keer in, in twee schrijfwijzen.")
    return named


def read_model(model: type[M], fields: Fields, directory: Directory) -> M:
    """Read fields strictly: JSON's own types, ISO dates, no guessing.

    Raises:
        BadInput: A field is unknown, missing or malformed; the sentence names it.
        Refused: ``unknown_organisation``.
    """
    try:
        text = json.dumps(dict(fields))
        return model.model_validate_json(text, strict=True, context={"directory": directory})
    except ValidationError as error:
        raise complaint(error) from None


def parse_message(name: str, fields: Fields, directory: Directory) -> Message:
    """Read a message that somebody tells a case.

    Args:
        name: The message's name, in either spelling.
        fields: Its fields by :func:`normalised` name. A time without a zone is meant in Amsterdam.
        directory: The region's organisations, by id, and what each is.

    Raises:
        UnknownMessage: There is no such message.
        BadInput: A field is unknown, missing or malformed.
        Refused: ``unknown_organisation``.
    """
    model = message_type(name)
    if "kind" in fields:
        raise BadInput("Onbekend veld: kind.")
    message = read_model(model, _with_zones(model, fields), directory)
    if any(directory.get(organisation.id) is not organisation.kind for organisation in _organisations(message)):
        raise BadInput("Noem een organisatie bij haar id uit de lijst van de regio.")
    return message


def _with_zones(model: type[Message], fields: Fields) -> Fields:
    times = {name for name, field in model.model_fields.items() if field.annotation is AwareDatetime}
    return {name: _with_zone(name, value) if name in times else value for name, value in fields.items()}


def _with_zone(name: str, value: JsonValue) -> str:
    if not isinstance(value, str):
        raise BadInput(f"Het veld {to_camel(name)} heeft geen geldige waarde: verwacht wordt tekst.")
    try:
        at = datetime.fromisoformat(value)
        return (at if at.tzinfo else at.replace(tzinfo=HERE)).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        raise BadInput(
            f"Het veld {to_camel(name)} heeft geen geldige waarde: verwacht wordt een datum met tijd als 2026-11-30T14:00."
        ) from None


def _organisations(message: Message) -> Iterator[Organisation]:
    """Every organisation that a message names, however deep."""
    for _, value in message:
        for part in value if isinstance(value, tuple) else (value,):
            named = part.owner if isinstance(part, PlannedAction) else part
            if isinstance(named, Organisation):
                yield named
