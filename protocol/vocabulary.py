"""The protocol's words (part 2.8): one enumeration for each closed list of values.

The values are the codes that commands, the journal and Temporal carry; the Dutch words that a
person reads are looked up from them.
"""

from enum import StrEnum


class Signal(StrEnum):
    """What was noticed at school (the head of the page)."""

    IMAGE_SPREAD = "image_spread"
    NUDE_PHOTOS = "nude_photos"
    SEXUAL_MESSAGES = "sexual_messages"
    LOVERBOY_CONTACTS = "loverboy_contacts"
    RECRUITMENT = "recruitment"


class Kind(StrEnum):
    """What a case is about; it may be both."""

    SEXTING = "sexting"
    LOVERBOY = "loverboy"


class Step(StrEnum):
    """Where a case stands on the page."""

    SIGNAL = "signal"
    PUPIL_TALK = "pupil_talk"
    PARENT_TALK = "parent_talk"
    REPORT = "report"
    PARTNERS = "partners"
    NETWORK_MEETING = "network_meeting"
    COORDINATION = "coordination"
    HAND_OVER = "hand_over"
    CLOSED = "closed"


class OrganisationKind(StrEnum):
    """What an organisation is in the region's directory."""

    SCHOOL = "school"
    CJG = "cjg"
    AGENCY = "agency"
    ZVH = "zvh"
    PARTNER = "partner"


class Role(StrEnum):
    """As what somebody acts. The last three tell a case nothing."""

    SCHOOL = "school"
    CJG = "cjg"
    AGENCY = "agency"
    ZVH = "zvh"
    PARTNER = "partner"
    PERSON = "person"
    SYSTEM = "system"
    ADMIN = "admin"
    PRIVACY = "privacy"
    OPS = "ops"


class AgeBand(StrEnum):
    """The only thing a case knows of a pupil's age (Jeugdwet 7.3.4, 7.3.5): no date of birth."""

    UNDER_12 = "under_12"
    FROM_12 = "from_12"
    FROM_16 = "from_16"
    FROM_18 = "from_18"


class ConsentStatus(StrEnum):
    """Where one person stands towards one party."""

    NOT_REQUIRED = "not_required"
    NOT_ASKED = "not_asked"
    REQUESTED = "requested"
    GRANTED = "granted"
    REFUSED = "refused"
    NO_ANSWER = "no_answer"
    WITHDRAWN = "withdrawn"


class ConsentAnswer(StrEnum):
    """The two answers that count; silence is neither."""

    GRANTED = "granted"
    REFUSED = "refused"


class Channel(StrEnum):
    """How an answer came in. Paper and oral need a note: the evidence."""

    LINK = "link"
    PAPER = "paper"
    ORAL = "oral"


class LegalBasis(StrEnum):
    """Ground for disclosure without consent (Wmo 5.2.6; conflict of duties: six questions)."""

    ACUTE_DANGER = "acute_danger"
    RIGHT_TO_REPORT = "right_to_report"
    CONFLICT_OF_DUTIES = "conflict_of_duties"
    OTHER = "other"


class PoliceContact(StrEnum):
    """The asterisk of the page: with sexting, always contact the police."""

    NONE = "none"
    ANONYMOUS_CONSULT = "anonymous_consult"
    REPORT = "report"
    COMPLAINT = "complaint"


class EscalationStatus(StrEnum):
    """Whether the ZVH is asked for, or has, the direction of the process."""

    NONE = "none"
    REQUESTED = "requested"
    ACTIVE = "active"
    DECLINED = "declined"
    ENDED = "ended"


class EscalationReason(StrEnum):
    """Why a case is escalated."""

    NO_CONSENT = "no_consent"
    NO_COOPERATION = "no_cooperation"
    MORE_PARTNERS_NEEDED = "more_partners_needed"
    SILENT_COORDINATOR = "silent_coordinator"


class EscalationEnd(StrEnum):
    """Why an escalation is over, or never began."""

    ADVICE = "advice"
    NOT_ANSWERED = "not_answered"
    WITHDRAWN = "withdrawn"
    DE_ESCALATED = "de_escalated"
    CASE_ENDED = "case_ended"


class ForwardStatus(StrEnum):
    """Whether another agency is asked to coordinate."""

    NONE = "none"
    REQUESTED = "requested"


class Who(StrEnum):
    """Who does not cooperate."""

    PARENT = "parent"
    PUPIL = "pupil"


class Talker(StrEnum):
    """Who held the talk with the pupil (step 2)."""

    MENTOR = "mentor"
    SUPPORTER = "supporter"


class TalkStatus(StrEnum):
    """How far the talk with pupil or parents has come."""

    NONE = "none"
    PLANNED = "planned"
    HELD = "held"
    POSTPONED = "postponed"


class Severity(StrEnum):
    """How heavy a case weighs (step 5)."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class PartnerStatus(StrEnum):
    """Where a partner stands."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    FINISHED = "finished"
    ENDED = "ended"


class PartnerAnswer(StrEnum):
    """What a partner can answer."""

    ACCEPT = "accept"
    DECLINE = "decline"


class MeetingStatus(StrEnum):
    """How far the network meeting has come (step 6)."""

    NONE = "none"
    NEEDED = "needed"
    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


class NextStep(StrEnum):
    """Where an evaluation leads."""

    COORDINATION = "coordination"
    PARTNERS = "partners"
    NETWORK_MEETING = "network_meeting"


class DeEscalationReason(StrEnum):
    """Why a case is de-escalated (the page)."""

    GOAL_REACHED = "goal_reached"
    FEWER_PARTNERS_NEEDED = "fewer_partners_needed"


class EndReason(StrEnum):
    """Why a case ends without its goal."""

    MOVED_AWAY = "moved_away"
    CAME_OF_AGE = "came_of_age"
    STALLED = "stalled"


class CancelReason(StrEnum):
    """Why a case should not have been opened."""

    OPENED_BY_MISTAKE = "opened_by_mistake"
    DUPLICATE = "duplicate"


class OutcomeKind(StrEnum):
    """How a case was closed."""

    HANDLED_AT_SCHOOL = "handled_at_school"
    RETURNED = "returned"
    ENDED = "ended"
    CANCELLED = "cancelled"


class Safety(StrEnum):
    """Acute danger warns everybody and blocks nothing."""

    NORMAL = "normal"
    ACUTE = "acute"


class Task(StrEnum):
    """What is waited for (part 2.5)."""

    PUPIL_TALK = "pupil_talk"
    PARENT_TALK = "parent_talk"
    POLICE_CONTACT = "police_contact"
    ASK_OR_DECIDE = "ask_or_decide"
    CONSENT_ANSWER = "consent_answer"
    SCHOOL_DECIDES = "school_decides"
    COORDINATOR_DECIDES = "coordinator_decides"
    REPORT_DECISION = "report_decision"
    FORWARD_ANSWER = "forward_answer"
    PARTNERS_DECIDED = "partners_decided"
    PARTNER_ANSWER = "partner_answer"
    NETWORK_MEETING = "network_meeting"
    ACTION = "action"
    EVALUATION = "evaluation"
    ESCALATION_ANSWER = "escalation_answer"
    HAND_OVER = "hand_over"
