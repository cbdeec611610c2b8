"""Five demo cases: what is told in each, so that they stand at different points of the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from pydantic import JsonValue

from protocol.vocabulary import Task

MEENT, KOMPAS = "school:school-de-meent:m.dewit", "school:school-het-kompas:r.bakker"
CJG, ZVH = "cjg:cjg:s.yilmaz", "zvh:zvh:a.jansen"


@dataclass(frozen=True)
class Tell:
    """One message; ``at_days`` puts a moment so many days after the story began into the field ``at``."""

    actor: str
    message: str
    fields: Mapping[str, JsonValue] = field(default_factory=dict)
    note: str | None = None
    at_days: int | None = None


@dataclass(frozen=True)
class Silence:
    """Nobody does anything until this deadline has passed."""

    task: Task


@dataclass(frozen=True)
class Story:
    """One case from its intake on."""

    name: str
    school: str
    intake: Mapping[str, JsonValue]
    steps: tuple[Tell | Silence, ...]


def _intake(
    signals: list[JsonValue], pupil: str, age: int, parents: tuple[str, ...], note: str
) -> dict[str, JsonValue]:
    born = date.today() - timedelta(days=round(age * 365.25) + 100)  # noqa: DTZ011  # any day of that age will do
    return {
        "signals": signals,
        "staffInvolved": False,
        "pupil": {"name": pupil, "dateOfBirth": born.isoformat(), "email": _mailbox(pupil), "safeContact": None},
        "guardians": [{"name": name, "email": _mailbox(name), "custody": True, "language": "nl"} for name in parents],
        "note": note,
    }


def _mailbox(name: str) -> str:
    return f"{name.lower().replace(' ', '.')}@thuis.voorbeeld.example"


def _talks(school: str, *, police: bool) -> tuple[Tell, ...]:
    """Steps 2 and 3: the talks, and the police where the asterisk asks for it."""
    contact = (Tell(school, "record-police-contact", {"contact": "anonymous_consult"}),) if police else ()
    return (
        *contact,
        Tell(school, "record-pupil-talk", {"heldBy": ["mentor"]}, note="De leerling vertelde wat er is gebeurd."),
        Tell(
            school,
            "record-parent-talk",
            {"existingCare": False, "postponedForSafety": False, "pupilPresent": True},
            note="Gesprek op school; ouders schrokken en willen hulp.",
        ),
    )


def _asked(school: str, persons: list[JsonValue], parties: list[JsonValue]) -> Tell:
    return Tell(school, "request-consent", {"persons": persons, "parties": parties})


def _yes(person: str) -> Tell:
    return Tell(f"person:{person}", "answer-consent", {"person": person, "answer": "granted", "channel": "link"})


def _reported(school: str) -> tuple[Tell, ...]:
    """Step 4: from here coordination lies with the CJG."""
    return (Tell(school, "decide-report", {"needed": True}), Tell(CJG, "accept-report"))


_WAITING = Story(
    "wacht op toestemming",
    MEENT,
    _intake(
        ["nude_photos"], "Noor Voorbeeld", 13, ("Karin Voorbeeld", "Ruud Voorbeeld"), "Foto rondgestuurd in de klas."
    ),
    (
        *_talks(MEENT, police=True),
        _asked(MEENT, ["pupil", "guardian-1", "guardian-2"], ["cjg", "zvh"]),
        _yes("guardian-1"),
    ),
)

_PARTNERS = Story(
    "partners betrokken",
    KOMPAS,
    _intake(["sexual_messages"], "Daan Testman", 14, ("Inge Testman",), "Berichten van een onbekende."),
    (
        *_talks(KOMPAS, police=True),
        _asked(KOMPAS, ["pupil", "guardian-1"], ["cjg", "zvh", "jeugdpreventie", "ggd"]),
        _yes("pupil"),
        _yes("guardian-1"),
        *_reported(KOMPAS),
        Tell(CJG, "set-severity", {"severity": "medium"}),
        Tell(CJG, "engage-partners", {"partners": ["jeugdpreventie", "ggd"]}),
        Tell("partner:jeugdpreventie:d.bos", "answer-partner-request", {"answer": "accept"}),
    ),
)

_ESCALATED = Story(
    "opgeschaald na stilte",
    MEENT,
    _intake(["loverboy_contacts"], "Sem Fictief", 15, ("Petra Fictief", "Hans Fictief"), "Wordt opgewacht bij school."),
    (
        *_talks(MEENT, police=False),
        _asked(MEENT, ["pupil", "guardian-1", "guardian-2"], ["cjg", "zvh"]),
        _yes("pupil"),
        Silence(Task.CONSENT_ANSWER),
        Silence(Task.SCHOOL_DECIDES),
        Tell(CJG, "accept-report"),
        Tell(ZVH, "accept-escalation"),
    ),
)

_RETURNED = Story(
    "terug naar school",
    KOMPAS,
    _intake(["image_spread"], "Lotte Proef", 16, ("Marjan Proef",), "Filmpje in een groepsapp."),
    (
        *_talks(KOMPAS, police=True),
        _asked(KOMPAS, ["pupil"], ["cjg", "zvh"]),
        _yes("pupil"),
        *_reported(KOMPAS),
        Tell(CJG, "set-severity", {"severity": "low"}),
        Tell(CJG, "decide-network-meeting", {"needed": False}),
        Tell(CJG, "de-escalate", {"reason": "goal_reached"}, note="Afspraken lopen; school houdt contact."),
        Tell(KOMPAS, "confirm-hand-over"),
    ),
)

_ACUTE = Story(
    "acuut, netwerkberaad",
    MEENT,
    _intake(
        ["loverboy_contacts", "recruitment"], "Yara Model", 14, ("Samira Model",), "Is gisteren niet thuisgekomen."
    ),
    (
        Tell(MEENT, "declare-acute"),
        *_talks(MEENT, police=False),
        Tell(
            MEENT,
            "record-legal-basis",
            {
                "basis": "acute_danger",
                "parties": ["cjg", "veilig-thuis", "zedenpolitie", "wijkagent"],
                "secondReviewer": "h.directeur",
            },
            note="Zes vragen beantwoord: het gevaar is direct en niet anders af te wenden.",
        ),
        *_reported(MEENT),
        Tell(CJG, "set-severity", {"severity": "high"}),
        Tell(CJG, "engage-partners", {"partners": ["zedenpolitie", "wijkagent", "veilig-thuis"]}),
        Tell("partner:zedenpolitie:t.visser", "answer-partner-request", {"answer": "accept"}),
        Tell(CJG, "decide-network-meeting", {"needed": True}),
        Tell(
            CJG,
            "plan-network-meeting",
            {"invitees": ["school-de-meent", "zedenpolitie", "veilig-thuis", "guardian-1", "pupil"]},
            note="Stadskantoor, kamer 2.14.",
            at_days=2,
        ),
    ),
)

STORIES = (_WAITING, _PARTNERS, _ESCALATED, _RETURNED, _ACUTE)
