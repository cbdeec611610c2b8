"""Nobody can hold a case up for ever by saying nothing (invariant 9)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from protocol import messages as m
from tests.protocol import stories as s
from tests.protocol.silence import closable, everybody
from tests.protocol.telling import Telling

SCHOOL = "school-de-meent"


def from_sexting(story: Callable[[Telling], Telling]) -> Callable[[], Telling]:
    """The same point of the page in a case of sexting that the police do not know of."""
    return lambda: story(s.at_signal(s.SEXTING))


def directed_with_actions() -> Telling:
    """The ZVH directs while agreements are open."""
    return s.agreed().must(s.escalate(), "cjg").must(m.AcceptEscalation(), "zvh")


FROM_REPORT: dict[str, Callable[[], Telling]] = {
    name: story
    for name, story in s.STORIES.items()
    if story().state.step not in ("signal", "pupil_talk", "parent_talk", "closed")
}
HARDER: dict[str, Callable[[], Telling]] = {
    "sexting, report": from_sexting(s.at_report),
    "sexting, forwarded in report": from_sexting(s.forwarded_in_report),
    "sexting, escalated at school": from_sexting(s.escalated_at_school),
    "sexting, engaged": from_sexting(s.engaged),
    "sexting, escalated": from_sexting(s.escalated),
    "sexting, agency": from_sexting(s.at_agency),
    "sexting, ended": from_sexting(s.ended_hand_over),
    "directed, with open actions": directed_with_actions,
    "directed report": lambda: s.escalated_at_school().must(m.AcceptEscalation(), "zvh"),
    "directed and forwarded": lambda: s.forwarded().must(s.escalate(), "cjg").must(m.AcceptEscalation(), "zvh"),
}
POINTS = FROM_REPORT | HARDER


@pytest.mark.parametrize("point", sorted(POINTS))
def test_a_case_can_be_closed_without_any_one_party(point: str) -> None:
    """From every point from report on: school, CJG, agency, ZVH, partner, pupil or a parent may stay silent."""
    telling = POINTS[point]()
    for silent in everybody(telling.state):
        assert closable(telling.state, telling.now, silent), silent


@pytest.mark.parametrize("point", ["signal", "pupil_talk", "talked", "refused"])
def test_before_report_the_school_is_needed(point: str) -> None:
    """The other parties' silence does not hold a school up; this search can fail, so it proves something."""
    telling = s.STORIES[point]()
    assert not closable(telling.state, telling.now, SCHOOL) or point == "refused"


def test_a_school_that_said_no_more_after_a_refusal_is_not_needed() -> None:
    """The case escalates by itself, and the CJG and the ZVH go on."""
    telling = s.refused()
    assert closable(telling.state, telling.now, SCHOOL)
