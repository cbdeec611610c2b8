"""The numbers that watching begins with, as the store counts them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from protocol import messages as m
from protocol import vocabulary as v
from protocol.messages import SYSTEM
from starter.cli.backing_up import NotBackedUp, backup
from store import BACKUP, AccessEntry, AccessEvent, Content, Figures, Store
from store.figures import UNHEARD_AFTER
from tests.store import builders as b

_AGO = timedelta(minutes=20)
_MINUTE = timedelta(minutes=1)


async def _done(database: str, statement: str, *arguments: object) -> None:
    connection = await asyncpg.connect(database)
    try:
        await connection.execute(statement, *arguments)
    finally:
        await connection.close()


def _long(found: timedelta) -> bool:
    return _AGO <= found < _AGO + _MINUTE


async def test_nothing_is_told_as_nothing(store: Store) -> None:
    """With no cases every number is there, and zero: what is missing could not be told from what is not asked."""
    found = await store.figures()
    assert {step: 0 for step in v.Step if step is not v.Step.CLOSED} == found.open_cases
    waiting = (found.overdue, found.unsent, found.unstarted, found.waiting, found.untold)
    assert [(0, timedelta(0))] * 5 == [(each.many, each.longest) for each in waiting]
    assert (0, None, 0) == (found.unheard, found.anchored_at, await store.behind_journal())


async def test_open_cases_are_counted_by_step(store: Store) -> None:
    """A closed case is not among them."""
    await b.opened(store)
    await b.asked(store)
    closed = await b.opened(store)
    await b.told_and_recorded(store, closed, m.CancelCase(reason=v.CancelReason.DUPLICATE))
    found = await store.figures()
    assert {v.Step.SIGNAL: 1, v.Step.PARENT_TALK: 1} == {step: many for step, many in found.open_cases.items() if many}


async def test_a_deadline_that_nobody_heard_of_is_told_apart(store: Store) -> None:
    """Overdue is who was told and did nothing; unheard is a case that slept through it."""
    long_ago = datetime.now(UTC) - timedelta(days=30)
    told, slept = (b.Story(b.opening(), long_ago) for _ in range(2))
    for story in (told, slept):
        await b.opened(store, story)
    assert told.case is not None
    due = min(told.case.deadlines, key=lambda deadline: deadline.due_at)
    told.now = due.due_at
    await store.record(told.tell_from_system(m.DeadlinePassed(task=due.task, subject=due.subject, since=due.since)))

    found = await store.figures()

    assert (2, 1) == (found.overdue.many, found.unheard)
    assert timedelta(seconds=2) > abs(found.overdue.longest - (datetime.now(UTC) - due.due_at))


async def test_a_deadline_of_a_moment_ago_is_still_being_heard(store: Store, database: str) -> None:
    """A case that was busy, or whose worker just died, is no alarm for some minutes."""
    await b.opened(store)
    await _done(
        database, "UPDATE vangnet.overview SET due_at = now() - $1::interval, at = now() - interval '1 day'", _MINUTE
    )
    assert (1, 0) == ((await store.figures()).overdue.many, (await store.figures()).unheard)
    await _done(database, "UPDATE vangnet.overview SET due_at = now() - $1::interval", UNHEARD_AFTER + _MINUTE)
    assert 1 == (await store.figures()).unheard


async def test_a_case_of_which_days_were_skipped_goes_by_its_own_clock(store: Store) -> None:
    """What is ahead of the wall is overdue by its own time."""
    story = await b.opened(store)
    assert 0 == (await store.figures()).overdue.many
    await store.move_clock(story.id, timedelta(days=30))
    assert 1 == (await store.figures()).overdue.many


@pytest.mark.parametrize(
    ("waits", "since"),
    [
        ("unsent", "UPDATE vangnet.notices SET created_at = now() - $1::interval"),
        ("unstarted", "UPDATE vangnet.cases SET opened_at = now() - $1::interval"),
        ("waiting", "UPDATE vangnet.messages SET staged_at = staged_at - $1::interval"),
    ],
)
async def test_what_waits_is_counted_with_how_long(store: Store, database: str, waits: str, since: str) -> None:
    """Notices that are not sent, cases that were not started, messages that were not carried out."""
    story = await b.asked(store)
    await store.stage(story.id, b.told(b.plan_talk()), Content())
    await _done(database, since, _AGO)

    found = getattr(await store.figures(), waits)

    assert found.many >= 1
    assert _long(found.longest)


async def test_what_was_never_taken_does_not_wait_for_ever(store: Store) -> None:
    """Somebody's page broke off before their message was told: what was told after it is carried out."""
    story = await b.opened(store)
    await store.stage(story.id, b.told(b.plan_talk()), Content())
    assert 1 == (await store.figures()).waiting.many
    await b.told_and_recorded(store, story, b.pupil_talk())
    assert 0 == (await store.figures()).waiting.many


async def test_a_case_behind_its_journal_is_counted(store: Store, database: str) -> None:
    """After a restore the overview may be of another moment than the journal."""
    await b.opened(store)
    await _done(database, "UPDATE vangnet.overview SET number = number - 1")
    assert 1 == await store.behind_journal()


_OLDER = "SET session_replication_role = replica; UPDATE vangnet.access_log SET written_at = written_at - interval '{}'"


async def test_the_last_backup_is_found_in_the_access_log(store: Store, database: str) -> None:
    """The latest that was noted, for figures and check; a day and more ago is too long, and after eight days there is none."""
    assert await store.backed_up() is None
    assert "geen genoteerd" in await backup(store)
    noted = AccessEntry(actor=SYSTEM, what=BACKUP, purpose="test", event=AccessEvent.EXPORT)
    await store.log_access(noted)
    last = await store.backed_up()
    assert last is not None
    await store.log_access(noted.model_copy(update={"what": "people"}))
    assert last == await store.backed_up()
    assert f"de laatste van {last:%Y-%m-%d %H:%M} UTC" == await backup(store)
    await _done(database, _OLDER.format("27 hours"))
    with pytest.raises(NotBackedUp, match="is de volgende mislukt"):
        await backup(store)
    await _done(database, _OLDER.format("8 days"))
    assert await store.backed_up() is None


def test_the_numbers_name_nobody() -> None:
    """Of all that is counted nothing is an id or a text."""
    assert {"open_cases", "overdue", "unheard", "unsent", "unstarted", "waiting", "untold", "anchored_at"} == set(
        Figures.model_fields
    )
