"""What the command line reads from files and standard input: fields as JSON, notes as text."""

import json
import sys
from pathlib import Path
from typing import Never

from pydantic import JsonValue

from starter.errors import BadInput, TooLarge
from starter.limits import LARGEST, check_note

STANDARD_INPUT = "-"

_LARGEST_FILE = 64 * LARGEST
_LARGEST_LIST = 1024 * LARGEST


def read_fields(path: str) -> dict[str, JsonValue]:
    """Read an object with fields.

    Raises:
        BadInput: There is no such file, or it is not JSON with one object.
    """
    try:
        found = json.loads(_text(path, _LARGEST_FILE, "Het bestand met velden"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise BadInput("Het bestand met velden is geen geldige JSON.") from None
    if not isinstance(found, dict):
        raise BadInput("Het bestand met velden moet één JSON-object zijn.")
    return found


def read_note(path: str) -> str:
    """Read a note: UTF-8 text of at most 64 KiB.

    Raises:
        TooLarge: It is larger.
        BadInput: There is no such file, or it is not text.
    """
    note = _text(path, LARGEST, "De notitie")
    check_note(note)
    return note


def read_list(path: str) -> list[str]:
    """Read the lines of a list.

    Raises:
        BadInput: There is no such file, or it is not text.
    """
    return _text(path, _LARGEST_LIST, "De lijst").splitlines()


def _text(path: str, largest: int, what: str) -> str:
    try:
        with sys.stdin.buffer if path == STANDARD_INPUT else Path(path).open("rb") as file:
            content = file.read(largest + 1)
    except (OSError, ValueError):
        raise BadInput(f"{what} kan niet worden gelezen: bestaat het bestand?") from None
    if len(content) > largest:
        raise TooLarge(f"{what} is te groot: ten hoogste {largest // 1024} KiB.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(f"{what} is geen tekst in UTF-8.") from None


def _no_number(_name: str) -> Never:
    raise ValueError
