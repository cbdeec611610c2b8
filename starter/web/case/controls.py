"""What a form asks: one control for each field of a message."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """How something is asked."""

    RADIOS = "radios"
    YES_NO = "yes_no"
    CHECKBOXES = "checkboxes"
    DATETIME = "datetime"
    DATE = "date"
    TEXT = "text"
    DEADLINE = "deadline"
    """One of the running deadlines: which task, and whose."""
    AGREEMENTS = "agreements"
    """Rows of who does something by when."""
    GUARDIANS = "guardians"
    """Rows of parents and guardians."""


class Option(NamedTuple):
    """Something to choose, as the macros of ``forms.html`` take it."""

    value: str
    label: str
    hint: str = ""


class Group(NamedTuple):
    """Options under one legend, with the name of their inputs."""

    name: str
    legend: str
    options: tuple[Option, ...]


class Impossible(NamedTuple):
    """What cannot be chosen now, and why."""

    labels: str
    sentence: str


@dataclass(frozen=True)
class Control:
    """One question of a form."""

    name: str
    """The field of the message; also the name of the input, or of its first group."""
    kind: Kind
    label: str
    hint: str = ""
    groups: tuple[Group, ...] = ()
    impossible: tuple[Impossible, ...] = ()
    optional: bool = False
    default: str = ""
    rows: tuple[str, ...] = field(default=())
    """Of rows: the person whom each is about, or nothing for a new one."""

    @property
    def options(self) -> tuple[Option, ...]:
        """Everything that can be chosen."""
        return tuple(option for group in self.groups for option in group.options)

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """The same for a list to choose from."""
        return tuple((option.value, option.label) for option in self.options)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its inputs."""
        return tuple(group.name for group in self.groups) or (self.name,)
