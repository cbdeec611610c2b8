from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import NamedTuple
from urllib.parse import quote


class Column(NamedTuple):
    """A column of the console's list, and what it says to who reads it."""

    label: str
    means: str


class View(NamedTuple):
    """A saved view of the console."""

    name: str
    query: str
    means: str

    def path(self, namespace: str) -> str:
        """Its address at the console."""
        return f"/namespaces/{quote(namespace)}/workflows?query={quote(self.query)}"


class Look(NamedTuple):
    """Everything that the console's list is made ready with."""

    columns: tuple[Column, ...]
    views: tuple[View, ...]


@cache
def look() -> Look:
    """Read what stands in ``views.toml``."""
    found = tomllib.loads(resources.files(__package__).joinpath("views.toml").read_text(encoding="utf-8"))
    return Look(tuple(Column(**column) for column in found["columns"]), tuple(View(**view) for view in found["views"]))
