"""What a release writes for another to read: the fields of every value that goes to Temporal or into the database as JSON."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from protocol.model import Frozen

_PACKAGES = ("protocol", "workflows", "activities")


def shapes() -> dict[str, list[str]]:
    """The fields of every model, by its name."""
    return {name: sorted(model.model_fields) for name, model in models().items()}


def models() -> dict[str, type[Frozen]]:
    """Every model of ours that a workflow, an activity or the journal knows, by its place."""
    for package in _PACKAGES:
        for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            importlib.import_module(module.name)
    found = {f"{model.__module__}.{model.__qualname__}": model for model in _below(Frozen)}
    return {name: found[name] for name in sorted(found) if name.partition(".")[0] in _PACKAGES}


def _below(model: type[Frozen]) -> Iterator[type[Frozen]]:
    for each in model.__subclasses__():
        yield each
        yield from _below(each)
