"""From what was typed on a sheet to its part of an intake, with what is wrong about it, by field."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from pydantic import JsonValue, ValidationError
from pydantic.alias_generators import to_snake

from protocol.messages import IncidentId
from protocol.vocabulary import Signal
from starter.pictures import holds_picture
from starter.web.form import Form
from starter.web.intake.draft import Draft
from starter.web.intake.screens import Screen, is_guardian
from store import GuardianIntake, PupilIntake
from store.person import NoteText, Personal

Fields = dict[str, JsonValue]
_YES_NO: Mapping[str, JsonValue] = {"yes": True, "no": False}


class Seen(Personal):
    """What was seen, and of which incident it is a part."""

    note: NoteText | None = None
    incident: IncidentId | None = None


class Read(NamedTuple):
    """One sheet, read."""

    fields: Fields
    """By the names of ``intake.json``."""
    errors: dict[str, str]
    """Fields, each with the key of a sentence."""


def read(sheet: str, form: Form) -> Read:
    """Read a sheet. What the protocol says of it is another matter; a picture stays out of the draft, too."""
    found = _read(sheet, form)
    pictures = {name: "intake.wrong_picture" for name, value in form if holds_picture(value)}
    return found._replace(errors=found.errors | pictures)


def _read(sheet: str, form: Form) -> Read:
    if is_guardian(sheet):
        typed = _typed(form, "name", "email", "safe_contact", "second_contact", "language")
        custody = _YES_NO.get(form.text("custody"))
        return _checked(GuardianIntake, typed if custody is None else {**typed, "custody": custody})
    match Screen(sheet):
        case Screen.SIGNALS:
            return Read({"signals": [signal for signal in Signal if signal in form.all("signals")]}, {})
        case Screen.PUPIL:
            return _checked(
                PupilIntake, _typed(form, "name", "date_of_birth", "email", "safe_contact", "second_contact")
            )
        case Screen.STAFF:
            involved = _YES_NO.get(form.text("staff_involved"))
            return Read({}, {"staff_involved": "intake.wrong_choice"}) if involved is None else _staff(involved)
        case Screen.SEEN:
            return _checked(Seen, _typed(form, *Seen.model_fields))
        case _:
            return Read({}, {})


def _staff(involved: JsonValue) -> Read:
    return Read({"staff_involved": involved}, {})


def _typed(form: Form, *names: str) -> Fields:
    """The fields that were filled in."""
    return {name: value for name in names if (value := form.text(name))}


def _checked(model: type[PupilIntake | GuardianIntake | Seen], fields: Fields) -> Read:
    try:
        model.model_validate_json(json.dumps(fields), strict=True)
    except ValidationError as error:
        wrong = [to_snake(str(one["loc"][0])) for one in error.errors(include_input=False, include_url=False)]
        return Read(fields, {name: f"intake.wrong_{name}" for name in wrong})
    return Read(fields, {})


def intake(draft: Draft) -> Fields:
    """The whole draft as ``intake.json``, as far as it goes."""
    parts = {screen: read(screen, draft.sheet(screen)).fields for screen in Screen}
    pupil = parts[Screen.PUPIL]
    return {
        **parts[Screen.SIGNALS],
        **parts[Screen.STAFF],
        **parts[Screen.SEEN],
        **({"pupil": pupil} if pupil else {}),
        "guardians": [read(sheet, draft.sheet(sheet)).fields for sheet in draft.guardians],
    }
