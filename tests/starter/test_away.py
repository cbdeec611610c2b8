"""Telling cases things while a worker, Temporal or the database is away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from temporalio.client import Client

from protocol.messages import ConfirmHandOver
from protocol.refusals import RefusalCode, Refused
from starter.client import CaseClient
from starter.errors import NotReachable, TakenNotCarriedOut
from starter.standing import find
from starter.submission import read_submission
from store import Content, MessageState
from tests.starter.stack import CJG, REGION, SCHOOL, Stack, Words, actor, an_intake, until

NOWHERE = "127.0.0.1:1"
AWAY = {"TEMPORAL_ADDRESS": NOWHERE}


async def is_recorded(stack: Stack, case: str, message_id: str) -> bool:
    """Whether a case has carried a message out."""
    known = await stack.store.message(case, message_id)
    return known is not None and known.state is not MessageState.STAGED


async def left_as_signals(stack: Stack, case: str) -> int:
    """How many messages Temporal keeps for a case, also when it dies now: a waiting update it would forget."""
    history = await stack.temporal.get_workflow_handle(f"case/{case}").fetch_history()
    return sum(event.workflow_execution_signaled_event_attributes.signal_name == "tell" for event in history.events)


async def test_what_is_told_while_no_worker_runs_counts_once_when_one_comes(stack: Stack) -> None:
    """It is kept, repeating it keeps it once, and the answer comes with the worker."""
    case = await stack.open()
    await stack.rest()
    told = Words("add-signal", {"signals": ["recruitment"]}, actor(SCHOOL), "een notitie", "away-1")
    for _ in range(2):
        with pytest.raises(TakenNotCarriedOut):
            await stack.client.tell(case, *told)
    assert await left_as_signals(stack, case) == 2
    await stack.work()
    await until(lambda: is_recorded(stack, case, "away-1"))
    answer = await stack.client.tell(case, *told)
    assert "signals_added" in answer.events
    added = [row for row in await stack.store.journal(case) if row.recorded.message_id == "away-1"]
    assert len(answer.events) == len(added)
    assert [row.message_id for row in await stack.store.notes(case)].count("away-1") == 1


async def test_what_is_refused_later_is_refused_when_it_is_told_again(stack: Stack) -> None:
    """Nobody waited for the refusal of a kept message; who repeats it hears it, with its step."""
    case = await stack.open()
    await stack.rest()
    told = Words("confirm-hand-over", {}, actor(SCHOOL), "een notitie", "away-2")
    with pytest.raises(TakenNotCarriedOut):
        await stack.client.tell(case, *told)
    await stack.work()
    await until(lambda: is_recorded(stack, case, "away-2"))
    with pytest.raises(Refused) as refused:
        await stack.client.tell(case, *told)
    assert refused.value.code is RefusalCode.WRONG_STEP
    assert "signaal" in refused.value.text
    assert "away-2" not in [row.message_id for row in await stack.store.notes(case)]


async def test_what_was_refused_meanwhile_is_not_answered_as_done(stack: Stack) -> None:
    """Its signal was refused while its update was still under way: the update's answer is that refusal."""
    case = await stack.open()
    await stack.rest()
    with pytest.raises(TakenNotCarriedOut):
        await stack.client.tell(case, "confirm-hand-over", {}, actor(SCHOOL), None, "away-8")
    await stack.work()
    await until(lambda: is_recorded(stack, case, "away-8"))
    found = await find(stack.store, case)
    assert found is not None
    submission = read_submission("confirm-hand-over", {}, actor(SCHOOL), None, "away-8", stack.store.keys)
    told = submission.told(case, ConfirmHandOver(), found.case.number)
    with pytest.raises(Refused) as refused:
        await stack.client._carry(found, told, Content())
    assert refused.value.code is RefusalCode.WRONG_STEP


async def test_a_case_without_a_worker_is_there_all_the_same(stack: Stack) -> None:
    """It shows and keeps what it is told from the moment it is accepted, and is unknown to others."""
    await stack.rest()
    impatient = CaseClient(stack.store, stack.temporal, REGION, patience=timedelta(milliseconds=300))
    case = await impatient.open(actor(SCHOOL), an_intake())
    found = await find(stack.store, case)
    assert found is not None
    assert not found.carried_out
    with pytest.raises(TakenNotCarriedOut):
        await impatient.tell(case, "declare-acute", {}, actor(SCHOOL), None, "away-3")
    with pytest.raises(Refused):
        await impatient.tell(case, "declare-acute", {}, actor(CJG))
    await stack.work()
    await until(lambda: is_recorded(stack, case, "away-3"))


async def test_a_case_is_accepted_while_temporal_is_away_and_starts_when_it_is_told_something(stack: Stack) -> None:
    """The school gets its case number at once; nothing that is told later needs to wait for housekeeping."""
    intake, folder = an_intake(), stack.environment["VANGNET_LOCAL_FOLDER"]
    file = f"{folder}/away.json"
    stack.write(file, intake)
    opened = await stack.run("case", "open", "--as", SCHOOL, "-f", file, "--id", "away-4", around=AWAY)
    case = opened.out.strip()
    assert opened.code == 0
    assert "Temporal" in opened.err
    told = await stack.run("case", "tell", case, "declare-acute", "--as", SCHOOL, "--id", "away-5", around=AWAY)
    assert told.code == 4
    assert "--id away-5" in told.err
    assert case == await stack.open(intake, "away-4")
    answer = await stack.client.tell(case, "declare-acute", {}, actor(SCHOOL), None, "away-5")
    assert "acute_declared" in answer.events


async def test_a_case_whose_start_did_not_get_through_is_started_by_a_message(stack: Stack) -> None:
    """Accepted and not started, it hears the first thing that it is told."""
    opening = await stack.client.accept(actor(SCHOOL), an_intake(), "away-6")
    answer = await stack.tell(opening.case_id, "declare-acute")
    assert "acute_declared" in answer.events


async def test_what_is_wrong_is_said_without_temporal(stack: Stack) -> None:
    """Wrong use, and a case that is not there for somebody, need no server to be answered."""
    case = await stack.open()
    unknown = await stack.run("case", "tell", "4c7h-93kt-wd2m", "declare-acute", "--as", SCHOOL, around=AWAY)
    invisible = await stack.run("case", "tell", case, "declare-acute", "--as", CJG, around=AWAY)
    wrong = await stack.run("case", "tell", case, "declare-acute", "x=1", "--as", SCHOOL, around=AWAY)
    assert (3, 3, 2) == (unknown.code, invisible.code, wrong.code)


async def test_nothing_is_reachable_without_the_database(stack: Stack) -> None:
    """Every command says so in one line."""
    away = {"VANGNET_DATABASE_URL": "postgresql://postgres@127.0.0.1:1/nothing"}
    for command in (("case", "list"), ("case", "show", "4c7h-93kt-wd2m"), ("audit", "verify")):
        ended = await stack.run(*command, "--json", around=away)
        assert ended.code == 4
        assert ended.err.count("\n") == 1
        assert '"code": "store_unavailable"' in ended.err


async def test_a_message_is_kept_when_nothing_answers(stack: Stack) -> None:
    """With Temporal away nothing is known to have changed, and the same id is safe to repeat."""
    case = await stack.open()

    nobody = await Client.connect(NOWHERE, data_converter=stack.temporal.data_converter, lazy=True)
    unreachable = CaseClient(stack.store, nobody, REGION, patience=timedelta(milliseconds=200))
    with pytest.raises(NotReachable):
        await unreachable.tell(case, "declare-acute", {}, actor(SCHOOL), "een notitie", "away-7")
    answer = await stack.client.tell(case, "declare-acute", {}, actor(SCHOOL), "een notitie", "away-7")
    assert "acute_declared" in answer.events


async def test_a_closed_case_is_told_without_temporal(stack: Stack) -> None:
    """No workflow runs for it, so nobody needs Temporal to hear that it is closed."""
    case = await stack.open()
    await stack.tell(case, "cancel-case", reason="duplicate")
    nobody = await Client.connect(NOWHERE, data_converter=stack.temporal.data_converter, lazy=True)
    unreachable = CaseClient(stack.store, nobody, REGION, patience=timedelta(milliseconds=200))
    with pytest.raises(Refused) as refused:
        await unreachable.tell(case, "declare-acute", {}, actor(SCHOOL))
    assert refused.value.code is RefusalCode.CASE_CLOSED
