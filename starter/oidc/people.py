"""The made-up people who can log in, in a file that may be changed while the provider runs."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from pydantic import TypeAdapter

from protocol.model import Frozen
from protocol.vocabulary import Role


class Person(Frozen):
    """Somebody who can log in."""

    user: str
    name: str
    organisation: str
    roles: tuple[str, ...]
    work: str
    """What they do, for whoever chooses among them."""

    @property
    def subject(self) -> str:
        """What they are known by for ever."""
        return f"{self.organisation}/{self.user}"

    @property
    def claims(self) -> dict[str, str | list[str]]:
        """What the provider says of them."""
        return {
            "sub": self.subject,
            "name": self.name,
            "preferred_username": self.user,
            "organisation": self.organisation,
            "roles": list(self.roles),
        }


class _Demo(NamedTuple):
    user: str
    name: str
    organisation: str
    role: Role
    work: str


_DEMO = (
    _Demo("m.dewit", "Marloes de Wit", "school-de-meent", Role.SCHOOL, "zorgcoördinator, Scholengemeenschap De Meent"),
    _Demo(
        "l.hendriks", "Lars Hendriks", "school-de-meent", Role.SCHOOL, "zorgcoördinator, Scholengemeenschap De Meent"
    ),
    _Demo("r.bakker", "Rosa Bakker", "school-het-kompas", Role.SCHOOL, "zorgcoördinator, Het Kompas College"),
    _Demo("s.yilmaz", "Selin Yilmaz", "cjg", Role.CJG, "casusregisseur, Centrum voor Jeugd en Gezin"),
    _Demo("n.peters", "Nico Peters", "cjg", Role.CJG, "casusregisseur, Centrum voor Jeugd en Gezin"),
    _Demo("j.vandijk", "Judith van Dijk", "veilig-thuis", Role.AGENCY, "casusregisseur, Veilig Thuis"),
    _Demo("a.jansen", "Anton Jansen", "zvh", Role.ZVH, "procesregisseur, Zorg- en Veiligheidshuis"),
    _Demo("b.kramer", "Birgit Kramer", "zvh", Role.ZVH, "procesregisseur, Zorg- en Veiligheidshuis"),
    _Demo("l.smit", "Latifa Smit", "ggd", Role.PARTNER, "jeugdarts, GGD"),
    _Demo("t.visser", "Tom Visser", "zedenpolitie", Role.PARTNER, "rechercheur, zedenpolitie"),
    _Demo("d.bos", "Daan Bos", "jeugdpreventie", Role.PARTNER, "preventiewerker, Jeugdpreventie"),
    _Demo("f.admin", "Femke Aalbers", "gemeente", Role.ADMIN, "functioneel beheerder"),
    _Demo("p.privacy", "Piet Prins", "gemeente", Role.PRIVACY, "privacyfunctionaris"),
    _Demo("o.ops", "Olga Otten", "gemeente", Role.OPS, "technisch beheerder"),
)

DEMO = tuple(
    Person(user=demo.user, name=demo.name, organisation=demo.organisation, roles=(demo.role,), work=demo.work)
    for demo in _DEMO
)
"""A person for each role, and a second one wherever somebody has to review what another did."""

_FILE: TypeAdapter[tuple[Person, ...]] = TypeAdapter(tuple[Person, ...])


class People:
    """Who can log in now: read from the file each time, so that a change counts at once."""

    def __init__(self, folder: Path) -> None:
        """Write the demo people where no file is yet."""
        self._file = folder / "people.json"
        if not self._file.exists():
            self.save(DEMO)

    def save(self, people: tuple[Person, ...]) -> None:
        """Change who can log in, and as what."""
        written = self._file.with_suffix(".new")
        written.write_bytes(_FILE.dump_json(people, indent=2))
        written.replace(self._file)

    def all(self) -> tuple[Person, ...]:
        """Everybody."""
        return _FILE.validate_json(self._file.read_bytes())

    def one(self, subject: str) -> Person | None:
        """Somebody; nobody once they were taken out of the file."""
        return next((person for person in self.all() if person.subject == subject), None)
