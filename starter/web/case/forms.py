"""The form of a message, made from its model: what can be chosen is asked of the protocol itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import Literal, get_args, get_origin

from pydantic import AwareDatetime
from pydantic.fields import FieldInfo

from protocol import vocabulary as v
from protocol.calendar import last_day
from protocol.deadlines import owner
from protocol.messages import Message, Organisation, name_of
from protocol.refusals import RefusalCode
from starter.web.case.controls import Control, Group, Impossible, Kind, Option
from starter.web.case.look import Look
from starter.web.case.probe import Probe

_AFTER_THE_TASK = frozenset({"kind", "subject"})
"""Not asked by themselves: a deadline is chosen with its subject."""
REVIEWER = "second_reviewer"

_POINTLESS = frozenset(
    {
        RefusalCode.NOT_ALLOWED,
        RefusalCode.NOT_A_PARTNER,
        RefusalCode.NOT_A_SCHOOL,
        RefusalCode.FORWARD_IMPOSSIBLE,
        RefusalCode.NOT_INVITED,
        RefusalCode.NO_OPEN_ACTION,
        RefusalCode.NO_SUCH_DEADLINE,
        RefusalCode.PARTNER_NOT_ACCEPTED,
        RefusalCode.NOTHING_ASKED,
        RefusalCode.NOTHING_GRANTED,
        RefusalCode.NOTHING_NEW,
        RefusalCode.NOTHING_TO_ASK,
        RefusalCode.REASON_NOT_YOURS,
        RefusalCode.UNKNOWN_PERSON,
    }
)
"""An option refused by one of these is left out; by any other it is shown with what is missing."""

Choice = tuple[Option, object]
"""An option, with what the message would hold for it."""


class Form:
    """Builds the controls of one message for one visitor."""

    def __init__(self, look: Look, message: type[Message], *, rows: int = 0, reviewed: bool = False) -> None:
        """Prepare.

        Args:
            look: The case, and who looks.
            message: What is to be told.
            rows: How many rows to show where there are rows, when that is more than usual.
            reviewed: The second reviewer confirms by themselves, and is not asked for here.
        """
        self._look = look
        self._message = message
        self._rows = rows
        self._reviewed = reviewed
        self._probe = Probe(look, message)
        self._t = look.t

    def controls(self) -> tuple[Control, ...]:
        """Every question, in the order of the model."""
        return tuple(
            self._control(name, info)
            for name, info in self._message.model_fields.items()
            if name not in _AFTER_THE_TASK and not (self._reviewed and name == REVIEWER)
        )

    def _control(self, name: str, info: FieldInfo) -> Control:
        by_name = _BY_NAME.get(name)
        return by_name(self, name, info) if by_name else self._by_type(name, info)

    def _by_type(self, name: str, info: FieldInfo) -> Control:
        kind = info.annotation
        if kind is bool:
            return self._yes_no(name, info)
        if kind is AwareDatetime:
            return self._plain(name, info, Kind.DATETIME)
        if kind is date:
            return self._plain(name, info, Kind.DATE)
        if get_origin(kind) is tuple:
            return self._many_words(name, info, get_args(kind)[0])
        return self._one_word(name, info, get_args(kind) if get_origin(kind) is Literal else tuple(_words(kind)))

    def _plain(self, name: str, info: FieldInfo, kind: Kind) -> Control:
        return Control(name, kind, self._says(name), self._hint(name), optional=not info.is_required())

    def _yes_no(self, name: str, info: FieldInfo) -> Control:
        choices = [(self._option(answer), answer == "yes") for answer in ("yes", "no")]
        default = "" if info.is_required() else ("yes" if info.default else "no")
        return self._chosen(name, info, Kind.YES_NO, choices, self._one, default=default)

    def _option(self, answer: str) -> Option:
        return Option(answer, self._t(f"case.{answer}"))

    def _one_word(self, name: str, info: FieldInfo, words: tuple[StrEnum, ...]) -> Control:
        return self._chosen(name, info, Kind.RADIOS, [(self._word(word), word) for word in words], self._one)

    def _many_words(self, name: str, info: FieldInfo, words: type[StrEnum]) -> Control:
        return self._chosen(name, info, Kind.CHECKBOXES, [(self._word(word), word) for word in words], self._several)

    def _word(self, word: StrEnum) -> Option:
        key = f"field.{name_of(self._message)}_{word.value}_hint"
        return Option(word.value, self._t.word(word), self._t(key) if key in self._t else "")

    def parties(self, name: str, info: FieldInfo) -> Control:
        many = get_origin(info.annotation) is not None
        kind, ask = (Kind.CHECKBOXES, self._several) if many else (Kind.RADIOS, self._one)
        return self._chosen(name, info, kind, self._organisations(told=name == "parties"), ask)

    def _organisations(self, *, told: bool = False) -> list[Choice]:
        """The directory, by kind; ``told`` says of each whether it is covered already."""
        order = list(v.OrganisationKind)
        rows = sorted(self._look.directory, key=lambda row: (order.index(row.kind), row.name))
        return [(self._organisation(row.id, told=told), Organisation(id=row.id, kind=row.kind)) for row in rows]

    def _organisation(self, party: str, *, told: bool) -> Option:
        hint = self._t("case.is_covered") if told and self._look.case.covered(party) else ""
        return Option(party, self._look.names(party), hint)

    def persons(self, name: str, info: FieldInfo) -> Control:
        kind, ask = (Kind.RADIOS, self._one) if info.annotation is str else (Kind.CHECKBOXES, self._several)
        return self._chosen(name, info, kind, self._people(), ask)

    def _people(self) -> list[Choice]:
        case = self._look.case
        return [
            (Option(person, self._look.names(person), self._must(person in case.who_must_consent)), person)
            for person in case.persons
        ]

    def _must(self, so: bool) -> str:
        return self._t("case.must_consent") if so else ""

    def participants(self, name: str, info: FieldInfo) -> Control:
        people: list[Choice] = [(option._replace(hint=""), person) for option, person in self._people()]
        return self._chosen(name, info, Kind.CHECKBOXES, people + self._organisations(), self._several)

    def open_actions(self, name: str, info: FieldInfo) -> Control:
        case, names = self._look.case, self._look.names
        choices: list[Choice] = [
            (Option(a.action, f"{names(a.action)}: {names(a.owner)}", self._t.date(a.due)), a.action)
            for a in case.actions
        ]
        return self._chosen(name, info, Kind.RADIOS, choices, self._one)

    def deadlines(self, name: str, info: FieldInfo) -> Control:
        case, calendar, names = self._look.case, self._look.found.policy.calendar, self._look.names
        choices: list[Choice] = []
        for deadline in sorted(case.deadlines, key=lambda d: d.due_at):
            told = {"task": deadline.task} | ({"subject": deadline.subject} if deadline.subject else {})
            label = f"{self._t.word(deadline.task)}: {names(owner(case, deadline))}"
            hint = self._t.date(last_day(calendar, deadline.due_at))
            choices.append((Option("|".join(told.values()), label, hint), told))
        return self._chosen(name, info, Kind.DEADLINE, choices, self._deadline)

    def agreements(self, name: str, info: FieldInfo) -> Control:
        case, names = self._look.case, self._look.names
        owners = tuple(Option(party, names(party)) for party in (*case.organisations, *case.persons))
        label, hint, rows = self._says(name), self._hint(name), ("",) * max(self._rows, 5)
        optional = not info.is_required()
        return Control(name, Kind.AGREEMENTS, label, hint, (Group(name, label, owners),), optional=optional, rows=rows)

    def guardians(self, name: str, info: FieldInfo) -> Control:
        known = tuple(guardian.person for guardian in self._look.case.guardians)
        rows = known + ("",) * max(self._rows - len(known), 1)
        optional = not info.is_required()
        return Control(name, Kind.GUARDIANS, self._says(name), self._hint(name), optional=optional, rows=rows)

    def reviewer(self, name: str, info: FieldInfo) -> Control:
        return self._plain(name, info, Kind.TEXT)

    def _chosen(  # noqa: PLR0913, PLR0917  # one for each part of a choice
        self,
        name: str,
        info: FieldInfo,
        kind: Kind,
        choices: Iterable[Choice],
        ask: Callable[[str, object], RefusalCode | None],
        default: str = "",
    ) -> Control:
        """Offer what the protocol would take, and say of the rest what is missing."""
        possible: list[Choice] = []
        missing: dict[str, list[str]] = {}
        for option, value in choices:
            code = ask(name, value)
            if code is None or code not in _OF_AN_OPTION:
                possible.append((option, value))
            elif code not in _POINTLESS:
                missing.setdefault(self._t.refusal(code), []).append(option.label)
        impossible = tuple(Impossible(", ".join(labels), sentence) for sentence, labels in missing.items())
        groups, optional = tuple(self._groups(name, possible)), not info.is_required() and not default
        return Control(name, kind, self._says(name), self._hint(name), groups, impossible, optional, default)

    def _groups(self, name: str, choices: list[Choice]) -> Iterable[Group]:
        """Organisations are grouped by what they are; everything else is one group."""
        for place, (kind, grouped) in enumerate(groupby(choices, lambda choice: _kind(choice[1]))):
            options = tuple(option for option, _ in grouped)
            legend = self._says(name)
            if kind is not None:
                legend = self._t("case.legend", question=legend, kind=self._t(f"case.kind_{kind.value}"))
            yield Group(f"{name}-{kind}" if place else name, legend, options)

    def _one(self, name: str, value: object) -> RefusalCode | None:
        return self._probe.option(**{name: value})

    def _several(self, name: str, value: object) -> RefusalCode | None:
        return self._probe.option(**{name: (value,)})

    def _deadline(self, _name: str, value: object) -> RefusalCode | None:
        return self._probe.option(**value) if isinstance(value, dict) else None

    def _says(self, name: str) -> str:
        own = f"field.{name_of(self._message)}_{name}"
        return self._t(own if own in self._t else f"field.{name}")

    def _hint(self, name: str) -> str:
        keys = (f"field.{name_of(self._message)}_{name}_hint", f"field.{name}_hint")
        return next((self._t(key) for key in keys if key in self._t), "")


def _words(kind: object) -> Iterable[StrEnum]:
    return kind if isinstance(kind, type) and issubclass(kind, StrEnum) else ()


def _kind(value: object) -> v.OrganisationKind | None:
    return value.kind if isinstance(value, Organisation) else None


_OF_AN_OPTION = _POINTLESS | {
    RefusalCode.NOT_COVERED,
    RefusalCode.POLICE_CONTACT_MISSING,
    RefusalCode.PARTNER_ALREADY_ENGAGED,
    RefusalCode.PUPIL_HAS_NOT_CONSENTED,
    RefusalCode.CONSENT_NOT_LACKING,
    RefusalCode.COORDINATOR_NOT_SILENT,
    RefusalCode.EXTENDED_ALREADY,
    RefusalCode.OWNER_NOT_IN_CASE,
}
"""Refusals that are about the option itself; any other comes from a field that is still empty."""

_BY_NAME: dict[str, Callable[[Form, str, FieldInfo], Control]] = {
    "parties": Form.parties,
    "partners": Form.parties,
    "partner": Form.parties,
    "to": Form.parties,
    "persons": Form.persons,
    "person": Form.persons,
    "invitees": Form.participants,
    "attendees": Form.participants,
    "action": Form.open_actions,
    "actions": Form.agreements,
    "guardians": Form.guardians,
    "task": Form.deadlines,
    REVIEWER: Form.reviewer,
}
"""Fields that name something of the case or of the directory; all others say by their type how they are asked."""
