"""What organisations, people and members of staff are called on a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from starter.web.texts import Texts
from store import Person

_NUMBERED = re.compile(r"(guardian|action)-([0-9]+)")
_PUPIL = "pupil"


class Names:
    """Looks up what anything that a case names by an id is called; in templates ``names``."""

    def __init__(
        self,
        t: Texts,
        organisations: Mapping[str, str],
        people: Mapping[str, Person] | None = None,
        staff: Mapping[str, str] | None = None,
    ) -> None:
        """Collect the names.

        Args:
            t: The language.
            organisations: Names in the directory, by id.
            people: The people of the case, where the reader may know who they are.
            staff: Members of staff by pseudonym, where the reader may know who they are.
        """
        self._t = t
        self._known = {**organisations, **(staff or {})}
        self._people = people or {}

    def __call__(self, party: str | None) -> str:
        """The name of an organisation, a person, an agreement or a member of staff."""
        if party is None:
            return ""
        role = self.role(party)
        if party in self._people:
            return f"{self._people[party].name} ({role.lower()})"
        return role or self._known.get(party, party)

    def role(self, party: str) -> str:
        """What somebody is in the case, without a name; nothing for an organisation."""
        numbered = _NUMBERED.fullmatch(party)
        if numbered:
            return self._t(f"case.{numbered[1]}", number=numbered[2])
        return self._t("case.pupil") if party == _PUPIL else ""

    def all(self, parties: Iterable[str]) -> str:
        """Several names, as they stand in a sentence."""
        return ", ".join(map(self, parties)) or self._t("case.nobody")
