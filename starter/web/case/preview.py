"""What a receiver will and will not see, said before it is sent: the state after it is asked, not guessed."""

from __future__ import annotations

from typing import NamedTuple

from protocol import events as e
from protocol import vocabulary as v
from protocol.access import reads_file
from protocol.decide import Taken
from protocol.messages import Actor
from starter.web.case.look import Look


class Receiver(NamedTuple):
    """An organisation that is brought in."""

    party: str
    reads: bool
    """Whether it will see the file, or the task alone."""


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
    new = [party for party in taken.case.organisations if party not in look.case.organisations and party in kinds]
    return [Receiver(party, reads_file(taken.case, _somebody_at(party, kinds[party]))) for party in new]


def _somebody_at(party: str, kind: v.OrganisationKind) -> Actor:
    return Actor(role=v.Role(kind.value), organisation=party)
