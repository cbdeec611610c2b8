"""Who may ask for what, by when it is answered, what stands in the way, and what an objection stops."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import product

import pytest

from protocol import events as e
from protocol import messages as m
from protocol import vocabulary as v
from protocol.case import Case
from protocol.messages import Actor, Guardian
from protocol.rights import (
    GROUNDS,
    RefusalGround,
    RequestState,
    Right,
    answer_by,
    blocked_by_objection,
    concerns,
    handles_requests,
    in_the_way,
    may_ask,
    reads_for_request,
)

CASE = Case(
    id="c", region="demo", number=1, at=datetime(2026, 11, 22, tzinfo=UTC), cjg="cjg", zvh="zvh",
    school="s", file_holder="s", coordinator="s", process_director="s", signals=(v.Signal.NUDE_PHOTOS,),
    age=v.AgeBand.FROM_12,
    guardians=(Guardian(person="guardian-1", custody=True), Guardian(person="guardian-2", custody=False)),
)  # fmt: skip

WHO_MAY_ASK = {
    # (who asks, about whom): the ages of the pupil at which they may
    ("pupil", "pupil"): {"from_12", "from_16", "from_18"},
    ("guardian-1", "pupil"): {"under_12", "from_12"},
    ("guardian-2", "pupil"): set(),
    ("guardian-1", "guardian-1"): {"under_12", "from_12", "from_16", "from_18"},
    ("guardian-2", "guardian-2"): {"under_12", "from_12", "from_16", "from_18"},
    ("guardian-1", "guardian-2"): set(),
    ("pupil", "guardian-1"): set(),
}
SHARING = {
    "decide_report", "forward_case", "accept_forward", "engage_partners", "plan_network_meeting", "escalate",
    "report_non_cooperation", "accept_escalation",
}  # fmt: skip


@pytest.mark.parametrize(("requester", "subject"), WHO_MAY_ASK)
def test_who_may_ask_for_whom(requester: str, subject: str) -> None:
    """From 12 the pupil, until 16 a parent with custody too, everybody for themselves, nobody for another adult."""
    allowed = {age.value for age in v.AgeBand if may_ask(CASE, requester, subject, age)}

    assert WHO_MAY_ASK[requester, subject] == allowed


def test_the_answer_is_due_in_a_month_or_in_three() -> None:
    """AVG 12 lid 3; on the last day of a shorter month."""
    assert date(2027, 2, 28) == answer_by(date(2027, 1, 31))
    assert date(2027, 4, 30) == answer_by(date(2027, 1, 31), extended=True)


@pytest.mark.parametrize("right", list(Right))
def test_only_erasure_waits_for_the_case_and_the_duty_to_keep(right: Right) -> None:
    """Who may not ask is refused whatever they ask for."""
    erasing = right is Right.ERASURE

    assert in_the_way(right, entitled=False, case_open=False, duty=False) is RefusalGround.NOT_ENTITLED
    assert in_the_way(right, entitled=True, case_open=False, duty=False) is None
    assert in_the_way(right, entitled=True, case_open=True, duty=True) is (RefusalGround.CASE_OPEN if erasing else None)
    assert in_the_way(right, entitled=True, case_open=False, duty=True) is (
        RefusalGround.RETENTION_DUTY if erasing else None
    )


def test_what_stands_in_the_way_is_a_ground_to_refuse_by() -> None:
    """The officer can always say why."""
    for right, entitled, case_open, duty in product(Right, (True, False), (True, False), (True, False)):
        ground = in_the_way(right, entitled=entitled, case_open=case_open, duty=duty)
        assert ground is None or ground in GROUNDS[right]


def test_an_objection_stops_sharing_and_nothing_else() -> None:
    """Written down by hand: everything by which somebody else gets to read the file."""
    stopped = {m.name_of(message) for message in m.TOLD_BY_PEOPLE if blocked_by_objection(CASE, message)}

    assert SHARING == stopped


def test_an_objection_stops_nothing_in_acute_danger() -> None:
    """Help does not wait."""
    acute = CASE.model_copy(update={"safety": v.Safety.ACUTE})

    assert not any(blocked_by_objection(acute, message) for message in m.TOLD_BY_PEOPLE)


@pytest.mark.parametrize("role", list(v.Role))
def test_the_privacy_officer_opens_a_file_only_for_a_request(role: v.Role) -> None:
    """While it is open, and to hand out what was granted; nobody else at all."""
    actor = Actor(role=role, organisation="x", user="s-1")
    officer = role is v.Role.PRIVACY
    opens = {
        (right, state) for right in Right for state in RequestState if reads_for_request(actor, right, state)
    }  # fmt: skip

    assert officer == handles_requests(actor)
    assert (
        {(right, RequestState.OPEN) for right in Right} | {(Right.ACCESS, RequestState.GRANTED)} if officer else set()
    ) == opens


def test_an_event_about_somebody_else_alone_is_left_out() -> None:
    """What a parent answered is theirs; what happened in the case is the pupil's."""
    pupil = e.ConsentAnswered(person="pupil", parties=("cjg",), answer=v.ConsentAnswer.GRANTED, channel=v.Channel.LINK)
    parent = e.ConsentAnswered(
        person="guardian-1", parties=("cjg",), answer=v.ConsentAnswer.REFUSED, channel=v.Channel.LINK
    )
    agreed = e.HandOverBegun(
        outcome=v.OutcomeKind.RETURNED, reason="goal_reached", parents=("guardian-1",), parents_excluded=False
    )
    failed = e.DeliveryFailed(notice="n", party="guardian-1", about="reminder", number=1, tell=("s",))
    events = (pupil, parent, agreed, failed)

    assert (True, False, True, False) == tuple(concerns(event, "pupil") for event in events)
    assert (False, True, False, True) == tuple(concerns(event, "guardian-1") for event in events)
    assert not any(concerns(event, "guardian-2") for event in events)
