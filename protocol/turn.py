"""One turn of a case while it is being decided: the state so far, and the events so far."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, Never

from protocol import events as e
from protocol import vocabulary as v
from protocol.case import Case
from protocol.evolve import evolve
from protocol.messages import Actor, Organisation, party_id
from protocol.policy import Policy
from protocol.refusals import RefusalCode, Refused

_GUARDED = (v.Step.NETWORK_MEETING, v.Step.COORDINATION, v.Step.HAND_OVER, v.Step.CLOSED)
"""Steps that a sexting case does not move to without recorded police contact (invariant 3)."""


class Source(NamedTuple):
    """Which message a turn answers; nothing for what the case's own clock tells it."""

    message_id: str | None = None
    digest: str | None = None
    note_id: str | None = None


NO_SOURCE = Source()


class Turn:
    """Collects the events of one message. Each is applied at once, so that what follows sees it."""

    def __init__(self, case: Case, actor: Actor, now: datetime, policy: Policy, source: Source = NO_SOURCE) -> None:
        """Begin with the state in which the message found the case."""
        self.case = case
        self.actor = actor
        self.now = now
        self.policy = policy
        self.source = source
        self.recorded: list[e.Recorded] = []

    def emit(self, event: e.Event) -> None:
        """This happened."""
        recorded = e.Recorded(
            number=self.case.number + 1,
            at=self.now,
            actor=self.actor,
            message_id=self.source.message_id,
            digest=self.source.digest,
            note_id=None if self.recorded else self.source.note_id,
            event=event,
        )
        self.recorded.append(recorded)
        self.case = evolve(self.case, recorded)

    def refuse(self, code: RefusalCode) -> Never:
        """The message is not allowed; the turn is over."""
        raise Refused(code, self.case.step)

    def require(self, holds: bool, code: RefusalCode) -> None:
        """Refuse unless this holds."""
        if not holds:
            self.refuse(code)

    @property
    def organisation(self) -> str:
        """The actor's organisation; the rules that ask for it are open to organisations only."""
        return self.actor.organisation or ""

    def enter(self, step: v.Step, *, asterisk: bool = True) -> None:
        """Move to a step, past the asterisk of the page, ending what must end on the way.

        Args:
            step: Where to. Being there already is no move.
            asterisk: False for the two moves that invariant 3 excepts.
        """
        if step is self.case.step:
            return
        if asterisk and step in _GUARDED:
            self.require(not lacks_police_contact(self.case), RefusalCode.POLICE_CONTACT_MISSING)
        if step in (v.Step.HAND_OVER, v.Step.CLOSED):
            self._wind_up()
        self.emit(e.StepEntered(step=step))

    def _wind_up(self) -> None:
        """Entering hand_over or closed ends what is still open (part 2.2)."""
        if self.case.escalation.open:
            self.end_escalation(v.EscalationEnd.CASE_ENDED)
        if self.case.forward.to:
            self.emit(e.ForwardEnded(to=self.case.forward.to))
        for person in self.case.persons:
            parties = consents_in(self.case, person, (v.ConsentStatus.REQUESTED,))
            if parties:
                self.emit(e.ConsentRequestEnded(person=person, parties=parties))
        for partner in self.case.partners:
            if partner.status is v.PartnerStatus.REQUESTED:
                self.emit(e.PartnerRequestEnded(organisation=partner.organisation))
        self.cancel_meeting()

    def cancel_meeting(self) -> None:
        """Cancel the network meeting, if one is planned."""
        if self.case.meeting.status is v.MeetingStatus.PLANNED:
            self.emit(e.NetworkMeetingCancelled(invitees=self.case.meeting.invitees))

    def end_escalation(self, end: v.EscalationEnd) -> None:
        """The ZVH is not asked any more, or steps back: direction is with the coordinator."""
        self.emit(e.EscalationEnded(end=end))
        self.direct(self.case.coordinator)

    def direct(self, director: str) -> None:
        """The direction of the process moves."""
        if director != self.case.process_director:
            self.emit(e.ProcessDirectorChanged(old=self.case.process_director, new=director))

    def coordinate(self, coordinator: str) -> None:
        """The coordination moves to who accepted it; the direction follows unless the ZVH has it."""
        self.emit(e.CoordinatorChanged(old=self.case.coordinator, new=coordinator))
        if self.case.escalation.status is not v.EscalationStatus.ACTIVE:
            self.direct(coordinator)

    def require_persons(self, persons: Iterable[str]) -> None:
        """Refuse a person who is not in the case."""
        self.require(set(persons) <= set(self.case.persons), RefusalCode.UNKNOWN_PERSON)

    def require_cover(self, parties: Iterable[str]) -> None:
        """Refuse a party that neither consent nor a legal basis covers."""
        self.require(all(map(self.case.covered, parties)), RefusalCode.NOT_COVERED)

    def require_second_reviewer(self, reviewer: str | None) -> None:
        """A second reviewer is always another person than the actor."""
        self.require(reviewer is not None, RefusalCode.SECOND_REVIEWER_MISSING)
        self.require(reviewer != self.actor.user, RefusalCode.SECOND_REVIEWER_SAME)


def lacks_police_contact(case: Case) -> bool:
    """A sexting case without recorded police contact: the asterisk of the page."""
    return v.Kind.SEXTING in case.kinds and case.police_contact is v.PoliceContact.NONE


def consents_in(case: Case, person: str, statuses: tuple[v.ConsentStatus, ...]) -> tuple[str, ...]:
    """The parties towards which this person has one of these statuses."""
    return tuple(c.party for c in case.consents if c.person == person and c.status in statuses)


def ids(participants: Iterable[str | Organisation]) -> tuple[str, ...]:
    """The participants' ids, each once, in the order in which they were named."""
    return tuple(dict.fromkeys(map(party_id, participants)))
