"""The state of one case (part 2.2). It is all there is: what a case knows stands here.

No name, address or date of birth is in it. People are ``pupil`` and ``guardian-1``,
organisations are their ids in the directory, free text is a note in the file.
"""

from __future__ import annotations

from datetime import date, datetime

from protocol import vocabulary as v
from protocol.messages import Guardian
from protocol.model import Frozen

STEPS_AT_SCHOOL = (v.Step.SIGNAL, v.Step.PUPIL_TALK, v.Step.PARENT_TALK)
OPEN_STEPS = tuple(step for step in v.Step if step is not v.Step.CLOSED)
STEPS_BEFORE_HAND_OVER = tuple(step for step in OPEN_STEPS if step is not v.Step.HAND_OVER)
STEPS_COORDINATED = (v.Step.PARTNERS, v.Step.NETWORK_MEETING, v.Step.COORDINATION)

_KIND_OF_SIGNAL = {
    v.Signal.IMAGE_SPREAD: v.Kind.SEXTING,
    v.Signal.NUDE_PHOTOS: v.Kind.SEXTING,
    v.Signal.SEXUAL_MESSAGES: v.Kind.SEXTING,
    v.Signal.LOVERBOY_CONTACTS: v.Kind.LOVERBOY,
    v.Signal.RECRUITMENT: v.Kind.LOVERBOY,
}

_WITHOUT_PARENTS = (v.AgeBand.FROM_16, v.AgeBand.FROM_18)


class Talks(Frozen):
    """The talks of steps 2 and 3."""

    pupil: v.TalkStatus = v.TalkStatus.NONE
    parents: v.TalkStatus = v.TalkStatus.NONE


class Consent(Frozen):
    """Where one person stands towards one party."""

    person: str
    party: str
    status: v.ConsentStatus
    request: int
    """Number of the event that asked last: one link, one clock."""
    asked_by: str
    delivered: bool = True
    """False when the link of that request could not be delivered: no clock runs."""


class Basis(Frozen):
    """A legal basis for disclosure without consent."""

    basis: v.LegalBasis
    parties: tuple[str, ...]


class Escalation(Frozen):
    """Whether the ZVH is asked for, or has, the direction of the process."""

    status: v.EscalationStatus = v.EscalationStatus.NONE
    reason: v.EscalationReason | None = None
    end: v.EscalationEnd | None = None
    since: int = 0
    heard_at: datetime | None = None
    """When the ZVH last told the case something."""

    @property
    def open(self) -> bool:
        """The ZVH is asked, or directs."""
        return self.status in (v.EscalationStatus.REQUESTED, v.EscalationStatus.ACTIVE)


class Forward(Frozen):
    """Whether another agency is asked to coordinate."""

    status: v.ForwardStatus = v.ForwardStatus.NONE
    to: str | None = None
    by: str | None = None
    since: int = 0


class Partner(Frozen):
    """An organisation that was engaged in step 5."""

    organisation: str
    status: v.PartnerStatus
    since: int
    engaged_by: str
    delivered: bool = True


class Meeting(Frozen):
    """The network meeting of step 6."""

    status: v.MeetingStatus = v.MeetingStatus.NONE
    at: datetime | None = None
    invitees: tuple[str, ...] = ()
    parents_excluded: bool = False


class Action(Frozen):
    """An agreement of a network meeting; its text stands in the minutes."""

    action: str
    owner: str
    due: date
    done: bool = False


class Outcome(Frozen):
    """How a case was closed, or will be when its hand-over is confirmed."""

    kind: v.OutcomeKind
    reason: str | None = None


class Deadline(Frozen):
    """A clock that runs."""

    task: v.Task
    subject: str | None = None
    since: int
    """Number of the event that started it."""
    due_at: datetime
    """The end of its last working day."""
    reminder_at: datetime | None = None
    rungs: int = 0
    """How many rungs of the ladder from the deadline on were walked: 0 not passed, 1 passed."""
    reminded: bool = False
    extensions: int = 0

    @property
    def key(self) -> tuple[v.Task, str | None, int]:
        """What tells this deadline from every other of the case."""
        return (self.task, self.subject, self.since)


class Heard(Frozen):
    """A message that was carried out: told again it changes nothing."""

    id: str
    digest: str
    number: int
    """The last event it caused."""


class Case(Frozen):
    """One pupil in danger, and everybody who helps."""

    id: str
    region: str
    number: int
    """The last event: events count from 1 without a gap."""
    at: datetime
    """When that was, by the case's own clock."""
    cjg: str
    zvh: str

    school: str
    file_holder: str
    coordinator: str
    process_director: str

    signals: tuple[v.Signal, ...]
    age: v.AgeBand
    guardians: tuple[Guardian, ...]
    incident: str | None = None

    step: v.Step = v.Step.SIGNAL
    step_since: int = 1
    report_returned: bool = False
    """The last way into parent_talk was a report that the CJG gave back."""
    sexting_since: int = 0
    safety: v.Safety = v.Safety.NORMAL
    acute_since: int = 0
    police_contact: v.PoliceContact = v.PoliceContact.NONE
    talks: Talks = Talks()
    consents: tuple[Consent, ...] = ()
    legal_bases: tuple[Basis, ...] = ()
    escalation: Escalation = Escalation()
    forward: Forward = Forward()
    severity: v.Severity | None = None
    partners: tuple[Partner, ...] = ()
    meeting: Meeting = Meeting()
    actions: tuple[Action, ...] = ()
    evaluations: int = 0
    evaluation_since: int = 0
    lacking_since: int = 0
    """Event that made somebody have to decide because consent lacks; 0 when nobody has to."""
    lacking_request: int = 0
    """The asking for which that clock ran: it runs once per asking."""
    handing_over: Outcome | None = None
    outcome: Outcome | None = None
    deadlines: tuple[Deadline, ...] = ()
    heard: tuple[Heard, ...] = ()

    @property
    def open(self) -> bool:
        """Not closed yet."""
        return self.step is not v.Step.CLOSED

    @property
    def kinds(self) -> tuple[v.Kind, ...]:
        """Sexting, loverboy or both: follows from the signals."""
        found = {_KIND_OF_SIGNAL[signal] for signal in self.signals}
        return tuple(kind for kind in v.Kind if kind in found)

    @property
    def persons(self) -> tuple[str, ...]:
        """The people of the case."""
        return ("pupil", *(guardian.person for guardian in self.guardians))

    @property
    def parents(self) -> tuple[str, ...]:
        """Those with custody."""
        return tuple(guardian.person for guardian in self.guardians if guardian.custody)

    @property
    def who_must_consent(self) -> tuple[str, ...]:
        """Under 12 the parents, from 12 they and the pupil, from 16 the pupil alone.

        Source: Jeugdwet 7.3.4, 7.3.5 and 7.3.15.
        """
        if self.age in _WITHOUT_PARENTS:
            return ("pupil",)
        return self.parents if self.age is v.AgeBand.UNDER_12 else ("pupil", *self.parents)

    def consent(self, person: str, party: str) -> Consent | None:
        """What was asked of this person for this party, if anything."""
        return next((c for c in self.consents if c.person == person and c.party == party), None)

    def covered(self, party: str) -> bool:
        """Whether personal data may reach this party (part 2.4); the school brought it in."""
        if party == self.school or any(party in basis.parties for basis in self.legal_bases):
            return True
        # Asked at every turn for everybody who could be in the case: one walk, and not one for each person.
        granted = {c.person for c in self.consents if c.party == party and c.status is v.ConsentStatus.GRANTED}
        persons = self.who_must_consent
        return bool(persons) and granted.issuperset(persons)

    @property
    def coordinator_to_be(self) -> str:
        """Whose cover the case turns on: the CJG until a report is accepted, then the coordinator."""
        return self.cjg if self.coordinator == self.school else self.coordinator

    @property
    def parents_need_pupil(self) -> bool:
        """From 16 the parents hear nothing that the pupil has not consented to (invariant 6)."""
        if self.age not in _WITHOUT_PARENTS:
            return False
        answer = self.consent("pupil", self.coordinator_to_be)
        return answer is None or answer.status is not v.ConsentStatus.GRANTED

    def partner(self, organisation: str) -> Partner | None:
        """The partner that this organisation is or was."""
        return next((p for p in self.partners if p.organisation == organisation), None)

    @property
    def organisations(self) -> tuple[str, ...]:
        """Every organisation that is in the case now, each once."""
        brought_in = self.step is v.Step.REPORT or self.escalation.open
        found = [self.school, self.coordinator, self.process_director, self.file_holder]
        found += [self.cjg] if brought_in and self.open else []
        found += [self.zvh] if self.escalation.open else []
        found += [self.forward.to] if self.forward.to else []
        found += [
            partner.organisation
            for partner in self.partners
            if partner.status in (v.PartnerStatus.REQUESTED, v.PartnerStatus.ACCEPTED)
        ]
        return tuple(dict.fromkeys(found))
