"""Opening cases and telling them things, through the client."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from pydantic import JsonValue

from protocol.messages import SYSTEM
from protocol.refusals import RefusalCode, Refused
from protocol.vocabulary import ConsentStatus, Role, Step
from starter.case_ids import ALPHABET
from starter.errors import BadInput
from starter.standing import CASE_ID
from store import AccessEntry
from tests.starter.stack import CJG, GGD, SCHOOL, ZVH, Stack, Words, actor, an_intake

GUARDIAN = "person:guardian-1"


async def refusal(stack: Stack, case: str, name: str, acting_as: str = SCHOOL, **fields: JsonValue) -> RefusalCode:
    """Tell a case what it is to refuse, and see that nothing of it stays."""
    before = await stack.written(case)
    with pytest.raises(Refused) as refused:
        await stack.client.tell(case, name, fields, actor(acting_as))
    assert before == await stack.written(case)
    return refused.value.code


async def asked_for_consent(stack: Stack) -> str:
    """A case in which the parent is asked for consent."""
    case = await stack.open()
    await stack.tell(case, "record-pupil-talk", held_by=["mentor"])
    await stack.tell(case, "record-parent-talk", existing_care=False, postponed_for_safety=False, pupil_present=True)
    await stack.tell(case, "request-consent", persons=["pupil", "guardian-1"], parties=["cjg"])
    return case


async def handled_at_school(stack: Stack) -> str:
    """A closed case in which the parent has consented."""
    case = await asked_for_consent(stack)
    await stack.tell(case, "answer-consent", GUARDIAN, person="guardian-1", answer="granted", channel="link")
    await stack.tell(case, "record-police-contact", contact="anonymous_consult")
    await stack.tell(case, "decide-report", needed=False)
    return case


async def test_a_case_answers_what_a_message_led_to(stack: Stack) -> None:
    """A message is answered with its events once they are recorded."""
    case = await stack.open()
    answer = await stack.tell(case, "record-pupil-talk", held_by=["mentor"])
    assert "pupil_talk_recorded" in answer.events
    overview = await stack.store.overview(case)
    assert overview is not None
    assert (answer.number, Step.PARENT_TALK) == (overview.case.number, overview.case.step)


async def test_a_case_id_says_nothing_and_is_read_easily(stack: Stack) -> None:
    """Two cases of one school have nothing in common but their form."""
    one, other = await stack.open(), await stack.open()
    assert one != other
    assert CASE_ID.fullmatch(one)
    assert set(one) <= {*ALPHABET, "-"}


async def test_an_incident_ties_cases_and_is_no_number_any_more(stack: Stack) -> None:
    """Two cases of one incident hold the same digest, those of another hold another; what was typed stands nowhere."""
    cases = [await stack.open(an_intake(incident=number)) for number in ("Fatima-7", "fatima-7", "Fatima-8")]

    found = [overview.case.incident for case in cases if (overview := await stack.store.overview(case))]
    kept = [opening.model_dump_json() for case in cases if (opening := await stack.store.opening(case))]

    assert [True, True, False] == [incident == found[0] for incident in found]
    assert 3 == len(kept)
    assert "fatima" not in " ".join((*kept, *map(str, found))).lower()


async def test_the_same_opening_gives_the_same_case(stack: Stack) -> None:
    """The same id with the same content opens one case; with other content it is refused."""
    intake = an_intake()
    first, second = await asyncio.gather(stack.open(intake, "once"), stack.open(intake, "once"))
    assert first == second == await stack.open(intake, "once")
    with pytest.raises(Refused) as refused:
        await stack.open(intake | {"note": "iets anders"}, "once")
    assert refused.value.code is RefusalCode.MESSAGE_ID_REUSED


async def test_two_schools_can_use_the_same_message_id(stack: Stack) -> None:
    """A school's ids are its own."""
    intake = an_intake()
    case = await stack.open(intake, "shared")
    assert case != await stack.client.open(actor("school:school-het-kompas:k.kompas"), intake, "shared")


@pytest.mark.parametrize(
    ("acting_as", "changed", "code"),
    [
        (SCHOOL, {"signals": []}, RefusalCode.NO_SIGNAL),
        (SCHOOL, {"staffInvolved": True}, RefusalCode.STAFF_INVOLVED),
        (SCHOOL, {"guardians": []}, RefusalCode.NO_GUARDIAN_WITH_CUSTODY),
        (CJG, {}, RefusalCode.NOT_ALLOWED),
        ("admin:gemeente:a.admin", {}, RefusalCode.NOT_ALLOWED),
        ("school:cjg:x", {}, RefusalCode.NOT_ALLOWED),
        ("school:nergens:x", {}, RefusalCode.UNKNOWN_ORGANISATION),
    ],
)
async def test_a_refused_opening_leaves_nothing(
    stack: Stack, acting_as: str, changed: dict[str, JsonValue], code: RefusalCode
) -> None:
    """What the protocol refuses is refused before anything is written."""
    before = await stack.store.unstarted(timedelta())
    with pytest.raises(Refused) as refused:
        await stack.client.open(actor(acting_as), an_intake(**changed), f"refused-{code}")
    assert code is refused.value.code
    assert before == await stack.store.unstarted(timedelta())


async def test_the_same_message_counts_once(stack: Stack) -> None:
    """Told again under its id it changes nothing and answers the same."""
    case = await stack.open()
    told = Words("add-signal", {"signals": ["recruitment"]}, actor(SCHOOL), "wat er gezien is", "m-1")
    first = await stack.client.tell(case, *told)
    before = await stack.written(case)
    assert first == await stack.client.tell(case, *told)
    assert before == await stack.written(case)


async def test_an_id_is_not_used_for_something_else(stack: Stack) -> None:
    """Another field, another note or another teller under the same id is refused."""
    case = await stack.open()
    fields: dict[str, JsonValue] = {"signals": ["recruitment"]}
    await stack.client.tell(case, "add-signal", fields, actor(SCHOOL), "een", "m-2")
    others: list[tuple[dict[str, JsonValue], str, str | None]] = [
        ({"signals": ["loverboy_contacts"]}, SCHOOL, "een"),
        (fields, SCHOOL, "twee"),
        (fields, SCHOOL, None),
        (fields, "school:school-de-meent:p.pieters", "een"),
    ]
    for changed, teller, note in others:
        with pytest.raises(Refused) as refused:
            await stack.client.tell(case, "add-signal", changed, actor(teller), note, "m-2")
        assert refused.value.code is RefusalCode.MESSAGE_ID_REUSED


async def test_one_message_told_twice_at_once_counts_once(stack: Stack) -> None:
    """Two clients with the same message id get the same answer."""
    case = await stack.open()
    told = Words("add-signal", {"signals": ["recruitment"]}, actor(SCHOOL), None, "m-3")
    first, second = await asyncio.gather(stack.client.tell(case, *told), stack.client.tell(case, *told))
    assert first == second
    added = [row for row in await stack.store.journal(case) if row.recorded.message_id == "m-3"]
    assert len({row.recorded.number for row in added}) == len(first.events)


async def test_unknown_and_invisible_look_the_same(stack: Stack) -> None:
    """Nobody learns from an answer whether a case exists."""
    case = await stack.open()
    strangers = ("school:school-het-kompas:k", CJG, ZVH, GGD, "partner:nergens:x", "person:guardian-2")
    codes = [await refusal(stack, case, "declare-acute", stranger) for stranger in strangers]
    codes += [await refusal(stack, unknown, "declare-acute") for unknown in ("4c7h-93kt-wd2m", "x", "../case", "é\n")]
    assert {RefusalCode.UNKNOWN_CASE} == set(codes)


async def test_what_the_protocol_refuses_leaves_nothing_and_the_case_goes_on(stack: Stack) -> None:
    """Wrong step, wrong role, missing note, unknown person: a code each, nothing written, and an answer at once."""
    case = await stack.open()
    assert await refusal(stack, case, "confirm-hand-over") is RefusalCode.WRONG_STEP
    assert await refusal(stack, case, "accept-report") is RefusalCode.NOT_ALLOWED
    assert await refusal(stack, case, "declare-acute", "ops:gemeente:o") is RefusalCode.NOT_ALLOWED
    assert await refusal(stack, case, "declare-acute", "zvh:cjg:x") is RefusalCode.NOT_ALLOWED
    assert await refusal(stack, case, "report-non-cooperation", who="parent") is RefusalCode.NOTE_MISSING
    assert await refusal(stack, case, "change-school", to="nergens") is RefusalCode.UNKNOWN_ORGANISATION
    assert "acute_declared" in (await stack.tell(case, "declare-acute")).events


async def test_a_partner_that_declines_says_why(stack: Stack) -> None:
    """Without a reason it is refused at the door and nothing stays; with one it counts, and so does it told again."""
    case = await stack.open()
    await stack.tell(case, "record-police-contact", contact="anonymous_consult")
    await stack.tell(case, "record-pupil-talk", held_by=["mentor"])
    await stack.tell(case, "record-parent-talk", existing_care=False, postponed_for_safety=False, pupil_present=True)
    await stack.tell(case, "request-consent", persons=["pupil", "guardian-1"], parties=["cjg", "ggd"])
    for person in ("pupil", "guardian-1"):
        who = f"person:{person}"
        await stack.tell(case, "answer-consent", who, person=person, answer="granted", channel="link")
    await stack.tell(case, "decide-report", needed=True)
    await stack.tell(case, "accept-report", CJG)
    await stack.tell(case, "set-severity", CJG, severity="low")
    await stack.tell(case, "engage-partners", CJG, partners=["ggd"])
    assert await refusal(stack, case, "answer-partner-request", GGD, answer="decline") is RefusalCode.NOTE_MISSING
    told = await stack.tell(case, "answer-partner-request", GGD, "Geen plaats.", answer="decline")
    assert "partner_answered" in told.events


async def test_a_person_who_is_not_in_the_case_is_refused(stack: Stack) -> None:
    """Consent is asked of the people of the case only."""
    case = await asked_for_consent(stack)
    code = await refusal(stack, case, "request-consent", persons=["guardian-9"], parties=["cjg"])
    assert code is RefusalCode.UNKNOWN_PERSON


async def test_a_date_long_ago_is_refused(stack: Stack) -> None:
    """A year of 1900 is a mistake."""
    case = await stack.open()
    code = await refusal(stack, case, "plan-pupil-talk", held_by=["mentor"], at="1900-01-01T10:00")
    assert code is RefusalCode.DATE_IN_PAST


async def test_a_note_becomes_part_of_the_file(stack: Stack) -> None:
    """It comes back as it was told, emoji included, and nobody finds it in the journal."""
    case, note = await stack.open(), "De moeder van Anna zei: 'nee' 😟"
    await stack.tell(case, "declare-acute", note=note)
    look = AccessEntry(actor=SYSTEM, case_id=case, what="note", purpose="test")
    kept = [await stack.store.note(case, row.note_id, look) for row in await stack.store.notes(case)]
    assert note in kept
    assert "Anna" not in "".join(row.model_dump_json() for row in await stack.store.journal(case))


async def test_staff_are_known_by_a_pseudonym(stack: Stack) -> None:
    """The journal holds no name; capitals and blanks in it make no other person."""
    case = await stack.open()
    await stack.tell(case, "declare-acute", "school:school-de-meent: J.Jansen")
    users = {row.recorded.actor.user for row in await stack.store.journal(case)} - {None}
    assert len(users) == 1
    names = await stack.store.staff_names([user for user in users if user])
    assert [name.casefold() for name in names.values()] == ["j.jansen"]


async def test_a_second_reviewer_is_somebody_else_and_a_pseudonym(stack: Stack) -> None:
    """Who reviews is told by the name they log in with; oneself is refused, however it is spelled."""
    case = await stack.open()
    weighed: dict[str, JsonValue] = {"basis": "right_to_report", "parties": ["cjg"]}
    myself, other = weighed | {"second_reviewer": "J.JANSEN"}, weighed | {"second_reviewer": "P. Pieters"}
    with pytest.raises(Refused) as refused:
        await stack.client.tell(case, "record-legal-basis", myself, actor(SCHOOL), "zes vragen")
    assert refused.value.code is RefusalCode.SECOND_REVIEWER_SAME
    await stack.client.tell(case, "record-legal-basis", other, actor(SCHOOL), "zes vragen")
    assert "ieters" not in "".join(row.model_dump_json() for row in await stack.store.journal(case))


async def test_a_closed_case_changes_no_more(stack: Stack) -> None:
    """Whoever still sees it hears that it is closed; what was told before answers as it did."""
    case = await stack.open()
    told = Words("cancel-case", {"reason": "duplicate"}, actor(SCHOOL), None, "m-4")
    answer = await stack.client.tell(case, *told)
    assert await refusal(stack, case, "declare-acute") is RefusalCode.CASE_CLOSED
    assert answer == await stack.client.tell(case, *told)


async def test_consent_is_withdrawn_from_a_closed_case(stack: Stack) -> None:
    """That is filed with the holder though no workflow runs any more, and once only."""
    case = await handled_at_school(stack)
    told = Words("withdraw-consent", {"person": "guardian-1"}, actor(SCHOOL), None, "m-5")
    answer = await stack.client.tell(case, *told)
    assert "consent_withdrawn" in answer.events
    assert answer == await stack.client.tell(case, *told)
    overview = await stack.store.overview(case)
    assert overview is not None
    consent = overview.case.consent("guardian-1", "cjg")
    assert consent is not None
    assert (Step.CLOSED, ConsentStatus.WITHDRAWN) == (overview.case.step, consent.status)
    assert await refusal(stack, case, "withdraw-consent", person="guardian-1") is RefusalCode.NOTHING_GRANTED
    assert await stack.store.verify() == ()


async def test_two_withdrawals_at_once_both_count_or_one_is_told_why(stack: Stack) -> None:
    """Two people file something in a closed case at the same moment; neither is lost silently."""
    case = await handled_at_school(stack)
    answers = await asyncio.gather(
        *(stack.tell(case, "withdraw-consent", person="guardian-1") for _ in range(2)), return_exceptions=True
    )
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert [RefusalCode.NOTHING_GRANTED] == [answer.code for answer in refused]
    assert await stack.store.verify() == ()


async def test_a_message_id_has_a_form(stack: Stack) -> None:
    """An id with blanks, or of more than 128 signs, is wrong use."""
    case = await stack.open()
    for wrong in ("", "met spatie", "x" * 129, "-begin"):
        with pytest.raises(BadInput):
            await stack.client.tell(case, "declare-acute", {}, actor(SCHOOL), None, wrong)


async def test_nobody_acts_as_the_system() -> None:
    """The system's role is no role on the command line."""
    for text in ("system", "system:x:y", "", "school", "school:", "school::x", "person:", "person:x", "baas:x:y"):
        with pytest.raises(BadInput):
            actor(text)
    assert actor("person:pupil").role is Role.PERSON
