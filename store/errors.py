"""What can go wrong in the store. No error carries personal data; driver messages are not passed on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

import asyncpg


class StoreError(Exception):
    """The root of all errors of the store.

    Attributes:
        code: Fixed, for programs.
        text: One Dutch sentence, for people.
    """

    code: ClassVar[str] = "store_failed"
    text: ClassVar[str] = "De opslag kon dit niet uitvoeren."

    def __init__(self, about: str = "") -> None:
        """Say which row it is about, by ids only."""
        super().__init__(f"{self.code}: {about}" if about else self.code)


class StoreUnavailable(StoreError):
    """The database does not answer; the same call can be repeated."""

    code = "store_unavailable"
    text = "De database is nu niet bereikbaar. Probeer het later opnieuw."


class CaseUnknown(StoreError):
    code = "case_unknown"
    text = "Deze casus bestaat niet."


class CaseExists(StoreError):
    """The case id is taken by an opening with other content."""

    code = "case_exists"
    text = "Er is al een andere casus met dit nummer."


class MessageIdReused(StoreError):
    """The id came back with other content."""

    code = "message_id_reused"
    text = "Dit berichtnummer is al gebruikt voor een ander bericht."


class NoteWithoutId(StoreError):
    """Content has a note, but the message that it came with names none."""

    code = "note_without_id"
    text = "Bij dit bericht hoort geen notitie."


class RecordingMismatch(StoreError):
    """An event number that was recorded came back with other content: nobody may overlook this."""

    code = "recording_mismatch"
    text = "Het journaal bevat op deze plaats al iets anders."


class RecordingGap(StoreError):
    """The events do not follow on the journal's last one."""

    code = "recording_gap"
    text = "Het journaal mist een eerdere gebeurtenis."


class AppendOnly(StoreError):
    """Somebody tried to change the journal or the access log."""

    code = "append_only"
    text = "Het journaal kan niet worden gewijzigd."


class KeyRingInvalid(StoreError):
    code = "key_ring_invalid"
    text = "De sleutelbos is niet leesbaar."


class KeyMissing(StoreError):
    """The data key, or the key that wraps it, is not there: an operator can still put it back."""

    code = "key_missing"
    text = "De sleutel van dit deel van het dossier ontbreekt."


class KeyDestroyed(StoreError):
    """The data key was destroyed on purpose: what it sealed is erased."""

    code = "key_destroyed"
    text = "Dit deel van het dossier is vernietigd."


class PartShielded(StoreError):
    """The part is kept, and nobody may read it any more but the privacy officer (Wgs 2.31 lid 8)."""

    code = "part_shielded"
    text = "Dit deel van het dossier is afgeschermd."


class SealBroken(StoreError):
    """Sealed data was changed, or stands in another row's place."""

    code = "seal_broken"
    text = "Dit deel van het dossier is beschadigd."


class PolicyUnknown(StoreError):
    code = "policy_unknown"
    text = "Voor deze regio zijn geen instellingen vastgelegd."


class PolicyVersionTaken(StoreError):
    """A version of a policy never changes: cases run by it."""

    code = "policy_version_taken"
    text = "Deze versie van de instellingen bestaat al met een andere inhoud."


class OrganisationTaken(StoreError):
    """An organisation that is to be added has the id of another."""

    code = "organisation_taken"
    text = "Er is al een organisatie met dit id."


class MigrationChanged(StoreError):
    """A migration that was applied is gone from this program, or has other content."""

    code = "migration_changed"
    text = "Een uitgevoerde migratie is gewijzigd of onbekend."


class AnchorKeyInvalid(StoreError):
    code = "anchor_key_invalid"
    text = "De sleutel voor de ankers is geen Ed25519-sleutel in PEM."


class AnchorsBroken(StoreError):
    """A line of anchors is none, or does not follow on the one before."""

    code = "anchors_broken"
    text = "Het ankerbestand is beschadigd."


class AnchorsDiffer(StoreError):
    """The file outside holds other anchors than the database: one of them was changed or put back."""

    code = "anchors_differ"
    text = "Het ankerbestand en de database bevatten verschillende ankers."


_OF_CONSTRAINT: dict[str, type[StoreError]] = {
    "append_only": AppendOnly,
    "journal_pkey": RecordingMismatch,
    "notes_pkey": MessageIdReused,
    "messages_case_fkey": CaseUnknown,
    "hand_overs_case_fkey": CaseUnknown,
    "allotments_case_fkey": CaseUnknown,
}

_UNREACHABLE = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what a connection that breaks at the wrong moment raises
    OSError,
    TimeoutError,
)


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the driver raises into an error of the store, once, without the driver's words."""
    try:
        yield
    except _UNREACHABLE as error:
        raise StoreUnavailable(type(error).__name__) from None
    except asyncpg.PostgresError as error:
        known = _OF_CONSTRAINT.get(getattr(error, "constraint_name", None) or "")
        raise (known() if known else StoreError(f"SQLSTATE {error.sqlstate}")) from None
