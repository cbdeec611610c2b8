"""What the command line shows of a case: no more than the protocol's table of who sees what."""

from __future__ import annotations

import json

import pytest
from pydantic import JsonValue

from protocol.policy import Policy
from starter.view import view
from tests.protocol.seen import EVERYBODY, SEEN, VIEWS
from tests.protocol.telling import staff
from tests.starter.stack import CJG, SCHOOL, ZVH, Stack

ALWAYS = {"caseId", "status", "due", "allowed"}
FIELDS = {
    "step": {"step"},
    "kind": {"kinds"},
    "safety": {"safety"},
    "call": {"school"},
    "state": {
        "fileHolder", "coordinator", "processDirector", "school", "escalation", "forward", "consents", "legalBases",
        "policeContact", "severity", "talks", "partners", "meeting", "actions", "outcome",
    },
}  # fmt: skip
"""By hand: in which fields of ``case show`` each field of the table can be read."""

MAY_BE_EMPTY = {"severity", "outcome"}
"""Null as long as there is none."""


@pytest.mark.parametrize("scene", SEEN)
def test_case_show_has_what_the_reader_sees(scene: str) -> None:
    """Of each kind of reader exactly the fields that the table gives them are filled; the others are null."""
    make, who = SEEN[scene]
    telling = make()
    for letter, name in EVERYBODY.items():
        fields = VIEWS[who.get(letter, "nothing")]
        shown = json.loads(view(telling.state, staff(name), telling.now, Policy(region="demo")).model_dump_json())
        seen = ALWAYS.union(*(FIELDS.get(field, set()) for field in fields))
        filled = {field for field, value in shown.items() if value is not None}
        assert seen - MAY_BE_EMPTY <= filled <= seen, letter
        assert ("deadlines" in fields and bool(telling.state.deadlines)) == bool(shown["due"]), letter


async def without_cover(stack: Stack) -> str:
    """A case that was escalated without anybody's consent."""
    case = await stack.open()
    await stack.tell(case, "record_pupil_talk", SCHOOL, held_by=["mentor"])
    await stack.tell(case, "report_non_cooperation", SCHOOL, who="parent", note="De ouders werken niet mee.")
    return case


async def data(stack: Stack, *command: str) -> JsonValue:
    """What a command prints for programs."""
    ended = await stack.run(*command, "--json")
    assert (0, "") == (ended.code, ended.err)
    found: JsonValue = json.loads(ended.out)
    return found


async def test_the_list_says_of_a_case_no_more_than_its_page(stack: Stack) -> None:
    """An uncovered CJG finds number, step and deadline in its list, and not who coordinates; the school finds all."""
    case = await without_cover(stack)
    hidden = {"fileHolder", "coordinator", "processDirector", "escalation"}
    for acting_as, expected in ((CJG, hidden), (SCHOOL, set[str]())):
        rows = await data(stack, "case", "list", "--as", acting_as)
        (row,) = [row for row in rows if row["caseId"] == case]  # type: ignore[index,union-attr,call-overload]
        assert expected == {name for name in hidden if row[name] is None}  # type: ignore[index,call-overload]
        assert "report" == row["step"]  # type: ignore[index,call-overload]


@pytest.mark.parametrize("command", [("case", "journal"), ("notices",)])
async def test_the_journal_is_refused_without_cover(stack: Stack, command: tuple[str, ...]) -> None:
    """For the asked ZVH the case exists, and what happened in it is not for it to read; the school reads it."""
    case = await without_cover(stack)
    refused = await stack.run(*command, case, "--as", ZVH, "--json")
    assert (3, "not_allowed") == (refused.code, json.loads(refused.err)["code"])
    assert "" == refused.out
    assert await data(stack, *command, case, "--as", SCHOOL)


async def test_a_closed_case_is_in_nobodys_list_but_the_schools(stack: Stack) -> None:
    """Nobody is told by a list that a case exists which they cannot see."""
    case = await without_cover(stack)
    await stack.tell(case, "decline_escalation", ZVH, note="Geen taak voor ons.")
    await stack.tell(case, "accept_report", CJG)
    second = {"second_reviewer": "k.tweede"}
    await stack.tell(case, "record_legal_basis", CJG, basis="other", parties=["cjg"], note="Zes vragen.", **second)
    await stack.tell(case, "record_police_contact", CJG, contact="anonymous_consult")
    await stack.tell(case, "de_escalate", CJG, reason="goal_reached", note="Het gaat goed.")
    await stack.tell(case, "confirm_hand_over", SCHOOL)
    assert case not in json.dumps(await data(stack, "case", "list", "--as", CJG))
    assert case in json.dumps(await data(stack, "case", "list", "--as", SCHOOL))
