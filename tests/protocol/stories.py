"""Ready-made cases at every point of the page, and each message with ordinary fields."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from protocol import messages as m
from protocol import vocabulary as v
from tests.protocol.days import dutch_day, working_day
from tests.protocol.telling import Telling, organisation, organisations

CASE = "7k3q-9xw2-m4tz"
SECOND = "bert"
SEXTING = (v.Signal.NUDE_PHOTOS,)
LOVERBOY = (v.Signal.RECRUITMENT,)
BOTH = (*SEXTING, *LOVERBOY)
PARENTS = (m.Guardian(person="guardian-1", custody=True), m.Guardian(person="guardian-2", custody=True))
RECEIVERS = ("cjg", "veilig-thuis", "ggd", "wijkagent", "zvh", "school-het-kompas")


def open_case(
    signals: tuple[v.Signal, ...] = LOVERBOY,
    age: v.AgeBand = v.AgeBand.FROM_12,
    guardians: tuple[m.Guardian, ...] = PARENTS,
    *,
    staff_involved: bool = False,
) -> m.OpenCase:
    """Signals are recognised at school."""
    return m.OpenCase(case=CASE, signals=signals, age=age, guardians=guardians, staff_involved=staff_involved)


def at_signal(signals: tuple[v.Signal, ...] = LOVERBOY, age: v.AgeBand = v.AgeBand.FROM_12) -> Telling:
    """Just opened."""
    telling = Telling()
    assert telling.open(open_case(signals, age)) is None
    return telling


def talk(*, postponed: bool = False) -> m.RecordParentTalk:
    """The talk with the parents."""
    return m.RecordParentTalk(existing_care=False, postponed_for_safety=postponed, pupil_present=True)


def ask(persons: tuple[str, ...] = ("pupil", "guardian-1", "guardian-2"), *parties: str) -> m.RequestConsent:
    """Ask consent."""
    return m.RequestConsent(persons=persons, parties=organisations(*(parties or ("cjg",))))


def answer(person: str, said: str = "granted", *parties: str, channel: str = "link") -> m.AnswerConsent:
    """Answer it."""
    return m.AnswerConsent(
        person=person,
        answer=v.ConsentAnswer(said),
        channel=v.Channel(channel),
        parties=organisations(*parties) or None,
    )


def basis(*parties: str) -> m.RecordLegalBasis:
    """Disclosure without consent."""
    return m.RecordLegalBasis(
        basis=v.LegalBasis.RIGHT_TO_REPORT, parties=organisations(*parties), second_reviewer=SECOND
    )


def police() -> m.RecordPoliceContact:
    """The asterisk."""
    return m.RecordPoliceContact(contact=v.PoliceContact.ANONYMOUS_CONSULT)


def at_pupil_talk(telling: Telling | None = None) -> Telling:
    """The talk with the pupil is planned."""
    telling = telling or at_signal()
    return telling.must(plan_pupil_talk(telling), telling.model.school)


def plan_pupil_talk(telling: Telling) -> m.PlanPupilTalk:
    """Tomorrow."""
    return m.PlanPupilTalk(held_by=(v.Talker.MENTOR,), at=telling.now + timedelta(days=1))


def at_parent_talk(telling: Telling | None = None) -> Telling:
    """The talk with the pupil was held."""
    telling = telling or at_signal()
    return telling.must(m.RecordPupilTalk(held_by=(v.Talker.MENTOR,)), telling.model.school)


def talked(telling: Telling | None = None) -> Telling:
    """The talk with the parents was held as well."""
    return at_parent_talk(telling).must(talk(), "school-de-meent")


def consented(telling: Telling | None = None) -> Telling:
    """Everybody consented to everything."""
    telling = talked(telling)
    telling.must(ask(tuple(sorted(telling.model.must)), *RECEIVERS), "school-de-meent")
    for who in sorted(telling.model.must):
        telling.must(answer(who), who)
    return telling


def refused(telling: Telling | None = None) -> Telling:
    """A parent refused; from 16 the pupil."""
    telling = talked(telling).must(ask(), "school-de-meent")
    who = min(telling.model.must)
    return telling.must(answer(who, "refused"), who)


def at_report(telling: Telling | None = None) -> Telling:
    """Reported, with full consent."""
    return consented(telling).must(m.DecideReport(needed=True), "school-de-meent")


def at_bare_report(telling: Telling | None = None) -> Telling:
    """Escalated without any consent; the ZVH declined."""
    telling = escalated_at_school(telling)
    return telling.must(m.DeclineEscalation(), "zvh")


def at_partners(telling: Telling | None = None) -> Telling:
    """The CJG coordinates, and weighed the case."""
    telling = at_report(telling).must(m.AcceptReport(), "cjg")
    return telling.must(m.SetSeverity(severity=v.Severity.HIGH), "cjg")


def at_bare_partners(telling: Telling | None = None) -> Telling:
    """The CJG coordinates without cover."""
    telling = at_bare_report(telling).must(m.AcceptReport(), "cjg")
    return telling.must(m.SetSeverity(severity=v.Severity.HIGH), "cjg")


def engaged(telling: Telling | None = None) -> Telling:
    """A partner takes part and another is asked."""
    telling = at_partners(telling)
    telling.must(m.EngagePartners(partners=organisations("ggd", "wijkagent")), telling.model.coordinator)
    return telling.must(m.AnswerPartnerRequest(answer=v.PartnerAnswer.ACCEPT), "ggd")


def at_network_meeting(telling: Telling | None = None) -> Telling:
    """A network meeting is needed."""
    telling = engaged(telling)
    if telling.model.asterisk:
        telling.must(police(), "cjg")
    return telling.must(m.DecideNetworkMeeting(needed=True), "cjg")


def meeting(telling: Telling, *more: str, days: int = 5) -> m.PlanNetworkMeeting:
    """Invite the parents, the coordinator and others."""
    invitees: tuple[m.Participant, ...] = (*sorted(telling.model.parents), *organisations(*more))
    return m.PlanNetworkMeeting(at=telling.now + timedelta(days=days), invitees=invitees)


def planned(telling: Telling | None = None) -> Telling:
    """The network meeting is planned."""
    telling = at_network_meeting(telling)
    return telling.must(meeting(telling, "cjg", "ggd"), "cjg")


def minutes(telling: Telling, *owners: str, days: int = 4) -> m.RecordNetworkMeeting:
    """What was agreed."""
    due = working_day(dutch_day(telling.now), days)
    named = tuple(organisation(who) if who in RECEIVERS else who for who in owners)
    return m.RecordNetworkMeeting(
        attendees=("guardian-1",), actions=tuple(m.PlannedAction(owner=who, due=due) for who in named)
    )


def agreed(telling: Telling | None = None) -> Telling:
    """Coordination, with two open actions."""
    telling = planned(telling)
    return telling.must(minutes(telling, "ggd", "guardian-1"), "cjg")


def at_coordination(telling: Telling | None = None) -> Telling:
    """Coordination without a meeting."""
    telling = engaged(telling)
    if telling.model.asterisk:
        telling.must(police(), "cjg")
    return telling.must(m.DecideNetworkMeeting(needed=False), "cjg")


def escalate(reason: str = "more_partners_needed") -> m.Escalate:
    """Ask the ZVH."""
    return m.Escalate.model_validate({"reason": reason})


def asked_zvh(telling: Telling | None = None) -> Telling:
    """The ZVH is asked, in step partners."""
    return at_partners(telling).must(escalate(), "cjg")


def escalated(telling: Telling | None = None) -> Telling:
    """The ZVH directs."""
    return asked_zvh(telling).must(m.AcceptEscalation(), "zvh")


def escalated_at_school(telling: Telling | None = None) -> Telling:
    """A parent refused and the school asked the ZVH: step report."""
    return refused(telling).must(escalate("no_consent"), "school-de-meent")


def forwarded(telling: Telling | None = None) -> Telling:
    """Veilig Thuis is asked, in step partners."""
    return at_partners(telling).must(m.ForwardCase(to=organisation("veilig-thuis")), "cjg")


def forwarded_in_report(telling: Telling | None = None) -> Telling:
    """Veilig Thuis is asked before the CJG took the report."""
    return at_report(telling).must(m.ForwardCase(to=organisation("veilig-thuis")), "cjg")


def at_agency(telling: Telling | None = None) -> Telling:
    """Veilig Thuis coordinates."""
    return forwarded(telling).must(m.AcceptForward(), "veilig-thuis")


def de_escalate(reason: str = "goal_reached", *, excluded: bool = False) -> m.DeEscalate:
    """One level down."""
    return m.DeEscalate(
        reason=v.DeEscalationReason(reason), parents_excluded=excluded, second_reviewer=SECOND if excluded else None
    )


def at_hand_over(telling: Telling | None = None) -> Telling:
    """The file goes back to school."""
    return at_coordination(telling).must(de_escalate(), "cjg")


def end_case(reason: str = "moved_away") -> m.EndCase:
    """End without the goal."""
    return m.EndCase(reason=v.EndReason(reason), second_reviewer=SECOND)


def ended_hand_over(telling: Telling | None = None) -> Telling:
    """The file goes back because the pupil moved away."""
    return at_partners(telling).must(end_case(), "cjg")


def closed(telling: Telling | None = None) -> Telling:
    """The school has the file back."""
    return at_hand_over(telling).must(m.ConfirmHandOver(), "school-de-meent")


def handled_at_school(telling: Telling | None = None) -> Telling:
    """No report was needed."""
    return talked(telling).must(m.DecideReport(needed=False), "school-de-meent")


STORIES: dict[str, Callable[[], Telling]] = {
    "signal": at_signal,
    "pupil_talk": at_pupil_talk,
    "parent_talk": at_parent_talk,
    "talked": talked,
    "refused": refused,
    "consented": consented,
    "report": at_report,
    "bare_report": at_bare_report,
    "escalated_at_school": escalated_at_school,
    "forwarded_in_report": forwarded_in_report,
    "partners": at_partners,
    "bare_partners": at_bare_partners,
    "engaged": engaged,
    "network_meeting": at_network_meeting,
    "planned": planned,
    "coordination": at_coordination,
    "agreed": agreed,
    "asked_zvh": asked_zvh,
    "escalated": escalated,
    "forwarded": forwarded,
    "agency": at_agency,
    "hand_over": at_hand_over,
    "ended_hand_over": ended_hand_over,
    "closed": closed,
}


def later(telling: Telling, days: int) -> date:
    """The working day that comes so many after today."""
    return working_day(dutch_day(telling.now), days)
