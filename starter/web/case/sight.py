"""How much of a case somebody sees."""

from __future__ import annotations

from enum import StrEnum

from protocol.access import Relation, reads_file, relations
from protocol.case import Case
from protocol.messages import Actor


class Sight(StrEnum):
    """From the whole file to the task alone (part 2.4)."""

    FILE = "file"
    """Everything, personal data included."""
    STATE = "state"
    """How it stands, for who keeps the system; nobody's name."""
    TASK = "task"
    """Number, step, kind, deadlines and whom to call: of an organisation that is not covered."""


def sight(case: Case, actor: Actor) -> Sight:
    """What the protocol lets this actor see."""
    if reads_file(case, actor):
        return Sight.FILE
    return Sight.STATE if Relation.OBSERVER in relations(case, actor) else Sight.TASK
