"""Who reads what of a case's file, as rows: what the database holds somebody to, behind the pages (part 2.4).

It is worked out from the same table as everything that is shown, and written with each recording, so that no rule is
written a second time in SQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from protocol import vocabulary as v
from protocol.access.offices import only_looks
from protocol.access.seeing import Field, sight
from protocol.case import Case
from protocol.messages import Actor

NOTES = frozenset(
    {
        Field.SCHOOL_NOTES,
        Field.COORDINATOR_NOTES,
        Field.PARTNER_NOTES,
        Field.ZVH_NOTES,
        Field.SHARED_NOTES,
        Field.FEEDBACK,
        Field.OWN_NOTES,
    }
)
WALLED = NOTES | {Field.PEOPLE, Field.JOURNAL, Field.HAND_OVER}
"""What stands in tables of its own, row by row."""

_OBSERVER = Actor(role=v.Role.OPS)


def reader(actor: Actor) -> str:
    """As whom somebody reads: their role and organisation; all who only look are one."""
    if only_looks(actor):
        return "observer"
    return f"{actor.role}:{actor.organisation or actor.person or ''}"


def in_emergency(who: str) -> str:
    """As whom the same somebody reads while an emergency of theirs runs."""
    return f"emergency {who}"


def readers(case: Case) -> dict[str, tuple[str, ...]]:
    """Of everybody who reads something of this case now, what that is; who is not named reads nothing.

    What an emergency would give stands beside it: the database lets only those in of whom one runs.
    """
    found: dict[str, frozenset[Field]] = {}
    for actor in (*_candidates(case), _OBSERVER):
        now, emergency = sight(case, actor)
        found[reader(actor)] = now & WALLED
        if emergency is not None:
            found[in_emergency(reader(actor))] = emergency & WALLED
    return {who: tuple(sorted(fields)) for who, fields in found.items() if fields}


def _candidates(case: Case) -> Iterator[Actor]:
    """Everybody who could have a place in the case, in each role that has one."""
    places = {case.school, case.file_holder, case.coordinator, case.cjg, case.zvh, case.forward.to}
    places |= {partner.organisation for partner in case.partners}
    for organisation in sorted(place for place in places if place):
        for role in _roles(case, organisation):
            yield Actor(role=role, organisation=organisation)


def _roles(case: Case, organisation: str) -> tuple[v.Role, ...]:
    own = {case.school: v.Role.SCHOOL, case.cjg: v.Role.CJG, case.zvh: v.Role.ZVH}.get(organisation, v.Role.AGENCY)
    return (own,) if case.partner(organisation) is None else (own, v.Role.PARTNER)
