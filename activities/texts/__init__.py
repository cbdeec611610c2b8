"""The words of notices: one file for each language. Adding a language is adding a file.

A text says what is asked, by when and where. It never holds a name, the kind of case or a role,
and whoever reads along learns nothing: the case itself stands behind the link.
"""

from __future__ import annotations

import tomllib
from enum import StrEnum
from functools import cache
from importlib import resources
from pathlib import PurePath

from protocol import vocabulary as v
from protocol.model import Frozen
from protocol.notices import LinkPurpose, NoticeKind

DEFAULT_LANGUAGE = "nl"


class Reader(StrEnum):
    """Who reads a notice: they need different words."""

    PERSON = "person"
    DESK = "desk"
    TEAM_LEAD = "team_lead"


class Calendar(Frozen):
    """How a language writes a day."""

    day: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]


class Voice(Frozen):
    """The words for one kind of reader; every list is a paragraph of sentences."""

    kinds: dict[NoticeKind, tuple[str, ...]]
    """What happened and what is asked. ``{task}`` stands for the sentence of the task; ``{state}``
    for what a team lead reads of it, where the reader is not the one who has to do it."""
    tasks: dict[v.Task, str]
    task: str
    """Of a task that has no sentence of its own for this reader."""
    dates: dict[NoticeKind, str]
    date: str
    """By when, with ``{day}`` and ``{time}``."""
    links: dict[LinkPurpose, tuple[str, ...]]
    page: tuple[str, ...]
    """Said before the address of the case's page, behind the login."""
    closing: tuple[str, ...]

    def of_task(self, task: v.Task | None) -> str:
        """The sentence of a task."""
        return self.tasks.get(task, self.task) if task else self.task


class CodeWords(Frozen):
    """The mail with a link's code; it names no case, no organisation and nobody."""

    subject: str
    before: tuple[str, ...]
    after: tuple[str, ...]


class Catalogue(Frozen):
    """All words of one language."""

    language: str
    subject: str
    greeting: str
    number: str
    meeting: str
    """How a meeting stands in a calendar that others may read along."""
    open: str
    """On the button of a mail that shows more than text."""
    calendar: Calendar
    code: CodeWords
    person: Voice
    desk: Voice
    team_lead: Voice

    def voice(self, reader: Reader) -> Voice:
        """The words for this kind of reader."""
        return {Reader.PERSON: self.person, Reader.DESK: self.desk, Reader.TEAM_LEAD: self.team_lead}[reader]


@cache
def catalogues() -> dict[str, Catalogue]:
    """Every language there is, by its code."""
    files = (file for file in resources.files(__name__).iterdir() if file.name.endswith(".toml"))
    return {PurePath(file.name).stem: _read(file.read_text("utf-8")) for file in files}


def catalogue(language: str) -> Catalogue:
    """The words of a language, or Dutch when it has none yet."""
    found = catalogues()
    return found.get(language, found[DEFAULT_LANGUAGE])


def _read(text: str) -> Catalogue:
    return Catalogue.model_validate(tomllib.loads(text))
