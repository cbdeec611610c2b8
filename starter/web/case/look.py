"""A case as it stands for who looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import cast

from starlette.requests import Request

from protocol.case import Case
from starter import standing
from starter.standing import Standing
from starter.web.case.names import Names
from starter.web.case.sight import Sight, sight
from starter.web.page import texts
from starter.web.services import services
from starter.web.texts import Texts
from starter.web.visitor import Visitor, visitor
from store import AccessEntry, KeyDestroyed, OrganisationRow, Person, Store


@dataclass(frozen=True)
class Look:
    """What a page about one case is made of."""

    visitor: Visitor
    found: Standing
    sight: Sight
    directory: tuple[OrganisationRow, ...]
    people: dict[str, Person]
    """Empty where the visitor may not know who they are, or did not need to."""
    names: Names
    t: Texts

    @property
    def case(self) -> Case:
        """How the case stands."""
        return self.found.case

    @property
    def born(self) -> date | None:
        """The pupil's date of birth, where the visitor may know it."""
        pupil = self.people.get("pupil")
        return pupil.date_of_birth if pupil else None


async def look(request: Request, purpose: str, *, with_people: bool = True) -> Look:
    """Find the case that a page is about.

    Args:
        request: Its path names the case.
        purpose: For the access log, when people's data is opened.
        with_people: Whether the page shows who the people are.

    Raises:
        Refused: ``unknown_case``: there is none, or none for this visitor.
    """
    here, me, t = services(request), visitor(request), texts(request)
    found = await standing.find_for(here.store, case_id(request), me.staff)
    seen = sight(found.case, me.staff)
    directory = await here.store.organisations(here.region)
    wanted = with_people and seen is Sight.FILE and found.carried_out
    people = await _people(here.store, found, me, purpose) if wanted else {}
    names = Names(t, {row.id: row.name for row in directory}, people)
    return Look(me, found, seen, directory, people, names, t)


def case_id(request: Request) -> str:
    """The case that the path names."""
    return cast("str", request.path_params["case_id"])


def entry(me: Visitor, found: Standing, what: str, purpose: str) -> AccessEntry:
    """A line of the access log about a look of this visitor."""
    return AccessEntry(actor=me.staff, case_id=found.case.id, what=what, purpose=purpose, at=found.now)


async def _people(store: Store, found: Standing, me: Visitor, purpose: str) -> dict[str, Person]:
    """Open who the people are; of an erased file nothing is left to open."""
    try:
        return await store.people(found.case.id, entry(me, found, "people", purpose), former=False)
    except KeyDestroyed:
        return {}
