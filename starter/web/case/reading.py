"""From what was typed into a form to the fields of a message."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime

from pydantic import JsonValue

from starter.web.case.controls import Control, Kind
from starter.web.form import Form
from starter.web.texts import Texts

Fields = dict[str, JsonValue]
_OF_GUARDIAN = ("name", "email", "safe_contact", "second_contact", "language")


class Reading:
    """What was typed, field by field, with what is wrong about it."""

    def __init__(self, t: Texts, form: Form) -> None:
        self._t = t
        self._form = form
        self.fields: Fields = {}
        self.errors: dict[str, str] = {}
        """Names of inputs, each with a sentence."""

    def read(self, controls: Iterable[Control]) -> Reading:
        """Read every control."""
        for control in controls:
            _READERS[control.kind](self, control)
        return self

    def of_radios(self, control: Control) -> None:
        value = self._one(control)
        if value:
            self.fields[control.name] = value

    def _one(self, control: Control) -> str:
        known = {option.value for option in control.options}
        value = next((value for name in control.names for value in self._form.all(name) if value in known), "")
        if not value and not control.optional:
            self._wrong(control.name, "case.choose_one")
        return value

    def of_yes_no(self, control: Control) -> None:
        value = self._one(control)
        if value:
            self.fields[control.name] = value == "yes"

    def of_checkboxes(self, control: Control) -> None:
        known = {option.value for option in control.options}
        values: list[JsonValue] = [value for name in control.names for value in self._form.all(name) if value in known]
        if values:
            self.fields[control.name] = values
        elif not control.optional:
            self._wrong(control.name, "case.choose_some")

    def of_deadline(self, control: Control) -> None:
        task, _, subject = self._one(control).partition("|")
        if task:
            self.fields["task"] = task
        if subject:
            self.fields["subject"] = subject

    def of_datetime(self, control: Control) -> None:
        self._moment(control, datetime.fromisoformat, "case.type_moment")

    def of_date(self, control: Control) -> None:
        self._moment(control, date.fromisoformat, "case.type_day")

    def _moment(self, control: Control, parse: Callable[[str], object], wrong: str) -> None:
        value = self._form.text(control.name)
        if not value and control.optional:
            return
        try:
            parse(value)
        except ValueError:
            self._wrong(control.name, wrong)
            return
        self.fields[control.name] = value

    def of_text(self, control: Control) -> None:
        value = self._form.text(control.name)
        if value:
            self.fields[control.name] = value
        elif not control.optional:
            self._wrong(control.name, "case.fill_in")

    def of_agreements(self, control: Control) -> None:
        rows: list[JsonValue] = []
        for place, _ in enumerate(control.rows, start=1):
            owner, due = self._form.text(f"owner-{place}"), self._form.text(f"due-{place}")
            if not owner and not due:
                continue
            if not owner:
                self._wrong(f"owner-{place}", "case.agreement_owner", number=place)
            elif not _is_day(due):
                self._wrong(f"due-{place}", "case.agreement_due", number=place)
            rows.append({"owner": owner, "due": due})
        if rows:
            self.fields[control.name] = rows

    def of_guardians(self, control: Control) -> None:
        rows = (self._guardian(place, person) for place, person in enumerate(control.rows, start=1))
        self.fields[control.name] = [row for row in rows if row]

    def _guardian(self, place: int, person: str) -> Fields:
        """One row: somebody who is known, somebody new, or nothing."""
        typed = {name: self._form.text(f"{name}-{place}") for name in _OF_GUARDIAN}
        custody, leaves = self._form.text(f"custody-{place}"), f"leaves-{place}" in self._form
        if leaves or not (person or typed["name"] or typed["email"] or custody):
            return {}
        if custody not in {"yes", "no"}:
            self._wrong(f"custody-{place}", "case.guardian_custody", number=place)
        if not person and not typed["name"]:
            self._wrong(f"name-{place}", "case.guardian_name", number=place)
        row: Fields = {"custody": custody == "yes"} | ({"person": person} if person else {})
        return row | {name: value for name, value in typed.items() if value} if typed["name"] else row

    def _wrong(self, name: str, key: str, **values: object) -> None:
        self.errors[name] = self._t(key, **values)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


_READERS: dict[Kind, Callable[[Reading, Control], None]] = {
    Kind.RADIOS: Reading.of_radios,
    Kind.YES_NO: Reading.of_yes_no,
    Kind.CHECKBOXES: Reading.of_checkboxes,
    Kind.DATETIME: Reading.of_datetime,
    Kind.DATE: Reading.of_date,
    Kind.TEXT: Reading.of_text,
    Kind.DEADLINE: Reading.of_deadline,
    Kind.AGREEMENTS: Reading.of_agreements,
    Kind.GUARDIANS: Reading.of_guardians,
}
