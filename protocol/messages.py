"""What people and the system tell a case (part 2.3): one frozen model for each message.

A message holds ids, codes and dates only. Free text stays out: it is a note in the file, of
which the message carries the id beside it (:class:`Told`). ``NOTE`` says of a message whether it
needs one.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Union

from pydantic import AwareDatetime, BeforeValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from protocol import vocabulary as v
from protocol.model import Frozen

MOST = 50
"""The most entries that a list in a message can have."""

PersonId = Annotated[str, Field(pattern=r"^(pupil|guardian-[1-9][0-9]{0,3})$")]
"""A person in a case: ``pupil``, ``guardian-1``, ``guardian-2``, …"""

OrganisationId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
UserId = Annotated[str, Field(min_length=1, max_length=64)]
"""A member of staff as the case knows them: a pseudonym that the store resolves."""

CaseId = Annotated[str, Field(pattern=r"^[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}$")]
IncidentId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
MessageId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$")]
NoteId = Annotated[str, Field(pattern=r"^[0-9a-f-]{36}$")]


class Organisation(Frozen):
    """An organisation as the directory knows it when a message names it."""

    id: OrganisationId
    kind: v.OrganisationKind


def _from_directory(value: object, info: ValidationInfo) -> object:
    """Read an organisation's id with the directory that the caller gives as context."""
    if not isinstance(value, str):
        return value
    kind = (info.context or {}).get("directory", {}).get(value)
    if kind is None:
        raise PydanticCustomError("unknown_organisation", "no such organisation")
    return Organisation(id=value, kind=kind)


Party = Annotated[Organisation, BeforeValidator(_from_directory)]
Participant = PersonId | Party
"""Somebody at a meeting, or the owner of an action: a person in the case or an organisation."""


def party_id(participant: str | Organisation) -> str:
    """The id under which a participant stands in the case."""
    return participant if isinstance(participant, str) else participant.id


class Guardian(Frozen):
    """A parent or guardian; with custody, their consent may be required."""

    person: PersonId
    custody: bool


class PlannedAction(Frozen):
    """An agreement of the network meeting; what is to be done stands in the minutes."""

    owner: Participant
    due: date


class Message(Frozen):
    """What somebody tells a case."""

    NOTE: ClassVar[bool] = False
    """Whether the message needs a note (✎)."""


Signals = Annotated[tuple[v.Signal, ...], Field(min_length=1, max_length=MOST)]
Guardians = Annotated[tuple[Guardian, ...], Field(max_length=MOST)]
Persons = Annotated[tuple[PersonId, ...], Field(min_length=1, max_length=MOST)]
Parties = Annotated[tuple[Party, ...], Field(min_length=1, max_length=MOST)]
HeldBy = Annotated[tuple[v.Talker, ...], Field(min_length=1, max_length=MOST)]
Participants = Annotated[tuple[Participant, ...], Field(min_length=1, max_length=MOST)]


class OpenCase(Message):
    """Signals are recognised at school (step 1)."""

    kind: Literal["open_case"] = "open_case"
    case: CaseId
    """The id that the new case gets: random, and it says nothing."""
    signals: Annotated[tuple[v.Signal, ...], Field(max_length=MOST)]
    age: v.AgeBand
    guardians: Guardians
    staff_involved: bool
    incident: IncidentId | None = None


class AddSignal(Message):
    """More became known."""

    kind: Literal["add_signal"] = "add_signal"
    signals: Signals


class SetGuardians(Message):
    """Who has custody has changed, or was wrong."""

    kind: Literal["set_guardians"] = "set_guardians"
    guardians: Guardians


class ChangeSchool(Message):
    """The pupil goes to another school, which takes the old one's place."""

    kind: Literal["change_school"] = "change_school"
    to: Party


class RecordPoliceContact(Message):
    """The asterisk: with sexting always contact the police."""

    kind: Literal["record_police_contact"] = "record_police_contact"
    contact: Literal[v.PoliceContact.ANONYMOUS_CONSULT, v.PoliceContact.REPORT, v.PoliceContact.COMPLAINT]


class PlanPupilTalk(Message):
    """The talk with the pupil has a date (step 2)."""

    kind: Literal["plan_pupil_talk"] = "plan_pupil_talk"
    held_by: HeldBy
    at: AwareDatetime


class RecordPupilTalk(Message):
    """The talk with the pupil was held (step 2)."""

    kind: Literal["record_pupil_talk"] = "record_pupil_talk"
    held_by: HeldBy


class RecordParentTalk(Message):
    """The talk with parents and pupil was held, or postponed for safety (step 3)."""

    kind: Literal["record_parent_talk"] = "record_parent_talk"
    existing_care: bool
    postponed_for_safety: bool
    pupil_present: bool


class RequestConsent(Message):
    """Ask consent to exchange what is needed to help (step 3)."""

    kind: Literal["request_consent"] = "request_consent"
    persons: Persons
    parties: Parties


class AnswerConsent(Message):
    """A person's answer; without ``parties`` it is about all that they were asked."""

    kind: Literal["answer_consent"] = "answer_consent"
    person: PersonId
    answer: v.ConsentAnswer
    channel: v.Channel
    parties: Parties | None = None


class AskToTalk(Message):
    """*I want to talk first*: the clock goes on, the link stays."""

    kind: Literal["ask_to_talk"] = "ask_to_talk"


class WithdrawConsent(Message):
    """Consent ends now; without ``parties`` all that was granted (AVG 7, third paragraph)."""

    kind: Literal["withdraw_consent"] = "withdraw_consent"
    person: PersonId
    parties: Parties | None = None


class RecordLegalBasis(Message):
    """Disclosure without consent, weighed by two people; the weighing stands in the note."""

    NOTE = True
    kind: Literal["record_legal_basis"] = "record_legal_basis"
    basis: v.LegalBasis
    parties: Parties
    second_reviewer: UserId


class DecideReport(Message):
    """If needed step 4 (step 3)."""

    kind: Literal["decide_report"] = "decide_report"
    needed: bool


class AcceptReport(Message):
    """From here coordination lies with the CJG (step 4)."""

    kind: Literal["accept_report"] = "accept_report"


class ReturnReport(Message):
    """The CJG gives the report back to the school."""

    NOTE = True
    kind: Literal["return_report"] = "return_report"


class ForwardCase(Message):
    """Depending on the case it can be passed on to another agency (step 4)."""

    kind: Literal["forward_case"] = "forward_case"
    to: Party


class AcceptForward(Message):
    """The agency takes the coordination."""

    kind: Literal["accept_forward"] = "accept_forward"


class DeclineForward(Message):
    """The agency does not take it."""

    NOTE = True
    kind: Literal["decline_forward"] = "decline_forward"


class WithdrawForward(Message):
    """Who forwarded takes it back."""

    kind: Literal["withdraw_forward"] = "withdraw_forward"


class SetSeverity(Message):
    """Depending on the severity of the case (step 5)."""

    kind: Literal["set_severity"] = "set_severity"
    severity: v.Severity


class EngagePartners(Message):
    """Ask partners to take part (step 5)."""

    kind: Literal["engage_partners"] = "engage_partners"
    partners: Parties


class AnswerPartnerRequest(Message):
    """A partner takes part, or does not."""

    kind: Literal["answer_partner_request"] = "answer_partner_request"
    answer: v.PartnerAnswer


class FinishPartner(Message):
    """A partner's work is done."""

    kind: Literal["finish_partner"] = "finish_partner"
    partner: Party


class DecideNetworkMeeting(Message):
    """If needed step 6, else step 7."""

    kind: Literal["decide_network_meeting"] = "decide_network_meeting"
    needed: bool


class PlanNetworkMeeting(Message):
    """Invite, the parents included (step 6); the note holds the place, and why without them."""

    NOTE = True
    kind: Literal["plan_network_meeting"] = "plan_network_meeting"
    at: AwareDatetime
    invitees: Participants
    parents_excluded: bool = False
    second_reviewer: UserId | None = None


class CancelNetworkMeeting(Message):
    """No meeting after all."""

    NOTE = True
    kind: Literal["cancel_network_meeting"] = "cancel_network_meeting"


class RecordNetworkMeeting(Message):
    """Who came and what was agreed; the minutes are the note."""

    NOTE = True
    kind: Literal["record_network_meeting"] = "record_network_meeting"
    attendees: Participants
    actions: Annotated[tuple[PlannedAction, ...], Field(max_length=MOST)] = ()


class CompleteAction(Message):
    """An agreement was carried out."""

    kind: Literal["complete_action"] = "complete_action"
    action: Annotated[str, Field(pattern=r"^action-[1-9][0-9]{0,4}$")]


class RecordEvaluation(Message):
    """How it goes, and where the case goes next (step 7)."""

    kind: Literal["record_evaluation"] = "record_evaluation"
    next: v.NextStep


class Escalate(Message):
    """Ask the ZVH for direction; the note answers the four criteria of Bgs 2.20."""

    NOTE = True
    kind: Literal["escalate"] = "escalate"
    reason: Literal[
        v.EscalationReason.NO_CONSENT,
        v.EscalationReason.MORE_PARTNERS_NEEDED,
        v.EscalationReason.SILENT_COORDINATOR,
    ]


class ReportNonCooperation(Message):
    """Parent or child does not cooperate: escalates, with the same note as ``escalate``."""

    NOTE = True
    kind: Literal["report_non_cooperation"] = "report_non_cooperation"
    who: v.Who


class WithdrawEscalation(Message):
    """The coordinator takes the escalation back."""

    NOTE = True
    kind: Literal["withdraw_escalation"] = "withdraw_escalation"


class AcceptEscalation(Message):
    """The ZVH takes the direction of the process."""

    kind: Literal["accept_escalation"] = "accept_escalation"


class DeclineEscalation(Message):
    """The ZVH does not, and gives advice."""

    NOTE = True
    kind: Literal["decline_escalation"] = "decline_escalation"


class DeEscalate(Message):
    """The goal is reached, or fewer partners are needed: one level at a time."""

    NOTE = True
    kind: Literal["de_escalate"] = "de_escalate"
    reason: v.DeEscalationReason
    parents_excluded: bool = False
    second_reviewer: UserId | None = None


class ConfirmHandOver(Message):
    """The file is back at school (step 7)."""

    kind: Literal["confirm_hand_over"] = "confirm_hand_over"


class ReturnHandOver(Message):
    """The school does not take the file back yet."""

    NOTE = True
    kind: Literal["return_hand_over"] = "return_hand_over"


class ResumeCoordination(Message):
    """The coordinator takes the case up again."""

    NOTE = True
    kind: Literal["resume_coordination"] = "resume_coordination"


class CloseUnconfirmed(Message):
    """The school stays silent: two people of the coordinator close."""

    kind: Literal["close_unconfirmed"] = "close_unconfirmed"
    second_reviewer: UserId


class EndCase(Message):
    """The case ends without its goal."""

    NOTE = True
    kind: Literal["end_case"] = "end_case"
    reason: v.EndReason
    second_reviewer: UserId
    parents_excluded: bool = False


class ExtendDeadline(Message):
    """More time, once; the note says why. Without ``subject`` the task's first deadline."""

    NOTE = True
    kind: Literal["extend_deadline"] = "extend_deadline"
    task: v.Task
    subject: Annotated[str, Field(max_length=64)] | None = None
    until: date


class DeclareAcute(Message):
    """Somebody is in danger now: every organisation is warned, nothing is blocked."""

    kind: Literal["declare_acute"] = "declare_acute"


class ClearAcute(Message):
    """The acute danger is over."""

    kind: Literal["clear_acute"] = "clear_acute"


class CancelCase(Message):
    """The case should not have been opened."""

    kind: Literal["cancel_case"] = "cancel_case"
    reason: v.CancelReason


class DeadlinePassed(Message):
    """The system: the next rung of a deadline's ladder is reached."""

    kind: Literal["deadline_passed"] = "deadline_passed"
    task: v.Task
    subject: str | None = None
    since: int
    """The event that started the deadline: tells two deadlines of one subject apart."""


class AgeReached(Message):
    """The system: a birthday that matters, found daily in the file."""

    kind: Literal["age_reached"] = "age_reached"
    age: v.AgeBand


class DeliveryFailed(Message):
    """The system: a notice could not be delivered."""

    kind: Literal["delivery_failed"] = "delivery_failed"
    notice: str
    party: str
    about: str
    """The kind of the notice that failed."""


SYSTEM_MESSAGES: tuple[type[Message], ...] = (DeadlinePassed, AgeReached, DeliveryFailed)
TOLD_BY_PEOPLE: tuple[type[Message], ...] = tuple(
    kind for kind in Message.__subclasses__() if kind not in SYSTEM_MESSAGES and kind is not OpenCase
)
"""Every message that a person tells a running case, in the order of protocol.md."""

if TYPE_CHECKING:
    AnyMessage = Message
else:
    # Built from the classes above, so that none can be forgotten.
    AnyMessage = Annotated[
        Union[(OpenCase, *TOLD_BY_PEOPLE, *SYSTEM_MESSAGES)],  # from a tuple
        Field(discriminator="kind"),
    ]


def name_of(message: type[Message] | Message) -> str:
    """A message's name as the protocol writes it: ``record_pupil_talk``."""
    return str((message if isinstance(message, type) else type(message)).model_fields["kind"].default)


class Actor(Frozen):
    """Who tells a case something; always from the login or the link, never from a form."""

    role: v.Role
    organisation: OrganisationId | None = None
    user: UserId | None = None
    person: PersonId | None = None


SYSTEM = Actor(role=v.Role.SYSTEM)


class Told(Frozen):
    """A message on its way to a case.

    ``id`` makes it count once; ``digest`` is a keyed digest of everything that was told with it,
    the note included, so that the same id with another content is refused.
    """

    id: MessageId
    digest: Annotated[str, Field(min_length=1, max_length=128)]
    actor: Actor
    message: AnyMessage
    note_id: NoteId | None = None
    seen: int = 0
    """The last event of the case that was recorded when the message was told; not part of the digest.

    A case that knows of fewer events is behind its own journal (everything was killed right after a
    turn was written) and catches up before it decides.
    """
