"""What ``case show`` says."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from pydantic import JsonValue

from protocol.case import Case
from protocol.decide import take
from protocol.messages import Actor, Guardian, OpenCase, Told
from protocol.policy import Policy
from protocol.vocabulary import AgeBand, Role, Signal
from starter.fields import parse_message
from starter.view import view
from tests.starter.stack import ORGANISATIONS

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
POLICY = Policy(region="proefregio")
SCHOOL = Actor(role=Role.SCHOOL, organisation="school-de-meent", user="s-1")
OPS = Actor(role=Role.OPS)

AS_DOCUMENTED = {
    "caseId", "status", "step", "kinds", "fileHolder", "coordinator", "processDirector", "school", "escalation",
    "forward", "consents", "legalBases", "policeContact", "severity", "talks", "partners", "meeting", "actions",
    "due", "safety", "outcome", "allowed",
}  # fmt: skip


def opened(age: AgeBand = AgeBand.FROM_12) -> Case:
    """A case of a pupil with one parent who has custody, and one who has not."""
    guardians = (Guardian(person="guardian-1", custody=True), Guardian(person="guardian-2", custody=False))
    message = OpenCase(
        case="4c7h-93kt-wd2m", signals=(Signal.NUDE_PHOTOS,), age=age, guardians=guardians, staff_involved=False
    )
    return take(None, Told(id="1", digest="1", actor=SCHOOL, message=message), NOW, POLICY).case


def told(case: Case, name: str, fields: dict[str, JsonValue]) -> Case:
    """The case after a message of the school."""
    message = parse_message(name, fields, ORGANISATIONS)
    return take(case, Told(id=name, digest=name, actor=SCHOOL, message=message), NOW, POLICY).case


def shown(case: Case, actor: Actor = SCHOOL) -> dict[str, JsonValue]:
    """What a program reads of it."""
    found: dict[str, JsonValue] = json.loads(view(case, actor, NOW, POLICY).model_dump_json())
    return found


def consents(case: Case) -> set[tuple[JsonValue, ...]]:
    """Who stands how towards whom."""
    return {tuple(consent.values()) for consent in shown(case)["consents"]}  # type: ignore[union-attr]


def test_it_has_the_fields_that_scripts_rely_on() -> None:
    """The names are those of the documentation, no more and no less."""
    assert set(shown(opened())) == AS_DOCUMENTED


def test_everybody_stands_somewhere_towards_who_is_to_coordinate() -> None:
    """Before anything is asked it shows who will have to answer, by age."""
    young = {("pupil", "not_required", False), ("guardian-1", "not_asked", True), ("guardian-2", "not_required", False)}
    older = {("pupil", "not_asked", True), ("guardian-1", "not_required", False), ("guardian-2", "not_required", False)}
    for age, expected in ((AgeBand.UNDER_12, young), (AgeBand.FROM_16, older)):
        found = {(person, status, required) for person, _, status, required in consents(opened(age))}
        assert found == expected


def test_who_was_asked_shows_for_each_party() -> None:
    """Somebody who was asked though they need not answer stands as asked."""
    case = told(opened(), "record-pupil-talk", {"held_by": ["mentor"]})
    case = told(case, "request-consent", {"persons": ["guardian-2"], "parties": ["ggd"]})
    found = consents(case)
    assert ("guardian-2", "ggd", "requested", False) in found
    assert ("pupil", "ggd", "not_asked", True) in found
    assert ("guardian-1", "cjg", "not_asked", True) in found


def test_what_is_due_first_stands_first_with_its_owner() -> None:
    """Every clock that runs shows with whose turn it is."""
    case = told(opened(), "record-pupil-talk", {"held_by": ["mentor"]})
    due = view(case, SCHOOL, NOW, POLICY).due
    assert len(due) > 1
    assert list(due) == sorted(due, key=lambda each: each.at)
    expected = {"task": "police_contact", "owner": "school-de-meent", "at": "2026-11-24T23:00:00Z", "subject": None}
    assert expected == due[0].model_dump(mode="json")


def test_what_may_be_told_is_named_as_the_command_line_takes_it() -> None:
    """The school can go on, ops can do nothing, and nobody can when it is closed."""
    case = opened()
    assert "record-pupil-talk" in shown(case)["allowed"]  # type: ignore[operator]
    assert shown(case, OPS)["allowed"] == []
    closed = shown(told(case, "cancel-case", {"reason": "duplicate"}))
    assert closed["status"] == "closed"
    assert closed["outcome"] == {"kind": "cancelled", "reason": "duplicate"}
    assert closed["due"] == []
    assert shown(case)["outcome"] is None
