"""A case as it stands for who looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import cast

from starlette.requests import Request

from protocol.access import Field, seen
from protocol.accounting import Ground, ground
from protocol.case import Case
from protocol.refusals import Refused
from starter import standing
from starter.standing import Standing
from starter.web.case.names import Names
from starter.web.page import texts
from starter.web.services import services
from starter.web.texts import Texts
from starter.web.visitor import Visitor, visitor
from store import AccessEntry, KeyDestroyed, OrganisationRow, Outcome, Person, Store


@dataclass(frozen=True)
class Look:
    """What a page about one case is made of."""

    visitor: Visitor
    found: Standing
    seen: frozenset[Field]
    """What the protocol lets the visitor see of it."""
    directory: tuple[OrganisationRow, ...]
    people: dict[str, Person]
    """Empty where the visitor may not know who they are, or did not need to."""
    names: Names
    t: Texts
    erased: bool = False
    """Who the people are was destroyed: nobody reads it again."""

    @property
    def case(self) -> Case:
        """How the case stands."""
        return self.found.case

    @property
    def born(self) -> date | None:
        """The pupil's date of birth, where the visitor may know it."""
        pupil = self.people.get("pupil")
        return pupil.date_of_birth if pupil else None


async def look(request: Request, purpose: str, *, with_people: bool = True, noted: bool = True) -> Look:
    """Find the case that a page is about.

    Args:
        request: Its path names the case.
        purpose: For the access log, when people's data is opened.
        with_people: Whether the page shows who the people are.
        noted: Whether the page shows anything; False where it only looks whether there is something to show.

    Raises:
        Refused: ``unknown_case``: there is none, or none for this visitor.
    """
    here, me, t = services(request), visitor(request), texts(request)
    found = await _found(request, me, purpose)
    fields = seen(found.case, me.staff)
    if noted:
        what = "state" if Field.STATE in fields else "task"
        await here.store.log_access(entry(me, found, what, purpose))
    directory = await here.store.organisations(here.region)
    wanted = with_people and Field.PEOPLE in fields and found.carried_out
    people = await _people(here.store, found, me, purpose) if wanted else {}
    names = Names(t, {row.id: row.name for row in directory}, people)
    return Look(me, found, fields, directory, people or {}, names, t, erased=people is None)


async def _found(request: Request, me: Visitor, purpose: str) -> Standing:
    """How the case stands; that somebody tried in vain is logged, too."""
    store, wanted = services(request).store, case_id(request)
    try:
        return await standing.find_for(store, wanted, me.staff)
    except Refused:
        if standing.CASE_ID.fullmatch(wanted):
            about = AccessEntry(actor=me.staff, case_id=wanted, what="state", purpose=purpose)
            await store.log_access(about.model_copy(update={"outcome": Outcome.REFUSED, "basis": Ground.NONE}))
        raise


def case_id(request: Request) -> str:
    """The case that the path names."""
    return cast("str", request.path_params["case_id"])


def entry(me: Visitor, found: Standing, what: str, purpose: str) -> AccessEntry:
    """A line of the access log about a look of this visitor."""
    case, basis = found.case.id, ground(found.case, me.staff)
    return AccessEntry(actor=me.staff, case_id=case, what=what, purpose=purpose, basis=basis, at=found.now)


async def _people(store: Store, found: Standing, me: Visitor, purpose: str) -> dict[str, Person] | None:
    """Open who the people are; nothing once that was erased."""
    try:
        return await store.people(found.case.id, entry(me, found, "people", purpose), former=False)
    except KeyDestroyed:
        return None
