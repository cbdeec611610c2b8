"""What happened in a case: the past tense, and what the journal holds.

An event carries everything that :mod:`protocol.evolve` needs, so that a journal replays to the
same state whatever a region's settings are by then. No event holds personal data.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Annotated, Literal, Union

from pydantic import Field
from pydantic.alias_generators import to_snake

from protocol import vocabulary as v
from protocol.case import Deadline
from protocol.messages import Actor, Guardian
from protocol.model import Frozen


class Event(Frozen):
    """Something that happened in a case."""


class CaseOpened(Event):
    event: Literal["case_opened"] = "case_opened"
    case: str
    region: str
    school: str
    cjg: str
    zvh: str
    signals: tuple[v.Signal, ...]
    age: v.AgeBand
    guardians: tuple[Guardian, ...]
    incident: str | None = None


class SignalsAdded(Event):
    event: Literal["signals_added"] = "signals_added"
    signals: tuple[v.Signal, ...]


class GuardiansSet(Event):
    event: Literal["guardians_set"] = "guardians_set"
    guardians: tuple[Guardian, ...]


class SchoolChanged(Event):
    event: Literal["school_changed"] = "school_changed"
    old: str
    new: str


class PoliceContactRecorded(Event):
    event: Literal["police_contact_recorded"] = "police_contact_recorded"
    contact: v.PoliceContact


class PupilTalkPlanned(Event):
    event: Literal["pupil_talk_planned"] = "pupil_talk_planned"
    held_by: tuple[v.Talker, ...]
    at: datetime


class PupilTalkRecorded(Event):
    event: Literal["pupil_talk_recorded"] = "pupil_talk_recorded"
    held_by: tuple[v.Talker, ...]


class ParentTalkRecorded(Event):
    event: Literal["parent_talk_recorded"] = "parent_talk_recorded"
    existing_care: bool
    postponed_for_safety: bool
    pupil_present: bool


class ConsentRequested(Event):
    """One person is asked for these parties: one link, one clock."""

    event: Literal["consent_requested"] = "consent_requested"
    person: str
    parties: tuple[str, ...]
    asked_by: str


class ConsentAnswered(Event):
    event: Literal["consent_answered"] = "consent_answered"
    person: str
    parties: tuple[str, ...]
    answer: v.ConsentAnswer
    channel: v.Channel


class ConsentNotAnswered(Event):
    """The time to answer is over: neither consent nor refusal."""

    event: Literal["consent_not_answered"] = "consent_not_answered"
    person: str
    parties: tuple[str, ...]


class ConsentRequestEnded(Event):
    """The question no longer matters: the case is handed over or closed."""

    event: Literal["consent_request_ended"] = "consent_request_ended"
    person: str
    parties: tuple[str, ...]


class ConsentWithdrawn(Event):
    event: Literal["consent_withdrawn"] = "consent_withdrawn"
    person: str
    parties: tuple[str, ...]


class TalkAskedFor(Event):
    event: Literal["talk_asked_for"] = "talk_asked_for"
    person: str
    asked_by: tuple[str, ...]


class LegalBasisRecorded(Event):
    event: Literal["legal_basis_recorded"] = "legal_basis_recorded"
    basis: v.LegalBasis
    parties: tuple[str, ...]
    second_reviewer: str


class CoverLost(Event):
    """These parties may receive nothing more."""

    event: Literal["cover_lost"] = "cover_lost"
    parties: tuple[str, ...]


class ConsentLacks(Event):
    """Somebody has to decide how to go on without this party's cover."""

    event: Literal["consent_lacks"] = "consent_lacks"
    party: str
    request: int


class ReportDecided(Event):
    event: Literal["report_decided"] = "report_decided"
    needed: bool


class ReportAccepted(Event):
    event: Literal["report_accepted"] = "report_accepted"
    by: str


class ReportReturned(Event):
    event: Literal["report_returned"] = "report_returned"


class CaseForwarded(Event):
    event: Literal["case_forwarded"] = "case_forwarded"
    to: str
    by: str


class ForwardAccepted(Event):
    event: Literal["forward_accepted"] = "forward_accepted"
    by: str


class ForwardDeclined(Event):
    event: Literal["forward_declined"] = "forward_declined"
    by: str


class ForwardWithdrawn(Event):
    event: Literal["forward_withdrawn"] = "forward_withdrawn"
    to: str


class ForwardEnded(Event):
    event: Literal["forward_ended"] = "forward_ended"
    to: str


class SeveritySet(Event):
    event: Literal["severity_set"] = "severity_set"
    severity: v.Severity


class PartnerEngaged(Event):
    event: Literal["partner_engaged"] = "partner_engaged"
    organisation: str
    engaged_by: str


class PartnerAnswered(Event):
    event: Literal["partner_answered"] = "partner_answered"
    organisation: str
    answer: v.PartnerAnswer


class PartnerFinished(Event):
    event: Literal["partner_finished"] = "partner_finished"
    organisation: str


class PartnerRequestEnded(Event):
    event: Literal["partner_request_ended"] = "partner_request_ended"
    organisation: str


class NetworkMeetingDecided(Event):
    event: Literal["network_meeting_decided"] = "network_meeting_decided"
    needed: bool


class NetworkMeetingPlanned(Event):
    event: Literal["network_meeting_planned"] = "network_meeting_planned"
    at: datetime
    invitees: tuple[str, ...]
    parents_excluded: bool
    second_reviewer: str | None = None


class NetworkMeetingCancelled(Event):
    event: Literal["network_meeting_cancelled"] = "network_meeting_cancelled"
    invitees: tuple[str, ...]


class NetworkMeetingRecorded(Event):
    event: Literal["network_meeting_recorded"] = "network_meeting_recorded"
    attendees: tuple[str, ...]
    absent: tuple[str, ...]
    """Who was invited and did not come (invariant 6)."""


class ActionAgreed(Event):
    event: Literal["action_agreed"] = "action_agreed"
    action: str
    owner: str
    due: date


class ActionCompleted(Event):
    event: Literal["action_completed"] = "action_completed"
    action: str


class EvaluationRecorded(Event):
    event: Literal["evaluation_recorded"] = "evaluation_recorded"
    next: v.NextStep


class EscalationRequested(Event):
    """The ZVH is asked. ``by_itself`` when a deadline did it: then no note answers Bgs 2.20."""

    event: Literal["escalation_requested"] = "escalation_requested"
    reason: v.EscalationReason
    who: v.Who | None = None
    by_itself: bool = False


class EscalationAccepted(Event):
    event: Literal["escalation_accepted"] = "escalation_accepted"


class EscalationDeclined(Event):
    event: Literal["escalation_declined"] = "escalation_declined"
    end: v.EscalationEnd


class EscalationEnded(Event):
    event: Literal["escalation_ended"] = "escalation_ended"
    end: v.EscalationEnd


class CaseDeEscalated(Event):
    """One level down; the school and the parents are told by ``hand_over_begun``."""

    event: Literal["case_de_escalated"] = "case_de_escalated"
    reason: v.DeEscalationReason


class HandOverBegun(Event):
    """The document goes to the school, and to these persons."""

    event: Literal["hand_over_begun"] = "hand_over_begun"
    outcome: v.OutcomeKind
    reason: str
    parents: tuple[str, ...]
    parents_excluded: bool
    second_reviewer: str | None = None


class HandOverConfirmed(Event):
    event: Literal["hand_over_confirmed"] = "hand_over_confirmed"


class HandOverReturned(Event):
    event: Literal["hand_over_returned"] = "hand_over_returned"


class CoordinationResumed(Event):
    event: Literal["coordination_resumed"] = "coordination_resumed"


class ClosedUnconfirmed(Event):
    event: Literal["closed_unconfirmed"] = "closed_unconfirmed"
    second_reviewer: str


class CaseEnded(Event):
    event: Literal["case_ended"] = "case_ended"
    reason: v.EndReason
    second_reviewer: str


class CaseCancelled(Event):
    event: Literal["case_cancelled"] = "case_cancelled"
    reason: v.CancelReason


class CaseClosed(Event):
    event: Literal["case_closed"] = "case_closed"
    outcome: v.OutcomeKind
    reason: str | None = None


class StepEntered(Event):
    event: Literal["step_entered"] = "step_entered"
    step: v.Step


class CoordinatorChanged(Event):
    event: Literal["coordinator_changed"] = "coordinator_changed"
    old: str
    new: str


class ProcessDirectorChanged(Event):
    event: Literal["process_director_changed"] = "process_director_changed"
    old: str
    new: str


class FileHolderChanged(Event):
    event: Literal["file_holder_changed"] = "file_holder_changed"
    old: str
    new: str


class AcuteDeclared(Event):
    event: Literal["acute_declared"] = "acute_declared"


class AcuteCleared(Event):
    event: Literal["acute_cleared"] = "acute_cleared"


class AgeBandReached(Event):
    event: Literal["age_band_reached"] = "age_band_reached"
    age: v.AgeBand


class DeadlinesChanged(Event):
    """Clocks that start, and clocks that stop (task, subject, since)."""

    event: Literal["deadlines_changed"] = "deadlines_changed"
    started: tuple[Deadline, ...] = ()
    stopped: tuple[tuple[v.Task, str | None, int], ...] = ()


class DeadlineExtended(Event):
    event: Literal["deadline_extended"] = "deadline_extended"
    task: v.Task
    subject: str | None
    since: int
    due_at: datetime


class RungReached(Event):
    """A deadline's ladder: 0 reminder, 1 the deadline itself, 2 and on every two working days."""

    event: Literal["rung_reached"] = "rung_reached"
    task: v.Task
    subject: str | None
    since: int
    rung: int


class DeliveryFailed(Event):
    """A notice did not arrive; its sender is told."""

    event: Literal["delivery_failed"] = "delivery_failed"
    notice: str
    party: str
    about: str
    number: int
    """Number of the event that the notice was about."""
    tell: tuple[str, ...]


class MessageRefused(Event):
    """A message that only arrived as a signal was refused; its sender is told why."""

    event: Literal["message_refused"] = "message_refused"
    message: str
    code: str
    sender: str | None


EVENTS: tuple[type[Event], ...] = tuple(Event.__subclasses__())

if TYPE_CHECKING:
    AnyEvent = Event
else:
    AnyEvent = Annotated[Union[EVENTS], Field(discriminator="event")]  # noqa: UP007  # from a tuple


def event_name(event: type[Event] | Event) -> str:
    """An event's name in the journal: ``case_opened``."""
    return _name(event if isinstance(event, type) else type(event))


@cache
def _name(event: type[Event]) -> str:
    return to_snake(event.__name__)


class Recorded(Frozen):
    """An event in its place: the row that the journal keeps."""

    number: int
    at: datetime
    """By the case's own clock; the database adds the wall time of writing."""
    actor: Actor
    message_id: str | None = None
    """The message that led to it; None when the case's own clock did."""
    digest: str | None = None
    """The message's digest: the same id with other content is refused."""
    note_id: str | None = None
    """The note that came with the message, on the first event that it led to."""
    event: AnyEvent
