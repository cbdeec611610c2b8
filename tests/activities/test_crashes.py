"""Whatever goes wrong inside an activity, what Temporal and the log get to see is a code and a place."""

from __future__ import annotations

import importlib
import inspect
import logging
import pkgutil
from collections.abc import Awaitable, Callable

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

import activities
from activities.errors import UNEXPECTED

CANARY = "kanarie Roosmarijn van Scherpenzeel"

_SAID_BEFORE = {"record": ("turn_gone",)}
"""What an activity finds wrong, by a code of its own, before it comes to anything that is broken here."""

Method = Callable[..., Awaitable[object]]


class Leaking:
    """Whatever is done with it, it says something personal."""

    def __getattr__(self, name: str) -> object:
        raise RuntimeError(CANARY)

    def __iter__(self) -> object:
        raise RuntimeError(CANARY)


def defined() -> dict[str, tuple[type, str]]:
    """Every activity there is, by its name."""
    modules = [
        importlib.import_module(f"activities.{found.name}") for found in pkgutil.iter_modules(activities.__path__)
    ]
    kinds = {kind for module in modules for _, kind in inspect.getmembers(module, inspect.isclass)}
    return {
        definition.name: (kind, name)
        for kind in kinds
        for name, method in vars(kind).items()
        if (definition := getattr(method, "__temporal_activity_definition", None))
    }


def broken(kind: type, name: str) -> tuple[Method, list[Leaking]]:
    """The activity on an object all of whose parts are broken, and arguments that are no better."""
    made = type(
        f"Broken{kind.__name__}", (kind,), {"__getattr__": Leaking.__getattr__, "__init__": lambda _self: None}
    )()
    method: Method = getattr(made, name)
    return method, [Leaking() for _ in inspect.signature(method).parameters]


def test_the_activities_are_found() -> None:
    """A list that is too short would prove nothing."""
    assert {"record", "deliver", "keep_or_destroy", "tell_ages", "start_unstarted"} <= set(defined())


@pytest.mark.parametrize("activity", sorted(defined()))
async def test_an_error_nobody_foresaw_says_a_code(activity: str, caplog: pytest.LogCaptureFixture) -> None:
    """Its words, and those of what caused it, are neither in the failure nor in a line."""
    method, arguments = broken(*defined()[activity])

    with caplog.at_level(logging.DEBUG), pytest.raises(ApplicationError) as failed:
        await ActivityEnvironment().run(method, *arguments)

    assert failed.value.type in {UNEXPECTED, *_SAID_BEFORE.get(activity, ())}
    assert (failed.value.type, ()) == (failed.value.message, failed.value.details)
    assert failed.value.__cause__ is None
    assert failed.value.__suppress_context__
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("activities")]
    unforeseen = failed.value.type == UNEXPECTED
    assert unforeseen == any("an activity failed: RuntimeError at " in line for line in lines)
    assert [] == [word for word in CANARY.split() for line in lines if word in line]
