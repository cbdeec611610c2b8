"""Break-glass: who may, what it gives and when it ends, against a table that was written by hand."""

from __future__ import annotations

import pytest

from protocol import messages as m
from protocol import vocabulary as v
from protocol.access import Field, Filed, may_break_glass, reader, readers, reads_note, seen
from protocol.accounting import Ground, ground
from protocol.keeping import Part
from tests.protocol import access_scenes as at
from tests.protocol import stories as s
from tests.protocol.seen import EVERYBODY, SEEN, VIEWS
from tests.protocol.telling import organisation, person, staff

OPENS = {
    "report, without cover": "C=report",
    "report, ZVH asked without cover": "C=report Z=zvh",
    "report, ZVH directs without cover": "C=report Z=zvh",
    "report, forwarded without cover": "C=report A=forwardee",
    "hand_over, consent withdrawn": "P=partner",
    "hand_over, without cover": "C=coordinator",
}
"""Of a scene who may open the file in an emergency, and as which reader of ``tests.protocol.seen`` they then see it."""

OPENS_ON_EACH_ROAD = {
    "CJG without cover": "C=coordinator",
    "consent withdrawn": "P=partner",
    "ZVH asked, consent withdrawn": "Z=zvh P=partner",
    "ZVH directs, consent withdrawn": "Z=zvh P=partner",
    "forwarded without cover": "C=coordinator A=forwardee",
    "forwarded, consent withdrawn": "A=forwardee P=partner",
    "Veilig Thuis without cover": "A=coordinator",
    "Veilig Thuis and CJG without cover": "A=coordinator P=partner",
    "with something to do, consent withdrawn": "P=partner",
}
"""The same of the scenes that there are in several steps. Nobody else: who holds the file reads it, who was asked as a
partner has to accept first, and who has nothing to do with the case has no emergency in it."""


def opens(scene: str) -> dict[str, str]:
    """By letter, who may and what they become."""
    on_road = {f"{road}, {name}": who for road in at.ROADS for name, who in OPENS_ON_EACH_ROAD.items()}
    return dict(part.split("=") for part in (OPENS | on_road).get(scene, "").split())


@pytest.mark.parametrize("scene", SEEN)
def test_who_may_and_what_it_gives(scene: str) -> None:
    """Who only lacks cover sees what cover would give; for everybody else an emergency changes nothing."""
    case, who = at.stage(SEEN[scene][0]).state, opens(scene)
    for letter, name in EVERYBODY.items():
        assert (letter in who) == may_break_glass(case, staff(name)), letter
        expected = VIEWS[who[letter]] if letter in who else seen(case, staff(name))
        assert expected == seen(case, staff(name), emergency=True), letter


def test_the_table_names_scenes_that_are_there() -> None:
    """A scene that was renamed would be expected to open nothing."""
    named = OPENS.keys() | {f"{road}, {name}" for road in at.ROADS for name in OPENS_ON_EACH_ROAD}
    assert named <= SEEN.keys()


@pytest.mark.parametrize("scene", ["report, without cover", "closed", "partners, consent withdrawn"])
def test_nobody_without_an_organisation_in_the_case(scene: str) -> None:
    """Neither a person of the case nor who keeps or watches over the system."""
    case = at.stage(SEEN[scene][0]).state
    watching = [
        m.Actor(role=role, organisation="gemeente", user="o") for role in (v.Role.ADMIN, v.Role.PRIVACY, v.Role.OPS)
    ]
    for who in (*watching, person("pupil"), person("guardian-1"), m.SYSTEM):
        assert not may_break_glass(case, who)
        assert seen(case, who) == seen(case, who, emergency=True)


def test_it_is_over_with_cover_with_the_task_and_with_the_case() -> None:
    """Cover takes its place, a declined escalation and the end of the case take it away."""
    telling, zvh = s.escalated_at_school(), staff("zvh")
    note = Filed(Part.SCHOOL, staff("school-de-meent"), "open_case")
    assert reads_note(telling.state, zvh, note, emergency=True)
    assert Ground.EMERGENCY == ground(telling.state, zvh, emergency=True)
    assert Ground.TASK == ground(telling.state, zvh)
    assert not reads_note(telling.state, zvh, note)

    telling.must(m.DeclineEscalation(), "zvh")
    assert not seen(telling.state, zvh, emergency=True)

    covered = s.escalated_at_school().must(s.basis("zvh"), "school-de-meent").state
    assert not may_break_glass(covered, zvh)
    assert f"{Ground.LEGAL_BASIS}.right_to_report" == ground(covered, zvh, emergency=True)

    closed = at.unconfirmed(at.withdrawn(s.at_hand_over())).state
    assert not may_break_glass(closed, staff("cjg"))
    assert Field.SCHOOL_NOTES not in seen(closed, staff("cjg"), emergency=True)


def test_what_it_would_give_stands_beside_the_readers() -> None:
    """For the database: under a name of its own, so that nobody reads by it of whom no emergency runs."""
    case = s.at_bare_report().must(m.ForwardCase(to=organisation("veilig-thuis")), "cjg").state
    found = readers(case)
    assert {f"emergency {reader(staff(name))}" for name in ("cjg", "veilig-thuis")} == {
        who for who in found if who.startswith("emergency")
    }
    assert not found.keys() & {reader(staff(name)) for name in ("cjg", "veilig-thuis")}
    assert "partner_notes" not in found[f"emergency {reader(staff('cjg'))}"]
