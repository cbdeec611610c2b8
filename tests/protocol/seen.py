"""What everybody sees at every point of a case: written by hand from parts 2.3 and 2.4, not from the code.

``VIEWS`` says in fields what a kind of reader sees; ``SEEN`` says of every scene who is which kind. Who is not named
in a scene sees nothing: the case does not exist for them. People of the case and observers are the same in all scenes.
"""

from __future__ import annotations

from collections.abc import Callable

from protocol import messages as m
from tests.protocol import access_scenes as at
from tests.protocol import stories as s
from tests.protocol.telling import Telling, organisation

TASK = "number step kind deadlines safety call"
"""Before consent or a legal basis; before a partner accepted; after either is over."""

_VIEWS = {
    "nothing": "",
    "person": "number own_deadlines call",
    "observer": "number step kind deadlines safety state journal",
    "task": TASK,
    # What it brought in, how it stands, and what is told back to it; never the notes of partners, coordinator or ZVH.
    "school": f"{TASK} state people journal hand_over school_notes feedback own_notes",
    # Who is asked to take the case over, with cover: what has been written so far, but for what partners wrote.
    "report": f"{TASK} state people journal school_notes coordinator_notes zvh_notes shared_notes feedback own_notes",
    "forwardee": f"{TASK} state people journal school_notes coordinator_notes shared_notes feedback own_notes",
    # Who coordinates with cover: everything.
    "coordinator": f"{TASK} state people journal hand_over school_notes coordinator_notes partner_notes zvh_notes"
    " shared_notes feedback own_notes",
    # Who holds the file and no longer coordinates, with cover: everything but what is the ZVH's.
    "holder": f"{TASK} state people journal hand_over school_notes coordinator_notes partner_notes shared_notes"
    " feedback own_notes",
    # Who holds the file without cover: what its legal duty needs, and no new disclosure by the school or the ZVH.
    "keeper": f"{TASK} state people journal hand_over coordinator_notes partner_notes shared_notes feedback own_notes",
    "zvh": f"{TASK} state people journal school_notes coordinator_notes partner_notes zvh_notes shared_notes feedback"
    " own_notes",
    # Who treats: who it is about, how it stands, what was shared with partners, and what it wrote itself.
    "partner": f"{TASK} state people journal shared_notes own_notes",
}
VIEWS = {name: frozenset(fields.split()) for name, fields in _VIEWS.items()}

EVERYBODY = {
    "S": "school-de-meent",
    "C": "cjg",
    "Z": "zvh",
    "A": "veilig-thuis",
    "P": "ggd",
    "W": "wijkagent",
    "X": "school-het-kompas",
}
"""S school, C the CJG, Z ZVH, A Veilig Thuis, P a partner that accepted, W one that was asked, X another school."""

Scene = Callable[[], Telling]
_IN_PARTS: list[tuple[str, Callable[[str], Telling], str]] = [
    ("", lambda road: at.ROADS[road](), "S=school C=coordinator P=partner W=task"),
    ("CJG without cover", at.bare, "S=school C=task"),
    ("consent withdrawn", at.keeper_loses_cover, "S=school C=keeper P=task W=task"),
    ("ZVH asked", at.asked_zvh, "S=school C=coordinator Z=zvh P=partner W=task"),
    (
        "ZVH asked, consent withdrawn",
        lambda road: at.withdrawn(at.asked_zvh(road)),
        "S=school C=keeper Z=task P=task W=task",
    ),
    ("ZVH directs", lambda road: at.zvh_directs(at.asked_zvh(road)), "S=school C=coordinator Z=zvh P=partner W=task"),
    (
        "ZVH directs, consent withdrawn",
        lambda road: at.withdrawn(at.zvh_directs(at.asked_zvh(road))),
        "S=school C=keeper Z=task P=task W=task",
    ),
    ("forwarded without cover", at.bare_forwarded, "S=school C=task A=task"),
    ("forwarded", at.forwarded, "S=school C=coordinator A=forwardee P=partner W=task"),
    (
        "forwarded, consent withdrawn",
        lambda road: at.withdrawn(at.forwarded(road)),
        "S=school C=keeper A=task P=task W=task",
    ),
    ("Veilig Thuis without cover", at.bare_agency, "S=school C=holder A=task"),
    ("Veilig Thuis and CJG without cover", at.agency_without, "S=school C=keeper A=task P=task W=task"),
    ("the CJG takes part", at.cjg_takes_part, "S=school A=coordinator C=partner"),
    ("the CJG is asked", lambda road: at.cjg_takes_part(road, accepted=False), "S=school A=coordinator C=task"),
    ("with something to do", at.acting, "S=school C=coordinator P=partner W=task"),
    (
        "with something to do, consent withdrawn",
        lambda road: at.withdrawn(at.acting(road)),
        "S=school C=keeper P=task W=task",
    ),
]
_WHOLE: list[tuple[str, Scene, str]] = [
    ("signal", s.at_signal, "S=school"),
    ("pupil_talk", s.at_pupil_talk, "S=school"),
    ("parent_talk", s.talked, "S=school"),
    ("parent_talk, refused", s.refused, "S=school"),
    ("parent_talk, consented", s.consented, "S=school"),
    ("report", s.at_report, "S=school C=report"),
    ("report, without cover", s.at_bare_report, "S=school C=task"),
    ("report, ZVH asked without cover", s.escalated_at_school, "S=school C=task Z=task"),
    ("report, ZVH asked", lambda: s.at_report().must(s.escalate(), "cjg"), "S=school C=report Z=zvh"),
    ("report, ZVH directs without cover", lambda: at.zvh_directs(s.escalated_at_school()), "S=school C=task Z=task"),
    (
        "report, ZVH directs",
        lambda: at.zvh_directs(s.at_report().must(s.escalate(), "cjg")),
        "S=school C=report Z=zvh",
    ),
    ("report, forwarded", s.forwarded_in_report, "S=school C=report A=forwardee"),
    (
        "report, forwarded without cover",
        lambda: s.at_bare_report().must(m.ForwardCase(to=at.VEILIG_THUIS), "cjg"),
        "S=school C=task A=task",
    ),
    ("partners, one finished", at.finished, "S=school C=coordinator W=task"),
    ("partners, ZVH done", lambda: s.asked_zvh().must(m.DeclineEscalation(), "zvh"), "S=school C=coordinator"),
    ("partners, other school", lambda: s.engaged().must(_moved(), "cjg"), "X=school C=coordinator P=partner W=task"),
    ("partners, Veilig Thuis coordinates", s.at_agency, "S=school A=coordinator"),
    ("hand_over", s.at_hand_over, "S=school C=coordinator P=partner"),
    ("hand_over, consent withdrawn", lambda: at.withdrawn(s.at_hand_over()), "S=school C=keeper P=task"),
    ("hand_over, without cover", at.bare_hand_over, "S=school C=task"),
    (
        "hand_over, covered too late to hold",
        lambda: at.bare_hand_over().must(s.basis("cjg"), "school-de-meent"),
        "S=school C=coordinator",
    ),
    ("closed", s.closed, "S=school"),
    ("closed, at school", s.handled_at_school, "S=school"),
    ("closed, unconfirmed", lambda: at.unconfirmed(s.at_hand_over()), "S=school C=holder"),
    (
        "closed, unconfirmed, consent withdrawn",
        lambda: at.unconfirmed(at.withdrawn(s.at_hand_over())),
        "S=school C=keeper",
    ),
]


def _moved() -> m.ChangeSchool:
    return m.ChangeSchool(to=organisation("school-het-kompas"))


def _bound(make: Callable[[str], Telling], road: str) -> Scene:
    return lambda: make(road)


SEEN: dict[str, tuple[Scene, dict[str, str]]] = {
    name: (make, dict(part.split("=") for part in who.split()))
    for name, make, who in [
        *_WHOLE,
        *(
            (f"{road}, {name}" if name else road, _bound(make, road), who)
            for road in at.ROADS
            for name, make, who in _IN_PARTS
        ),
    ]
}
"""Of each scene how to make it, and who sees how much."""
