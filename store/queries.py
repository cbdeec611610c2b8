"""The named queries: plain SQL in ``store/sql``, which can be pasted into EXPLAIN."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import LiteralString, cast

_NAMED = re.compile(r"^-- name: (\w+)\n(.*?)(?=^-- name: |\Z)", re.MULTILINE | re.DOTALL)


@cache
def _all() -> dict[str, LiteralString]:
    found: dict[str, LiteralString] = {}
    for file in sorted(files("store").joinpath("sql").iterdir(), key=lambda entry: entry.name):
        for name, text in _NAMED.findall(file.read_text()):
            if name in found:
                raise ValueError(f"query {name} stands twice")
            # It comes from the package's own files, which nobody's input reaches.
            found[name] = cast("LiteralString", text.strip().removesuffix(";"))
    return found


def query(name: str) -> LiteralString:
    """Return a named query; a name that is not there is an error when the module is imported."""
    return _all()[name]
