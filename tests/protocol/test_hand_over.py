"""How a case ends, and the asterisk that stands before it (parts 2.2, 2.3 and invariant 3)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from protocol import messages as m
from protocol import vocabulary as v
from protocol.case import Outcome
from protocol.events import ConsentRequestEnded, HandOverBegun, NetworkMeetingRecorded
from tests.protocol import stories as s
from tests.protocol.days import end_of, last_day
from tests.protocol.telling import Telling, organisation, organisations, person

SCHOOL = "school-de-meent"


def outcome(telling: Telling) -> tuple[str, str | None] | None:
    """How it was closed."""
    found = telling.state.outcome
    return (found.kind.value, found.reason) if found else None


def overdue(story: Callable[[], Telling]) -> Telling:
    """A hand-over whose deadline passed."""
    telling = story()
    return telling.until(end_of(last_day(telling.state.deadlines[0].due_at)))


ENDS: list[tuple[Callable[[], Telling], m.Message, str, tuple[str, str | None], str]] = [
    (s.at_signal, m.CancelCase(reason=v.CancelReason.DUPLICATE), SCHOOL, ("cancelled", "duplicate"), SCHOOL),
    (s.talked, m.DecideReport(needed=False), SCHOOL, ("handled_at_school", None), SCHOOL),
    (s.at_hand_over, m.ConfirmHandOver(), SCHOOL, ("returned", "goal_reached"), SCHOOL),
    (s.ended_hand_over, m.ConfirmHandOver(), SCHOOL, ("ended", "moved_away"), SCHOOL),
    (s.at_report, s.end_case("came_of_age"), SCHOOL, ("ended", "came_of_age"), SCHOOL),
    (
        lambda: overdue(s.at_hand_over),
        m.CloseUnconfirmed(second_reviewer="bert"),
        "cjg",
        ("returned", "goal_reached"),
        "cjg",
    ),
    (
        lambda: overdue(s.ended_hand_over),
        m.CloseUnconfirmed(second_reviewer="bert"),
        "cjg",
        ("ended", "moved_away"),
        "cjg",
    ),
]


@pytest.mark.parametrize(("story", "message", "who", "expected", "holder"), ENDS)
def test_how_a_case_ends(
    story: Callable[[], Telling], message: m.Message, who: str, expected: tuple[str, str | None], holder: str
) -> None:
    """Each way to close gives its outcome, and says who holds the file."""
    telling = story().must(message, who)
    assert telling.state.step == "closed"
    assert outcome(telling) == expected
    assert telling.state.file_holder == holder
    assert not telling.state.deadlines


@pytest.mark.parametrize("reason", [*v.DeEscalationReason])
def test_the_reason_of_the_de_escalation_is_the_reason_of_the_outcome(reason: v.DeEscalationReason) -> None:
    """Goal reached or fewer partners needed."""
    telling = s.at_coordination().must(s.de_escalate(reason.value), "cjg").must(m.ConfirmHandOver(), SCHOOL)
    assert outcome(telling) == ("returned", reason.value)


@pytest.mark.parametrize(("message", "who"), [(m.ReturnHandOver(), SCHOOL), (m.ResumeCoordination(), "cjg")])
def test_a_hand_over_goes_back_to_coordination(message: m.Message, who: str) -> None:
    """The school does not take it yet, or the coordinator takes it up again: a new evaluation starts."""
    telling = s.at_hand_over().wait(2).must(message, who)
    assert (telling.state.step, telling.state.handing_over) == ("coordination", None)
    assert [deadline.task.value for deadline in telling.state.deadlines] == ["evaluation"]


def test_a_hand_over_ends_what_is_still_open() -> None:
    """Requests to persons, partners, an agency and the ZVH end, and a planned meeting is off."""
    telling = s.planned().must(s.ask(("pupil",), "jeugdbescherming"), "cjg").must(s.escalate(), "cjg")
    telling.must(s.end_case(), "cjg")
    state = telling.state
    assert state.escalation.status == "ended"
    assert (state.forward.status, state.forward.to) == ("none", None)
    assert {partner.organisation: partner.status.value for partner in state.partners} == {
        "ggd": "accepted",
        "wijkagent": "ended",
    }
    assert state.meeting.status == "cancelled"
    assert "requested" not in {consent.status for consent in state.consents}
    assert any(isinstance(entry.event, ConsentRequestEnded) for entry in telling.turn)


def test_a_directing_zvh_steps_back_when_it_ends_the_case() -> None:
    """Direction is with the coordinator in the hand-over."""
    telling = s.escalated().must(s.end_case("stalled"), "zvh")
    assert (telling.state.step, telling.state.process_director) == ("hand_over", "cjg")
    in_report = s.escalated_at_school().must(m.AcceptEscalation(), "zvh").must(s.end_case(), "zvh")
    assert (in_report.state.step, outcome(in_report)) == ("closed", ("ended", "moved_away"))
    assert in_report.state.process_director == SCHOOL


def test_nobody_closes_alone_what_the_school_did_not_confirm() -> None:
    """Before the deadline not at all; after it with a second person."""
    telling = s.at_hand_over()
    closing = m.CloseUnconfirmed(second_reviewer="bert")
    assert telling.tell(closing, "cjg") == "deadline_not_passed"
    telling = overdue(s.at_hand_over)
    assert telling.tell(m.CloseUnconfirmed(second_reviewer="anna"), "cjg") == "second_reviewer_same"
    telling.must(closing, "cjg")


AGES = [
    (v.AgeBand.FROM_12, False, ("guardian-1", "guardian-2")),
    (v.AgeBand.FROM_12, True, ()),
    (v.AgeBand.UNDER_12, False, ("guardian-1", "guardian-2")),
    (v.AgeBand.FROM_16, False, ("guardian-1", "guardian-2")),
]


def begun(telling: Telling) -> HandOverBegun:
    """The event that sends the document."""
    (event,) = [entry.event for entry in telling.turn if isinstance(entry.event, HandOverBegun)]
    return event


@pytest.mark.parametrize(("age", "without", "expected"), AGES)
def test_the_document_goes_to_the_parents(age: v.AgeBand, without: bool, expected: tuple[str, ...]) -> None:
    """Unless two people leave them out."""
    telling = s.at_coordination(s.at_signal(age=age)).must(s.de_escalate(excluded=without), "cjg")
    assert begun(telling).parents == expected


@pytest.mark.parametrize("ending", [s.de_escalate(), s.end_case()])
def test_parents_of_a_pupil_of_16_hear_nothing_without_its_consent(ending: m.Message) -> None:
    """The pupil withdrew: the document goes to the school alone."""
    telling = s.at_coordination(s.at_signal(age=v.AgeBand.FROM_16)).must(m.WithdrawConsent(person="pupil"), "pupil")
    assert begun(telling.must(ending, "cjg")).parents == ()


def test_leaving_the_parents_out_takes_two_people() -> None:
    """Of the hand-over as of the meeting."""
    alone = m.DeEscalate(reason=v.DeEscalationReason.GOAL_REACHED, parents_excluded=True)
    assert s.at_coordination().tell(alone, "cjg") == "second_reviewer_missing"


def test_who_was_invited_and_did_not_come_is_recorded() -> None:
    """Invariant 6: the journal holds who stayed away."""
    telling = s.planned().must(m.RecordNetworkMeeting(attendees=("guardian-1", *organisations("cjg"))), "cjg")
    (event,) = [entry.event for entry in telling.turn if isinstance(entry.event, NetworkMeetingRecorded)]
    assert (set(event.attendees), set(event.absent)) == ({"guardian-1", "cjg"}, {"guardian-2", "ggd"})


def sexting(story: Callable[[Telling], Telling]) -> Telling:
    """A case of sexting of which the police do not know."""
    return story(s.at_signal(s.SEXTING))


def late_sexting(story: Callable[[], Telling]) -> Telling:
    """Sexting that became known on the way."""
    return story().must(m.AddSignal(signals=s.SEXTING), SCHOOL)


GUARDED: list[tuple[str, Callable[[], Telling], m.Message, str]] = [
    ("network_meeting", lambda: sexting(s.engaged), m.DecideNetworkMeeting(needed=True), "cjg"),
    ("coordination", lambda: sexting(s.engaged), m.DecideNetworkMeeting(needed=False), "cjg"),
    (
        "coordination",
        lambda: late_sexting(s.planned),
        m.RecordNetworkMeeting(attendees=("guardian-1",)),
        "cjg",
    ),
    (
        "network_meeting",
        lambda: late_sexting(s.at_coordination),
        m.RecordEvaluation(next=v.NextStep.NETWORK_MEETING),
        "cjg",
    ),
    ("coordination", lambda: sexting(s.escalated), s.de_escalate(), "zvh"),
    ("hand_over", lambda: sexting(s.engaged), s.de_escalate(), "cjg"),
    ("closed", lambda: sexting(s.talked), m.DecideReport(needed=False), SCHOOL),
    ("closed", lambda: sexting(s.at_report), s.end_case(), SCHOOL),
    ("closed", lambda: sexting(s.ended_hand_over), m.ConfirmHandOver(), SCHOOL),
    ("coordination", lambda: sexting(s.ended_hand_over), m.ReturnHandOver(), SCHOOL),
    ("coordination", lambda: sexting(s.ended_hand_over), m.ResumeCoordination(), "cjg"),
    (
        "closed",
        lambda: sexting(s.ended_hand_over).wait(12),
        m.CloseUnconfirmed(second_reviewer="bert"),
        "cjg",
    ),
]


@pytest.mark.parametrize(("step", "story", "message", "who"), GUARDED)
def test_the_asterisk_stands_before_four_steps(
    step: str, story: Callable[[], Telling], message: m.Message, who: str
) -> None:
    """With sexting and no police contact the case does not move there; recording the contact opens the way."""
    telling = story()
    assert telling.tell(message, who) == "police_contact_missing"
    telling.must(s.police(), SCHOOL).must(message, who)
    assert telling.state.step == step


FREE: list[tuple[Callable[[Telling], Telling], m.Message, str]] = [
    (lambda opened: opened, m.RecordPupilTalk(held_by=(v.Talker.MENTOR,)), SCHOOL),
    (s.at_parent_talk, s.talk(), SCHOOL),
    (s.consented, m.DecideReport(needed=True), SCHOOL),
    (s.at_report, m.AcceptReport(), "cjg"),
    (s.at_report, m.ReturnReport(), "cjg"),
    (s.at_report, m.ForwardCase(to=organisation("veilig-thuis")), "cjg"),
    (s.at_partners, s.escalate(), "cjg"),
    (s.talked, m.ReportNonCooperation(who=v.Who.PUPIL), SCHOOL),
    (s.at_partners, m.EngagePartners(partners=organisations("ggd")), "cjg"),
    (s.at_partners, m.DeclareAcute(), "pupil"),
    (s.at_partners, s.end_case(), "cjg"),
    (lambda opened: opened, m.CancelCase(reason=v.CancelReason.OPENED_BY_MISTAKE), SCHOOL),
]


@pytest.mark.parametrize(("story", "message", "who"), FREE)
def test_help_does_not_wait_for_the_police(story: Callable[[Telling], Telling], message: m.Message, who: str) -> None:
    """Talks, reporting, forwarding, escalating, partners, acute danger, ending and cancelling are never blocked."""
    sexting(story).must(message, who)


@pytest.mark.parametrize("contact", [*v.PoliceContact][1:])
def test_any_contact_satisfies_the_asterisk(contact: v.PoliceContact) -> None:
    """An anonymous consultation as well as a report or a complaint."""
    telling = sexting(s.talked)
    telling.must(m.RecordPoliceContact.model_validate({"contact": contact}), SCHOOL)
    telling.must(m.DecideReport(needed=False), SCHOOL)


def test_loverboy_alone_has_no_asterisk() -> None:
    """Nothing asks for the police there."""
    assert s.handled_at_school().state.police_contact == "none"


def test_a_closed_case_lets_consent_be_withdrawn_and_nothing_else() -> None:
    """Told to decide it is answered with the withdrawal's event; every other message is refused."""
    telling = s.closed()
    verdict = telling.decide(m.WithdrawConsent(person="pupil"), person("pupil"), note=True)
    assert not isinstance(verdict, str)
    assert telling.tell(m.DeclareAcute(), "pupil") == "case_closed"


def test_the_outcome_is_one_of_four() -> None:
    """Handled at school, returned, ended, cancelled."""
    assert {kind.value for kind in v.OutcomeKind} == {"handled_at_school", "returned", "ended", "cancelled"}
    assert Outcome(kind=v.OutcomeKind.RETURNED, reason="goal_reached") == s.at_hand_over().state.handing_over
