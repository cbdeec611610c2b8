"""Consent: given, refused, not given, withdrawn, and lost by a birthday (part 2.4)."""

from __future__ import annotations

from datetime import datetime

import pytest

from protocol import messages as m
from protocol import vocabulary as v
from protocol.notices import NoticeKind as Kind
from protocol.refusals import RefusalCode
from tests.protocol.days import dutch_day, end_of, morning_of, working_day
from tests.workflows import stories
from tests.workflows.case import ToldCase, skipped_as_asked, told
from tests.workflows.names import CJG, FATHER, GGD, MOTHER, PUPIL, SCHOOL, ZVH
from tests.workflows.town import Town

T = v.Task


async def test_with_everybodys_consent_the_file_follows_the_coordination(town: Town) -> None:
    """Everybody who must consent does: the CJG is covered, takes the report and holds the file."""
    case = await stories.reported(await town.open(), CJG)
    assert (await case.state()).file_holder == SCHOOL
    await case.told(CJG, "accept_report")
    state = await case.state()
    assert (state.step, state.coordinator, state.file_holder) == (v.Step.PARTNERS, CJG, CJG)
    assert await case.told_to(MOTHER) == [(Kind.CONSENT_REQUEST, T.CONSENT_ANSWER, None)]
    assert (Kind.ANSWERED, None, None) in await case.told_to(SCHOOL)


async def test_a_refusal_makes_the_school_decide(town: Town) -> None:
    """One parent refuses: two working days to decide, and deciding to report without cover stops the clock."""
    case = await town.open()
    await stories.asked(case)
    await stories.answers(case, MOTHER, "refused")
    journal = await case.journal()
    assert (await case.deadline(T.SCHOOL_DECIDES)).due_at == end_of(working_day(dutch_day(journal[-1].at), 2))
    assert await case.refused(SCHOOL, "decide_report", needed=True) is RefusalCode.NOT_COVERED
    await case.told(SCHOOL, "record_legal_basis", basis="right_to_report", parties=[CJG], second_reviewer="directeur")
    assert T.SCHOOL_DECIDES not in await case.tasks()
    await case.told(SCHOOL, "decide_report", needed=True)
    assert (await case.state()).step is v.Step.REPORT


async def test_silence_walks_the_ladder_and_escalates_by_itself(town: Town) -> None:
    """Nobody answers, nobody decides: reminded on day 3, no answer on day 5, asked of the ZVH two days later."""
    case = await town.open()
    await stories.asked(case)
    asked_on = dutch_day((await case.state()).at)
    assert await case.silence(T.CONSENT_ANSWER, MOTHER) == morning_of(working_day(asked_on, 3))
    assert (await case.told_to(MOTHER))[1:] == [(Kind.REMINDER, T.CONSENT_ANSWER, "reminder")]
    assert await case.silence(T.CONSENT_ANSWER, MOTHER) == end_of(working_day(asked_on, 5))
    state = await case.state()
    assert {c.status for c in state.consents} == {v.ConsentStatus.NO_ANSWER}
    assert (await case.told_to(MOTHER))[2:] == [(Kind.DEADLINE, T.CONSENT_ANSWER, "deadline")]
    decides_on = working_day(dutch_day(state.at), 2)
    assert await case.silence(T.SCHOOL_DECIDES) == end_of(decides_on)
    await _escalated_by_itself(case)


async def _escalated_by_itself(case: ToldCase) -> None:
    state = await case.state()
    assert (state.step, state.escalation.status) == (v.Step.REPORT, v.EscalationStatus.REQUESTED)
    assert state.escalation.reason is v.EscalationReason.NO_CONSENT
    assert (Kind.ESCALATION_REQUEST, T.ESCALATION_ANSWER, None) in await case.told_to(ZVH)
    assert (Kind.ESCALATED_BY_ITSELF, None, None) in await case.told_to(SCHOOL)
    assert {Kind.ESCALATED_BY_ITSELF, Kind.REPORT} <= {kind for kind, _, _ in await case.told_to(CJG)}
    leads = [n for n in await case.notices() if n.contact == "team_lead"]
    assert [(n.party, n.task, n.rung) for n in leads] == [(SCHOOL, T.SCHOOL_DECIDES, "deadline")]


async def test_every_rung_is_told_once(town: Town) -> None:
    """An overdue task comes back every two working days, to the team lead and the coordinator, each time once."""

    async def silent() -> tuple[ToldCase, datetime]:
        case = await town.open()
        *_, at = [await case.silence(T.PUPIL_TALK, exactly=True) for _ in range(3)]
        return case, at

    case, at = await skipped_as_asked(silent)
    opened_on = dutch_day((await case.journal())[0].at)
    assert at == end_of(working_day(opened_on, 2 + 2 + 2))
    found = [(n.contact.value, n.kind, n.rung) for n in await case.notices() if n.task is T.PUPIL_TALK]
    assert found == [
        ("desk", Kind.DEADLINE, "deadline"),
        ("team_lead", Kind.DEADLINE, "deadline"),
        *((desk, Kind.OVERDUE, f"overdue-{rung}") for rung in (1, 2) for desk in ("team_lead", "desk")),
    ]


async def test_a_late_yes_counts(town: Town) -> None:
    """After no answer the link still works: the school need not decide any more."""
    case = await town.open(age=10, parents=("moeder",))
    await stories.asked(case)
    await case.silence(T.CONSENT_ANSWER)
    await case.silence(T.CONSENT_ANSWER)
    assert T.SCHOOL_DECIDES in await case.tasks()
    await stories.answers(case, MOTHER)
    assert (await case.state()).covered(CJG)
    assert T.SCHOOL_DECIDES not in await case.tasks()


@pytest.mark.parametrize(
    ("age", "who"), [(10, (MOTHER, FATHER)), (13, (PUPIL, MOTHER, FATHER)), (16, (PUPIL,)), (18, (PUPIL,))]
)
async def test_who_must_consent_follows_from_age(town: Town, age: int, who: tuple[str, ...]) -> None:
    """Under 12 the parents, from 12 they and the pupil, from 16 the pupil alone."""
    case = await town.open(age=age)
    state = await stories.asked(case)
    assert state.who_must_consent == who
    for person in who:
        assert not (await case.state()).covered(CJG)
        await stories.answers(case, person)
    assert (await case.state()).covered(CJG)


async def test_asking_to_talk_first_stops_nothing(town: Town) -> None:
    """*I want to talk first*: who asked is told, the clock goes on and the link stays."""
    case = await town.open()
    await stories.asked(case)
    due = await case.deadline(T.CONSENT_ANSWER, MOTHER)
    await case.told(MOTHER, "ask_to_talk")
    assert await case.deadline(T.CONSENT_ANSWER, MOTHER) == due
    assert (Kind.TALK_ASKED_FOR, None, None) in await case.told_to(SCHOOL)
    await stories.answers(case, MOTHER)


async def test_a_withdrawal_closes_disclosure_at_once(town: Town) -> None:
    """A parent withdraws: partner and coordinator are told, who has two days to decide; a partner cannot accept."""
    case = await stories.coordinated(await town.open())
    await case.told(CJG, "engage_partners", partners=[GGD])
    await case.told(MOTHER, "withdraw_consent", person=MOTHER)
    assert T.COORDINATOR_DECIDES in await case.tasks()
    assert (Kind.CONSENT_WITHDRAWN, None, None) in await case.told_to(GGD)
    assert (Kind.CONSENT_WITHDRAWN, None, None) in await case.told_to(CJG)
    assert await case.refused(GGD, "answer_partner_request", answer="accept") is RefusalCode.NOT_COVERED
    assert (Kind.CONSENT_WITHDRAWN, None, None) in await case.told_to(CJG)


async def test_a_birthday_ends_cover(town: Town) -> None:
    """The pupil becomes 12 and was never asked: what the parents granted covers nobody any more."""
    case = await stories.coordinated(await town.open(age=10))
    assert (await case.state()).covered(CJG)
    birthday = told(m.AgeReached(age=v.AgeBand.FROM_12), "system")
    await case.signal(birthday)
    await case.recorded(birthday)
    state = await case.state()
    assert not state.covered(CJG)
    assert state.who_must_consent == (PUPIL, MOTHER, FATHER)
    assert (Kind.COVER_LOST, None, None) in await case.told_to(CJG)


async def test_withdrawing_from_a_closed_case_is_filed(town: Town) -> None:
    """No workflow runs any more: the withdrawal is decided over what is recorded, and its notices wait for sending."""
    case = await stories.closed(await town.open())
    await case.ended()
    answer = await case.told(MOTHER, "withdraw_consent", person=MOTHER)
    assert "consent_withdrawn" in answer.events
    assert (await case.state()).step is v.Step.CLOSED
