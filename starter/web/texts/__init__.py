"""The words of the pages: one file for each language. Adding a language is adding a file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from importlib import resources
from pathlib import PurePath
from types import MappingProxyType
from zoneinfo import ZoneInfo

from protocol.refusals import STEP_IN_DUTCH, TEXTS, RefusalCode
from protocol.vocabulary import Step

DEFAULT_LANGUAGE = "nl"
REFUSALS = "refusals."
_HERE = ZoneInfo("Europe/Amsterdam")
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


class Texts:
    """All words of one language; in templates ``t``."""

    def __init__(self, language: str, words: Mapping[str, str]) -> None:
        self.language = language
        self._words = MappingProxyType(dict(words))

    def __call__(self, key: str, /, **values: object) -> str:
        """The text under a key such as ``frame.skip``, with ``{values}`` filled in."""
        return self._words[key].format_map(values) if values else self._words[key]

    def __contains__(self, key: str) -> bool:
        return key in self._words

    @property
    def keys(self) -> frozenset[str]:
        """Every key there is."""
        return frozenset(self._words)

    def word(self, value: StrEnum) -> str:
        """The word for a value of the protocol: ``Step.REPORT`` stands under ``words.step.report``."""
        return self._words[word_key(value)]

    def refusal(self, code: RefusalCode, step: Step | None = None) -> str:
        """Why something was refused: in Dutch the protocol's own sentence, which has no copy in the catalogue."""
        own = self._words.get(f"{REFUSALS}{code}")
        if own is None:
            return TEXTS[code].format(step=STEP_IN_DUTCH[step] if step else "")
        return own.format(step=self.word(step) if step else "")

    def message(self, name: str) -> str:
        """What somebody does when they tell a message, by its snake_case or kebab-case name."""
        return self._words[f"messages.{name.replace('-', '_')}"]

    def date(self, day: date) -> str:
        """A day with its weekday."""
        return self._words["calendar.day"].format(
            weekday=self._words[f"calendar.weekday_{day.isoweekday()}"],
            day=day.day,
            month=self._words[f"calendar.month_{day.month}"],
            year=day.year,
        )

    def moment(self, moment: datetime) -> str:
        """A day and a time, as the clock in the Netherlands says."""
        here = moment.astimezone(_HERE)
        return self._words["calendar.moment"].format(day=self.date(here.date()), time=f"{here:%H:%M}")


def word_key(value: StrEnum) -> str:
    """Where the word for a value of the protocol stands."""
    return f"words.{_CAPITAL.sub('_', type(value).__name__).lower()}.{value.value}"


@dataclass(frozen=True)
class Catalogue:
    """Every language there is."""

    languages: Mapping[str, Texts]

    def of(self, language: str | None) -> Texts:
        """The words of a language, or Dutch when there are none."""
        return self.languages.get(language or DEFAULT_LANGUAGE) or self.languages[DEFAULT_LANGUAGE]


@cache
def catalogue() -> Catalogue:
    """Read every language."""
    files = (file for file in resources.files(__name__).iterdir() if file.name.endswith(".toml"))
    read = {PurePath(file.name).stem: tomllib.loads(file.read_text("utf-8")) for file in files}
    return Catalogue({language: Texts(language, dict(_flat(words))) for language, words in read.items()})


def _flat(words: Mapping[str, object], before: str = "") -> Iterator[tuple[str, str]]:
    for name, value in words.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", str(value)
