"""Anchors: what a chain alone does not show, shows against the lines that were kept outside."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from store import (
    AccessEntry,
    AnchorKeyInvalid,
    AnchorLine,
    AnchorsBroken,
    Broken,
    Fault,
    Log,
    Store,
    new_signing_key,
    read_lines,
    signing_key,
    verifying_keys,
)
from tests.store import builders as b
from tests.store.anchoring import KEY, back_dated, rehash
from tests.store.raw import connected


@pytest.fixture
async def forger(database: str) -> AsyncIterator[asyncpg.Connection]:
    """Somebody with the owner's rights, who knows how the chains are made."""
    async with connected(database) as connection:
        await connection.execute("SET session_replication_role = replica")
        yield connection


async def told(store: Store) -> b.Story:
    """A case with a journal and with looks at it."""
    story = await b.asked(store)
    await look(store, story)
    return story


async def look(store: Store, story: b.Story) -> None:
    """Somebody looks at a case."""
    await store.log_access(AccessEntry(actor=b.AT_SCHOOL, case_id=story.id, what="people", purpose="test"))


async def found(store: Store, *lines: AnchorLine) -> tuple[Broken, ...]:
    """What an audit with these lines from outside finds."""
    return (await store.audited(lines, KEY.public_key())).broken


async def test_it_is_said_how_much_is_anchored(store: Store) -> None:
    """Rows that were written since the last anchor are counted as not anchored yet."""
    story = await told(store)
    first = await store.take_anchor(KEY)
    anchored = await store.audited([first], KEY.public_key())
    assert (anchored.journal.rows, anchored.access_log.rows) == (first.journal_rows, first.access_rows)
    assert (0, 0) == (anchored.journal.open_chains, anchored.access_log.open_chains)

    await look(store, story)
    later = await store.audited([first], KEY.public_key())

    assert (2, 1, 1) == (later.access_log.rows, later.access_log.anchored_rows, later.access_log.open_chains)
    assert ((), 1, first.at) == (later.broken, later.anchors, later.anchored_until)


async def test_only_what_grew_is_under_the_next_anchor(store: Store) -> None:
    """An hour in which nothing happened has its anchor, too, and each follows on the one before."""
    story = await told(store)
    await told(store)
    first = await store.take_anchor(KEY)
    nothing = await store.take_anchor(KEY)
    await look(store, story)
    third = await store.take_anchor(KEY)
    assert [4, 0, 1] == [line.chains for line in (first, nothing, third)]
    assert [first.digest, nothing.digest] == [nothing.previous, third.previous]
    assert (first, nothing, third) == await store.anchor_lines()
    assert () == await found(store, first, nothing, third)


async def test_a_cut_tail_shows(store: Store, forger: asyncpg.Connection) -> None:
    """The last rows gone and the head put back: the chain fits, and its anchor does not; before it, nothing shows."""
    story = await told(store)
    await forger.execute("DELETE FROM vangnet.journal WHERE case_id = $1 AND number > 2", story.id)
    await rehash(forger, "journal", story.id)
    assert () == await store.verify()

    story = await told(store)
    line = await store.take_anchor(KEY)
    await forger.execute("DELETE FROM vangnet.journal WHERE case_id = $1 AND number > 2", story.id)
    await rehash(forger, "journal", story.id)
    expected = Broken(log=Log.JOURNAL, scope=story.id, number=3, fault=Fault.MISSING, anchor=1)
    assert (expected,) == await found(store, line)


async def test_a_chain_that_is_gone_shows(store: Store, forger: asyncpg.Connection) -> None:
    """A whole access log with its head: nothing of it is left but its anchor."""
    story = await told(store)
    line = await store.take_anchor(KEY)
    await forger.execute("DELETE FROM vangnet.access_log WHERE scope = $1", story.id)
    await forger.execute("DELETE FROM vangnet.access_heads WHERE scope = $1", story.id)
    expected = Broken(log=Log.ACCESS_LOG, scope=story.id, number=1, fault=Fault.MISSING, anchor=1)
    assert (expected,) == await found(store, line)


async def test_a_chain_that_was_hashed_anew_shows(store: Store, forger: asyncpg.Connection) -> None:
    """A row was changed and everything after it made to fit: it shows at the first anchor that knew better."""
    story = await told(store)
    first = await store.take_anchor(KEY)
    last = await forger.fetchval("SELECT max(number) FROM vangnet.journal WHERE case_id = $1", story.id)
    await forger.execute("UPDATE vangnet.journal SET name = 'other' WHERE case_id = $1 AND number = 2", story.id)
    await rehash(forger, "journal", story.id)
    expected = Broken(log=Log.JOURNAL, scope=story.id, number=last, fault=Fault.REHASHED, anchor=1)
    assert (expected,) == await found(store, first)


async def test_anchors_made_to_fit_show_by_the_file(store: Store, forger: asyncpg.Connection) -> None:
    """Heads and rows changed together agree in the database; the signed line from outside does not."""
    story = await told(store)
    first = await store.take_anchor(KEY)
    second = await store.take_anchor(KEY)
    await forger.execute("UPDATE vangnet.journal SET name = 'other' WHERE case_id = $1 AND number = 2", story.id)
    await rehash(forger, "journal", story.id)
    await forger.execute(
        "UPDATE vangnet.anchor_heads AS head SET hash = row.hash FROM vangnet.journal AS row"
        " WHERE head.log = 'journal' AND head.scope = row.case_id AND head.number = row.number"
    )
    assert (Broken(log=Log.ANCHOR, scope="-", number=1, fault=Fault.CHANGED, anchor=1),) == await found(
        store, first, second
    )


async def test_a_back_dated_row_shows(store: Store, forger: asyncpg.Connection) -> None:
    """A look that is said to be older than an anchor which does not know it; also once it was anchored itself."""
    story = await told(store)
    first = await store.take_anchor(KEY)
    await back_dated(forger, story.id, first.at - timedelta(hours=1))
    expected = Broken(log=Log.ACCESS_LOG, scope=story.id, number=2, fault=Fault.BACKDATED)
    assert (expected,) == await found(store, first)
    second = await store.take_anchor(KEY)
    assert (expected,) == await found(store, first, second)


@pytest.mark.parametrize(
    ("change", "number", "fault"),
    [
        ("first_gone", 1, Fault.MISSING),
        ("other_key", 2, Fault.UNSIGNED),
        ("other_order", 2, Fault.UNCHAINED),
        ("database_behind", 2, Fault.MISSING),
        ("other_copy", 2, Fault.CHANGED),
    ],
)
async def test_lines_that_cannot_be_believed_show(
    store: Store, forger: asyncpg.Connection, change: str, number: int, fault: Fault
) -> None:
    """A line taken out of the file, signed by another, out of order, unknown to the database or other than its copy."""
    await told(store)
    lines = [await store.take_anchor(KEY) for _ in range(3)]
    if change == "first_gone":
        del lines[0]
    if change == "other_key":
        lines[1] = lines[1].signed(Ed25519PrivateKey.generate())
    if change == "other_order":
        lines[1] = lines[1].model_copy(update={"previous": lines[1].root}).signed(KEY)
    if change == "database_behind":
        await forger.execute("DELETE FROM vangnet.anchors WHERE anchor > 1")
    if change == "other_copy":
        other = lines[1].model_copy(update={"chains": 7}).signed(KEY)
        await forger.execute("UPDATE vangnet.anchors SET line = $1 WHERE anchor = 2", other.text)
    expected = Broken(log=Log.ANCHOR, scope="-", number=number, fault=fault, anchor=number)
    assert (expected,) == await found(store, *lines)


async def test_a_file_that_is_behind_is_said(store: Store) -> None:
    """Its later lines are missing: nothing is broken, and what they knew counts as not anchored."""
    story = await told(store)
    first = await store.take_anchor(KEY)
    await look(store, story)
    await store.take_anchor(KEY)
    audited = await store.audited([first], KEY.public_key())
    assert ((), 1, 1) == (audited.broken, audited.later_anchors, audited.access_log.open_chains)


async def test_lines_are_read_as_they_were_written(store: Store) -> None:
    """And what is no line is said to be none."""
    await told(store)
    lines = [await store.take_anchor(KEY) for _ in range(2)]
    assert tuple(lines) == read_lines("".join(f"{line.text}\n" for line in lines))
    with pytest.raises(AnchorsBroken):
        read_lines(lines[0].text[:-5])


@pytest.mark.parametrize("table", ["anchors", "anchor_heads"])
async def test_anchors_only_grow(store: Store, database: str, table: str) -> None:
    """Nobody changes one by accident, the owner included."""
    await told(store)
    await store.take_anchor(KEY)
    async with connected(database) as connection:
        with pytest.raises(asyncpg.RestrictViolationError):
            await connection.execute(f"DELETE FROM vangnet.{table}")  # noqa: S608  # the test's own


async def test_keys_follow_on_each_other(store: Store) -> None:
    """After a rotation both keys verify, each for its time; the old one signs nothing behind the new one's lines."""
    old, new = KEY, Ed25519PrivateKey.generate()
    await b.opened(store)
    lines = [await store.take_anchor(key) for key in (old, old, new, new)]
    keys = old.public_key(), new.public_key()

    assert () == (await store.audited(lines, *keys)).broken
    assert [3] == [broken.number for broken in (await store.audited(lines, old.public_key())).broken]
    assert [3] == [broken.number for broken in (await store.audited(lines, *reversed(keys))).broken]
    lines.append(await store.take_anchor(old))
    (broken,) = (await store.audited(lines, *keys)).broken
    assert (5, Fault.UNSIGNED) == (broken.number, broken.fault)


def test_a_file_holds_several_keys() -> None:
    """In the order in which they signed; a file without any is none."""
    pems = [signing_key(new_signing_key().encode()).public_key() for _ in range(2)]
    text = b"".join(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo) for key in pems)

    assert pems == list(verifying_keys(text))
    with pytest.raises(AnchorKeyInvalid):
        verifying_keys(b"# none")
