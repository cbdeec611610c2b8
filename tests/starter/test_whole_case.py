"""A whole escalated case of the page, through the front door, and all of it told twice."""

from __future__ import annotations

import json
from datetime import timedelta

from pydantic import JsonValue

from protocol.vocabulary import EscalationStatus, OutcomeKind, Step
from starter.clock import forward
from starter.standing import find
from tests.starter.stack import CJG, GGD, SCHOOL, ZVH, Stack, Words, actor

Line = tuple[str, str, dict[str, JsonValue], str | None]

AT_SCHOOL: list[Line] = [
    (SCHOOL, "record-pupil-talk", {"held_by": ["mentor"]}, None),
    (SCHOOL, "record-police-contact", {"contact": "anonymous_consult"}, None),
    (
        SCHOOL,
        "record-parent-talk",
        {"existing_care": False, "postponed_for_safety": False, "pupil_present": True},
        None,
    ),
    (SCHOOL, "request-consent", {"persons": ["pupil", "guardian-1"], "parties": ["cjg", "ggd", "zvh"]}, None),
    ("person:pupil", "answer-consent", {"person": "pupil", "answer": "granted", "channel": "link"}, None),
]
ESCALATED: list[Line] = [
    (SCHOOL, "answer-consent", {"person": "guardian-1", "answer": "granted", "channel": "paper"}, "getekend"),
    (CJG, "accept-report", {}, None),
    (ZVH, "accept-escalation", {}, None),
    (ZVH, "set-severity", {"severity": "high"}, None),
    (CJG, "engage-partners", {"partners": ["ggd"]}, None),
    (GGD, "answer-partner-request", {"answer": "accept"}, None),
    (ZVH, "decide-network-meeting", {"needed": False}, None),
    (CJG, "record-evaluation", {"next": "coordination"}, None),
    (ZVH, "de-escalate", {"reason": "fewer_partners_needed"}, "de helft kan zonder"),
    (CJG, "de-escalate", {"reason": "goal_reached"}, "het gaat goed"),
    (SCHOOL, "confirm-hand-over", {}, None),
]


def words(lines: list[Line], part: str) -> list[Words]:
    """What is said, each under an id of its own."""
    return [
        Words(name, fields, actor(who), note, f"{part}-{number}")
        for number, (who, name, fields, note) in enumerate(lines)
    ]


async def journal(stack: Stack, case: str) -> list[str]:
    """Everything that is written about a case."""
    return [row.model_dump_json() for row in await stack.store.journal(case)]


async def test_a_silent_parent_escalates_a_case_that_comes_back_to_the_school(stack: Stack) -> None:
    """Asked, silent, escalated by itself, directed, de-escalated twice, returned; told again nothing changes."""
    case = await stack.open()
    said = [*words(AT_SCHOOL, "school"), *words(ESCALATED, "escalated")]
    answers = [await stack.client.tell(case, *told) for told in said[: len(AT_SCHOOL)]]
    for days in (8, 4):
        await forward(stack.temporal, stack.store, case, timedelta(days=days))
    waiting = await find(stack.store, case)
    assert waiting is not None
    assert (Step.REPORT, EscalationStatus.REQUESTED) == (waiting.case.step, waiting.case.escalation.status)
    answers += [await stack.client.tell(case, *told) for told in said[len(AT_SCHOOL) :]]
    written = await journal(stack, case)
    assert answers == [await stack.client.tell(case, *told) for told in said]
    assert written == await journal(stack, case)
    shown = json.loads((await stack.run("case", "show", case, "--as", SCHOOL, "--json")).out)
    assert ("closed", "school-de-meent") == (shown["status"], shown["fileHolder"])
    assert {"kind": OutcomeKind.RETURNED, "reason": "goal_reached"} == shown["outcome"]
    assert await stack.store.verify() == ()
