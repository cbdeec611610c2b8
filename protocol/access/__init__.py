"""Who may tell a case what, and who sees what of it: two tables over what somebody is to the case now."""

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
    reads_note,
    seen,
    sees,
)
from protocol.access.telling import TABLE, Grant, Row, allowed, check

__all__ = [
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
    "may_break_glass",
    "note_field",
    "reader",
    "readers",
    "reads_file",
    "reads_note",
    "relations",
    "seen",
    "sees",
]
