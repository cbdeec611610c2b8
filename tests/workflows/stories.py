"""How a case comes to where a test begins: told step by step, through the door."""

from __future__ import annotations

from pydantic import JsonValue

from protocol.case import Case
from tests.workflows.case import ToldCase
from tests.workflows.names import CJG, GGD, SCHOOL, VEILIG_THUIS, WIJKAGENT, ZVH

EVERYBODY = (CJG, VEILIG_THUIS, ZVH, GGD, WIJKAGENT)


async def talked(case: ToldCase) -> ToldCase:
    """Steps 2 and 3: the talks were held."""
    await case.told(SCHOOL, "record_pupil_talk", held_by=["mentor"])
    await parents_talked(case)
    return case


async def parents_talked(case: ToldCase) -> None:
    """Step 3: the talk with the parents was held."""
    await case.told(SCHOOL, "record_parent_talk", existing_care=False, postponed_for_safety=False, pupil_present=True)


async def asked(case: ToldCase, *parties: str) -> Case:
    """Everybody who must consent is asked, for the CJG or for these."""
    await talked(case)
    return await asked_only(case, *parties)


async def asked_only(case: ToldCase, *parties: str) -> Case:
    """The talks were held already; now everybody is asked."""
    persons: list[JsonValue] = list((await case.state()).who_must_consent)
    await case.told(SCHOOL, "request_consent", persons=persons, parties=list(parties or (CJG,)))
    return await case.state()


async def answers(case: ToldCase, person: str, answer: str = "granted") -> None:
    """Somebody answers by the link."""
    await case.told(person, "answer_consent", person=person, answer=answer, channel="link")


async def consented(case: ToldCase, *parties: str) -> ToldCase:
    """Everybody said yes, for everybody or for these."""
    for person in (await asked(case, *(parties or EVERYBODY))).who_must_consent:
        await answers(case, person)
    return case


async def reported(case: ToldCase, *parties: str) -> ToldCase:
    """Step 4: the CJG is asked to take it."""
    await consented(case, *parties)
    await case.told(SCHOOL, "decide_report", needed=True)
    return case


async def coordinated(case: ToldCase, *parties: str) -> ToldCase:
    """Step 5: the CJG coordinates, and weighed the case."""
    await reported(case, *parties)
    await case.told(CJG, "accept_report")
    await case.told(CJG, "set_severity", severity="medium")
    return case


async def coordinating(case: ToldCase) -> ToldCase:
    """Step 7, without a meeting."""
    await coordinated(case)
    await case.told(CJG, "decide_network_meeting", needed=False)
    return case


async def escalated(case: ToldCase) -> ToldCase:
    """The ZVH directs, in step partners."""
    await coordinated(case)
    await case.told(CJG, "escalate", reason="more_partners_needed")
    await case.told(ZVH, "accept_escalation")
    return case


async def handed_back(case: ToldCase) -> ToldCase:
    """The file goes back to school."""
    await coordinating(case)
    await case.told(CJG, "de_escalate", reason="goal_reached")
    return case


async def closed(case: ToldCase) -> ToldCase:
    """The school has it back."""
    await handed_back(case)
    await case.told(SCHOOL, "confirm_hand_over")
    return case
