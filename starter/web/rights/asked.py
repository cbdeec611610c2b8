"""A request with the case that it is about, as a page works with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import cast

from starlette.exceptions import HTTPException
from starlette.requests import Request

from protocol import vocabulary as v
from protocol.calendar import local_day
from protocol.keeping import Part
from protocol.policy import Policy
from protocol.retention import Held, under_duty
from protocol.rights import RefusalGround, handles_requests, hands_out, in_the_way, may_ask, reads_for_request
from starter import standing
from starter.standing import Standing
from starter.web.case.names import Names
from starter.web.page import texts
from starter.web.services import services
from starter.web.visitor import Visitor, visitor
from store import AccessEntry, AccessEvent, KeyDestroyed, Person, RequestRow, age_band


@dataclass(frozen=True)
class Asked:
    """What a page about one request is made of."""

    me: Visitor
    row: RequestRow
    found: Standing
    held: tuple[Held, ...]
    """What of the case can still be read, where it is closed."""
    policy: Policy
    people: dict[str, Person]
    """Empty where nothing may be opened any more."""
    organisations: dict[str, str]
    names: Names

    @property
    def today(self) -> date:
        """Where the region is."""
        return local_day(self.policy.calendar, datetime.now(UTC))

    @property
    def age(self) -> v.AgeBand:
        """How old the pupil is today; where that cannot be read any more, as old as the case last knew."""
        pupil = self.people.get("pupil")
        born = pupil.date_of_birth if pupil else None
        return age_band(born, self.today) if born else self.found.case.age

    @property
    def in_the_way(self) -> RefusalGround | None:
        """What makes that it cannot be granted."""
        parts = [part for part in self.held if part.part in self.row.parts]
        return in_the_way(
            self.row.kind,
            entitled=may_ask(self.found.case, self.row.requester, self.row.subject, self.age),
            case_open=self.found.case.open,
            duty=any(under_duty(part, self.policy, self.today) for part in parts),
            held=any(part.on_hold for part in parts),
        )

    @property
    def handed_out(self) -> bool:
        """Whether the overview of somebody's data is made for it."""
        return hands_out(self.me.staff, self.row.kind, self.row.state, self.in_the_way)

    def controller(self, part: Part) -> str:
        """The name of the organisation that answers for a part."""
        case = self.found.case
        coordinator = case.cjg if case.coordinator == case.school else case.coordinator
        whose = {Part.SCHOOL: case.school, Part.COORDINATOR: coordinator, Part.ZVH: case.zvh}
        return self.names(whose[part])

    def entry(self, what: str, event: AccessEvent = AccessEvent.READ) -> AccessEntry:
        """A line of the access log about this request."""
        return AccessEntry(
            actor=self.me.staff, case_id=self.row.case_id, what=what, purpose=f"request {self.row.request_id}",
            event=event, subject=self.row.subject, on_behalf=self.row.requester, at=self.found.now,
        )  # fmt: skip


def officer(request: Request) -> Visitor:
    """The visitor, who handles requests.

    Raises:
        HTTPException: 404: for everybody else these pages do not exist.
    """
    found = visitor(request)
    if not handles_requests(found.staff):
        raise HTTPException(404)
    return found


async def asked(request: Request) -> Asked:
    """Find the request that the path names.

    Raises:
        HTTPException: 404: there is none.
    """
    me, here = officer(request), services(request)
    row = await here.store.rights_request(here.region, cast("str", request.path_params["request_id"]))
    found = await standing.find(here.store, row.case_id) if row else None
    if row is None or found is None:
        raise HTTPException(404)
    organisations = {known.id: known.name for known in await here.store.organisations(here.region)}
    people = await _people(request, me, row, found)
    policy = await here.store.policy(here.region)
    return Asked(
        me, row, found,
        held=await here.store.held_of(policy, row.case_id), policy=policy,
        people=people, organisations=organisations, names=Names(texts(request), organisations, people),
    )  # fmt: skip


async def _people(request: Request, me: Visitor, row: RequestRow, found: Standing) -> dict[str, Person]:
    """Who they are, as long as the request needs it; nothing of what is erased."""
    if not reads_for_request(me.staff, row.kind, row.state) or not found.carried_out:
        return {}
    look = AccessEntry(
        actor=me.staff, case_id=row.case_id, what="people", purpose=f"request {row.request_id}",
        subject=row.subject, on_behalf=row.requester, at=found.now,
    )  # fmt: skip
    try:
        return await services(request).store.people(row.case_id, look, former=True)
    except KeyDestroyed:
        return {}
