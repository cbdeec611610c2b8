"""Who is told what, when (part 2.7): the notices that follow from events. No text, no address."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from protocol import vocabulary as v
from protocol.model import Frozen


class NoticeKind(StrEnum):
    """What a notice is about; its text stands in a catalogue outside of the protocol."""

    CONSENT_REQUEST = "consent_request"
    PARTNER_REQUEST = "partner_request"
    REPORT = "report"
    FORWARD_REQUEST = "forward_request"
    ESCALATION_REQUEST = "escalation_request"
    MEETING_INVITATION = "meeting_invitation"
    MEETING_CANCELLED = "meeting_cancelled"
    HAND_OVER = "hand_over"
    REMINDER = "reminder"
    DEADLINE = "deadline"
    OVERDUE = "overdue"
    CASE_CHANGED = "case_changed"
    ANSWERED = "answered"
    TALK_ASKED_FOR = "talk_asked_for"
    COVER_LOST = "cover_lost"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    REQUEST_ENDED = "request_ended"
    ESCALATED_BY_ITSELF = "escalated_by_itself"
    DELIVERY_FAILED = "delivery_failed"
    MESSAGE_REFUSED = "message_refused"
    ACUTE = "acute"


class Contact(StrEnum):
    """At whose desk a notice for an organisation arrives."""

    DESK = "desk"
    TEAM_LEAD = "team_lead"


class LinkPurpose(StrEnum):
    """What a one-time link lets a person or partner do."""

    CONSENT = "consent"
    PARTNER_ANSWER = "partner_answer"
    HAND_OVER = "hand_over"


class Notice(Frozen):
    """One message to one party; ``id`` is its key and its Message-ID."""

    id: str
    """``<case>.<event number>.<place among the notices of that event>``"""
    party: str
    contact: Contact = Contact.DESK
    kind: NoticeKind
    task: v.Task | None = None
    rung: str | None = None
    """``reminder``, ``deadline``, ``overdue-1``, ``overdue-2``, … for a deadline's ladder."""
    due_at: datetime | None = None
    link: LinkPurpose | None = None
    code: str | None = None
    """The refusal's code, when a message was refused."""
