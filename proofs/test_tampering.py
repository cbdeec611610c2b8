"""A thousand ways to change what must not change, each found at its place; and no alarm over what nobody changed."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from random import Random

import asyncpg
import pytest

from proofs.tampering import ANY_LOG, OF_LOOKS, TABLES, Leaf, Target
from store import AccessEntry, AccessEvent, AnchorLine, Store
from store.chain import GENESIS, chained
from tests.postgres import database, key_ring, postgres, store
from tests.store import builders as b
from tests.store.anchoring import KEY, access_row_digest, journal_digest
from tests.store.raw import connected

__all__ = ["database", "key_ring", "postgres", "store"]

TAMPERINGS = 1_000
_ROUNDS, _CASES = 6, 24
_WHOLE_CASES, _ROWS_OF_EACH = 5_000, 10
_HEADS = {"journal": ("vangnet.cases", "case_id"), "access_log": ("vangnet.access_heads", "scope")}


@pytest.fixture
async def forger(database: str) -> AsyncIterator[asyncpg.Connection]:
    """Somebody with the owner's rights."""
    async with connected(database) as connection:
        await connection.execute("SET session_replication_role = replica")
        yield connection


async def grown(store: Store, chance: Random) -> list[AnchorLine]:
    """Cases that grow between anchors, some of them and by different things; in the end all is anchored."""
    stories = [await b.opened(store) for _ in range(_CASES)]
    left = {story.id: [b.pupil_talk(), b.parent_talk(), b.ask_consent()] for story in stories}
    for story in stories:
        await looked(store, story, chance)
        await looked(store, story, chance)
    lines = [await store.take_anchor(KEY)]
    for _ in range(_ROUNDS):
        for story in chance.sample(stories, _CASES // 2):
            await looked(store, story, chance)
            if left[story.id] and chance.random() < 0.7:
                await b.told_and_recorded(store, story, left[story.id].pop(0))
        lines.append(await store.take_anchor(KEY))
    return lines


async def looked(store: Store, story: b.Story, chance: Random) -> None:
    """Somebody looks, at something."""
    event, what = chance.choice(tuple(AccessEvent)), chance.choice(("people", "state", "journal"))
    await store.log_access(
        AccessEntry(actor=b.AT_SCHOOL, case_id=story.id, what=what, purpose="proef", event=event, subject="pupil")
    )


async def targets(forger: asyncpg.Connection) -> list[Target]:
    """Every chain with enough rows to do anything to."""
    rows = await forger.fetch("SELECT log, scope, number, anchor FROM vangnet.anchor_heads ORDER BY log, scope, number")
    leaves: dict[tuple[str, str], list[Leaf]] = {}
    for row in rows:
        leaves.setdefault((row["log"], row["scope"]), []).append(Leaf(row["number"], row["anchor"]))
    found = [Target(log, scope, known[-1].number, tuple(known)) for (log, scope), known in leaves.items()]
    return [target for target in found if target.last > 1]


async def keep(forger: asyncpg.Connection) -> None:
    """Lay a copy of everything aside."""
    for table in ("journal", "access_log", "cases", "access_heads", "anchor_heads"):
        await forger.execute(f"CREATE TEMPORARY TABLE kept_{table} AS SELECT * FROM vangnet.{table}")  # noqa: S608


async def put_back(forger: asyncpg.Connection, at: Target) -> None:
    """Undo what was done to one chain."""
    for table, key in (TABLES[at.log], _HEADS[at.log], ("vangnet.anchor_heads", "scope")):
        kept = table.replace("vangnet.", "kept_")
        await forger.execute(f"DELETE FROM {table} WHERE {key} = $1", at.scope)  # noqa: S608
        await forger.execute(f"INSERT INTO {table} SELECT * FROM {kept} WHERE {key} = $1", at.scope)  # noqa: S608


async def test_a_thousand_tamperings_are_found(
    store: Store, forger: asyncpg.Connection, seed: int, figures: list[str]
) -> None:
    """Changed rows at the row; cuts and what was hashed anew at the first anchor that fails; nothing else."""
    chance = Random(seed)  # noqa: S311  # choices, no secrets
    lines, key = await grown(store, chance), KEY.public_key()
    await keep(forger)
    all_targets, done = await targets(forger), dict[str, int]()
    assert () == (await store.audited(lines, key)).broken
    for _ in range(TAMPERINGS):
        at = chance.choice(all_targets)
        tampering = chance.choice(OF_LOOKS if at.log == "access_log" else ANY_LOG)
        expected = await tampering(forger, at, chance)
        found = (await store.audited(lines, key)).broken
        assert [expected] == [
            broken if expected.anchor else broken.model_copy(update={"anchor": None}) for broken in found
        ], (tampering.__name__, at)
        await put_back(forger, at)
        done[tampering.__name__] = done.get(tampering.__name__, 0) + 1
    assert () == (await store.audited(lines, key)).broken
    figures.append(f"{sum(done.values())} tamperings found of {TAMPERINGS}: {done}")


async def test_a_hundred_thousand_untouched_rows_alarm_nobody(
    store: Store, forger: asyncpg.Connection, figures: list[str]
) -> None:
    """Nothing is found, all of it is anchored, and it takes seconds."""
    await many_rows(store, forger)
    began = time.monotonic()
    line = await store.take_anchor(KEY)
    anchored, worked = time.monotonic(), time.process_time()
    audited = await store.audited([line], KEY.public_key())
    checked, worked = time.monotonic(), time.process_time() - worked
    nothing = await store.take_anchor(KEY)
    again = time.monotonic()

    rows = audited.journal.rows + audited.access_log.rows
    assert () == audited.broken
    assert rows == audited.journal.anchored_rows + audited.access_log.anchored_rows >= 100_000
    assert (rows, 0) == (line.journal_rows + line.access_rows, nothing.chains)
    figures.append(
        f"{rows} untouched rows in {line.chains} chains: 0 alarms; anchored in {anchored - began:.2f} s, "
        f"audited in {checked - anchored:.2f} s ({worked:.2f} s of it our own work), the next anchor of nothing new in {again - checked:.2f} s"
    )


async def many_rows(store: Store, forger: asyncpg.Connection) -> None:
    """One case's journal and looks many times over, each under a number of its own, with chains that fit."""
    story = await b.asked(store)
    journal = [dict(row) for row in await _rows(forger, "journal", "case_id", story.id)][:_ROWS_OF_EACH]
    case = dict((await _rows(forger, "cases", "case_id", story.id))[0])
    for _ in range(_ROWS_OF_EACH):
        await looked(store, story, Random(1))  # noqa: S311
    looks = [dict(row) for row in await _rows(forger, "access_log", "scope", story.id)]
    copies = [f"{number:04d}-veel-0000" for number in range(_WHOLE_CASES)]
    for scope in copies:
        _hash_anew(journal, "case_id", scope)
    await _copy(forger, "cases", [case | {"case_id": scope, **_head(journal, "case_id", scope)} for scope in copies])
    await _copy(forger, "journal", [row for scope in copies for row in _hash_anew(journal, "case_id", scope)])
    heads = [
        {"scope": scope, "number": len(looks), "hash": _hash_anew(looks, "scope", scope)[-1]["hash"]}
        for scope in copies
    ]
    await _copy(forger, "access_heads", heads)
    await _copy(forger, "access_log", [row for scope in copies for row in _hash_anew(looks, "scope", scope)])
    await forger.execute("ANALYZE")  # a database that grew by itself did that long ago


async def _rows(forger: asyncpg.Connection, table: str, key: str, value: str) -> list[asyncpg.Record]:
    order = "" if table == "cases" else " ORDER BY number"
    return list(await forger.fetch(f"SELECT * FROM vangnet.{table} WHERE {key} = $1{order}", value))  # noqa: S608


async def _copy(forger: asyncpg.Connection, table: str, rows: list[dict[str, object]]) -> None:
    columns = list(rows[0])
    records = [tuple(row[name] for name in columns) for row in rows]
    await forger.copy_records_to_table(table, schema_name="vangnet", columns=columns, records=records)


def _head(rows: list[dict[str, object]], key: str, scope: str) -> dict[str, object]:
    last = _hash_anew(rows, key, scope)[-1]
    return {"head_number": last["number"], "head_hash": last["hash"]}


def _hash_anew(rows: list[dict[str, object]], key: str, scope: str) -> list[dict[str, object]]:
    previous, found = GENESIS, list[dict[str, object]]()
    for row in rows:
        made = row | {key: scope}
        digest = journal_digest(made) if key == "case_id" else access_row_digest(made)
        made |= {"digest": digest, "hash": chained(previous, digest, row["written_at"])}  # type: ignore[arg-type]
        if key == "case_id":
            made["prev_hash"] = previous
        previous = made["hash"]  # type: ignore[assignment]
        found.append(made)
    return found
