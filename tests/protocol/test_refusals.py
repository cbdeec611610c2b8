"""Who is refused hears why: one Dutch sentence with a fixed code that names what is missing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from protocol import messages as m
from protocol import vocabulary as v
from protocol.decide import check
from protocol.events import Event
from protocol.refusals import RefusalCode, Refused
from tests.protocol import stories as s
from tests.protocol.telling import POLICY, Telling, organisation, organisations, staff

SCHOOL = "school-de-meent"
Tried = tuple[Callable[[], Telling], Callable[[Telling], m.Message], str]

FAR = timedelta(days=5000)
AGO = timedelta(days=2)


def plan(telling: Telling, by: timedelta) -> m.PlanPupilTalk:
    """A talk at some distance of now."""
    return m.PlanPupilTalk(held_by=(v.Talker.MENTOR,), at=telling.now + by)


def excluded(telling: Telling, reviewer: str | None) -> m.PlanNetworkMeeting:
    """A meeting without the parents."""
    return m.PlanNetworkMeeting(
        at=telling.now + timedelta(days=3),
        invitees=organisations("cjg"),
        parents_excluded=True,
        second_reviewer=reviewer,
    )


def invite(telling: Telling, *who: str) -> m.PlanNetworkMeeting:
    """A meeting with these."""
    invitees = tuple(name if name.startswith(("pupil", "guardian")) else organisation(name) for name in who)
    return m.PlanNetworkMeeting(at=telling.now + timedelta(days=3), invitees=invitees)


def grown() -> Telling:
    """A network meeting about a pupil of 16 whose consent for the CJG is gone."""
    telling = s.at_network_meeting(s.at_signal(age=v.AgeBand.FROM_16))
    return telling.must(m.WithdrawConsent(person="pupil", parties=organisations("cjg")), "pupil")


def silent_zvh() -> Telling:
    """The ZVH directs since a week."""
    return s.escalated().wait(7)


TRIED: dict[str, Tried] = {
    "unknown_case": (s.at_signal, lambda _: s.police(), "school-het-kompas"),
    "case_closed": (s.closed, lambda _: s.police(), SCHOOL),
    "not_allowed": (s.at_report, lambda _: m.AcceptReport(), SCHOOL),
    "wrong_step": (s.at_report, lambda _: m.DecideReport(needed=True), SCHOOL),
    "unknown_person": (s.talked, lambda _: s.ask(("guardian-9",)), SCHOOL),
    "person_twice": (s.at_signal, lambda _: m.SetGuardians(guardians=(s.PARENTS[0], s.PARENTS[0])), SCHOOL),
    "date_in_past": (s.at_signal, lambda t: plan(t, -AGO), SCHOOL),
    "date_too_far": (s.at_signal, lambda t: plan(t, FAR), SCHOOL),
    "second_reviewer_missing": (s.at_network_meeting, lambda t: excluded(t, None), "cjg"),
    "second_reviewer_same": (s.at_network_meeting, lambda t: excluded(t, "anna"), "cjg"),
    "no_guardian_with_custody": (s.at_signal, lambda _: m.SetGuardians(guardians=()), SCHOOL),
    "nothing_new": (s.at_signal, lambda _: m.AddSignal(signals=s.LOVERBOY), SCHOOL),
    "not_a_school": (s.at_partners, lambda _: m.ChangeSchool(to=organisation("ggd")), SCHOOL),
    "not_covered": (s.talked, lambda _: m.DecideReport(needed=True), SCHOOL),
    "police_contact_missing": (
        lambda: s.at_partners(s.at_signal(s.SEXTING)),
        lambda _: m.DecideNetworkMeeting(needed=True),
        "cjg",
    ),
    "parent_talk_missing": (s.at_parent_talk, lambda _: m.DecideReport(needed=False), SCHOOL),
    "talk_already_held": (s.talked, lambda _: s.talk(), SCHOOL),
    "nothing_to_ask": (s.consented, lambda _: s.ask(), SCHOOL),
    "nothing_asked": (s.talked, lambda _: s.answer("pupil"), "pupil"),
    "nothing_granted": (s.talked, lambda _: m.WithdrawConsent(person="pupil"), "pupil"),
    "not_your_answer": (
        lambda: s.talked().must(s.ask(), SCHOOL),
        lambda _: s.answer("guardian-2"),
        "guardian-1",
    ),
    "wrong_channel": (lambda: s.talked().must(s.ask(), SCHOOL), lambda _: s.answer("pupil"), SCHOOL),
    "forward_open": (s.forwarded_in_report, lambda _: m.AcceptReport(), "cjg"),
    "forward_impossible": (s.at_partners, lambda _: m.ForwardCase(to=organisation("zvh")), "cjg"),
    "severity_missing": (
        lambda: s.at_report().must(m.AcceptReport(), "cjg"),
        lambda _: m.EngagePartners(partners=organisations("ggd")),
        "cjg",
    ),
    "partner_already_engaged": (s.engaged, lambda _: m.EngagePartners(partners=organisations("ggd")), "cjg"),
    "not_a_partner": (s.at_partners, lambda _: m.EngagePartners(partners=organisations(SCHOOL)), "cjg"),
    "partner_not_requested": (s.engaged, lambda _: m.AnswerPartnerRequest(answer=v.PartnerAnswer.ACCEPT), "ggd"),
    "partner_not_accepted": (s.engaged, lambda _: m.FinishPartner(partner=organisation("wijkagent")), "cjg"),
    "parents_not_invited": (s.at_network_meeting, lambda t: invite(t, "cjg", "guardian-1"), "cjg"),
    "pupil_has_not_consented": (grown, lambda t: invite(t, "pupil", "guardian-1"), "cjg"),
    "meeting_not_planned": (s.at_network_meeting, lambda t: s.minutes(t, "ggd"), "cjg"),
    "not_invited": (s.planned, lambda _: m.RecordNetworkMeeting(attendees=organisations("wijkagent")), "cjg"),
    "owner_not_in_case": (s.planned, lambda t: s.minutes(t, "veilig-thuis"), "cjg"),
    "no_open_action": (s.agreed, lambda _: m.CompleteAction(action="action-9"), "cjg"),
    "open_actions": (s.agreed, lambda _: s.de_escalate(), "cjg"),
    "escalation_open": (s.asked_zvh, lambda _: s.escalate(), "cjg"),
    "no_escalation": (s.at_partners, lambda _: m.WithdrawEscalation(), "cjg"),
    "reason_not_yours": (s.talked, lambda _: s.escalate(), SCHOOL),
    "consent_not_lacking": (s.at_report, lambda _: s.escalate("no_consent"), SCHOOL),
    "coordinator_not_silent": (s.at_report, lambda _: s.escalate("silent_coordinator"), SCHOOL),
    "zvh_not_silent": (silent_zvh, lambda _: m.WithdrawEscalation(), "cjg"),
    "deadline_not_passed": (s.at_hand_over, lambda _: m.CloseUnconfirmed(second_reviewer="bert"), "cjg"),
    "no_such_deadline": (
        s.at_report,
        lambda t: m.ExtendDeadline(task=v.Task.HAND_OVER, until=s.later(t, 9)),
        SCHOOL,
    ),
    "deadline_not_later": (
        s.at_report,
        lambda t: m.ExtendDeadline(task=v.Task.REPORT_DECISION, until=s.later(t, 5)),
        "cjg",
    ),
    "extended_already": (
        lambda: longer(s.at_report(), 9),
        lambda t: m.ExtendDeadline(task=v.Task.REPORT_DECISION, until=s.later(t, 12)),
        "cjg",
    ),
    "already_acute": (lambda: s.at_signal().must(m.DeclareAcute(), "pupil"), lambda _: m.DeclareAcute(), "guardian-1"),
    "not_acute": (s.at_signal, lambda _: m.ClearAcute(), SCHOOL),
    "age_not_new": (s.at_signal, lambda _: m.AgeReached(age=v.AgeBand.UNDER_12), "system"),
}
OF_OPENING = {"no_signal", "staff_involved"}
ABOUT_OTHERS = {"message_id_reused", "objection_pending", "unknown_organisation", "note_missing", "no_forward"}
"""Said by the store and the directory, and of an objection by the rights' own tests; the note has its own test; no forward is no relation to withdraw it."""


def longer(telling: Telling, days: int) -> Telling:
    """The report's deadline is extended."""
    return telling.must(m.ExtendDeadline(task=v.Task.REPORT_DECISION, until=s.later(telling, days)), "cjg")


@pytest.mark.parametrize("code", sorted(TRIED))
def test_a_refusal_has_its_own_code(code: str) -> None:
    """Product and page both refuse, the code says what is missing, and nothing of the message stays."""
    story, message, who = TRIED[code]
    telling = story()
    before, journal = telling.state, telling.journal
    assert telling.tell(message(telling), who) == code
    assert (telling.state, telling.journal) == (before, journal)


def test_every_code_is_tried() -> None:
    """No refusal is in the code that nobody can get, and none is missing here."""
    assert set(TRIED) | OF_OPENING | ABOUT_OTHERS == {code.value for code in RefusalCode}


OPENINGS = {
    "no_signal": s.open_case(()),
    "staff_involved": s.open_case(staff_involved=True),
    "no_guardian_with_custody": s.open_case(guardians=(m.Guardian(person="guardian-1", custody=False),)),
    "person_twice": s.open_case(guardians=(s.PARENTS[0], s.PARENTS[0])),
}


@pytest.mark.parametrize("code", sorted(OPENINGS))
def test_a_case_that_cannot_be_opened(code: str) -> None:
    """No signal, staff involved, nobody with custody of a pupil under 16, a person twice."""
    assert Telling().decide(OPENINGS[code], staff(SCHOOL), note=True) == code


@pytest.mark.parametrize("who", ["cjg", "veilig-thuis", "zvh", "ggd"])
def test_only_a_school_opens_a_case(who: str) -> None:
    """Signals are recognised at school."""
    assert Telling().decide(s.open_case(), staff(who), note=True) == "not_allowed"


def test_a_pupil_of_16_needs_no_guardian_in_the_case() -> None:
    """From 16 the pupil alone consents: a case without any guardian can be opened."""
    telling = Telling()
    assert telling.open(s.open_case(age=v.AgeBand.FROM_16, guardians=())) is None
    assert telling.state.who_must_consent == ("pupil",)


@pytest.mark.parametrize("severity", [*v.Severity])
def test_a_severity_that_stands_already_is_no_news(severity: v.Severity) -> None:
    """Refused at the door, after who may not tell it at all; a case whose past has it twice still takes it."""
    telling = s.engaged()
    before = telling.state.severity

    def answer(who: m.Actor) -> str | int:
        message = m.SetSeverity(severity=severity)
        told = m.Told(id="again", digest="-", actor=who, message=message)
        try:
            return len(check(telling.state, told, telling.now, POLICY).recorded)
        except Refused as refused:
            return refused.code

    assert ("nothing_new" if severity is before else 1) == answer(staff("cjg"))
    assert "not_allowed" == answer(staff(SCHOOL))
    assert telling.tell(m.SetSeverity(severity=severity), "cjg") is None


SENTENCE = re.compile(r"^[A-Z0-9][^.!?]*\.$")
ENGLISH = re.compile(r"\b(the|is not|missing|refused|step|case|deadline|your)\b")


@pytest.mark.parametrize("code", [*RefusalCode])
def test_each_code_has_one_dutch_sentence(code: RefusalCode) -> None:
    """A capital, one full stop at the end, no hole that was not filled, no English, short enough to read."""
    for step in v.Step:
        text = Refused(code, step).text
        assert SENTENCE.match(text), text
        assert "{" not in text
        assert not ENGLISH.search(text), text
        assert len(text.split()) <= 25


def test_the_sentences_differ() -> None:
    """Two codes never say the same."""
    texts = [Refused(code, v.Step.REPORT).text for code in RefusalCode]
    assert len(set(texts)) == len(texts)


def test_a_refusal_names_the_step_in_dutch() -> None:
    """Wrong step: the sentence names where the case is, in the words of the screens."""
    texts = {Refused(RefusalCode.WRONG_STEP, step).text for step in v.Step}
    assert len(texts) == len(v.Step)
    assert not any(step.value in text for text in texts for step in v.Step if "_" in step.value)


def test_unknown_and_invisible_look_the_same() -> None:
    """A stranger cannot tell a case that is not there from one that is not theirs, open or closed."""
    found: list[tuple[Event, ...] | str] = [
        story().decide(message, who, note=note)
        for story in (s.at_signal, s.at_hand_over, s.closed)
        for message in (s.police(), m.AcceptEscalation(), m.DeclareAcute())
        for who in (staff("school-het-kompas"), staff("ggd") if story is s.at_signal else staff("zvh"))
        for note in (True, False)
    ]
    assert set(map(str, found)) == {"unknown_case"}
