"""The whole escalated case that is measured: from signal over the ZVH to the file back at school, told in full."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import JsonValue

from starter.stack.stories import Story, Tell

SCHOOL: Final = "school:school-de-meent:m.dewit"
CJG: Final = "cjg:cjg:s.yilmaz"
ZVH: Final = "zvh:zvh:a.jansen"
PREVENTION: Final = "partner:jeugdpreventie:d.bos"
GGD: Final = "partner:ggd:l.smit"

_PEOPLE: Final[list[JsonValue]] = ["pupil", "guardian-1", "guardian-2"]
_PARTIES: Final[list[JsonValue]] = ["cjg", "zvh", "jeugdpreventie", "ggd", "wijkagent"]
_AGE: Final = timedelta(days=14 * 365 + 100)
_NOTE: Final = (
    "Een notitie zoals mensen die schrijven: wat er is gezegd, wie wat doet, en wanneer men elkaar weer spreekt."
)


def _intake() -> dict[str, JsonValue]:
    born = datetime.now(UTC).date() - _AGE
    return {
        "signals": ["nude_photos"],
        "staffInvolved": False,
        "pupil": {
            "name": "Noor Meting",
            "dateOfBirth": born.isoformat(),
            "email": "noor@thuis.voorbeeld.example",
            "safeContact": None,
        },
        "guardians": [
            {"name": name, "email": f"{name[0].lower()}@thuis.voorbeeld.example", "custody": True, "language": "nl"}
            for name in ("Karin Meting", "Ruud Meting")
        ],
        "note": _NOTE,
    }


def _yes(person: str) -> Tell:
    return Tell(f"person:{person}", "answer-consent", {"person": person, "answer": "granted", "channel": "link"})


def _in_a_week() -> str:
    return (datetime.now(UTC).date() + timedelta(days=7)).isoformat()


def _at_school() -> tuple[Tell, ...]:
    """Steps 1 to 3, the asterisk and everybody's consent."""
    talk: dict[str, JsonValue] = {"existingCare": False, "postponedForSafety": False, "pupilPresent": True}
    return (
        Tell(SCHOOL, "record-police-contact", {"contact": "anonymous_consult"}),
        Tell(SCHOOL, "record-pupil-talk", {"heldBy": ["mentor"]}, note=_NOTE),
        Tell(SCHOOL, "record-parent-talk", talk, note=_NOTE),
        Tell(SCHOOL, "request-consent", {"persons": _PEOPLE, "parties": _PARTIES}),
        *map(_yes, ("pupil", "guardian-1", "guardian-2")),
        Tell(SCHOOL, "decide-report", {"needed": True}),
    )


def _at_cjg() -> tuple[Tell, ...]:
    """Steps 4 and 5: the CJG coordinates, partners take part, the ZVH is asked."""
    return (
        Tell(CJG, "accept-report"),
        Tell(CJG, "set-severity", {"severity": "high"}),
        Tell(CJG, "engage-partners", {"partners": ["jeugdpreventie", "ggd"]}),
        Tell(PREVENTION, "answer-partner-request", {"answer": "accept"}),
        Tell(GGD, "answer-partner-request", {"answer": "accept"}),
        Tell(CJG, "escalate", {"reason": "more_partners_needed"}, note=_NOTE),
    )


def _at_zvh() -> tuple[Tell, ...]:
    """Step 6 under the direction of the ZVH."""
    parents: list[JsonValue] = ["guardian-1", "guardian-2"]
    action: dict[str, JsonValue] = {"owner": "ggd", "due": _in_a_week()}
    minutes: dict[str, JsonValue] = {"attendees": [*parents, "cjg", "ggd"], "actions": [action]}
    return (
        Tell(ZVH, "accept-escalation"),
        Tell(ZVH, "decide-network-meeting", {"needed": True}),
        Tell(ZVH, "plan-network-meeting", {"invitees": [*parents, "cjg", "ggd"]}, note=_NOTE, at_days=3),
        Tell(ZVH, "record-network-meeting", minutes, note=_NOTE),
        Tell(GGD, "complete-action", {"action": "action-1"}),
    )


def _back() -> tuple[Tell, ...]:
    """Step 7: down one level at a time, and the file goes back."""
    return (
        Tell(ZVH, "de-escalate", {"reason": "fewer_partners_needed"}, note=_NOTE),
        Tell(CJG, "de-escalate", {"reason": "goal_reached"}, note=_NOTE),
        Tell(SCHOOL, "confirm-hand-over"),
    )


@dataclass(frozen=True)
class Days:
    """So many days pass."""

    days: int


def tour() -> tuple[Tell | Days, ...]:
    """The case that the README tells, taken to its end; its intake is ``docs/intake.json``."""
    talk: dict[str, JsonValue] = {"existingCare": False, "postponedForSafety": False, "pupilPresent": True}
    return (
        Tell(SCHOOL, "record-police-contact", {"contact": "anonymous_consult"}),
        Tell(SCHOOL, "record-pupil-talk", {"heldBy": ["mentor"]}, note=_NOTE),
        Tell(SCHOOL, "record-parent-talk", talk, note=_NOTE),
        Tell(SCHOOL, "request-consent", {"persons": ["pupil", "guardian-1"], "parties": ["cjg", "zvh"]}),
        Days(9),
        Days(9),
        Tell(CJG, "accept-report"),
        Tell(ZVH, "accept-escalation"),
        Tell(CJG, "set-severity", {"severity": "high"}),
        Tell(ZVH, "decide-network-meeting", {"needed": False}),
        Tell(ZVH, "de-escalate", {"reason": "fewer_partners_needed"}, note=_NOTE),
        Tell(CJG, "de-escalate", {"reason": "goal_reached"}, note=_NOTE),
        Tell(SCHOOL, "confirm-hand-over"),
    )


def whole_case() -> Story:
    """The story, with its dates counted from today."""
    return Story("hele casus", SCHOOL, _intake(), (*_at_school(), *_at_cjg(), *_at_zvh(), *_back()))
