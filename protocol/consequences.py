"""What follows from any message: the file, lost cover, who must decide, and the clocks."""

from __future__ import annotations

from protocol import deadlines
from protocol import events as e
from protocol import vocabulary as v
from protocol.case import STEPS_COORDINATED, Case
from protocol.turn import Turn

_NEGATIVE = (v.ConsentStatus.REFUSED, v.ConsentStatus.NO_ANSWER, v.ConsentStatus.WITHDRAWN)
_DECIDING = (v.Step.PARENT_TALK, v.Step.REPORT, *STEPS_COORDINATED)


def follow(turn: Turn, before: Case) -> None:
    """Emit everything that follows from what the rules emitted.

    Args:
        turn: The turn, with the message's own events in it.
        before: The state in which the message found the case.
    """
    _move_file(turn)
    _tell_lost_cover(turn, before)
    _have_somebody_decide(turn, before)
    changed = deadlines.changes(turn.case, turn.now, turn.policy)
    if changed is not None:
        turn.emit(changed)


def _move_file(turn: Turn) -> None:
    """The file follows the coordination as soon as its receiver is covered (part 2.1)."""
    case = turn.case
    if case.step not in STEPS_COORDINATED or case.file_holder == case.coordinator:
        return
    if case.covered(case.coordinator):
        turn.emit(e.FileHolderChanged(old=case.file_holder, new=case.coordinator))


def _tell_lost_cover(turn: Turn, before: Case) -> None:
    """A birthday, a withdrawal or another guardian can end what covered a party."""
    case = turn.case
    parties = dict.fromkeys(consent.party for consent in before.consents)
    lost = tuple(party for party in parties if before.covered(party) and not case.covered(party))
    if lost:
        turn.emit(e.CoverLost(parties=lost))


def _have_somebody_decide(turn: Turn, before: Case) -> None:
    """The first refusal, no answer or withdrawal for who is to coordinate: once per asking."""
    case, party = turn.case, turn.case.coordinator_to_be
    if case.step not in _DECIDING or case.covered(party):
        return
    request = max((c.request for c in case.consents if c.party == party), default=0)
    if request == case.lacking_request:
        return
    if any(_turned_down(before, case, person, party) for person in case.who_must_consent):
        turn.emit(e.ConsentLacks(party=party, request=request))


def _turned_down(before: Case, case: Case, person: str, party: str) -> bool:
    now, then = case.consent(person, party), before.consent(person, party)
    return now is not None and now.status in _NEGATIVE and now != then
