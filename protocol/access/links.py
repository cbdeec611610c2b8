"""As whom somebody speaks who holds a one-time link, and until when it opens."""

from __future__ import annotations

from protocol import vocabulary as v
from protocol.access.seeing import sees
from protocol.case import Case
from protocol.messages import Actor
from protocol.notices import LinkPurpose

_NEVER_BEGAN = (v.PartnerStatus.DECLINED, v.PartnerStatus.ENDED)


def link_holder(purpose: LinkPurpose, party: str, kind: v.OrganisationKind | None) -> Actor:
    """As whom a link's holder speaks. Nobody is named for an organisation: whoever reads its mail holds the link.

    Args:
        purpose: What the link is for.
        party: Whose it is: a person of the case, or an organisation.
        kind: What the organisation is; None where the directory does not know it.
    """
    if purpose is not LinkPurpose.PARTNER_ANSWER:
        return Actor(role=v.Role.PERSON, person=party)
    role = v.Role.CJG if kind is v.OrganisationKind.CJG else v.Role.PARTNER
    return Actor(role=role, organisation=party)


def link_opens(case: Case, holder: Actor) -> bool:
    """Whether a link still leads anywhere: as long as the case exists for its holder.

    Who never took part sees, as long as the case runs, that their no arrived or that the question is over; to who did,
    nothing is left once their part is over.
    """
    partner = case.partner(holder.organisation or "")
    never_began = partner is not None and partner.status in _NEVER_BEGAN
    return sees(case, holder) or (never_began and case.open)
