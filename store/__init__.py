"""The store: PostgreSQL remembers, encrypted, what cases were told and what became of it."""

from store.access_log import NO_CASE, AccessEntry
from store.ages import age_band
from store.audit import Broken, Fault, Log
from store.data_keys import directory_scope, staff_scope
from store.directory import ContactPerson, OrganisationRow
from store.directory_changes import POLICY, Change, ChangeRow
from store.drafts import DraftLine, StoredDraft
from store.errors import (
    AppendOnly,
    CaseExists,
    CaseUnknown,
    KeyDestroyed,
    KeyMissing,
    KeyRingInvalid,
    MessageIdReused,
    MigrationChanged,
    NoteWithoutId,
    OrganisationTaken,
    PolicyUnknown,
    PolicyVersionTaken,
    RecordingGap,
    RecordingMismatch,
    SealBroken,
    StoreError,
    StoreUnavailable,
)
from store.file import NoteRow
from store.journal import JournalRow
from store.keys import KeyRing
from store.links import Link
from store.messages import MessageState, StoredAnswer, StoredMessage
from store.migrate import migrate, pending
from store.notices import NoticeRow, OutboxState
from store.outbox import Claim
from store.overview import Overview, OverviewLine, StepCount
from store.person import Content, GuardianIntake, Intake, Opening, Person, PupilIntake
from store.recipients import Recipient, Webhook
from store.reviews import OpenedReview, Proposed, ReviewRow, ReviewState
from store.sealing import Controller
from store.sessions import Limits, StoredSession
from store.store import Store

__all__ = [
    "NO_CASE",
    "POLICY",
    "AccessEntry",
    "AppendOnly",
    "Broken",
    "CaseExists",
    "CaseUnknown",
    "Change",
    "ChangeRow",
    "Claim",
    "ContactPerson",
    "Content",
    "Controller",
    "DraftLine",
    "Fault",
    "GuardianIntake",
    "Intake",
    "JournalRow",
    "KeyDestroyed",
    "KeyMissing",
    "KeyRing",
    "KeyRingInvalid",
    "Limits",
    "Link",
    "Log",
    "MessageIdReused",
    "MessageState",
    "MigrationChanged",
    "NoteRow",
    "NoteWithoutId",
    "NoticeRow",
    "OpenedReview",
    "Opening",
    "OrganisationRow",
    "OrganisationTaken",
    "OutboxState",
    "Overview",
    "OverviewLine",
    "Person",
    "PolicyUnknown",
    "PolicyVersionTaken",
    "Proposed",
    "PupilIntake",
    "Recipient",
    "RecordingGap",
    "RecordingMismatch",
    "ReviewRow",
    "ReviewState",
    "SealBroken",
    "StepCount",
    "Store",
    "StoreError",
    "StoreUnavailable",
    "StoredAnswer",
    "StoredDraft",
    "StoredMessage",
    "StoredSession",
    "Webhook",
    "age_band",
    "directory_scope",
    "migrate",
    "pending",
    "staff_scope",
]
