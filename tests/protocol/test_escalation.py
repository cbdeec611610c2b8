"""Escalating, de-escalating one level at a time, forwarding (part 2.3; the page's box on escalation)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from protocol import messages as m
from protocol import vocabulary as v
from protocol.case import Outcome
from protocol.events import EscalationRequested
from tests.protocol import stories as s
from tests.protocol.days import dutch_day, end_of, working_day
from tests.protocol.telling import Telling, organisation

SCHOOL = "school-de-meent"


def escalation(telling: Telling) -> tuple[str, str | None, str | None]:
    """Its status, why, and why it is over."""
    found = telling.state.escalation
    return found.status.value, found.reason and found.reason.value, found.end and found.end.value


def silent_cjg() -> Telling:
    """A report that the CJG left lying: its deadline passed ten working days ago."""
    telling = s.at_report()
    due = working_day(dutch_day(telling.now), 5)
    return telling.until(end_of(working_day(due, 10)))


def silent_coordinator() -> Telling:
    """Partners that the CJG never decided on."""
    telling = s.at_partners()
    due = working_day(dutch_day(telling.now), 10)
    return telling.until(end_of(working_day(due, 10)))


ALLOWED: list[tuple[Callable[[], Telling], str, str, str | None]] = [
    (s.refused, "no_consent", SCHOOL, None),
    (s.talked, "no_consent", SCHOOL, "consent_not_lacking"),
    (s.consented, "no_consent", SCHOOL, "consent_not_lacking"),
    (s.talked, "silent_coordinator", SCHOOL, "coordinator_not_silent"),
    (s.talked, "more_partners_needed", SCHOOL, "reason_not_yours"),
    (s.at_report, "more_partners_needed", "cjg", None),
    (s.at_report, "more_partners_needed", SCHOOL, "reason_not_yours"),
    (s.at_report, "no_consent", "cjg", "reason_not_yours"),
    (silent_cjg, "silent_coordinator", SCHOOL, None),
    (silent_cjg, "silent_coordinator", "cjg", "reason_not_yours"),
    (s.at_partners, "more_partners_needed", "cjg", None),
    (s.at_partners, "more_partners_needed", SCHOOL, "reason_not_yours"),
    (s.at_coordination, "more_partners_needed", "cjg", None),
    (s.at_agency, "more_partners_needed", "veilig-thuis", None),
    (silent_coordinator, "silent_coordinator", SCHOOL, None),
    (silent_coordinator, "silent_coordinator", "cjg", "reason_not_yours"),
    (s.asked_zvh, "more_partners_needed", "cjg", "escalation_open"),
    (s.escalated, "more_partners_needed", "cjg", "escalation_open"),
    (s.at_bare_report, "no_consent", SCHOOL, None),
]


@pytest.mark.parametrize(("story", "reason", "who", "code"), ALLOWED)
def test_who_escalates_for_which_reason(story: Callable[[], Telling], reason: str, who: str, code: str | None) -> None:
    """More partners: the CJG or the coordinator; no consent and silence: the school, when it is so."""
    telling = story()
    assert telling.tell(s.escalate(reason), who) == code
    if code is None:
        assert escalation(telling)[:2] == ("requested", reason)


def test_a_coordinator_is_silent_after_ten_working_days_and_not_before() -> None:
    """Until the last minute of the tenth working day after the deadline the school has to wait."""
    telling = s.at_report()
    due = working_day(dutch_day(telling.now), 5)
    telling.until(end_of(working_day(due, 9)))
    assert telling.tell(s.escalate("silent_coordinator"), SCHOOL) == "coordinator_not_silent"
    telling.until(end_of(working_day(due, 10)))
    telling.must(s.escalate("silent_coordinator"), SCHOOL)


@pytest.mark.parametrize("story", [s.at_signal, s.at_pupil_talk, s.at_parent_talk, s.talked])
def test_non_cooperation_at_school_brings_the_case_to_report(story: Callable[[], Telling]) -> None:
    """From steps 1-3 the ZVH is asked in the name of the CJG, which has a report to answer; nothing is opened."""
    telling = story().must(m.ReportNonCooperation(who=v.Who.PARENT), SCHOOL)
    assert telling.state.step == "report"
    assert escalation(telling)[:2] == ("requested", "no_cooperation")
    assert telling.state.coordinator == telling.state.file_holder == SCHOOL
    assert not telling.state.covered("cjg")
    assert not telling.state.covered("zvh")


def test_an_escalation_by_itself_says_that_no_criteria_were_answered() -> None:
    """It has no note, and its event says so; that of a person needs the note."""
    by_itself = s.refused().until(end_of(working_day(dutch_day(s.refused().now), 2)))
    (event,) = [entry for entry in by_itself.turn if isinstance(entry.event, EscalationRequested)]
    assert isinstance(event.event, EscalationRequested)
    assert (event.event.by_itself, event.note_id) == (True, None)
    assert s.refused().tell(s.escalate("no_consent"), SCHOOL, note=False) == "note_missing"


@pytest.mark.parametrize("story", [s.asked_zvh, s.escalated_at_school])
def test_the_zvh_directs_when_it_accepts_and_never_coordinates(story: Callable[[], Telling]) -> None:
    """Direction moves at accept_escalation; coordinator, file holder and step stay."""
    telling = story()
    before = telling.state
    assert before.process_director == before.coordinator
    after = telling.must(m.AcceptEscalation(), "zvh").state
    assert after.process_director == "zvh"
    assert (after.coordinator, after.file_holder, after.step) == (before.coordinator, before.file_holder, before.step)


def test_a_declined_escalation_changes_nothing_and_can_be_asked_again() -> None:
    """With advice in the note."""
    telling = s.asked_zvh()
    assert telling.tell(m.DeclineEscalation(), "zvh", note=False) == "note_missing"
    telling.must(m.DeclineEscalation(), "zvh")
    assert escalation(telling) == ("declined", "more_partners_needed", "advice")
    assert telling.state.process_director == "cjg"
    telling.must(s.escalate(), "cjg")


def test_a_requested_escalation_is_withdrawn_at_once() -> None:
    """The coordinator takes it back before the ZVH answered."""
    telling = s.asked_zvh().must(m.WithdrawEscalation(), "cjg")
    assert escalation(telling)[::2] == ("ended", "withdrawn")
    assert telling.tell(m.AcceptEscalation(), "zvh") == "unknown_case"


def test_direction_is_taken_back_from_a_silent_zvh() -> None:
    """Ten working days without a message from the ZVH; any message starts the count again."""
    telling = s.escalated()
    heard = dutch_day(telling.now)
    telling.until(end_of(working_day(heard, 9)))
    assert telling.tell(m.WithdrawEscalation(), "cjg") == "zvh_not_silent"
    telling.must(m.SetSeverity(severity=v.Severity.LOW), "zvh")
    heard = dutch_day(telling.now)
    telling.until(end_of(working_day(heard, 9)))
    assert telling.tell(m.WithdrawEscalation(), "cjg") == "zvh_not_silent"
    telling.until(end_of(working_day(heard, 10))).must(m.WithdrawEscalation(), "cjg")
    assert telling.state.process_director == "cjg"


LEVELS: list[tuple[Callable[[], Telling], str]] = [
    (s.engaged, "coordination"),
    (s.planned, "coordination"),
    (s.at_coordination, "coordination"),
]


@pytest.mark.parametrize(("story", "step"), LEVELS)
def test_de_escalating_goes_one_level_at_a_time(story: Callable[[], Telling], step: str) -> None:
    """From the ZVH back to the coordinator, and only then to the school."""
    telling = story().must(s.escalate(), "cjg").must(m.AcceptEscalation(), "zvh")
    assert telling.tell(s.de_escalate(), "cjg") in {"not_allowed", "wrong_step"}
    telling.must(s.de_escalate("fewer_partners_needed"), "zvh")
    assert (telling.state.step, telling.state.process_director) == (step, "cjg")
    assert telling.state.meeting.status != "planned"
    assert escalation(telling)[::2] == ("ended", "de_escalated")
    telling.must(s.de_escalate(), "cjg")
    assert telling.state.step == "hand_over"
    assert telling.state.handing_over == Outcome(kind=v.OutcomeKind.RETURNED, reason="goal_reached")


def test_in_report_the_zvh_gives_the_direction_back_and_the_case_stays() -> None:
    """The report is not answered yet; without the ZVH nobody de-escalates there."""
    telling = s.escalated_at_school().must(m.AcceptEscalation(), "zvh").must(s.de_escalate(), "zvh")
    assert (telling.state.step, telling.state.process_director) == ("report", SCHOOL)
    assert telling.tell(s.de_escalate(), SCHOOL) in {"wrong_step", "not_allowed"}
    telling.must(m.AcceptReport(), "cjg")


@pytest.mark.parametrize("ending", [s.de_escalate(), s.end_case()])
def test_nothing_ends_while_an_agreement_is_open(ending: m.Message) -> None:
    """Open actions come first, whoever directs."""
    telling = s.agreed()
    assert telling.tell(ending, "cjg") == "open_actions"
    telling.must(m.CompleteAction(action="action-1"), "cjg").must(m.CompleteAction(action="action-2"), "cjg")
    telling.must(ending, "cjg")


FORWARDS: list[tuple[Callable[[], Telling], str, str, str | None]] = [
    (s.at_report, "cjg", "veilig-thuis", None),
    (s.at_report, "cjg", "cjg", "forward_impossible"),
    (s.at_partners, "cjg", "veilig-thuis", None),
    (s.at_partners, "cjg", "cjg", "forward_impossible"),
    (s.at_partners, "cjg", SCHOOL, "forward_impossible"),
    (s.at_partners, "cjg", "school-het-kompas", "forward_impossible"),
    (s.at_partners, "cjg", "zvh", "forward_impossible"),
    (s.at_partners, "cjg", "ggd", "forward_impossible"),
    (s.at_coordination, "cjg", "jeugdbescherming", None),
    (s.at_agency, "veilig-thuis", "cjg", None),
    (s.at_agency, "veilig-thuis", "jeugdbescherming", None),
    (s.at_agency, "veilig-thuis", "veilig-thuis", "forward_impossible"),
    (s.forwarded, "cjg", "jeugdbescherming", "forward_open"),
]


@pytest.mark.parametrize(("story", "who", "to", "code"), FORWARDS)
def test_to_whom_a_case_is_forwarded(story: Callable[[], Telling], who: str, to: str, code: str | None) -> None:
    """An agency, or the CJG once an agency coordinates; never the coordinator, a school, the ZVH; one at a time."""
    assert story().tell(m.ForwardCase(to=organisation(to)), who) == code


def test_who_was_forwarded_to_coordinates_when_it_accepts() -> None:
    """In report that accepts the report; later the step stays."""
    in_report = s.forwarded_in_report().must(m.AcceptForward(), "veilig-thuis").state
    assert (in_report.step, in_report.coordinator) == ("partners", "veilig-thuis")
    later = s.forwarded(s.at_signal()).must(m.AcceptForward(), "veilig-thuis").state
    assert (later.step, later.coordinator, later.process_director) == ("partners", "veilig-thuis", "veilig-thuis")


@pytest.mark.parametrize(("message", "who"), [(m.DeclineForward(), "veilig-thuis"), (m.WithdrawForward(), "cjg")])
def test_a_forward_that_is_declined_or_withdrawn_changes_nothing(message: m.Message, who: str) -> None:
    """The CJG coordinates on, and can forward again."""
    telling = s.forwarded().must(message, who)
    assert telling.state.coordinator == "cjg"
    assert telling.tell(m.AcceptForward(), "veilig-thuis") == "unknown_case"
    telling.must(m.ForwardCase(to=organisation("veilig-thuis")), "cjg")


def test_while_forwarded_the_report_waits() -> None:
    """The CJG neither accepts nor returns it until there is an answer."""
    telling = s.forwarded_in_report()
    assert telling.tell(m.AcceptReport(), "cjg") == "forward_open"
    assert telling.tell(m.ReturnReport(), "cjg") == "forward_open"
    telling.must(m.WithdrawForward(), "cjg").must(m.ReturnReport(), "cjg")
    assert telling.state.step == "parent_talk"


def test_direction_stays_with_the_zvh_when_the_coordination_moves() -> None:
    """A directed case that is forwarded has another coordinator and the same director."""
    telling = s.escalated().must(m.ForwardCase(to=organisation("veilig-thuis")), "cjg")
    telling.must(m.AcceptForward(), "veilig-thuis")
    assert (telling.state.coordinator, telling.state.process_director) == ("veilig-thuis", "zvh")
