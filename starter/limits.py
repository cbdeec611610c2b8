"""How much a case takes, and which text: checked at the door, before anything is stored.

A workflow that gets an argument of megabytes cannot answer at all any more; PostgreSQL takes no
NUL character.
"""

from collections.abc import Mapping

from pydantic import JsonValue
from pydantic.alias_generators import to_camel

from starter.errors import BadInput, PictureRefused, TooLarge
from starter.pictures import holds_picture

LARGEST = 64 * 1024
"""The most bytes of UTF-8 that one field, or a note, can have."""

DEEPEST = 8
"""How far lists and objects can be nested in a field."""


def check_fields(fields: Mapping[str, JsonValue]) -> None:
    """Refuse a field that is too large or is not text that can be kept.

    Raises:
        PictureRefused: A picture was pasted into one.
        TooLarge: A field has more than :data:`LARGEST` bytes.
        BadInput: A field is nested too deep, or its text is not Unicode text.
    """
    for name, value in fields.items():
        check_text(name, "Een veldnaam")
        field = f"Het veld {to_camel(name[:60])}"
        if _size(value, field, DEEPEST) > LARGEST:
            raise TooLarge(f"{field} is te groot: ten hoogste 64 KiB.")


def check_note(note: str | None) -> None:
    """Refuse a note that is too large, or is not text that can be kept: any text that somebody writes for others.

    Raises:
        PictureRefused: A picture was pasted into it.
        TooLarge: It has more than :data:`LARGEST` bytes.
        BadInput: It is not Unicode text.
    """
    if note is not None and check_text(note, "De notitie") > LARGEST:
        raise TooLarge("De notitie is te groot: ten hoogste 64 KiB.")


def says_something(text: str) -> bool:
    """Whether there is a letter or a digit in it: what shows nothing, or dots alone, is no reason for anything."""
    return any(sign.isalnum() for sign in text)


def check_text(text: str, what: str) -> int:
    """Return how many bytes this text is, or refuse it: it is no text at all, or a picture as text."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise BadInput(f"{what} is geen geldige tekst (UTF-8).") from None
    if "\0" in text:
        raise BadInput(f"{what} is geen geldige tekst: er staat een nulteken in.")
    if holds_picture(text):
        raise PictureRefused
    return size


def _size(value: JsonValue, what: str, depth: int) -> int:
    if depth == 0:
        raise BadInput(f"{what} is te diep genest.")
    if isinstance(value, str):
        return check_text(value, what)
    if isinstance(value, dict):
        return sum(check_text(key, what) + _size(part, what, depth - 1) for key, part in value.items())
    if isinstance(value, list):
        return sum(1 + _size(part, what, depth - 1) for part in value)
    return len(str(value))
