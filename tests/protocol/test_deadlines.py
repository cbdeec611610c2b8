"""Every deadline: its term for each kind, its owner, its ladder and what ends it (part 2.5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta

import pytest

from protocol import messages as m
from protocol import vocabulary as v
from protocol.case import Deadline
from protocol.deadlines import next_rung, owner
from protocol.events import RungReached
from tests.protocol import stories as s
from tests.protocol.days import AMSTERDAM, dutch_day, end_of, last_day, morning_of, working_day
from tests.protocol.telling import POLICY, Telling, organisation

SCHOOL = "school-de-meent"
Story = Callable[[Telling], Telling]


def asked(telling: Telling) -> Telling:
    """Consent is asked of one person."""
    return s.talked(telling).must(s.ask(("pupil",)), SCHOOL)


def refused_in_report(telling: Telling) -> Telling:
    """Somebody withdraws while the CJG considers the report."""
    who = min(telling.model.must)
    return s.at_report(telling).must(m.WithdrawConsent(person=who), who)


def second_evaluation(telling: Telling) -> Telling:
    """Evaluated once."""
    telling = s.at_coordination(telling)
    return telling.must(m.RecordEvaluation(next=v.NextStep.COORDINATION), "cjg")


def as_it_is(telling: Telling) -> Telling:
    """Just opened."""
    return telling


# task, how the case gets there, owner, days when sexting, loverboy and both, reminder
TERMS: list[tuple[str, Story, str, tuple[int, int, int], tuple[int | None, int | None, int | None]]] = [
    ("pupil_talk", as_it_is, SCHOOL, (1, 2, 1), (None, None, None)),
    ("parent_talk", s.at_parent_talk, SCHOOL, (3, 3, 3), (None, None, None)),
    ("ask_or_decide", s.talked, SCHOOL, (2, 2, 2), (None, None, None)),
    ("consent_answer", asked, "pupil", (5, 5, 5), (3, 3, 3)),
    ("school_decides", s.refused, SCHOOL, (2, 2, 2), (None, None, None)),
    ("coordinator_decides", refused_in_report, SCHOOL, (2, 2, 2), (None, None, None)),
    ("report_decision", s.at_report, "cjg", (5, 5, 5), (1, 1, 1)),
    ("forward_answer", s.forwarded, "veilig-thuis", (5, 5, 5), (3, 3, 3)),
    ("partners_decided", s.at_partners, "cjg", (10, 10, 10), (5, 5, 5)),
    ("partner_answer", s.engaged, "wijkagent", (3, 3, 3), (2, 2, 2)),
    ("network_meeting", s.at_network_meeting, "cjg", (10, 10, 10), (5, 5, 5)),
    ("evaluation", s.at_coordination, "cjg", (30, 20, 20), (25, 15, 15)),
    ("evaluation", second_evaluation, "cjg", (30, 30, 30), (25, 25, 25)),
    ("escalation_answer", s.asked_zvh, "zvh", (10, 10, 10), (5, 5, 5)),
    ("hand_over", s.at_hand_over, SCHOOL, (5, 5, 5), (3, 3, 3)),
]
KINDS = (s.SEXTING, s.LOVERBOY, s.BOTH)
CASES = [
    pytest.param(task, story, whose, signals, days[place], reminders[place], id=f"{task}-{story.__name__}-{place}")
    for task, story, whose, days, reminders in TERMS
    for place, signals in enumerate(KINDS)
]


def running(telling: Telling, task: str) -> Deadline:
    """The one clock of a task."""
    (found,) = [deadline for deadline in telling.state.deadlines if deadline.task == task]
    return found


@pytest.mark.parametrize(("task", "story", "whose", "signals", "days", "reminder"), CASES)
def test_a_task_has_its_owner_term_and_reminder(  # noqa: PLR0917  # one row of the table
    task: str, story: Story, whose: str, signals: tuple[v.Signal, ...], days: int, reminder: int | None
) -> None:
    """Each task of the table, for sexting, for loverboy and for both (the shorter), ends and reminds on its day."""
    telling = story(s.at_signal(signals))
    deadline = running(telling, task)
    today = dutch_day(telling.now)
    assert owner(telling.state, deadline) == whose
    assert deadline.due_at == end_of(working_day(today, days))
    assert deadline.reminder_at == (morning_of(working_day(today, reminder)) if reminder else None)


def test_every_task_of_the_table_is_tried() -> None:
    """No task is missing above but the two with tests of their own."""
    assert {row[0] for row in TERMS} | {"action", "police_contact"} == {task.value for task in v.Task}


def test_the_police_are_to_be_called_within_a_day_when_sexting_is_known() -> None:
    """One working day from the moment that sexting is known; never for loverboy alone; the coordinator takes it over."""
    telling = s.at_signal(s.LOVERBOY)
    assert "police_contact" not in {deadline.task for deadline in telling.state.deadlines}
    telling.wait(1).must(m.AddSignal(signals=s.SEXTING), SCHOOL)
    deadline = running(telling, "police_contact")
    assert (last_day(deadline.due_at), deadline.reminder_at) == (date(2026, 11, 25), None)
    assert owner(telling.state, deadline) == SCHOOL
    s.at_report(telling).must(m.AcceptReport(), "cjg")
    assert owner(telling.state, running(telling, "police_contact")) == "cjg"
    telling.must(s.police(), "cjg")
    assert "police_contact" not in {deadline.task for deadline in telling.state.deadlines}


def test_an_action_is_due_on_its_own_date() -> None:
    """An action ends with its date, its owner is reminded two working days before."""
    telling = s.planned()
    friday = date(2026, 12, 11)
    action = m.PlannedAction(owner=organisation("ggd"), due=friday)
    telling.must(m.RecordNetworkMeeting(attendees=("guardian-1",), actions=(action,)), "cjg")
    deadline = running(telling, "action")
    assert (owner(telling.state, deadline), deadline.due_at) == ("ggd", end_of(friday))
    assert deadline.reminder_at == morning_of(date(2026, 12, 9))


@pytest.mark.parametrize(
    ("signals", "days"), [(s.SEXTING, 10), (s.LOVERBOY, 3), (s.BOTH, 3)], ids=["sexting", "loverboy", "both"]
)
def test_in_acute_danger_a_loverboy_case_meets_within_three_days(signals: tuple[v.Signal, ...], days: int) -> None:
    """Acute danger during the step restarts the clock at three days; the table has that for loverboy."""
    telling = s.at_network_meeting(s.at_signal(signals)).wait(1)
    began = date(2026, 11, 23)
    telling.must(m.DeclareAcute(), "guardian-1")
    expected = working_day(dutch_day(telling.now), 3) if days == 3 else working_day(began, 10)
    assert last_day(running(telling, "network_meeting").due_at) == expected


def test_acute_danger_never_gives_more_time() -> None:
    """With two working days left, declaring acute danger changes nothing."""
    telling = s.at_network_meeting().until(end_of(date(2026, 12, 3)))
    before = running(telling, "network_meeting").due_at
    telling.must(m.DeclareAcute(), "cjg")
    assert running(telling, "network_meeting").due_at == before


def test_a_meeting_that_is_needed_in_acute_danger_starts_at_three_days() -> None:
    """Entering the step while it is acute gives three days at once."""
    telling = s.engaged().must(m.DeclareAcute(), "ggd").must(m.DecideNetworkMeeting(needed=True), "cjg")
    assert last_day(running(telling, "network_meeting").due_at) == date(2026, 11, 26)


def rungs(telling: Telling, task: str) -> list[tuple[int, str]]:
    """Which rungs were walked, and when in Amsterdam."""
    return [
        (entry.event.rung, f"{entry.at.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}")
        for entry in telling.journal
        if isinstance(entry.event, RungReached) and entry.event.task == task
    ]


def test_the_ladder_is_reminder_deadline_and_every_two_working_days() -> None:
    """The report of Monday: reminder Tuesday 09:00, deadline next Monday 24:00, then every second working day."""
    telling = s.at_report().wait(17)
    assert rungs(telling, "report_decision") == [
        (0, "2026-11-24 09:00"),
        (1, "2026-12-01 00:00"),
        (2, "2026-12-03 00:00"),
        (3, "2026-12-05 00:00"),
        (4, "2026-12-09 00:00"),
    ]


def test_a_ladder_goes_on_over_closed_days() -> None:
    """Around Christmas the rungs after the deadline skip the days that do not count."""
    telling = Telling(s.at_signal().now + timedelta(days=29))
    assert telling.open(s.open_case()) is None
    telling.wait(12)
    assert rungs(telling, "pupil_talk") == [
        (1, "2026-12-25 00:00"),
        (2, "2026-12-30 00:00"),
        (3, "2027-01-01 00:00"),
    ]


def test_a_ladder_ends_when_the_task_is_done() -> None:
    """Nothing more is said about a report that was taken."""
    telling = s.at_report().wait(8)
    walked = rungs(telling, "report_decision")
    telling.must(m.AcceptReport(), "cjg").wait(10)
    assert rungs(telling, "report_decision") == walked


def test_a_running_clock_keeps_its_term() -> None:
    """Sexting that becomes known later does not shorten the talk's two days."""
    telling = s.at_signal(s.LOVERBOY).must(m.AddSignal(signals=s.SEXTING), SCHOOL)
    assert last_day(running(telling, "pupil_talk").due_at) == date(2026, 11, 25)


def test_a_planned_talk_does_not_stop_the_clock() -> None:
    """Planning is not talking: the same clock goes on."""
    telling = s.at_signal()
    before = running(telling, "pupil_talk")
    assert running(s.at_pupil_talk(telling), "pupil_talk") == before


def test_a_deadline_is_extended_once() -> None:
    """The owner or the director gets more time once, to a later day, with the reason in the note."""
    telling = s.at_report()
    until = s.later(telling, 9)
    extend = m.ExtendDeadline(task=v.Task.REPORT_DECISION, until=until)
    too_early = m.ExtendDeadline(task=v.Task.REPORT_DECISION, until=s.later(telling, 5))
    assert telling.tell(too_early, "cjg") == "deadline_not_later"
    assert telling.tell(extend, "cjg", note=False) == "note_missing"
    telling.must(extend, "cjg")
    assert running(telling, "report_decision").due_at == end_of(until)
    again = m.ExtendDeadline(task=v.Task.REPORT_DECISION, until=s.later(telling, 12))
    assert telling.tell(again, "cjg") == "extended_already"
    assert telling.tell(again, SCHOOL) == "extended_already"


def test_a_deadline_that_does_not_run_is_not_extended() -> None:
    """Only an open deadline, and never absurdly far."""
    telling = s.at_report()
    other = m.ExtendDeadline(task=v.Task.HAND_OVER, until=s.later(telling, 9))
    assert telling.tell(other, "cjg") == "no_such_deadline"
    far = m.ExtendDeadline(task=v.Task.REPORT_DECISION, until=s.later(telling, 900))
    assert telling.tell(far, "cjg") == "date_too_far"


def test_silence_on_consent_becomes_no_answer() -> None:
    """After five working days the person's status is no_answer; the clock ends, and somebody has to decide."""
    telling = s.talked().must(s.ask(), SCHOOL).until(end_of(date(2026, 11, 30)))
    assert {consent.status for consent in telling.state.consents} == {"no_answer"}
    assert {deadline.task.value for deadline in telling.state.deadlines} == {"school_decides"}


def test_a_school_that_does_not_decide_escalates_by_itself() -> None:
    """Two working days later the ZVH is asked, for want of consent, and the case is in step report."""
    telling = s.refused().until(end_of(date(2026, 11, 25)))
    assert (telling.state.step, telling.state.escalation.status) == ("report", "requested")
    assert telling.state.escalation.reason == "no_consent"


def test_a_zvh_that_does_not_answer_declines() -> None:
    """After ten working days the escalation is declined, direction stays, and it may be asked again."""
    telling = s.asked_zvh().until(end_of(date(2026, 12, 7)))
    state = telling.state
    assert (state.escalation.status, state.escalation.end) == ("declined", "not_answered")
    assert state.process_director == "cjg"
    telling.must(s.escalate(), "cjg")


@pytest.mark.parametrize("story", [s.asked_zvh, s.engaged, s.forwarded, s.at_coordination])
def test_other_deadlines_change_nothing_but_their_ladder(story: Callable[[], Telling]) -> None:
    """A deadline without a consequence of its own only speaks: step, coordinator and partners stay."""
    telling = story()
    before = telling.state
    rung = next_rung(before, POLICY)
    assert rung
    telling.step_rung(rung[0])
    after = telling.state
    assert (after.step, after.coordinator, after.partners) == (before.step, before.coordinator, before.partners)


def test_a_link_that_did_not_arrive_starts_no_clock() -> None:
    """Its sender is told, the school has to ask again or decide, and asking again sends a new link."""
    telling = s.talked().must(s.ask(("pupil",)), SCHOOL)
    telling.not_delivered("pupil", telling.state.consents[0].request)
    assert {deadline.task.value for deadline in telling.state.deadlines} == {"ask_or_decide"}
    telling.must(s.ask(("pupil",)), SCHOOL)
    assert {deadline.task.value for deadline in telling.state.deadlines} == {"consent_answer"}


def test_a_partner_that_was_not_reached_has_no_clock() -> None:
    """Its request stays open without a deadline, and can be sent again."""
    telling = s.engaged()
    asked = telling.state.partner("wijkagent")
    assert asked
    telling.not_delivered("wijkagent", asked.since)
    assert "partner_answer" not in {deadline.task for deadline in telling.state.deadlines}


@pytest.mark.parametrize("story", [s.at_hand_over, s.ended_hand_over])
def test_a_hand_over_stops_every_other_clock(story: Callable[[], Telling]) -> None:
    """In hand_over only the hand-over's clock runs; in closed none."""
    telling = story()
    assert [deadline.task.value for deadline in telling.state.deadlines] == ["hand_over"]
    assert not s.closed().state.deadlines


def test_reminders_come_at_nine_and_deadlines_at_midnight() -> None:
    """In Amsterdam, on both sides of the change to summer time."""
    telling = Telling(morning_of(date(2027, 3, 25)))
    assert telling.open(s.open_case()) is None
    s.at_report(telling).wait(12)
    clock = [time.fromisoformat(at[11:]) for _, at in rungs(telling, "report_decision")]
    assert clock == [time(9), time()]
