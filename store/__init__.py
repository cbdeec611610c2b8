"""The store: PostgreSQL remembers, encrypted, what cases were told and what became of it."""

from store.access_log import NO_CASE, AccessEntry, AccessEvent, AccessPoint, Outcome
from store.accesses import AccessCursor, AccessFilter, AccessRow
from store.ages import age_band
from store.anchor_line import AnchorLine, new_signing_key, read_lines, signing_key, verifying_key, verifying_keys
from store.audit import Audited, Counted
from store.chain_following import Broken, Fault, Log
from store.corrections import Statement
from store.data_keys import directory_scope, staff_scope
from store.directory import ContactPerson, OrganisationRow
from store.directory_changes import POLICY, Change, ChangeRow
from store.drafts import DraftLine, StoredDraft
from store.emergencies import EmergencyRow, Untold
from store.errors import (
    AddressInvalid,
    AnchorKeyInvalid,
    AnchorsBroken,
    AnchorsDiffer,
    AppendOnly,
    CaseExists,
    CaseUnknown,
    DatabaseUnknown,
    KeyDestroyed,
    KeyMissing,
    KeyRingForeign,
    KeyRingInvalid,
    LoginRefused,
    MessageIdReused,
    MigrationChanged,
    MigrationUnknown,
    NoteWithoutId,
    NotMigrated,
    OrganisationTaken,
    PartShielded,
    PolicyUnknown,
    PolicyVersionTaken,
    RecordingGap,
    RecordingMismatch,
    SealBroken,
    StoreError,
    StoreUnavailable,
)
from store.figures import BACKUP, Connections, Figures, Waiting
from store.file import NoteRow
from store.journal import JournalRow
from store.key_store import Applied, DestroyedKey, KeyHealth, PartKey, PartState, Rewrapped
from store.keys import KeyRing
from store.link_codes import Asking, Behind, CodeToSend, Giving
from store.links import Link
from store.messages import MessageState, StoredAnswer, StoredMessage
from store.migrate import migrate, pending
from store.notices import NoticeRow, OutboxState
from store.outbox import Claim
from store.overview import Overview, OverviewLine, StepCount
from store.person import Content, GuardianIntake, Intake, Opening, Person, PupilIntake
from store.recipients import Recipient, Webhook
from store.reconciling import CaseStanding, UnsentNotice
from store.retention import HISTORY, ON_REQUEST, RetentionRow
from store.reviews import OpenedReview, Proposed, ReviewRow, ReviewState, UntoldReview
from store.rights import Asked, RequestRow, StepRow
from store.sealing import Controller
from store.sessions import Limits, StoredSession
from store.store import Store
from store.wall import SYSTEM

__all__ = [
    "BACKUP",
    "HISTORY",
    "NO_CASE",
    "ON_REQUEST",
    "POLICY",
    "SYSTEM",
    "AccessCursor",
    "AccessEntry",
    "AccessEvent",
    "AccessFilter",
    "AccessPoint",
    "AccessRow",
    "AddressInvalid",
    "AnchorKeyInvalid",
    "AnchorLine",
    "AnchorsBroken",
    "AnchorsDiffer",
    "AppendOnly",
    "Applied",
    "Asked",
    "Asking",
    "Audited",
    "Behind",
    "Broken",
    "CaseExists",
    "CaseStanding",
    "CaseUnknown",
    "Change",
    "ChangeRow",
    "Claim",
    "CodeToSend",
    "Connections",
    "ContactPerson",
    "Content",
    "Controller",
    "Counted",
    "DatabaseUnknown",
    "DestroyedKey",
    "DraftLine",
    "EmergencyRow",
    "Fault",
    "Figures",
    "Giving",
    "GuardianIntake",
    "Intake",
    "JournalRow",
    "KeyDestroyed",
    "KeyHealth",
    "KeyMissing",
    "KeyRing",
    "KeyRingForeign",
    "KeyRingInvalid",
    "Limits",
    "Link",
    "Log",
    "LoginRefused",
    "MessageIdReused",
    "MessageState",
    "MigrationChanged",
    "MigrationUnknown",
    "NotMigrated",
    "NoteRow",
    "NoteWithoutId",
    "NoticeRow",
    "OpenedReview",
    "Opening",
    "OrganisationRow",
    "OrganisationTaken",
    "OutboxState",
    "Outcome",
    "Overview",
    "OverviewLine",
    "PartKey",
    "PartShielded",
    "PartState",
    "Person",
    "PolicyUnknown",
    "PolicyVersionTaken",
    "Proposed",
    "PupilIntake",
    "Recipient",
    "RecordingGap",
    "RecordingMismatch",
    "RequestRow",
    "RetentionRow",
    "ReviewRow",
    "ReviewState",
    "Rewrapped",
    "SealBroken",
    "Statement",
    "StepCount",
    "StepRow",
    "Store",
    "StoreError",
    "StoreUnavailable",
    "StoredAnswer",
    "StoredDraft",
    "StoredMessage",
    "StoredSession",
    "UnsentNotice",
    "Untold",
    "UntoldReview",
    "Waiting",
    "Webhook",
    "age_band",
    "directory_scope",
    "migrate",
    "new_signing_key",
    "pending",
    "read_lines",
    "signing_key",
    "staff_scope",
    "verifying_key",
    "verifying_keys",
]
