"""What is put in the place of what only the lost database had."""

from __future__ import annotations

from protocol.messages import SetGuardians, Told
from protocol.recording import Recording
from store import Content, Person

LOST_NOTE = (
    "[Deze tekst is verloren gegaan: hij stond alleen in een database die is teruggezet. Vraag de schrijver ernaar.]"
)
LOST_PERSON = Person(name="[gegevens verloren bij het terugzetten van de database]")
"""No address: notices to them fail visibly, until their data is told again."""


def stand_in(told: Told, notes: tuple[str, ...], people: tuple[str, ...]) -> Content:
    """What is put in the place of what a message brought and nobody has any more."""
    lost = told.message.guardians if isinstance(told.message, SetGuardians) else ()
    return Content(
        note=LOST_NOTE if told.note_id in notes else None,
        guardians={guardian.person: LOST_PERSON for guardian in lost if guardian.person in people} or None,
    )


def next_person(turns: list[Recording]) -> int:
    """Above every guardian's number that was ever given out in these turns."""
    guardians = [guardian.person for turn in turns for guardian in turn.case.guardians]
    return max((int(person.rpartition("-")[2]) for person in guardians), default=0) + 1
