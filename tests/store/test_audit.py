"""The audit: what was changed behind the store's back shows."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from store import AccessEntry, Broken, Fault, Log, Store
from tests.store import builders as b
from tests.store.raw import connected, tampered

_ROW = "SELECT case_id, {number}, at, written_at, actor, message_id, told_digest, note_id, name, data, digest, prev_hash, hash"


def _broken(story: b.Story, number: int, fault: Fault) -> tuple[Broken, ...]:
    return (Broken(log=Log.JOURNAL, scope=story.id, number=number, fault=fault),)


async def test_an_untouched_journal_is_intact(store: Store) -> None:
    """Several cases, told several things, looked at: nothing is broken."""
    for _ in range(3):
        story = await b.asked(store)
        await store.people(story.id, AccessEntry(actor=b.AT_SCHOOL, case_id=story.id, what="people", purpose="test"))
    await store.open_case(b.opening(), b.intake())
    assert () == await store.verify()


@pytest.mark.parametrize(
    "change",
    [
        "at = at + interval '1 second'",
        """actor = actor || '{"user": "s-other"}'""",
        "message_id = 'other'",
        "told_digest = 'other'",
        "note_id = 'other'",
        "name = 'other'",
        """data = data || '{"extra": 1}'""",
    ],
)
async def test_a_changed_row_shows(store: Store, database: str, change: str) -> None:
    """Whatever of its content was changed."""
    await b.asked(store)
    story = await b.asked(store)
    await tampered(database, f"UPDATE vangnet.journal SET {change} WHERE case_id = '{story.id}' AND number = 3")  # noqa: S608  # the test's own
    assert _broken(story, 3, Fault.CHANGED) == await store.verify()


@pytest.mark.parametrize("change", ["written_at = written_at + interval '1 day'", "hash = sha256(hash)"])
async def test_a_row_that_does_not_fit_the_chain_shows(store: Store, database: str, change: str) -> None:
    """Also when its own digest was made to fit, or its time of writing was changed."""
    story = await b.asked(store)
    await tampered(database, f"UPDATE vangnet.journal SET {change} WHERE number = 3")  # noqa: S608  # the test's own
    assert _broken(story, 3, Fault.UNCHAINED) == await store.verify()


async def test_a_row_taken_out_shows(store: Store, database: str) -> None:
    """In the middle, at the start, and the whole tail."""
    story = await b.asked(store)
    async with connected(database) as connection:
        last = await connection.fetchval("SELECT max(number) FROM vangnet.journal")
    await tampered(database, f"DELETE FROM vangnet.journal WHERE number = {last}")  # noqa: S608  # the test's own
    assert _broken(story, last, Fault.MISSING) == await store.verify()
    await tampered(database, "DELETE FROM vangnet.journal WHERE number = 4")
    assert _broken(story, 4, Fault.MISSING) == await store.verify()
    await tampered(database, "DELETE FROM vangnet.journal")
    assert _broken(story, 1, Fault.MISSING) == await store.verify()


async def test_a_row_put_in_shows(store: Store, database: str) -> None:
    """A row after the last one, which no turn recorded."""
    story = await b.asked(store)
    async with connected(database) as connection:
        last = await connection.fetchval("SELECT max(number) FROM vangnet.journal")
    copied = _ROW.format(number=last + 1)
    await tampered(
        database, f"INSERT INTO vangnet.journal {copied} FROM vangnet.journal WHERE number = {last}"
    )  # the test's own
    assert _broken(story, last + 1, Fault.INSERTED) == await store.verify()


async def test_a_replaced_row_shows(store: Store, database: str) -> None:
    """Two rows that changed places are both intact in themselves, and still show."""
    story = await b.asked(store)
    await tampered(
        database,
        "UPDATE vangnet.journal SET number = -number WHERE number IN (3, 4)",
        "UPDATE vangnet.journal SET number = 7 + number WHERE number < 0",
    )
    assert _broken(story, 3, Fault.CHANGED) == await store.verify()


async def test_the_access_log_is_chained_too(store: Store, database: str) -> None:
    """A look that was taken out, or given to somebody else, shows; looks at the same moment do not."""
    story = await b.opened(store)
    entry = AccessEntry(actor=b.AT_SCHOOL, case_id=story.id, what="people", purpose="test")
    await asyncio.gather(*(store.log_access(entry) for _ in range(20)))
    assert () == await store.verify()
    await tampered(database, "UPDATE vangnet.access_log SET user_id = 's-other' WHERE number = 7")
    expected = Broken(log=Log.ACCESS_LOG, scope=story.id, number=7, fault=Fault.CHANGED)
    assert (expected,) == await store.verify()
    await tampered(database, "DELETE FROM vangnet.access_log WHERE number = 5")
    expected = Broken(log=Log.ACCESS_LOG, scope=story.id, number=5, fault=Fault.MISSING)
    assert (expected,) == await store.verify()


@pytest.mark.parametrize("table", ["journal", "access_log"])
@pytest.mark.parametrize(
    "change", ["UPDATE vangnet.{} SET at = now()", "DELETE FROM vangnet.{}", "TRUNCATE vangnet.{}"]
)
async def test_logs_only_grow(store: Store, database: str, table: str, change: str) -> None:
    """Nobody changes a row by accident, the owner included."""
    story = await b.opened(store)
    await store.log_access(AccessEntry(actor=b.AT_SCHOOL, case_id=story.id, what="people", purpose="test"))
    async with connected(database) as connection:
        with pytest.raises(asyncpg.RestrictViolationError):
            await connection.execute(change.format(table))
