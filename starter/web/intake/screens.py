"""The screens of a new signal, in their order."""

from __future__ import annotations

import re
from enum import StrEnum

MOST_GUARDIANS = 50
_GUARDIAN = re.compile(r"ouder-[1-9][0-9]?")


class Screen(StrEnum):
    """A topic; the value is what stands in the address."""

    SIGNALS = "signalen"
    PUPIL = "leerling"
    GUARDIANS = "ouders"
    STAFF = "medewerkers"
    SEEN = "notitie"
    CHECK = "controle"

    @property
    def number(self) -> int:
        """Which of all screens it is, from 1."""
        return tuple(Screen).index(self) + 1

    @property
    def next(self) -> Screen:
        """The screen after this one; the last stays."""
        return tuple(Screen)[min(self.number, len(Screen) - 1)]

    @property
    def previous(self) -> Screen | None:
        """The screen before this one."""
        return tuple(Screen)[self.number - 2] if self.number > 1 else None


def is_guardian(sheet: str) -> bool:
    """Whether a sheet is about one parent or guardian: ``ouder-1``, ``ouder-2`` and so on."""
    return bool(_GUARDIAN.fullmatch(sheet)) and guardian_number(sheet) <= MOST_GUARDIANS


def guardian_number(sheet: str) -> int:
    """Which one ``ouder-2`` is."""
    return int(sheet.partition("-")[2])


def screen_of(sheet: str) -> Screen | None:
    """The screen to which a sheet belongs; None when there is no such sheet."""
    if is_guardian(sheet):
        return Screen.GUARDIANS
    return Screen(sheet) if sheet in tuple(Screen) else None
