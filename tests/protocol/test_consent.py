"""Consent: who must answer at which age, what covers a party, what a change of age does (part 2.4)."""

from __future__ import annotations

from itertools import product

import pytest

from protocol import messages as m
from protocol import vocabulary as v
from protocol.events import CoverLost, FileHolderChanged
from protocol.notices import NoticeKind
from protocol.notify import notices
from tests.protocol import stories as s
from tests.protocol.days import dutch_day, end_of, working_day
from tests.protocol.telling import Telling, organisation, organisations, person

SCHOOL = "school-de-meent"
WHO = {
    "under_12": {"guardian-1", "guardian-2"},
    "from_12": {"pupil", "guardian-1", "guardian-2"},
    "from_16": {"pupil"},
    "from_18": {"pupil"},
}
AGES = [v.AgeBand(age) for age in WHO]


def asked(age: v.AgeBand) -> Telling:
    """Everybody is asked for the CJG."""
    return s.talked(s.at_signal(age=age)).must(s.ask(), SCHOOL)


@pytest.mark.parametrize("age", AGES)
def test_who_must_consent_follows_from_age(age: v.AgeBand) -> None:
    """Under 12 the parents, from 12 they and the pupil, from 16 the pupil alone (Jeugdwet 7.3.4, 7.3.5)."""
    assert set(s.at_signal(age=age).state.who_must_consent) == WHO[age]


def test_a_guardian_without_custody_need_not_consent() -> None:
    """Only those with custody."""
    telling = Telling()
    without = m.Guardian(person="guardian-2", custody=False)
    assert telling.open(s.open_case(guardians=(s.PARENTS[0], without))) is None
    assert set(telling.state.who_must_consent) == {"pupil", "guardian-1"}


SAID = ("granted", "refused", "nothing")
MATRIX = [pytest.param(age, said, id=f"{age}-{'-'.join(said)}") for age in AGES for said in product(SAID, repeat=3)]


@pytest.mark.parametrize(("age", "said"), MATRIX)
def test_a_party_is_covered_when_everybody_who_must_granted_it(age: v.AgeBand, said: tuple[str, ...]) -> None:
    """Every combination of answers of pupil and parents, at every age; silence counts as neither."""
    telling = asked(age)
    answers = dict(zip(("pupil", "guardian-1", "guardian-2"), said, strict=True))
    for who, answer in answers.items():
        if answer != "nothing":
            telling.must(s.answer(who, answer), who)
    expected = all(answers[who] == "granted" for who in WHO[age])
    assert telling.state.covered("cjg") == expected
    assert telling.state.covered(SCHOOL)
    assert not telling.state.covered("ggd")


@pytest.mark.parametrize("age", AGES)
def test_a_legal_basis_covers_whatever_people_said(age: v.AgeBand) -> None:
    """Acute danger, the right to report and a conflict of duties go before a refusal; only for who is named."""
    telling = asked(age)
    who = min(WHO[age])
    telling.must(s.answer(who, "refused"), who).must(s.basis("cjg"), SCHOOL)
    assert telling.state.covered("cjg")
    assert not telling.state.covered("veilig-thuis")


def status(telling: Telling, person: str, party: str = "cjg") -> str:
    """Where somebody stands."""
    found = telling.state.consent(person, party)
    return found.status.value if found else "not_asked"


def test_asking_one_party_never_changes_another() -> None:
    """Answers about the CJG stay when the GGD is asked about, and the other way round."""
    telling = s.talked().must(s.ask(("pupil",), "cjg"), SCHOOL).must(s.answer("pupil", "refused"), "pupil")
    telling.must(s.ask(("pupil",), "ggd"), SCHOOL)
    assert (status(telling, "pupil"), status(telling, "pupil", "ggd")) == ("refused", "requested")
    telling.must(s.answer("pupil", "granted", "ggd"), "pupil")
    assert (status(telling, "pupil"), status(telling, "pupil", "ggd")) == ("refused", "granted")


@pytest.mark.parametrize("said", ["refused", "withdrawn", "no_answer"])
def test_who_said_no_or_nothing_can_be_asked_again(said: str) -> None:
    """Refused, withdrawn and no answer become requested, with a new clock; granted stays."""
    telling = asked(v.AgeBand.FROM_12)
    telling.must(s.answer("guardian-1"), "guardian-1").must(s.answer("guardian-2"), "guardian-2")
    if said == "withdrawn":
        telling.must(s.answer("pupil"), "pupil").must(m.WithdrawConsent(person="pupil"), "pupil")
    elif said == "refused":
        telling.must(s.answer("pupil", "refused"), "pupil")
    else:
        telling.wait(8)
    assert status(telling, "pupil") == said
    telling.must(s.ask(), SCHOOL)
    assert (status(telling, "pupil"), status(telling, "guardian-1")) == ("requested", "granted")


def test_a_late_yes_counts() -> None:
    """After no answer a person can still grant, and the party is covered."""
    telling = asked(v.AgeBand.FROM_16).wait(8)
    assert status(telling, "pupil") == "no_answer"
    telling.must(s.answer("pupil"), "pupil")
    assert telling.state.covered("cjg")


def test_an_answer_is_given_once() -> None:
    """Who answered is not asked any more; who granted can only withdraw."""
    telling = asked(v.AgeBand.FROM_12).must(s.answer("pupil"), "pupil")
    assert telling.tell(s.answer("pupil", "refused"), "pupil") == "nothing_asked"
    telling.must(m.WithdrawConsent(person="pupil"), "pupil")
    assert status(telling, "pupil") == "withdrawn"


@pytest.mark.parametrize("channel", ["paper", "oral"])
@pytest.mark.parametrize("who", [SCHOOL, "cjg"])
def test_school_and_coordinator_record_an_answer_with_evidence(channel: str, who: str) -> None:
    """On paper or oral, with the evidence in the note; never by link."""
    telling = s.at_partners().must(s.ask(("pupil",), "jeugdbescherming"), "cjg")
    said = s.answer("pupil", channel=channel)
    assert telling.tell(said, who, note=False) == "note_missing"
    assert telling.tell(s.answer("pupil"), who) == "wrong_channel"
    telling.must(said, who)
    assert status(telling, "pupil", "jeugdbescherming") == "granted"


def test_a_person_answers_by_the_link_alone() -> None:
    """Paper and oral are what others record; who has the link answers with it."""
    telling = asked(v.AgeBand.FROM_12)
    assert telling.decide(s.answer("pupil", channel="paper"), person("pupil"), note=True) == "wrong_channel"


def test_asking_to_talk_first_changes_nothing_but_tells_who_asked() -> None:
    """The clock goes on, the link stays, the school hears."""
    telling = asked(v.AgeBand.FROM_12)
    before = telling.state
    telling.must(m.AskToTalk(), "guardian-1")
    assert (telling.state.consents, telling.state.deadlines) == (before.consents, before.deadlines)
    found = notices(before, telling.state, telling.turn)
    assert [(notice.party, notice.kind) for notice in found] == [(SCHOOL, NoticeKind.TALK_ASKED_FOR)]


def test_a_withdrawal_closes_disclosure_at_once() -> None:
    """The partner that took part is not covered any more, and the coordinator keeps what it has."""
    telling = s.engaged().must(m.WithdrawConsent(person="guardian-1"), "guardian-1")
    state = telling.state
    assert not state.covered("ggd")
    assert not state.covered("cjg")
    assert (state.file_holder, state.coordinator) == ("cjg", "cjg")
    assert telling.tell(m.AnswerPartnerRequest(answer=v.PartnerAnswer.ACCEPT), "wijkagent") == "not_covered"
    telling.must(m.AnswerPartnerRequest(answer=v.PartnerAnswer.DECLINE), "wijkagent")


def test_who_withdraws_for_one_party_withdraws_for_that_one_alone() -> None:
    """The others stay covered."""
    telling = s.engaged().must(m.WithdrawConsent(person="pupil", parties=organisations("ggd")), "pupil")
    assert (telling.state.covered("ggd"), telling.state.covered("wijkagent")) == (False, True)


def test_the_file_moves_with_the_coordination_as_soon_as_it_is_covered() -> None:
    """Uncovered, the CJG coordinates without the file; the last yes or a legal basis moves it."""
    telling = s.at_bare_report().must(m.AcceptReport(), "cjg")
    assert (telling.state.coordinator, telling.state.file_holder) == ("cjg", SCHOOL)
    telling.must(s.basis("cjg"), "cjg")
    assert telling.state.file_holder == "cjg"
    assert any(isinstance(entry.event, FileHolderChanged) for entry in telling.turn)


def test_the_file_stays_where_it_is_when_the_next_coordinator_is_not_covered() -> None:
    """Forwarded to an agency that nobody consented to: the CJG keeps the file."""
    telling = s.at_partners().must(m.ForwardCase(to=organisation("jeugdbescherming")), "cjg")
    telling.must(m.AcceptForward(), "jeugdbescherming")
    assert (telling.state.coordinator, telling.state.file_holder) == ("jeugdbescherming", "cjg")


BIRTHDAYS = [
    (v.AgeBand.UNDER_12, v.AgeBand.FROM_12, False),
    (v.AgeBand.UNDER_12, v.AgeBand.FROM_16, False),
    (v.AgeBand.FROM_12, v.AgeBand.FROM_16, True),
    (v.AgeBand.FROM_16, v.AgeBand.FROM_18, True),
]


@pytest.mark.parametrize(("before", "after", "covered"), BIRTHDAYS)
def test_a_birthday_changes_who_must_consent(before: v.AgeBand, after: v.AgeBand, covered: bool) -> None:
    """Who now must answer decides; the coordinator is told when a party loses its cover by it."""
    telling = s.at_partners(s.at_signal(age=before)).must(m.AgeReached(age=after), "system")
    assert telling.state.covered("cjg") == covered
    assert any(isinstance(entry.event, CoverLost) for entry in telling.turn) == (not covered)
    told = {n.party for n in notices(telling.before, telling.state, telling.turn) if n.kind is NoticeKind.COVER_LOST}
    assert told == (set() if covered else {"cjg"})


def test_custody_that_changes_changes_who_must_consent() -> None:
    """A parent who gets custody has not answered yet: the cover is gone."""
    telling = s.at_partners()
    third = m.Guardian(person="guardian-3", custody=True)
    telling.must(m.SetGuardians(guardians=(*s.PARENTS, third)), SCHOOL)
    assert not telling.state.covered("cjg")


def test_the_new_school_must_be_covered_and_takes_the_old_ones_place() -> None:
    """After the change the old school sees nothing, the new one has its place."""
    assert s.talked().tell(m.ChangeSchool(to=organisation("school-het-kompas")), SCHOOL) == "not_covered"
    telling = s.consented().must(m.ChangeSchool(to=organisation("school-het-kompas")), SCHOOL)
    state = telling.state
    assert {state.school, state.coordinator, state.file_holder, state.process_director} == {"school-het-kompas"}
    assert telling.tell(s.police(), SCHOOL) == "unknown_case"
    telling.must(m.DecideReport(needed=True), "school-het-kompas")


def test_the_clock_to_decide_runs_once_per_asking() -> None:
    """Covered and withdrawn again: no second school_decides for the same asking; asking again gives a new one."""
    telling = s.refused().must(s.basis("veilig-thuis"), SCHOOL)
    tasks = {deadline.task.value for deadline in telling.state.deadlines}
    assert "school_decides" in tasks
    telling.must(s.ask(("guardian-1",)), SCHOOL)
    assert "school_decides" not in {deadline.task.value for deadline in telling.state.deadlines}
    telling.must(s.answer("guardian-1", "refused"), "guardian-1")
    assert "school_decides" in {deadline.task.value for deadline in telling.state.deadlines}


@pytest.mark.parametrize("said", ["refused", "withdrawn", "no_answer"])
@pytest.mark.parametrize("story", ["parent_talk", "report", "partners"])
def test_who_has_to_decide_when_consent_lacks(said: str, story: str) -> None:
    """In parent_talk the school, later the coordinator: after a refusal, a withdrawal and silence alike."""
    telling = {"parent_talk": s.talked, "report": s.at_bare_report, "partners": bare_partners}[story]()
    who = "guardian-1"
    telling.must(s.ask((who,), telling.state.coordinator_to_be), telling.model.coordinator)
    if said == "withdrawn":
        telling.must(s.answer(who), who).must(m.WithdrawConsent(person=who), who)
    elif said == "refused":
        telling.must(s.answer(who, "refused"), who)
    else:
        telling.until(end_of(working_day(dutch_day(telling.now), 5)))
    expected = "school_decides" if story == "parent_talk" else "coordinator_decides"
    assert expected in {deadline.task.value for deadline in telling.state.deadlines}


def bare_partners() -> Telling:
    """The CJG coordinates without cover."""
    return s.at_bare_report().must(m.AcceptReport(), "cjg")
