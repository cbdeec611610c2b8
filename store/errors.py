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
    text: str = "De opslag kon dit niet uitvoeren."

    def __init__(self, about: str = "") -> None:
        """Say which row it is about, by ids only."""
        super().__init__(f"{self.code}: {about}" if about else self.code)


class StoreUnavailable(StoreError):
    """The database does not answer; the same call can be repeated."""

    code = "store_unavailable"
    text = "De database is nu niet bereikbaar. Probeer het later opnieuw."


class AddressInvalid(StoreError):
    """What is set as the database's address is none."""

    code = "database_address"
    text = (
        "VANGNET_DATABASE_URL (of VANGNET_MIGRATE_DATABASE_URL) is geen adres als postgresql://naam:wachtwoord@server/database;"
        " schrijf leestekens in het wachtwoord als %-code."
    )


class LoginRefused(StoreError):
    """The database is there, and does not let this name in."""

    code = "database_login"
    text = (
        "De database weigert deze aanmelding. Kijk naam en wachtwoord in VANGNET_DATABASE_URL na"
        " (bij `vangnet migrate`: VANGNET_MIGRATE_DATABASE_URL, als die er is)."
    )


class DatabaseUnknown(StoreError):
    """The server is there, and has no database of this name."""

    code = "database_unknown"
    text = "Deze database bestaat niet op de server. Kijk de naam in VANGNET_DATABASE_URL na, of maak haar eerst aan."


class NotMigrated(StoreError):
    """A table is not there: the database is older than the program, or only a part of it was restored."""

    code = "not_migrated"
    text = (
        "In de database ontbreken tabellen. Draai `vangnet migrate`; helpt dat niet, dan is een backup"
        " half teruggezet: zet het dossier en de sleutels (keystore) beide terug."
    )


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


class KeyRingForeign(KeyRingInvalid):
    """The ring has keys of the names that the database knows, and they are others: it belongs to another database."""

    code = "key_ring_foreign"
    text = (
        "Dit is niet de sleutelbos van deze database: er gaat niets mee open."
        " Zet de goede terug (VANGNET_KEY_RING of VANGNET_KEY_RING_JSON)."
    )


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
    """A migration that was applied has other content in this program."""

    code = "migration_changed"

    def __init__(self, name: str) -> None:
        """Say which."""
        super().__init__(name)
        self.text = self.said(name)

    @staticmethod
    def said(name: str) -> str:
        """The sentence, with its name."""
        return f"Migratie {name} is in dit programma anders dan zij in de database is uitgevoerd."


class MigrationUnknown(MigrationChanged):
    """A migration that was applied is not in this program."""

    code = "migration_unknown"

    @staticmethod
    def said(name: str) -> str:
        """The sentence, with its name."""
        return f"Dit programma is ouder dan de database: het kent migratie {name} niet. Gebruik de nieuwere uitgave."


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

_OF_KIND: dict[type[Exception], type[StoreError]] = {
    asyncpg.ClientConfigurationError: AddressInvalid,
    asyncpg.InvalidAuthorizationSpecificationError: LoginRefused,
    asyncpg.InvalidCatalogNameError: DatabaseUnknown,
    asyncpg.UndefinedTableError: NotMigrated,
    asyncpg.UndefinedColumnError: NotMigrated,
    asyncpg.InvalidSchemaNameError: NotMigrated,
}
"""What an administrator can mend, and how."""

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
    except tuple(_OF_KIND) as error:
        mendable = next(found for kind, found in _OF_KIND.items() if isinstance(error, kind))
        raise mendable from None
    except _UNREACHABLE as error:
        raise StoreUnavailable(type(error).__name__) from None
    except asyncpg.PostgresError as error:
        known = _OF_CONSTRAINT.get(getattr(error, "constraint_name", None) or "")
        raise (known() if known else StoreError(f"SQLSTATE {error.sqlstate}")) from None


@contextmanager
def connecting() -> Iterator[None]:
    """The same for a new connection, whose address the driver may stumble over: a password with a bare ``#``."""
    with translated():
        try:
            yield
        except ValueError:
            raise AddressInvalid from None
