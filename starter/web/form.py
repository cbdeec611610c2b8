"""What a form brought, and what was typed into one that came back after a session had expired."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple, Self
from urllib.parse import parse_qsl

from starlette.requests import HTTPConnection

_MOST_FIELDS = 500
_MOST_DIGITS = 18
"""What fits the database's numbers."""


class Unreadable(Exception):
    """The body is no form: not UTF-8, or not encoded as one."""


class TooMuch(Exception):
    """The form has too many fields, or one that is too large."""


class Form:
    """The fields of a form, in order; a name may come more than once."""

    def __init__(self, fields: tuple[tuple[str, str], ...] = ()) -> None:
        self._fields = fields

    @classmethod
    def read(cls, body: bytes, largest: int) -> Self:
        """Read ``application/x-www-form-urlencoded``.

        Args:
            body: As it came.
            largest: The most bytes of UTF-8 in one field.

        Raises:
            Unreadable: It is something else.
            TooMuch: A field is too large, or there are too many.
        """
        try:
            text = body.decode("ascii")
        except UnicodeDecodeError:
            raise Unreadable from None
        if text.count("&") >= _MOST_FIELDS:
            raise TooMuch
        try:
            fields = parse_qsl(text, keep_blank_values=True, errors="strict")
        except UnicodeDecodeError:
            raise Unreadable from None
        if any(len(value.encode()) > largest for _, value in fields):
            raise TooMuch
        # Browsers send line breaks as CRLF; everything else that is typed has LF.
        return cls(tuple((name, value.replace("\r\n", "\n")) for name, value in fields))

    def text(self, name: str, default: str = "") -> str:
        """One field, without the blanks around it."""
        return next((value.strip() for key, value in self._fields if key == name), default)

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field, such as of a group of checkboxes."""
        return tuple(value.strip() for key, value in self._fields if key == name)

    def without(self, *names: str) -> Form:
        """The same without some fields."""
        return Form(tuple((name, value) for name, value in self._fields if name not in names))

    def __contains__(self, name: str) -> bool:
        return any(key == name for key, _ in self._fields)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._fields)

    def __bool__(self) -> bool:
        return bool(self._fields)


class Shown(NamedTuple):
    """How a page shows a form: what stands in it, what is wrong by field or as a whole, and HTTP's status for that."""

    values: Form
    errors: Mapping[str, str] = MappingProxyType({})
    sentence: str = ""
    status: int = 200


def whole(text: str) -> int | None:
    """A whole number that somebody sent; nothing when it is none, or larger than any of ours."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else None


def form(request: HTTPConnection) -> Form:
    """What was sent along; nothing with a GET."""
    found: Form | None = getattr(request.state, "form", None)
    return found or Form()


def typed(request: HTTPConnection) -> Form:
    """What was typed here before the session expired; shown again when the page is asked for after logging in."""
    found: Form | None = getattr(request.state, "typed", None)
    return found or Form()
