"""What was found of a case, and what was done about it."""

from __future__ import annotations

from enum import StrEnum

from protocol.model import Frozen


class Found(StrEnum):
    """How the two sides of a case stand to each other."""

    IN_ORDER = "in_order"
    JOURNAL_BEHIND = "journal_behind"
    """Temporal knows events that the journal lacks: an older database was restored."""
    NOT_IN_DATABASE = "not_in_database"
    """The same, of a case of which the database has nothing."""
    CASE_BEHIND = "case_behind"
    """The journal has events that the running case lacks: an older Temporal was restored."""
    NOT_RUNNING = "not_running"
    """The journal says that the case is open, and nothing runs: Temporal lost it, or somebody ended it."""
    STILL_RUNNING = "still_running"
    """The journal says that the case is closed, and it runs."""
    DIFFERENT = "different"
    """Both have events under the same numbers that are not the same: somebody has to look."""
    HISTORY_GONE = "history_gone"
    """Events are missing in the journal, and Temporal does not keep them any more."""
    UNREADABLE = "unreadable"
    """Temporal's history cannot be told again, or not within a minute: a key is missing, or it is of another release."""
    ERASED = "erased"
    """The school's part of a lost case was destroyed: nothing is put back."""


MENDED = (
    Found.JOURNAL_BEHIND,
    Found.NOT_IN_DATABASE,
    Found.CASE_BEHIND,
    Found.NOT_RUNNING,
    Found.STILL_RUNNING,
    Found.ERASED,
)
"""What is mended, or as it has to be."""


class Finding(Frozen):
    """One case.

    Attributes:
        case_id: Which.
        found: How its two sides stand.
        journal: The last event in the database.
        temporal: The last event that Temporal knows; none when it knows nothing.
        lost_notes: Ids of notes whose text was in the database only: a sentence that says so stands in their place.
        lost_people: Persons whose data was in the database only.
        noted_sent: How many notices were noted as sent because Temporal knows it.
        may_be_sent_again: Notices that are not noted as sent. Some may have been sent before: they go out, under their
            own Message-ID.
        unheard: Ids of messages that were taken and of which neither side knows what became: told again they count once.
    """

    case_id: str
    found: Found
    journal: int = 0
    temporal: int | None = None
    lost_notes: tuple[str, ...] = ()
    lost_people: tuple[str, ...] = ()
    noted_sent: int = 0
    may_be_sent_again: tuple[str, ...] = ()
    unheard: tuple[str, ...] = ()

    @property
    def fine(self) -> bool:
        """Whether nobody has to look."""
        return self.found is Found.IN_ORDER or self.found in MENDED

    @property
    def asks_somebody(self) -> bool:
        """Whether somebody has to do something: look, or tell again what nobody knows the end of."""
        return not self.fine or bool(self.unheard)

    @property
    def unknown(self) -> bool:
        """Whether neither side knows this case."""
        return self.found is Found.HISTORY_GONE and not self.journal and self.temporal is None

    @property
    def worth_telling(self) -> bool:
        """Whether anything is to be said of it."""
        return self.found is not Found.IN_ORDER or bool(self.noted_sent)
