"""``vangnet case wait``."""

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from types import NoneType
from typing import get_args

from pydantic import BaseModel, JsonValue

from starter.cli.exits import InVain
from starter.cli.session import Session, session
from starter.errors import BadInput
from starter.standing import find_for
from starter.view import CaseView, view

_LOOK_AGAIN = timedelta(milliseconds=100)
_TIMEOUT = re.compile(r"([0-9]{1,5})(s|m|h)?")
_SECONDS = {"s": 1, "m": 60, "h": 3600, None: 1}


async def wait(case: str, conditions: tuple[str, ...], within: str, acting_as: str | None) -> None:
    """Wait until all of this is so.

    Raises:
        InVain: It was not so in time.
    """
    wanted = [_condition(text) for text in conditions]
    patience = _patience(within)
    async with session(acting_as) as here:
        try:
            async with asyncio.timeout(patience.total_seconds()):
                await here.look(case, "state")
                while not await _stands(here, case, wanted):
                    await asyncio.sleep(_LOOK_AGAIN.total_seconds())
        except TimeoutError:
            raise InVain(f"Niet binnen {within}: {', '.join(conditions)}.") from None


def _condition(text: str) -> tuple[tuple[str, ...], str]:
    path, equals, value = text.partition("=")
    parts, wanted = tuple(path.strip().split(".")), value.strip()
    kinds = _kinds(CaseView, parts)
    if not equals or not kinds:
        raise BadInput(
            "Schrijf bij --for een veld van `case show --json`, zoals step=report of escalation.status=active."
        )
    choices = _choices(kinds)
    if choices and wanted not in choices:
        raise BadInput(f"Het veld {'.'.join(parts)} wordt nooit {wanted!r}; kies uit: {', '.join(choices)}.")
    return parts, wanted


def _kinds(model: type[BaseModel], path: tuple[str, ...]) -> set[type]:
    """What a field may hold, itself or in its list; nothing where there is no such field."""
    fields = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
    kinds = {*_within(fields.get(path[0]))} if path[0] in fields else set()
    if not path[1:]:
        return kinds
    return {found for kind in kinds if issubclass(kind, BaseModel) for found in _kinds(kind, path[1:])}


def _within(kind: object) -> Iterator[type]:
    """The plain types of an annotation: of ``tuple[Kind, ...] | None`` they are Kind and None."""
    if isinstance(kind, type) and not get_args(kind):
        yield kind
    for part in get_args(kind):
        yield from _within(part)


def _choices(kinds: set[type]) -> tuple[str, ...]:
    """All that a field can ever say; nothing where it may say anything."""
    words = [kind for kind in kinds if issubclass(kind, StrEnum)]
    if len(words) < len(kinds - {NoneType}):
        return ()
    said = tuple(value.value for kind in words for value in kind)
    return (*said, "null") if said and NoneType in kinds else said


def _patience(text: str) -> timedelta:
    found = _TIMEOUT.fullmatch(text.strip())
    if not found:
        raise BadInput("Geef bij --timeout een duur als 30s of 2m.")
    return timedelta(seconds=int(found[1]) * _SECONDS[found[2]])


async def _stands(here: Session, case: str, wanted: list[tuple[tuple[str, ...], str]]) -> bool:
    found = await find_for(here.store, case, here.actor)
    shown = view(found.case, here.actor, found.now, found.policy).model_dump(mode="json")
    return all(_says(shown, path, value) for path, value in wanted)


def _says(shown: JsonValue, path: tuple[str, ...], value: str) -> bool:
    """Whether a value, or one of the entries of a list, is what is waited for."""
    if isinstance(shown, list):
        return any(_says(entry, path, value) for entry in shown)
    if not path:
        return _text(shown) == value
    if not isinstance(shown, dict):
        return False
    return path[0] in shown and _says(shown[path[0]], path[1:], value)


def _text(value: JsonValue) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)
