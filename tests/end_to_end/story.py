"""A whole escalated case of the page, as it is told by command line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from pydantic import JsonValue

SCHOOL: Final = "school:school-de-meent:j.jansen"
CJG: Final = "cjg:cjg:s.yilmaz"
ZVH: Final = "zvh:zvh:a.jansen"
GGD: Final = "partner:ggd:l.smit"
PREVENTION: Final = "partner:jeugdpreventie:d.bos"

BORN: Final = (datetime.now(UTC).date() - timedelta(days=13 * 365 + 200)).isoformat()
PERSONAL: Final = ("Quirine", "Willemijn", "Zonderland", "groepsapp", BORN)
"""What stands in the intake and the notes, and may stand nowhere but in the file."""

_NOTE: Final = "Quirine Zonderland vertelde over de groepsapp 😟"


class Line(NamedTuple):
    """One message, as somebody tells it."""

    who: str
    message: str
    fields: dict[str, JsonValue] = {}  # noqa: RUF012  # read only
    note: str | None = None

    def arguments(self, case: str) -> tuple[str, ...]:
        """As it is typed after ``vangnet``."""
        pairs = (
            f"{name}={value if isinstance(value, str) else json.dumps(value)}" for name, value in self.fields.items()
        )
        note = () if self.note is None else ("--note-file", "-")
        return ("case", "tell", case, self.message, *pairs, *note, "--as", self.who)

    @property
    def stdin(self) -> bytes | None:
        """What is piped in: the note."""
        return None if self.note is None else self.note.encode()


class Said(NamedTuple):
    """A line under the id that makes it count once."""

    id: str
    line: Line


def intake(number: int = 1) -> dict[str, JsonValue]:
    """What the school saw; the pupil is 13, with one parent who has custody."""
    return {
        "signals": ["nude_photos"],
        "staffInvolved": False,
        "pupil": {
            "name": "Quirine Zonderland",
            "dateOfBirth": BORN,
            "email": f"q{number}@thuis.voorbeeld.example",
            "safeContact": None,
        },
        "guardians": [
            {
                "name": "Willemijn Zonderland",
                "email": f"w{number}@thuis.voorbeeld.example",
                "custody": True,
                "language": "nl",
            }
        ],
        "note": _NOTE,
    }


def at_school() -> tuple[Line, ...]:
    """Steps 1 to 3: the police, the talks, and everybody is asked."""
    talk: dict[str, JsonValue] = {"existingCare": False, "postponedForSafety": False, "pupilPresent": True}
    return (
        Line(SCHOOL, "record-police-contact", {"contact": "anonymous_consult"}),
        Line(SCHOOL, "record-pupil-talk", {"heldBy": ["mentor", "supporter"]}, _NOTE),
        Line(SCHOOL, "record-parent-talk", talk, _NOTE),
        Line(SCHOOL, "request-consent", {"persons": ["pupil", "guardian-1"], "parties": ["cjg", "zvh", "ggd"]}),
    )


SILENCE: Final = ("9d", "2d", "2d", "2d", "2d")
"""Nobody answers: reminded, no answer, and escalated by itself after some of these, depending on the days that are
closed. All of them together are less than the ZVH has for its answer."""


def escalated(today: date) -> tuple[Line, ...]:
    """Steps 4 to 7 under the direction of the ZVH, and back to the school."""
    later = [(today + timedelta(days=days)).isoformat() for days in (22, 40)]
    basis: dict[str, JsonValue] = {
        "basis": "conflict_of_duties",
        "parties": ["cjg", "zvh", "ggd", "jeugdpreventie"],
        "secondReviewer": "h.leider",
    }
    minutes: dict[str, JsonValue] = {
        "attendees": ["guardian-1", "cjg", "ggd"],
        "actions": [{"owner": "ggd", "due": later[1]}, {"owner": "cjg", "due": later[1]}],
    }
    return (
        Line(CJG, "accept-report"),
        Line(CJG, "record-legal-basis", basis, _NOTE),
        Line(CJG, "set-severity", {"severity": "high"}),
        Line(CJG, "engage-partners", {"partners": ["ggd", "jeugdpreventie"]}),
        Line(GGD, "answer-partner-request", {"answer": "accept"}),
        Line(PREVENTION, "answer-partner-request", {"answer": "decline"}, _NOTE),
        Line(ZVH, "accept-escalation"),
        Line(ZVH, "decide-network-meeting", {"needed": True}),
        Line(
            ZVH,
            "plan-network-meeting",
            {"at": f"{later[0]}T14:00", "invitees": ["guardian-1", "pupil", "cjg", "ggd", "school-de-meent"]},
            _NOTE,
        ),
        Line(ZVH, "record-network-meeting", minutes, _NOTE),
        Line(GGD, "complete-action", {"action": "action-1"}),
        Line(CJG, "complete-action", {"action": "action-2"}),
        Line(ZVH, "de-escalate", {"reason": "fewer_partners_needed"}, _NOTE),
        Line(CJG, "de-escalate", {"reason": "goal_reached"}, _NOTE),
        Line(SCHOOL, "confirm-hand-over"),
    )


def said(lines: Iterable[Line], part: str) -> tuple[Said, ...]:
    """Give each line its id."""
    return tuple(Said(f"{part}-{number}", line) for number, line in enumerate(lines, start=1))
