"""Every message at every point of the page by everybody (part 2.3): the table of who may, and when."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from protocol import messages as m
from protocol import vocabulary as v
from protocol.access import allowed
from protocol.messages import name_of
from tests.protocol import stories as s
from tests.protocol.samples import samples
from tests.protocol.telling import POLICY, Telling, actor, organisation, staff

VEILIG_THUIS = organisation("veilig-thuis")
SCENES: dict[str, Callable[[], Telling]] = {
    "signal": s.at_signal,
    "pupil_talk": s.at_pupil_talk,
    "parent_talk": s.talked,
    "report": s.at_report,
    "partners": s.engaged,
    "network_meeting": s.planned,
    "coordination": s.at_coordination,
    "hand_over": s.at_hand_over,
    "closed": s.closed,
    "report, ZVH directs": lambda: s.escalated_at_school().must(m.AcceptEscalation(), "zvh"),
    "partners, ZVH directs": lambda: zvh_directs(s.engaged()),
    "network_meeting, ZVH directs": lambda: zvh_directs(s.planned()),
    "coordination, ZVH directs": lambda: zvh_directs(s.at_coordination()),
    "report, forwarded": s.forwarded_in_report,
    "partners, forwarded": lambda: s.engaged().must(m.ForwardCase(to=VEILIG_THUIS), "cjg"),
}
EVERYBODY = {
    "S": "school-de-meent",
    "C": "cjg",
    "Z": "zvh",
    "A": "veilig-thuis",
    "P": "ggd",
    "H": "pupil",
    "G": "guardian-1",
    "X": "school-het-kompas",
}


def zvh_directs(telling: Telling) -> Telling:
    """The CJG asks for direction and gets rid of it."""
    return telling.must(s.escalate(), "cjg").must(m.AcceptEscalation(), "zvh")


# S school, C the CJG (it coordinates from partners on), Z ZVH, A Veilig Thuis, P a partner, H pupil, G guardian.
#                        |at school       |coordinated               |      |the ZVH directs       |forwarded
#                        |sign pupi pare  |repo part netw coor  hand  closed|repo part netw coor   |repo part
TABLE = """
add_signal                S    S    S      S    SC   SC   SC    .     .     S    SC   SC   SC      S    SC
set_guardians             S    S    S      S    SC   SC   SC    .     .     S    SC   SC   SC      S    SC
change_school             S    S    S      S    SC   SC   SC    .     .     S    SC   SC   SC      S    SC
record_police_contact     S    S    S      S    SC   SC   SC    SC    .     S    SC   SC   SC      S    SC
plan_pupil_talk           S    .    .      .    .    .    .     .     .     .    .    .    .       .    .
record_pupil_talk         S    S    .      .    .    .    .     .     .     .    .    .    .       .    .
record_parent_talk        .    .    S      S    C    C    C     .     .     S    C    C    C       S    C
request_consent           .    .    S      S    C    C    C     .     .     S    C    C    C       S    C
answer_consent            SHG  SHG  SHG    SHG  SCHG SCHG SCHG  SCHG  .     SHG  SCHG SCHG SCHG    SHG  SCHG
ask_to_talk               HG   HG   HG     HG   HG   HG   HG    HG    .     HG   HG   HG   HG      HG   HG
withdraw_consent          SHG  SHG  SHG    SHG  SCHG SCHG SCHG  SCHG  SHG   SHG  SCHG SCHG SCHG    SHG  SCHG
record_legal_basis        S    S    S      S    SC   SC   SC    SC    .     S    SC   SC   SC      S    SC
decide_report             .    .    S      .    .    .    .     .     .     .    .    .    .       .    .
accept_report             .    .    .      C    .    .    .     .     .     C    .    .    .       C    .
return_report             .    .    .      C    .    .    .     .     .     C    .    .    .       C    .
forward_case              .    .    .      C    C    .    C     .     .     C    C    .    C       C    C
accept_forward            .    .    .      .    .    .    .     .     .     .    .    .    .       A    A
decline_forward           .    .    .      .    .    .    .     .     .     .    .    .    .       A    A
withdraw_forward          .    .    .      .    .    .    .     .     .     .    .    .    .       C    C
set_severity              .    .    .      .    C    C    C     .     .     .    CZ   CZ   CZ      .    C
engage_partners           .    .    .      .    C    C    C     .     .     .    CZ   CZ   CZ      .    C
answer_partner_request    .    .    .      .    P    P    P     .     .     .    P    P    P       .    P
finish_partner            S    S    S      S    CP   CP   CP    CP    .     S    CP   CP   CP      S    CP
decide_network_meeting    .    .    .      .    C    .    C     .     .     .    CZ   .    CZ      .    C
plan_network_meeting      .    .    .      .    .    C    .     .     .     .    .    CZ   .       .    .
cancel_network_meeting    .    .    .      .    .    C    .     .     .     .    .    CZ   .       .    .
record_network_meeting    .    .    .      .    .    C    .     .     .     .    .    CZ   .       .    .
record_evaluation         .    .    .      .    .    .    C     .     .     .    .    .    CZ      .    .
escalate                  S    S    S      SC   SC   SC   SC    .     .     SC   SC   SC   SC      SC   SC
report_non_cooperation    S    S    S      S    C    C    C     .     .     S    C    C    C       S    C
withdraw_escalation       .    .    .      S    C    C    C     .     .     S    C    C    C       S    C
accept_escalation         .    .    .      .    .    .    .     .     .     Z    Z    Z    Z       .    .
decline_escalation        .    .    .      .    .    .    .     .     .     Z    Z    Z    Z       .    .
de_escalate               .    .    .      .    C    C    C     .     .     Z    Z    Z    Z       .    C
confirm_hand_over         .    .    .      .    .    .    .     S     .     .    .    .    .       .    .
return_hand_over          .    .    .      .    .    .    .     S     .     .    .    .    .       .    .
resume_coordination       .    .    .      .    .    .    .     C     .     .    .    .    .       .    .
close_unconfirmed         .    .    .      .    .    .    .     C     .     .    .    .    .       .    .
end_case                  .    .    .      S    C    C    C     .     .     Z    Z    Z    Z       S    C
declare_acute             SHG  SHG  SHG    SCHG SCPHG SCPHG SCPHG SCPHG .   SCZHG SCZPHG SCZPHG SCZPHG SCAHG SCAPHG
clear_acute               S    S    S      S    C    C    C     C     .     SZ   CZ   CZ   CZ      S    C
cancel_case               S    S    .      .    .    .    .     .     .     .    .    .    .       .    .
"""
MAY = {
    row.split()[0]: dict(zip(SCENES, (set(cell) - {"."} for cell in row.split()[1:]), strict=True))
    for row in TABLE.strip().splitlines()
}
ELSEWHERE = {"complete_action", "extend_deadline"}
"""Who may tell these depends on who owns the action or the deadline; they have tests of their own."""

NOT_NOW = {"not_allowed", "wrong_step"}
CELLS = [pytest.param(name, scene, id=f"{name}-{scene}") for name in MAY for scene in SCENES]
STAGE: dict[str, Telling] = {}


def stage(scene: str) -> Telling:
    """A scene, made once: nothing here changes it."""
    if scene not in STAGE:
        STAGE[scene] = SCENES[scene]()
    return STAGE[scene]


def verdict(scene: str, name: str, letter: str) -> str:
    """The refusal's code, or nothing."""
    telling = stage(scene)
    code = telling.decide(samples(telling)[name], actor(EVERYBODY[letter]), note=True)
    return code if isinstance(code, str) else ""


def test_the_table_has_every_message_that_people_tell() -> None:
    """No message is forgotten, and none is in the table that does not exist."""
    assert set(MAY) | ELSEWHERE == {name_of(kind) for kind in m.TOLD_BY_PEOPLE}


@pytest.mark.parametrize(("name", "scene"), CELLS)
def test_who_may_tell_it_here(name: str, scene: str) -> None:
    """Those in the cell get past who and when; those in the case do not; to all others the case does not exist."""
    inside = MAY["declare_acute"][scene] or set("SHG")
    for letter in EVERYBODY:
        code = verdict(scene, name, letter)
        if letter in MAY[name][scene]:
            assert code not in {*NOT_NOW, "unknown_case", "case_closed"}, letter
        elif letter not in inside:
            assert code == "unknown_case", letter
        elif scene == "closed":
            assert code == "case_closed", letter
        else:
            assert code in NOT_NOW, letter


@pytest.mark.parametrize("scene", SCENES)
def test_what_is_offered_is_what_is_allowed(scene: str) -> None:
    """Pages offer nothing that the table forbids, and everything that would be accepted as it stands."""
    telling = stage(scene)
    for letter, who in EVERYBODY.items():
        offered = set(allowed(telling.state, actor(who), telling.now, POLICY))
        assert offered - ELSEWHERE <= {name for name in MAY if letter in MAY[name][scene]}, letter
        accepted = {name for name in MAY if not verdict(scene, name, letter)}
        assert accepted <= offered, letter


NEVER = ("admin", "privacy", "ops")


@pytest.mark.parametrize("scene", SCENES)
def test_roles_that_only_look_tell_nothing(scene: str) -> None:
    """Administrators, the privacy officer and operations may tell a case nothing at all."""
    telling = stage(scene)
    for role in NEVER:
        who = m.Actor.model_validate({"role": role, "user": "anna"})
        assert allowed(telling.state, who, telling.now, POLICY) == ()
        for name, message in samples(telling).items():
            assert isinstance(telling.decide(message, who, note=True), str), (role, name)


PRETENDERS = [("cjg", "school-de-meent"), ("partner", "school-de-meent"), ("zvh", "cjg")]


@pytest.mark.parametrize(("role", "organisation"), PRETENDERS)
def test_a_role_that_is_not_the_organisations_sees_no_case(role: str, organisation: str) -> None:
    """Who acts for an organisation in another role than it has is nobody to the case."""
    telling = stage("partners")
    who = m.Actor.model_validate({"role": role, "organisation": organisation, "user": "anna"})
    for name, message in samples(telling).items():
        assert telling.decide(message, who, note=True) == "unknown_case", name


@pytest.mark.parametrize("name", sorted(MAY))
def test_a_needed_note_is_the_last_thing_that_is_asked_for(name: str) -> None:
    """Where a message is accepted with its note, it is refused without, and only where the row says so."""
    needs = name in NOTED
    for scene in SCENES:
        for letter in MAY[name][scene]:
            telling = stage(scene)
            message, who = samples(telling)[name], actor(EVERYBODY[letter])
            if not isinstance(telling.decide(message, who, note=True), str):
                without = telling.decide(message, who, note=False)
                assert (without == "note_missing") == needs, (scene, letter)


NOTED = {
    "record_legal_basis",
    "return_report",
    "decline_forward",
    "plan_network_meeting",
    "cancel_network_meeting",
    "record_network_meeting",
    "escalate",
    "report_non_cooperation",
    "withdraw_escalation",
    "decline_escalation",
    "de_escalate",
    "return_hand_over",
    "resume_coordination",
    "end_case",
    "extend_deadline",
}


def test_the_messages_say_themselves_whether_they_need_a_note() -> None:
    """The ✎ of each row stands with the message as well, for the forms."""
    assert {name_of(kind) for kind in m.TOLD_BY_PEOPLE if kind.NOTE} == NOTED


def test_an_action_is_completed_by_its_owner_the_coordinator_or_the_director() -> None:
    """The GGD and the guardian own one each; others in the case do not touch them."""
    telling = s.agreed()
    first, second = m.CompleteAction(action="action-1"), m.CompleteAction(action="action-2")
    assert telling.tell(first, "guardian-1") in {"no_open_action", "not_allowed"}
    assert telling.tell(first, "school-de-meent") == "not_allowed"
    telling.must(first, "ggd")
    assert telling.tell(first, "cjg") == "no_open_action"
    telling.must(second, "guardian-1")
    for who in ("cjg", "zvh"):
        zvh_directs(s.agreed()).must(second, who)


def test_a_deadline_is_extended_by_its_owners_organisation_or_the_director() -> None:
    """The school's hand-over: by the school or the coordinator, who directs; by nobody else."""
    for who, code in {"school-de-meent": None, "cjg": None, "ggd": "not_allowed", "pupil": "not_allowed"}.items():
        telling = s.at_hand_over()
        extend = m.ExtendDeadline(task=telling.state.deadlines[0].task, until=s.later(telling, 9))
        found = telling.tell(extend, who)
        assert found == code or (code and found in {code, "no_such_deadline"}), who


def test_a_person_answers_for_nobody_else() -> None:
    """A guardian with the link can answer and withdraw for themself alone."""
    telling = s.talked().must(s.ask(), "school-de-meent")
    assert telling.tell(s.answer("pupil"), "guardian-1") == "not_your_answer"
    telling.must(s.answer("pupil"), "pupil").must(s.answer("guardian-1"), "guardian-1")
    assert telling.tell(m.WithdrawConsent(person="pupil"), "guardian-1") == "not_your_answer"


def test_another_user_of_the_same_organisation_is_as_good() -> None:
    """It is the organisation that acts; its staff change."""
    telling = s.at_signal()
    telling.must(m.RecordPupilTalk(held_by=(v.Talker.MENTOR,)), staff("school-de-meent", "carla"))
