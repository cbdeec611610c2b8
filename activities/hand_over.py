"""The hand-over document: what goes back to the school and the parents (step 7).

It is minimal on purpose: what other organisations wrote stays with them. What goes back is how
the case came out, what was agreed, what goes on, and whom to call.
"""

from __future__ import annotations

from datetime import date, datetime

from protocol import vocabulary as v
from protocol.case import Case
from protocol.events import HandOverBegun, Recorded
from protocol.evolve import evolve
from protocol.model import Frozen
from store import KeyDestroyed, Store


class Agreement(Frozen):
    """Something that was agreed: who does it, by when. What it is stands in the minutes."""

    action: str
    owner: str
    due: date
    done: bool


class HandOverDocument(Frozen):
    """What goes back. Parties are ids: names are looked up when somebody reads it."""

    version: int = 1
    case: str
    number: int
    """The event that began the hand-over."""
    begun_at: datetime
    outcome: v.OutcomeKind
    reason: str
    agreements: tuple[Agreement, ...]
    goes_on: tuple[str, ...]
    """Organisations that go on helping."""
    call: str
    """The organisation to call: the one that coordinated."""
    for_persons: tuple[str, ...]
    """The people who get it beside the school."""


class HandOvers:
    """Composes hand-over documents and files them, sealed under the school's key."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def prepare(self, case_id: str) -> bool:
        """File a document for every hand-over that was begun; done again, it changes nothing.

        Idempotency key: (case, number of the event that began the hand-over).

        Returns:
            Whether they are there; False when the part of the file in which they belong was destroyed.
        """
        case: Case | None = None
        for row in await self._store.journal(case_id):
            case = evolve(case, row.recorded)
            event = row.recorded.event
            if isinstance(event, HandOverBegun):
                # One that is there already stays as it is: the store keeps the first.
                try:
                    await self._file(composed(case, row.recorded, event))
                except KeyDestroyed:
                    return False
        return True

    async def _file(self, document: HandOverDocument) -> None:
        await self._store.save_hand_over(document.case, document.number, document.model_dump_json(by_alias=True))


def composed(case: Case, recorded: Recorded, begun: HandOverBegun) -> HandOverDocument:
    """The document of one hand-over, from the state in which it was begun."""
    return HandOverDocument(
        case=case.id,
        number=recorded.number,
        begun_at=recorded.at,
        outcome=begun.outcome,
        reason=begun.reason,
        agreements=tuple(
            Agreement(action=action.action, owner=action.owner, due=action.due, done=action.done)
            for action in case.actions
        ),
        goes_on=tuple(partner.organisation for partner in case.partners if partner.status is v.PartnerStatus.ACCEPTED),
        call=case.coordinator,
        for_persons=begun.parents,
    )
