"""Who may tell a case what, and who sees what of it: two tables over what somebody is to the case now."""

from protocol.access.links import link_holder, link_opens
from protocol.access.offices import OBSERVERS, keeps_directory, only_looks
from protocol.access.readers import in_emergency, reader, readers
from protocol.access.relation import Relation, relations
from protocol.access.seeing import (
    SEEING,
    Field,
    Filed,
    Glance,
    deadlines_seen,
    filed_as,
    may_break_glass,
    note_field,
    reads_file,
    reads_history,
    reads_note,
    reads_own_notes,
    reads_review,
    seen,
    sees,
)
from protocol.access.telling import TABLE, Grant, Row, allowed, check

__all__ = [
    "OBSERVERS",
    "SEEING",
    "TABLE",
    "Field",
    "Filed",
    "Glance",
    "Grant",
    "Relation",
    "Row",
    "allowed",
    "check",
    "deadlines_seen",
    "filed_as",
    "in_emergency",
    "keeps_directory",
    "link_holder",
    "link_opens",
    "may_break_glass",
    "note_field",
    "only_looks",
    "reader",
    "readers",
    "reads_file",
    "reads_history",
    "reads_note",
    "reads_own_notes",
    "reads_review",
    "relations",
    "seen",
    "sees",
]
