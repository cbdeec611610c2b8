"""What a receiver will and will not see, said before it is sent: the state after it is asked, not guessed."""

from __future__ import annotations

from typing import NamedTuple

from protocol import events as e
from protocol import vocabulary as v
from protocol.access import Field, seen
from protocol.case import Case
from protocol.decide import Taken
from protocol.messages import Actor
from starter.web.case.look import Look

OF_ORGANISATIONS = tuple(field for field in Field if field is not Field.OWN_DEADLINES)
"""What an organisation sees or does not see; a person's own terms are of who has a link."""


class Receiver(NamedTuple):
    """An organisation that will see more than it does now."""

    party: str
    covered: bool
    sees: tuple[Field, ...]
    sees_not: tuple[Field, ...]


class Preview(NamedTuple):
    """What a message sends to whom."""

    receivers: tuple[Receiver, ...]
    document: bool
    """A hand-over document goes out."""
    persons: tuple[str, ...]
    """Who gets that document beside the school."""
    passed_by: tuple[str, ...]
    """Parents who do not get it."""


def preview(look: Look, taken: Taken) -> Preview | None:
    """What somebody is shown before they send a message; nothing when it sends nothing to anybody new.

    Args:
        look: The case as it is, and who looks.
        taken: What the message leads to, as the protocol decides it.
    """
    events = [recorded.event for recorded in taken.recorded]
    if not any(
        isinstance(event, (e.EscalationRequested, e.CaseForwarded, e.ReportDecided, e.HandOverBegun))
        for event in events
    ):
        return None
    begun = next((event for event in events if isinstance(event, e.HandOverBegun)), None)
    receivers = tuple(_receivers(look, taken)) if begun is None else ()
    if begun is None and not receivers:
        return None
    persons = begun.parents if begun else ()
    passed_by = tuple(person for person in taken.case.parents if begun and person not in persons)
    return Preview(receivers, begun is not None, persons, passed_by)


def _receivers(look: Look, taken: Taken) -> list[Receiver]:
    kinds = {row.id: row.kind for row in look.directory}
    others = [p for p in taken.case.organisations if p in kinds and p != look.visitor.staff.organisation]
    somebody = {party: _somebody_at(party, kinds[party]) for party in others}
    return [_receiver(taken.case, who) for who in somebody.values() if seen(taken.case, who) - seen(look.case, who)]


def _somebody_at(party: str, kind: v.OrganisationKind) -> Actor:
    return Actor(role=v.Role(kind.value), organisation=party)


def _receiver(case: Case, who: Actor) -> Receiver:
    """What it sees of the case as it will stand, by the protocol's own table, and everything else that there is."""
    fields, party = seen(case, who), who.organisation or ""
    sees, sees_not = (tuple(f for f in OF_ORGANISATIONS if (f in fields) is so) for so in (True, False))
    return Receiver(party, case.covered(party), sees, sees_not)
