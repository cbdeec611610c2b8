"""Who hears what (part 2.7, invariant 8): each notice once, to one party, with nothing personal in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from protocol import messages as m
from protocol import vocabulary as v
from protocol.notices import Notice
from protocol.notify import notices
from tests.protocol import stories as s
from tests.protocol.days import end_of, morning_of
from tests.protocol.telling import Telling, organisation, organisations

SCHOOL = "school-de-meent"
PARENTS = ("guardian-1", "guardian-2")


def of_turn(telling: Telling) -> tuple[Notice, ...]:
    """The notices of the last turn."""
    return notices(telling.before, telling.state, telling.turn)


def heard(telling: Telling) -> set[tuple[str, str]]:
    """Who heard what in the last turn."""
    return {(notice.party, notice.kind.value) for notice in of_turn(telling)}


CHANGED = (SCHOOL, "case_changed")
Row = tuple[Callable[[], Telling], m.Message, str, set[tuple[str, str]]]
TABLE: dict[str, Row] = {
    "a talk with the pupil": (s.at_signal, m.RecordPupilTalk(held_by=(v.Talker.MENTOR,)), SCHOOL, {CHANGED}),
    "a talk with the parents": (s.at_parent_talk, s.talk(), SCHOOL, set()),
    "asking consent": (s.talked, s.ask(PARENTS), SCHOOL, {(who, "consent_request") for who in PARENTS}),
    "an answer": (lambda: s.talked().must(s.ask(), SCHOOL), s.answer("pupil"), "pupil", {(SCHOOL, "answered")}),
    "an answer that the asker recorded": (
        lambda: s.talked().must(s.ask(), SCHOOL),
        s.answer("pupil", channel="paper"),
        SCHOOL,
        set(),
    ),
    "wanting to talk first": (
        lambda: s.talked().must(s.ask(), SCHOOL),
        m.AskToTalk(),
        "pupil",
        {(SCHOOL, "talk_asked_for")},
    ),
    "a report": (s.consented, m.DecideReport(needed=True), SCHOOL, {CHANGED, ("cjg", "report")}),
    "no report": (s.consented, m.DecideReport(needed=False), SCHOOL, {CHANGED}),
    "an accepted report": (s.at_report, m.AcceptReport(), "cjg", {CHANGED}),
    "a returned report": (s.at_report, m.ReturnReport(), "cjg", {CHANGED}),
    "forwarding": (
        s.at_partners,
        m.ForwardCase(to=organisation("veilig-thuis")),
        "cjg",
        {("veilig-thuis", "forward_request")},
    ),
    "an accepted forward": (s.forwarded, m.AcceptForward(), "veilig-thuis", {CHANGED, ("cjg", "answered")}),
    "an accepted forward while the ZVH directs": (
        lambda: s.escalated().must(m.ForwardCase(to=organisation("veilig-thuis")), "cjg"),
        m.AcceptForward(),
        "veilig-thuis",
        {CHANGED, ("cjg", "answered")},
    ),
    "a declined forward": (s.forwarded, m.DeclineForward(), "veilig-thuis", {("cjg", "answered")}),
    "a withdrawn forward": (s.forwarded, m.WithdrawForward(), "cjg", {("veilig-thuis", "request_ended")}),
    "weighing": (s.at_partners, m.SetSeverity(severity=v.Severity.LOW), "cjg", set()),
    "engaging partners": (
        s.at_partners,
        m.EngagePartners(partners=organisations("ggd", "wijkagent")),
        "cjg",
        {("ggd", "partner_request"), ("wijkagent", "partner_request")},
    ),
    "a partner's answer": (
        s.engaged,
        m.AnswerPartnerRequest(answer=v.PartnerAnswer.DECLINE),
        "wijkagent",
        {("cjg", "answered")},
    ),
    "a network meeting that is needed": (s.engaged, m.DecideNetworkMeeting(needed=True), "cjg", {CHANGED}),
    "a cancelled network meeting": (
        s.planned,
        m.CancelNetworkMeeting(),
        "cjg",
        {CHANGED, *((who, "meeting_cancelled") for who in ("cjg", "ggd", *PARENTS))},
    ),
    "a held network meeting": (s.planned, m.RecordNetworkMeeting(attendees=("guardian-1",)), "cjg", {CHANGED}),
    "an evaluation that goes on": (
        s.at_coordination,
        m.RecordEvaluation(next=v.NextStep.COORDINATION),
        "cjg",
        set(),
    ),
    "an evaluation that goes back": (
        s.at_coordination,
        m.RecordEvaluation(next=v.NextStep.PARTNERS),
        "cjg",
        {CHANGED},
    ),
    "escalating": (s.at_partners, s.escalate(), "cjg", {("zvh", "escalation_request")}),
    "escalating from school": (
        s.refused,
        s.escalate("no_consent"),
        SCHOOL,
        {CHANGED, ("zvh", "escalation_request"), ("cjg", "report")},
    ),
    "an accepted escalation": (
        s.asked_zvh,
        m.AcceptEscalation(),
        "zvh",
        {CHANGED, ("cjg", "case_changed")},
    ),
    "a declined escalation": (
        s.asked_zvh,
        m.DeclineEscalation(),
        "zvh",
        {("cjg", "answered"), (SCHOOL, "answered")},
    ),
    "a withdrawn escalation": (s.asked_zvh, m.WithdrawEscalation(), "cjg", {("zvh", "request_ended")}),
    "beginning the hand-over": (
        s.at_coordination,
        s.de_escalate(),
        "cjg",
        {CHANGED, (SCHOOL, "hand_over"), ("wijkagent", "request_ended"), *((who, "hand_over") for who in PARENTS)},
    ),
    "beginning it without the parents": (
        s.at_coordination,
        s.de_escalate(excluded=True),
        "cjg",
        {CHANGED, (SCHOOL, "hand_over"), ("wijkagent", "request_ended")},
    ),
    "a returned hand-over": (s.at_hand_over, m.ReturnHandOver(), SCHOOL, {CHANGED, ("cjg", "case_changed")}),
    "a resumed coordination": (s.at_hand_over, m.ResumeCoordination(), "cjg", {CHANGED}),
    "a confirmed hand-over": (
        s.at_hand_over,
        m.ConfirmHandOver(),
        SCHOOL,
        {CHANGED, ("cjg", "request_ended"), ("ggd", "request_ended")},
    ),
    "contact with the police": (s.at_signal, s.police(), SCHOOL, set()),
    "acute danger": (
        s.engaged,
        m.DeclareAcute(),
        "guardian-1",
        {(who, "acute") for who in (SCHOOL, "cjg", "ggd", "wijkagent")},
    ),
}


@pytest.mark.parametrize("what", TABLE)
def test_who_hears_of_it(what: str) -> None:
    """Exactly these parties hear exactly this: nobody is forgotten, nobody hears more."""
    story, message, who, expected = TABLE[what]
    telling = story().must(message, who)
    assert heard(telling) == expected
    assert len(of_turn(telling)) == len(expected)


def test_acute_danger_warns_organisations_and_no_persons() -> None:
    """Every organisation in the case, the asked ZVH and the asked agency among them."""
    telling = s.forwarded().must(s.escalate(), "cjg").must(m.DeclareAcute(), "veilig-thuis")
    assert {party for party, _ in heard(telling)} == {SCHOOL, "cjg", "veilig-thuis", "zvh"}


def test_the_coordinator_hears_that_the_direction_is_back() -> None:
    """The ZVH de-escalates or ends: who has to go on is told, not only the school."""
    telling = s.escalated(s.at_signal()).must(s.de_escalate(), "zvh")
    assert "cjg" in {party for party, _ in heard(telling)}
    telling = s.escalated(s.at_signal()).must(s.end_case(), "zvh")
    assert "cjg" in {party for party, _ in heard(telling)}


def test_who_is_not_invited_any_more_hears_that() -> None:
    """A meeting that is planned again with others: who was invited before does not wait for nothing."""
    telling = s.planned()
    telling.must(s.meeting(telling, "cjg", days=7), "cjg")
    assert ("ggd", "meeting_cancelled") in heard(telling)
    assert ("cjg", "meeting_invitation") in heard(telling)


def test_the_new_school_is_told() -> None:
    """Invariant 8 goes with the place of the school."""
    telling = s.consented().must(m.ChangeSchool(to=organisation("school-het-kompas")), SCHOOL)
    assert ("school-het-kompas", "case_changed") in heard(telling)


def test_links_are_for_persons_and_partners_who_are_asked() -> None:
    """A consent link, a partner's response link, the parents' document; organisations log in."""
    asked = of_turn(s.talked().must(s.ask(("pupil",)), SCHOOL))
    assert [(notice.party, notice.link) for notice in asked] == [("pupil", "consent")]
    engaged = of_turn(s.at_partners().must(m.EngagePartners(partners=organisations("ggd")), "cjg"))
    assert [(notice.party, notice.link) for notice in engaged] == [("ggd", "partner_answer")]
    over = {notice.party: notice.link for notice in of_turn(s.at_hand_over())}
    assert (over[SCHOOL], over["guardian-1"]) == (None, "hand_over")


def ladder(telling: Telling, days: tuple[date, ...], task: str) -> list[tuple[str, str, str]]:
    """Who is spoken to on each rung: party, desk, rung."""
    found: list[tuple[str, str, str]] = []
    for day in days:
        while telling.now < end_of(day) and telling.step_rung(end_of(day)):
            found += [(n.party, n.contact.value, n.rung or "") for n in of_turn(telling) if n.task == task and n.rung]
    return found


def test_the_ladder_speaks_to_owner_team_lead_and_coordinator() -> None:
    """Reminder: the owner. Deadline: the owner and its team lead. Then the team lead and the coordinator."""
    assert ladder(s.forwarded(), (date(2026, 12, 4),), "forward_answer") == [
        ("veilig-thuis", "desk", "reminder"),
        ("veilig-thuis", "desk", "deadline"),
        ("veilig-thuis", "team_lead", "deadline"),
        ("veilig-thuis", "team_lead", "overdue-1"),
        ("cjg", "desk", "overdue-1"),
        ("veilig-thuis", "team_lead", "overdue-2"),
        ("cjg", "desk", "overdue-2"),
    ]


def test_a_person_has_no_team_lead() -> None:
    """Who asked hears of the silence in its place."""
    telling = s.talked().must(s.ask(("guardian-1",)), SCHOOL)
    assert ladder(telling, (date(2026, 11, 30),), "consent_answer") == [
        ("guardian-1", "desk", "reminder"),
        ("guardian-1", "desk", "deadline"),
        (SCHOOL, "desk", "deadline"),
    ]


def test_an_escalation_by_itself_tells_the_school_the_cjg_and_the_zvh() -> None:
    """The ZVH is asked; school and CJG hear that nobody did it."""
    telling = s.refused().until(end_of(date(2026, 11, 25)))
    assert {
        (SCHOOL, "escalated_by_itself"),
        ("cjg", "escalated_by_itself"),
        ("zvh", "escalation_request"),
        CHANGED,
    } <= heard(telling)


def test_a_link_that_did_not_arrive_is_told_to_who_sent_it() -> None:
    """And to nobody else."""
    telling = s.talked().must(s.ask(("pupil",)), SCHOOL)
    telling.not_delivered("pupil", telling.state.consents[0].request)
    assert heard(telling) == {(SCHOOL, "delivery_failed")}


def test_a_withdrawal_is_told_to_who_may_receive_nothing_more() -> None:
    """The coordinator and each covered receiver in the case."""
    telling = s.engaged().must(m.WithdrawConsent(person="pupil"), "pupil")
    told = {party for party, kind in heard(telling) if kind == "consent_withdrawn"}
    assert told == {"cjg", "ggd", "wijkagent"}


@pytest.mark.parametrize("name", sorted(s.STORIES))
def test_a_notice_says_nothing_of_the_case(name: str) -> None:
    """Its id is case, event and place; it has no kind of case, no step and no role in it."""
    telling = s.STORIES[name]()
    kinds = {kind.value for kind in v.Kind} | {signal.value for signal in v.Signal} | {band.value for band in v.AgeBand}
    for place, notice in enumerate(of_turn(telling)):
        case, number, within = notice.id.split(".")
        assert (case, within.isdigit(), place >= 0) == (telling.state.id, True, True)
        assert int(number) in {entry.number for entry in telling.turn}
        assert not kinds & set(map(str, notice.model_dump(mode="json").values()))


@pytest.mark.parametrize("name", sorted(s.STORIES))
def test_the_same_turn_gives_the_same_notices(name: str) -> None:
    """Carried out twice, a turn tells the same parties the same under the same ids."""
    telling = s.STORIES[name]()
    assert of_turn(telling) == of_turn(telling)
    assert len({notice.id for notice in of_turn(telling)}) == len(of_turn(telling))


def test_a_reminder_comes_in_the_morning_with_the_day_it_is_due() -> None:
    """The notice holds the deadline itself, so that a mail can name it."""
    telling = s.at_report().until(morning_of(date(2026, 11, 24)))
    (reminder,) = of_turn(telling)
    assert (reminder.rung, reminder.due_at) == ("reminder", end_of(date(2026, 11, 30)))
