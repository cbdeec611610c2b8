"""A case as it stands for who looks at it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import cast

from starlette.requests import Request

from protocol.access import Field, may_break_glass, seen
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
    emergency: datetime | None = None
    """Until when the visitor reads in an emergency, by the case's own clock."""
    may_break_glass: bool = False
    """Whether there is a task for the visitor, only cover is missing, and no emergency of theirs runs."""

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
    may = found.carried_out and may_break_glass(found.case, me.staff)
    until = await here.store.emergency(found.case.id, me.staff) if may else None
    fields = seen(found.case, me.staff, emergency=until is not None)
    made = Look(me, found, fields, (), {}, Names(t, {}), t, emergency=until, may_break_glass=may and until is None)
    if noted:
        await here.store.log_access(entry(made, "state" if Field.STATE in fields else "task", purpose))
    directory = await here.store.organisations(here.region)
    wanted = with_people and Field.PEOPLE in fields and found.carried_out
    people = await _people(here.store, made, purpose) if wanted else {}
    names = Names(t, {row.id: row.name for row in directory}, people)
    return replace(made, directory=directory, people=people or {}, names=names, erased=people is None)


async def _found(request: Request, me: Visitor, purpose: str) -> Standing:
    """How the case stands; that somebody tried in vain is logged, too."""
    store, wanted = services(request).store, case_id(request)
    try:
        found = await standing.find_for(store, wanted, me.staff)
    except Refused:
        if standing.CASE_ID.fullmatch(wanted):
            number = await standing.known(store, wanted)
            about = AccessEntry(actor=me.staff, case_id=number, what="state", purpose=purpose)
            await store.log_access(about.model_copy(update={"outcome": Outcome.REFUSED, "basis": Ground.NONE}))
        raise
    request.state.case_id = found.case.id
    return found


def case_id(request: Request) -> str:
    """The case that the path names."""
    return cast("str", request.path_params["case_id"])


def entry(look: Look, what: str, purpose: str) -> AccessEntry:
    """A line of the access log about what a visitor sees."""
    me, case, emergency = look.visitor.staff, look.case, look.emergency is not None
    basis = ground(case, me, emergency=emergency)
    return AccessEntry(
        actor=me, case_id=case.id, what=what, purpose=purpose, basis=basis, at=look.found.now, emergency=emergency
    )


async def _people(store: Store, look: Look, purpose: str) -> dict[str, Person] | None:
    """Open who the people are; nothing once that was erased."""
    try:
        return await store.people(look.case.id, entry(look, "people", purpose), former=False)
    except KeyDestroyed:
        return None
