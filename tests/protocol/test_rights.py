"""Who may ask for what, by when it is answered, what stands in the way, and what an objection stops."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import reduce
from itertools import product

import pytest

from protocol import events as e
from protocol import messages as m
from protocol import vocabulary as v
from protocol.access import readers
from protocol.case import Case
from protocol.evolve import evolve
from protocol.messages import Actor, Guardian
from protocol.rights import (
    GROUNDS,
    RefusalGround,
    RequestState,
    Right,
    answer_by,
    blocked_by_objection,
    can_have_come_in,
    concerns,
    handles_requests,
    hands_out,
    in_the_way,
    kept_back,
    may_ask,
    reads_for_request,
)
from tests.protocol import access_scenes as at
from tests.protocol import seen, told
from tests.protocol import stories as s
from tests.protocol.samples import samples
from tests.protocol.telling import DIRECTORY, actor, organisations, recorded

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
    "record_legal_basis", "decide_report", "forward_case", "accept_forward", "engage_partners", "answer_partner_request",
    "change_school", "plan_network_meeting", "escalate", "report_non_cooperation", "accept_escalation",
}  # fmt: skip
"""Told as in the samples: a partner that accepts, a report that is needed, a legal basis that is no acute danger."""
GOES_ON = (
    m.DecideReport(needed=False),
    m.AnswerPartnerRequest(answer=v.PartnerAnswer.DECLINE),
    m.RecordLegalBasis(basis=v.LegalBasis.ACUTE_DANGER, parties=organisations("cjg"), second_reviewer="bert"),
    m.SetGuardians(guardians=()),
)
"""Messages of the same names, or close to them, by which nobody gets to read anything."""
READ_ALL_THE_SAME = {"answer_consent", "accept_report"}
"""People consent themselves; and who accepts a report reads it already (what was filed before comes with it)."""
ONE_PARENT = m.SetGuardians(guardians=(Guardian(person="guardian-1", custody=True),))


@pytest.mark.parametrize(("requester", "subject"), WHO_MAY_ASK)
def test_who_may_ask_for_whom(requester: str, subject: str) -> None:
    """From 12 the pupil, until 16 a parent with custody too, everybody for themselves, nobody for another adult."""
    allowed = {age.value for age in v.AgeBand if may_ask(CASE, requester, subject, age)}

    assert WHO_MAY_ASK[requester, subject] == allowed


def test_the_answer_is_due_in_a_month_or_in_three() -> None:
    """AVG 12 lid 3; on the last day of a shorter month."""
    assert date(2027, 2, 28) == answer_by(date(2027, 1, 31))
    assert date(2027, 4, 30) == answer_by(date(2027, 1, 31), extended=True)


def test_a_request_came_in_within_the_past_year() -> None:
    """On the first and on the last day of it, too: a day longer ago is one that was mistyped."""
    today = date(2027, 3, 15)

    assert [True, True] == [can_have_come_in(day, today) for day in (date(2026, 3, 15), today)]
    assert [False, False] == [can_have_come_in(day, today) for day in (date(2026, 3, 14), date(2027, 3, 16))]


def test_an_overview_is_made_only_where_it_can_be_granted() -> None:
    """By the privacy officer, for access that is asked or granted, and by nobody for who may not ask it."""
    officer, other = Actor(role=v.Role.PRIVACY), Actor(role=v.Role.ADMIN)
    made = {(right, state) for right, state in product(Right, RequestState) if hands_out(officer, right, state, None)}

    assert {(Right.ACCESS, RequestState.OPEN), (Right.ACCESS, RequestState.GRANTED)} == made
    assert not any(hands_out(officer, Right.ACCESS, state, RefusalGround.NOT_ENTITLED) for state in RequestState)
    assert not hands_out(other, Right.ACCESS, RequestState.OPEN, None)


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


G = RefusalGround
REFUSED_BY = {
    Right.ACCESS: {G.NOT_ENTITLED, G.OTHERS_INTEREST, G.UNFOUNDED},
    Right.CORRECTION: {G.NOT_ENTITLED, G.NOT_WRONG, G.UNFOUNDED},
    Right.OBJECTION: {G.NOT_ENTITLED, G.COMPELLING, G.LEGAL_CLAIM, G.UNFOUNDED},
    Right.ERASURE: {G.NOT_ENTITLED, G.CASE_OPEN, G.RETENTION_DUTY, G.OTHERS_INTEREST, G.LEGAL_CLAIM, G.UNFOUNDED},
}
"""By hand from AVG 12, 15 lid 4, 16, 17 lid 3, 21 lid 1 and Jeugdwet 7.3.4, 7.3.5, 7.3.9, 7.3.10."""


@pytest.mark.parametrize("right", list(Right))
def test_by_what_each_right_can_be_refused(right: Right) -> None:
    """Each ground once, and no other: what is refused without a ground in law is a right taken away."""
    assert sorted(REFUSED_BY[right]) == sorted(GROUNDS[right])


def test_a_held_case_is_not_erased() -> None:
    """A criminal case may need it; who asks for something else gets it all the same."""
    held = {right: in_the_way(right, entitled=True, case_open=False, duty=False, held=True) for right in Right}

    assert {Right.ERASURE: G.LEGAL_CLAIM} == {right: ground for right, ground in held.items() if ground}


def test_what_a_child_told_is_kept_back_from_who_asks_for_it() -> None:
    """The parent may be who the child is kept safe from; who asks for themselves gets it."""
    assert kept_back("guardian-1", "pupil")
    assert not kept_back("pupil", "pupil")


def test_an_objection_stops_sharing_and_nothing_else() -> None:
    """Written down by hand: everything by which somebody else gets to read the file."""
    stopped = {name for name, message in samples(s.talked()).items() if blocked_by_objection(CASE, message)}

    assert SHARING == stopped
    assert not any(blocked_by_objection(CASE, message) for message in GOES_ON)


def test_an_objection_stops_nothing_in_acute_danger() -> None:
    """Help does not wait."""
    acute = CASE.model_copy(update={"safety": v.Safety.ACUTE})

    assert not any(blocked_by_objection(acute, message) for message in samples(s.talked()).values())


def test_an_objection_keeps_a_parent_from_being_left_out() -> None:
    """Who did not consent stays asked where the others' consent would do without them; a new address is no matter."""
    asked = s.talked().must(s.ask(), "school-de-meent").must(s.answer("pupil"), "pupil")
    waiting = asked.must(s.answer("guardian-1"), "guardian-1").state
    as_they_are = m.SetGuardians(guardians=waiting.guardians)

    assert blocked_by_objection(waiting, ONE_PARENT)
    assert not blocked_by_objection(waiting, as_they_are)
    assert not blocked_by_objection(s.consented().state, ONE_PARENT)


def widened(before: Case, after: Case) -> bool:
    """Whether somebody reads more than they did, who needs no emergency for it."""
    had = readers(before)
    return any(set(now) - set(had.get(who, ())) for who, now in readers(after).items() if not who.startswith("emerg"))


def test_all_by_which_somebody_gets_to_read_waits_for_the_decision() -> None:
    """In every scene, whatever can be told there by whoever may: who reads more afterwards got it by what stops."""
    missed = set()
    for make in (*told.SCENES.values(), *(make for make, _ in seen.SEEN.values())):
        telling = at.stage(make)
        for name, message in (*samples(telling).items(), ("set_guardians", ONE_PARENT)):
            if blocked_by_objection(telling.state, message):
                continue
            for who in (*DIRECTORY, *telling.state.persons):
                events = telling.decide(message, actor(who), note=True)
                if not isinstance(events, str):
                    turn = recorded(telling.state, events, actor(who), telling.now)
                    missed |= {name} if widened(telling.state, reduce(evolve, turn, telling.state)) else set()
                    break

    assert READ_ALL_THE_SAME - {"answer_consent"} <= missed <= READ_ALL_THE_SAME


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
