"""From an error to an exit code and one line: the only place where that is decided."""

import json
import os
from enum import IntEnum
from pathlib import Path

import typer

from protocol.refusals import Refused
from runtime.errors import SettingsError, StartError
from starter.cli.output import say
from starter.cli.wrong_use import HELP, wrong_use
from starter.errors import BadInput, StarterError

_DATABASE = "VANGNET_DATABASE_URL"
_START = "Alles op deze machine, met voorbeeldgegevens, start met `make run`."
"""For who has no installation, or one here that does not run."""


class Exit(IntEnum):
    """The exit codes that scripts rely on."""

    DONE = 0
    NOT_IN_ORDER = 1
    WRONG_USE = 2
    REFUSED = 3
    AGAIN = 4
    INTERRUPTED = 130


class InVain(Exception):
    """Checked and not in order, or waited in vain; the sentence says so unless it was printed already."""


def report(error: Exception, *, as_json: bool) -> Exit:
    """Tell the person what is wrong on standard error, and return the exit code for it."""
    if isinstance(error, InVain):
        if str(error):
            say(str(error))
        return Exit.NOT_IN_ORDER
    found, code, text = _judged(error)
    if text.startswith(HELP):
        say(text)
        return found
    line = json.dumps({"code": code, "message": text}, ensure_ascii=False) if as_json else f"{text} ({code})"
    say(line)
    return found


_EXITS: dict[type[Exception], Exit] = {
    Refused: Exit.REFUSED,
    BadInput: Exit.WRONG_USE,
    SettingsError: Exit.WRONG_USE,
    typer.TyperException: Exit.WRONG_USE,
    StarterError: Exit.AGAIN,
    StartError: Exit.AGAIN,
}
"""The first that an error is one of decides."""


def _judged(error: Exception) -> tuple[Exit, str, str]:
    found = next((found for kind, found in _EXITS.items() if isinstance(error, kind)), None)
    if found is None:
        return _of_the_store(error) or _unexpected(error)
    if isinstance(error, typer.TyperException):
        return found, "wrong_use", wrong_use(error)
    code = str(getattr(error, "code", "internal"))
    text = str(getattr(error, "text", f"{error}."))
    return found, code, f"{text}. {_START}" if f"{_DATABASE} ontbreekt" in text else text


def _of_the_store(error: Exception) -> tuple[Exit, str, str] | None:
    """The store and what needs it is imported here only, because a help text needs no database driver."""
    from runtime.settings import local_folder
    from store import AddressInvalid, KeyRingInvalid, PolicyUnknown, StoreError, StoreUnavailable

    if not isinstance(error, StoreError):
        return None
    wrong_use = isinstance(error, (AddressInvalid, KeyRingInvalid, PolicyUnknown))
    local = isinstance(error, StoreUnavailable) and not os.environ.get(_DATABASE) and (local_folder() / "env").exists()
    text = f"{error.text} {_START}" if local else error.text
    return Exit.WRONG_USE if wrong_use else Exit.AGAIN, error.code, text


def _unexpected(error: Exception) -> tuple[Exit, str, str]:
    """A fault of ours. Its own text may hold anything, so only its type and place are said."""
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    where = f"{Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else "?"
    return Exit.AGAIN, "internal", f"Er ging iets mis in vangnet zelf: {type(error).__name__} bij {where}."
