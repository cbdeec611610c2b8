"""Letting days pass for one case."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from protocol.refusals import RefusalCode, Refused
from protocol.vocabulary import ConsentStatus, EscalationStatus
from starter.clock import forward
from starter.errors import TakenNotCarriedOut
from starter.standing import Standing, find
from tests.starter.stack import SCHOOL, Stack


async def standing(stack: Stack, case: str) -> Standing:
    """How a case stands."""
    found = await find(stack.store, case)
    assert found is not None
    return found


async def test_days_pass_with_everything_that_they_bring(stack: Stack) -> None:
    """Nobody answers for six days: no answer; nobody decides for six more: it escalates by itself."""
    case = await stack.open()
    await stack.tell(case, "record-pupil-talk", held_by=["mentor"])
    await stack.tell(case, "record-parent-talk", existing_care=False, postponed_for_safety=False, pupil_present=True)
    await stack.tell(case, "request-consent", persons=["pupil", "guardian-1"], parties=["cjg"])
    await forward(stack.temporal, stack.store, case, timedelta(days=8))
    consent = (await standing(stack, case)).case.consent("guardian-1", "cjg")
    assert consent is not None
    assert consent.status is ConsentStatus.NO_ANSWER
    await forward(stack.temporal, stack.store, case, timedelta(days=8))
    assert (await standing(stack, case)).case.escalation.status is EscalationStatus.REQUESTED


async def test_the_cases_clock_is_ahead_by_what_passed(stack: Stack) -> None:
    """Twice three days are six, whatever was recorded on the way; other cases stay where they are."""
    case, other = await stack.open(), await stack.open()
    for _ in range(2):
        await forward(stack.temporal, stack.store, case, timedelta(days=3))
    ahead = (await standing(stack, case)).now - datetime.now(UTC)
    assert abs(ahead - timedelta(days=6)) < timedelta(minutes=1)
    assert abs((await standing(stack, other)).now - datetime.now(UTC)) < timedelta(minutes=1)
    shown = json.loads((await stack.run("case", "list", "--overdue", "--json", "--limit", "1000")).out)
    assert {case: True, other: False} == {each: each in [row["caseId"] for row in shown] for each in (case, other)}


async def test_by_command_line(stack: Stack) -> None:
    """It prints what time it is for the case now."""
    case = await stack.open()
    ended = await stack.run("clock", "forward", case, "2w", "--json")
    assert ended.code == 0
    now = datetime.fromisoformat(json.loads(ended.out)["now"])
    assert abs(now - datetime.now(UTC) - timedelta(weeks=2)) < timedelta(minutes=1)
    told = await stack.tell(case, "add-signal", SCHOOL, signals=["recruitment"])
    written = [row.recorded.at for row in await stack.store.journal(case) if row.recorded.number == told.number]
    assert written[0] >= now


async def test_time_does_not_pass_for_a_closed_or_unknown_case(stack: Stack) -> None:
    """There is nothing to wait for."""
    case = await stack.open()
    await stack.tell(case, "cancel-case", reason="duplicate")
    for each, code in ((case, RefusalCode.CASE_CLOSED), ("4c7h-93kt-wd2m", RefusalCode.UNKNOWN_CASE)):
        with pytest.raises(Refused) as refused:
            await forward(stack.temporal, stack.store, each, timedelta(days=1))
        assert refused.value.code is code


async def test_without_a_worker_it_is_not_carried_out(stack: Stack) -> None:
    """It says so after its patience, and the case catches up when a worker comes."""
    case = await stack.open()
    await stack.rest()
    with pytest.raises(TakenNotCarriedOut):
        await forward(stack.temporal, stack.store, case, timedelta(days=5), patience=timedelta(seconds=2))
