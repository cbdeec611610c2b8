"""While workers and pages are replaced one by one, the release before reads what this one writes."""

from __future__ import annotations

import json

import pytest

from tests.replay.record import SHAPES
from tests.replay.shapes import models
from tests.replay.test_replay import RELEASED, read

BEFORE = list(RELEASED)[-1]
INSIDE = {
    "activities.texts.Catalogue": "read from a file of its own release",
    "protocol.retention.Held": "asked of the database and used at once",
}
"""Models that no other process reads."""


def test_a_new_field_is_left_out_until_it_is_used() -> None:
    """Models refuse fields that they do not know: a field of this release is written only where it says something."""
    known: dict[str, list[str]] = json.loads(read(SHAPES / f"{BEFORE}.json"))
    now = models()
    always = {
        f"{name}.{field}"
        for name, fields in known.items()
        if name in now and name not in INSIDE
        for field, info in now[name].model_fields.items()
        if field not in fields and info.exclude_if is None
    }
    assert set() == always


@pytest.mark.parametrize("name", INSIDE)
def test_no_exception_is_listed_for_nothing(name: str) -> None:
    """What is listed exists, and has a field that the release before does not know."""
    known: dict[str, list[str]] = json.loads(read(SHAPES / f"{BEFORE}.json"))
    assert {*models()[name].model_fields} - {*known[name]}
