"""Who holds a one-time link: found by its token, with the case as it stands now."""

from __future__ import annotations

from typing import NamedTuple

from starlette.requests import Request

from protocol.access import allowed, link_holder, link_opens
from protocol.case import Case
from protocol.messages import Actor
from starter import standing
from starter.standing import Standing
from starter.web.services import services
from store import Link, OrganisationRow


class Holder(NamedTuple):
    """Somebody with a link that works: a person in the case, or an organisation that was asked."""

    token: str
    link: Link
    standing: Standing
    organisations: dict[str, OrganisationRow]
    """The directory of the case's region."""

    @property
    def case(self) -> Case:
        """The case, as it was recorded last."""
        return self.standing.case

    @property
    def address(self) -> str:
        """Where the link leads."""
        return f"/k/{self.token}"

    @property
    def actor(self) -> Actor:
        """As whom the holder speaks."""
        known = self.organisations.get(self.link.party)
        return link_holder(self.link.purpose, self.link.party, known.kind if known else None)

    @property
    def may(self) -> tuple[str, ...]:
        """What the protocol lets the holder tell the case now."""
        return allowed(self.case, self.actor, self.standing.now, self.standing.policy)

    def name(self, organisation: str) -> str:
        """What an organisation is called."""
        known = self.organisations.get(organisation)
        return known.name if known else organisation


async def holder(request: Request) -> Holder | None:
    """Find who comes with the link of this request; nobody when it does not work, whatever the reason is.

    Every page behind a link comes through here; whether a code has to be given as well is :mod:`starter.web.links.code`.
    """
    token, store = request.path_params["token"], services(request).store
    link = await store.link(token)
    if link is None or link.expired:
        return None
    found = await standing.find(store, link.case_id)
    if found is None:
        return None
    rows = await store.organisations(found.case.region)
    held = Holder(token, link, found, {row.id: row for row in rows})
    return held if link_opens(found.case, held.actor) else None
