"""Housekeeping against a real Temporal server: late starts, birthdays, leftovers."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment

from activities.housekeeping import Housekeeping, Looked
from protocol import vocabulary as v
from protocol.messages import SYSTEM, Actor, AgeReached, Told
from protocol.vocabulary import Role
from store import Content, MessageState, Opening, Proposed, Store
from tests.store.builders import NOTE, SCHOOL, asked, intake, note_id, opened, opening, plan_talk, told


@pytest.fixture(scope="session")
async def temporal() -> AsyncIterator[Client]:
    """A Temporal server of our own."""
    async with await WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter,
        dev_server_existing_path=str(Path(sys.executable).parent / "temporal"),
        dev_server_log_level="error",
    ) as environment:
        yield environment.client


@pytest.fixture
def housekeeping(temporal: Client, store: Store) -> Housekeeping:
    """Housekeeping that starts a workflow of which only the id matters here."""

    async def start(accepted: Opening) -> None:
        await start_once(temporal, accepted.case_id)

    return Housekeeping(temporal, store, start)


async def start_once(temporal: Client, case_id: str) -> None:
    """Start a case's workflow unless it was ever started; no worker has to take it up."""
    try:
        await temporal.start_workflow(
            "Case",
            id=f"case/{case_id}",
            task_queue="nobody",
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        )
    except WorkflowAlreadyStartedError:
        return


async def let_pass(database: str, table: str, column: str, by: timedelta) -> None:
    """Make what was written in the database look this much older."""
    connection = await asyncpg.connect(database)
    await connection.execute(f"UPDATE vangnet.{table} SET {column} = {column} - $1::interval", by)  # noqa: S608
    await connection.close()


async def accepted(store: Store) -> Opening:
    """A case that was accepted, and nothing more."""
    case = opening()
    await store.open_case(case, intake())
    return case


async def runs(temporal: Client, case_id: str) -> bool:
    """Whether a workflow of this case is there."""
    try:
        await temporal.get_workflow_handle(f"case/{case_id}").describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return True


async def heard(temporal: Client, case_id: str) -> list[Told]:
    """What was told to a case by signal."""
    history = await temporal.get_workflow_handle(f"case/{case_id}").fetch_history()
    signals = [e for e in history.events if e.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED]
    payloads = [e.workflow_execution_signaled_event_attributes.input.payloads[0] for e in signals]
    return [Told.model_validate_json(payload.data) for payload in payloads]


async def test_a_case_whose_start_did_not_get_through_is_started(
    database: str, store: Store, temporal: Client, housekeeping: Housekeeping
) -> None:
    """A case that was accepted while Temporal was away is started once, a young one is left to its opener."""
    old = await accepted(store)
    await let_pass(database, "cases", "opened_at", timedelta(minutes=5))
    young = await accepted(store)

    assert await ActivityEnvironment().run(housekeeping.start_unstarted) == Looked(done=1)
    assert await runs(temporal, old.case_id)
    assert not await runs(temporal, young.case_id)
    assert await ActivityEnvironment().run(housekeeping.start_unstarted) == Looked()


async def test_a_case_that_was_started_after_all_is_only_noted(
    database: str, store: Store, temporal: Client, housekeeping: Housekeeping
) -> None:
    """The start got through and only the note of it was lost: nothing is started twice."""
    case = await accepted(store)
    await let_pass(database, "cases", "opened_at", timedelta(minutes=5))
    await start_once(temporal, case.case_id)

    assert await ActivityEnvironment().run(housekeeping.start_unstarted) == Looked(done=1)
    assert await store.unstarted(timedelta()) == ()


async def test_what_cannot_be_started_now_is_left_for_the_next_run(
    database: str, store: Store, temporal: Client
) -> None:
    """While Temporal refuses, nothing is noted as started."""
    await accepted(store)
    await let_pass(database, "cases", "opened_at", timedelta(minutes=5))

    async def refuse(_: Opening) -> None:
        raise RPCError("away", RPCStatusCode.UNAVAILABLE, b"")

    looked = await ActivityEnvironment().run(Housekeeping(temporal, store, refuse).start_unstarted)
    assert looked == Looked(left=1)
    assert len(await store.unstarted(timedelta())) == 1


async def test_a_birthday_that_matters_is_told_without_the_date(
    store: Store, temporal: Client, housekeeping: Housekeeping
) -> None:
    """On the day the pupil is sixteen the case hears the band, and nothing closer to a date of birth."""
    story = await opened(store)
    await start_once(temporal, story.id)
    born = intake().pupil.date_of_birth
    eve, day = date(born.year + 16, born.month, born.day - 1), date(born.year + 16, born.month, born.day)

    assert await ActivityEnvironment().run(housekeeping.tell_ages, eve) == Looked()
    assert await ActivityEnvironment().run(housekeeping.tell_ages, day) == Looked(done=1)
    (news,) = await heard(temporal, story.id)
    assert news.message == AgeReached(age=v.AgeBand.FROM_16)
    assert news.actor == SYSTEM


async def test_a_birthday_that_is_told_twice_is_the_same_message(
    store: Store, temporal: Client, housekeeping: Housekeeping
) -> None:
    """Told again before the case took it, a birthday has the same id and digest: it counts once."""
    story = await opened(store)
    await start_once(temporal, story.id)
    for _ in range(2):
        await ActivityEnvironment().run(housekeeping.tell_ages, date(2031, 6, 1))

    first, second = await heard(temporal, story.id)
    assert first == second


async def test_a_case_without_a_workflow_holds_no_other_up(
    store: Store, temporal: Client, housekeeping: Housekeeping
) -> None:
    """One case that cannot be told is counted and passed by."""
    await opened(store)
    story = await opened(store)
    await start_once(temporal, story.id)

    looked = await ActivityEnvironment().run(housekeeping.tell_ages, date(2031, 6, 1))
    assert looked == Looked(done=1, left=1)
    assert len(await heard(temporal, story.id)) == 1


async def test_leftovers_of_a_month_are_dropped(database: str, store: Store, housekeeping: Housekeeping) -> None:
    """A message that no case ever took goes with its note after thirty days, not before."""
    story = await opened(store)
    for days in (2, 29):
        await store.stage(story.id, told(plan_talk(), note=note_id()), Content(note=NOTE))
        await let_pass(database, "messages", "staged_at", timedelta(days=days))

    assert await ActivityEnvironment().run(housekeeping.drop_leftovers) == Looked(done=1)
    assert await ActivityEnvironment().run(housekeeping.drop_leftovers) == Looked()
    opening_message = await store.message(story.id, story.opening.told.id)
    assert opening_message is not None
    assert opening_message.state is MessageState.RECORDED


async def test_what_nobody_finished_is_emptied(database: str, store: Store, housekeeping: Housekeeping) -> None:
    """A draft goes a fortnight after its last change, and what a proposal held when its time is over."""
    story, now = await opened(store), datetime.now(UTC)
    writer = Actor(role=Role.SCHOOL, organisation=SCHOOL, user="s-schrijver")
    proposed = Proposed(writer, {"basis": "other", "parties": ["ggd"]}, NOTE)
    for name, until in (("waits", now + timedelta(days=1)), ("over", now - timedelta(minutes=1))):
        await store.begin_draft(writer, name, "signalen", NOTE)
        await store.ask_review(story.id, name, "record_legal_basis", "s-schrijver", proposed, until)
    connection = await asyncpg.connect(database)
    await connection.execute(
        "UPDATE vangnet.drafts SET changed_at = now() - interval '15 days' WHERE draft_id = 'over'"
    )

    assert await ActivityEnvironment().run(housekeeping.drop_leftovers) == Looked(done=2)

    left = await connection.fetch("SELECT message_id, state, sealed IS NULL AS empty FROM vangnet.reviews ORDER BY 1")
    await connection.close()
    assert [tuple(row) for row in left] == [("over", "expired", True), ("waits", "waiting", False)]
    assert ["waits"] == [line.id for line in await store.drafts(writer)]


async def test_cases_whose_notices_wait_for_long_are_found(
    database: str, store: Store, housekeeping: Housekeeping
) -> None:
    """A notice that nobody sends is found, so that a closed case's is sent too."""
    story = await asked(store)
    assert await ActivityEnvironment().run(housekeeping.undelivered) == ()
    await let_pass(database, "notices", "created_at", timedelta(hours=2))

    assert await ActivityEnvironment().run(housekeeping.undelivered) == (story.id,)
