"""Who sees what, at every point of a case, against the table that was written by hand."""

from __future__ import annotations

import pytest

from protocol import messages as m
from protocol import vocabulary as v
from protocol.access import (
    Field,
    Filed,
    Relation,
    deadlines_seen,
    reads_file,
    reads_note,
    reads_review,
    relations,
    seen,
    sees,
)
from protocol.case import Case
from protocol.keeping import Part
from tests.protocol import access_scenes as at
from tests.protocol import stories as s
from tests.protocol.seen import EVERYBODY, SEEN, TASK, VIEWS
from tests.protocol.telling import actor, organisation, person, staff

OBSERVERS = [
    m.Actor(role=role, organisation="gemeente", user="o") for role in (v.Role.ADMIN, v.Role.PRIVACY, v.Role.OPS)
]


def case_of(scene: str) -> Case:
    """How the case stands in a scene."""
    return at.stage(SEEN[scene][0]).state


@pytest.mark.parametrize("scene", SEEN)
def test_everybody_sees_what_the_table_says(scene: str) -> None:
    """Every organisation sees exactly the fields of its kind of reader, and who is not named sees nothing."""
    case, who = case_of(scene), SEEN[scene][1]
    for letter, name in EVERYBODY.items():
        expected = VIEWS[who.get(letter, "nothing")]
        assert expected == seen(case, staff(name)), letter
        assert bool(expected) == sees(case, staff(name)), letter
        assert ("people" in expected) == reads_file(case, staff(name)), letter


@pytest.mark.parametrize("scene", SEEN)
def test_people_see_their_own_and_observers_no_people(scene: str) -> None:
    """A person of the case sees what waits for them; who keeps the system sees how it stands, and nobody's data."""
    case = case_of(scene)
    for who in ("pupil", "guardian-1"):
        assert VIEWS["person"] == seen(case, person(who))
    for observer in OBSERVERS:
        assert VIEWS["observer"] == seen(case, observer)
    assert not seen(case, person("guardian-9"))


@pytest.mark.parametrize("role", ["partner", "zvh", "cjg", "agency"])
@pytest.mark.parametrize("scene", ["parent_talk", "partners", "closed"])
def test_the_school_in_another_role_sees_nothing(scene: str, role: str) -> None:
    """It is the organisation in its own role that has a place in the case."""
    who = m.Actor(role=v.Role(role), organisation="school-de-meent", user="anna")
    assert not seen(case_of(scene), who)


def test_before_cover_only_the_task_is_seen() -> None:
    """Part 2.4: number, step, kind, deadlines and whom to call; and that there is acute danger, of which all are warned."""
    assert {*TASK.split()} == VIEWS["task"]
    assert {"number", "step", "kind", "deadlines", "call", "safety"} == VIEWS["task"]


def test_the_table_knows_every_field() -> None:
    """No field is seen by nobody, and none is unknown."""
    assert set().union(*VIEWS.values()) == set(Field)


def test_a_person_sees_only_their_own_deadline() -> None:
    """Of all clocks that run a parent sees the one that waits for them."""
    case = s.talked().must(s.ask(), "school-de-meent").state
    assert {"guardian-1"} == {deadline.subject for deadline in deadlines_seen(case, person("guardian-1"))}
    assert case.deadlines == deadlines_seen(case, staff("school-de-meent"))
    assert () == deadlines_seen(case, staff("cjg"))


SCHOOL, COORDINATOR, ZVH = Part
NOTES: dict[str, tuple[Filed, str]] = {
    "the school's": (Filed(SCHOOL, staff("school-de-meent"), "open_case"), "S C Z"),
    "the coordinator's": (Filed(COORDINATOR, staff("cjg"), "set_severity"), "C Z"),
    "a weighing": (Filed(COORDINATOR, staff("cjg"), "record_legal_basis"), "C Z"),
    "a question to partners": (Filed(COORDINATOR, staff("cjg"), "engage_partners"), "C Z P"),
    "an invitation": (Filed(COORDINATOR, staff("cjg"), "plan_network_meeting"), "C Z P"),
    "a meeting that is off": (Filed(COORDINATOR, staff("cjg"), "cancel_network_meeting"), "C Z P"),
    "the ZVH's minutes": (Filed(ZVH, staff("zvh"), "record_network_meeting"), "C Z P"),
    "why a report came back": (Filed(COORDINATOR, staff("cjg"), "return_report"), "S C Z"),
    "that a report was taken": (Filed(COORDINATOR, staff("cjg"), "accept_report"), "S C Z"),
    "why it ends": (Filed(COORDINATOR, staff("cjg"), "end_case"), "S C Z"),
    "why it is handed over": (Filed(COORDINATOR, staff("cjg"), "de_escalate"), "S C Z"),
    "advice": (Filed(ZVH, staff("zvh"), "decline_escalation"), "S C Z"),
    "the ZVH's": (Filed(ZVH, staff("zvh"), "set_severity"), "C Z"),
    "why the ZVH steps back": (Filed(ZVH, staff("zvh"), "de_escalate"), "C Z"),
    "this partner's": (Filed(COORDINATOR, staff("ggd"), "complete_action"), "C Z P"),
    "another partner's": (Filed(COORDINATOR, staff("wijkagent"), "complete_action"), "C Z"),
    "another partner's answer": (Filed(COORDINATOR, staff("veilig-thuis"), "answer_partner_request"), "C Z"),
    "a parent's": (Filed(COORDINATOR, person("guardian-1"), "ask_to_talk"), "C Z"),
}
"""Who opens which note while everybody is covered and has a place: the school, the CJG that coordinates, a ZVH, the GGD."""


@pytest.mark.parametrize("which", NOTES)
def test_who_opens_which_note(which: str) -> None:
    """The school opens what it brought in and what is told back to it, a partner what is shared and what it wrote."""
    note, readers = NOTES[which]
    case = case_of("coordination, ZVH asked")
    for letter in "SCZPWXA":
        assert (letter in readers.split()) == reads_note(case, actor(EVERYBODY[letter]), note), letter
    assert not any(reads_note(case, observer, note) for observer in OBSERVERS)
    assert not reads_note(case, person("guardian-1"), note)


def test_an_agency_that_takes_part_writes_as_a_partner() -> None:
    """What Veilig Thuis writes as a partner stays from another agency that is asked to coordinate; the CJG's does not."""
    telling = s.at_partners().must(m.EngagePartners(partners=(at.VEILIG_THUIS,)), "cjg")
    telling.must(s.basis("jeugdbescherming"), "cjg")
    telling.must(m.ForwardCase(to=organisation("jeugdbescherming")), "cjg")
    case, other = telling.state, staff("jeugdbescherming")
    assert not reads_note(case, other, Filed(COORDINATOR, staff("veilig-thuis"), "declare_acute"))
    assert reads_note(case, other, Filed(COORDINATOR, staff("cjg"), "declare_acute"))


AS_PARTNERS = {
    ("ggd", v.Role.PARTNER): True,
    ("veilig-thuis", v.Role.AGENCY): True,
    ("veilig-thuis", v.Role.PARTNER): True,
    ("zvh", v.Role.ZVH): True,
    ("zvh", v.Role.PARTNER): True,
    ("ggd", v.Role.SCHOOL): False,
    ("veilig-thuis", v.Role.SCHOOL): False,
}


def test_every_kind_of_partner_takes_part_as_itself() -> None:
    """Under its own role or a partner's, in an organisation that was asked; nobody gets in as a school."""
    asked = [organisation(name) for name in ("veilig-thuis", "zvh")]
    telling = s.at_partners().must(s.basis("ggd", "veilig-thuis", "zvh"), "cjg")
    case = telling.must(m.EngagePartners(partners=(*asked, organisation("ggd"))), "cjg").state
    actors = {(name, role): m.Actor(role=role, organisation=name, user="anna") for name, role in AS_PARTNERS}

    assert AS_PARTNERS == {place: Relation.PARTNER in relations(case, who) for place, who in actors.items()}


def test_what_is_taken_away_is_gone_at_once() -> None:
    """A withdrawal, the end of a partnership and a hand-over each take effect with the next look."""
    telling, ggd, own = s.engaged(), staff("ggd"), Filed(COORDINATOR, staff("ggd"), "complete_action")
    assert reads_note(telling.state, ggd, own)
    at.withdrawn(telling)
    assert VIEWS["task"] == seen(telling.state, ggd)
    assert not reads_note(telling.state, ggd, own)
    telling.must(m.FinishPartner(partner=organisation("ggd")), "cjg")
    assert not seen(telling.state, ggd)
    handed = s.at_hand_over()
    assert VIEWS["coordinator"] == seen(handed.state, staff("cjg"))
    handed.must(m.ConfirmHandOver(), "school-de-meent")
    assert not seen(handed.state, staff("cjg"))


def test_a_proposal_is_read_like_a_note_of_ones_own() -> None:
    """With cover, or in an emergency; it closes with a withdrawal. The school always reads its own; nobody reads others'."""
    telling, zvh = at.zvh_directs(at.asked_zvh("partners")), staff("zvh")
    assert reads_review(telling.state, zvh, m.EndCase, asked_covered=True)
    at.withdrawn(telling)
    for covered in (True, False):
        assert not reads_review(telling.state, zvh, m.EndCase, asked_covered=covered)
    assert reads_review(telling.state, zvh, m.EndCase, asked_covered=True, emergency=True)
    assert reads_review(telling.state, staff("school-de-meent"), m.RecordLegalBasis, asked_covered=True)


def test_a_legal_basis_is_weighed_before_there_is_cover() -> None:
    """Who coordinates without cover reads a legal basis that was asked without it, and nothing else."""
    case, cjg = s.at_bare_partners().state, staff("cjg")
    read = {
        (message, covered)
        for message in (m.RecordLegalBasis, m.EndCase)
        for covered in (True, False)
        if reads_review(case, cjg, message, asked_covered=covered)
    }
    assert {(m.RecordLegalBasis, False)} == read
    assert not reads_review(case, staff("jeugdbescherming"), m.RecordLegalBasis, asked_covered=False)
