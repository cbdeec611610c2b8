"""Secrets from files: each secret setting may be named with ``_FILE`` behind it, and is then what stands in that file.

Containers and systemd hand out secrets as files. What stands in the environment is inherited by every child and shown
by tools that list processes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from pydantic import BaseModel, SecretStr

from runtime.errors import SettingsError

_FILE: Final = "_FILE"


def secret_fields(kind: type[BaseModel]) -> tuple[str, ...]:
    """Which settings of a class are secrets."""
    return tuple(name for name, field in kind.model_fields.items() if field.annotation in {SecretStr, SecretStr | None})


def file_names(prefix: str, fields: Iterable[str]) -> set[str]:
    """How the files of these settings are named in the environment."""
    return {prefix + field.upper() + _FILE for field in fields}


def read_secrets(prefix: str, fields: Iterable[str], written: Mapping[str, str]) -> dict[str, str]:
    """Read each secret whose file is named.

    Args:
        prefix: What the names of settings begin with.
        fields: The settings that are secrets.
        written: What stands in the environment and in the settings' files.

    Raises:
        SettingsError: A file cannot be read, or the secret stands in the environment as well.
    """
    found: dict[str, str] = {}
    for field in fields:
        name = prefix + field.upper()
        if file := written.get(name + _FILE):
            if written.get(name):
                raise SettingsError(f"geef {name} of {name}{_FILE}, en niet beide")
            found[field] = _content(name + _FILE, Path(file))
    return found


def _content(name: str, file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{name}: {file} is niet te lezen ({type(error).__name__})") from None
