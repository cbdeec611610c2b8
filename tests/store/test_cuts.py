"""Journal and access log go when their time is over, and the audit tells that from a log that somebody cut."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest

from protocol.keeping import Part
from protocol.retention import Act, HoldGround, due, parts_gone_by
from protocol.rights import RequestState, Right
from store import NO_CASE, AccessEntry, AnchorLine, Asked, Broken, Fault, Log, Store
from tests.store import builders as b
from tests.store.anchoring import KEY, rehash
from tests.store.closed_cases import PRIVACY, closed
from tests.store.raw import connected

_TODAY = datetime.now(UTC).date()
_OLD = timedelta(days=6 * 366)
_LOGS = (("journal", "case_id", "vangnet.cases", "case_id"), ("access_log", "scope", "vangnet.access_heads", "scope"))


async def aged(database: str, line: AnchorLine | None = None, by: timedelta = _OLD) -> AnchorLine | None:
    """All of it happened so much earlier: the rows of both logs, the record, and an anchor, each as it would have been."""
    async with connected(database) as connection:
        await connection.execute("SET session_replication_role = replica")
        if line is None:
            for log, key, _, _ in _LOGS:
                await connection.execute(f"UPDATE vangnet.{log} SET written_at = written_at - $1::interval", by)  # noqa: S608
                for row in await connection.fetch(f"SELECT DISTINCT {key} FROM vangnet.{log}"):  # noqa: S608
                    await rehash(connection, log, row[0])
            await connection.execute("UPDATE vangnet.retention_log SET at = at - $1::interval", by)
            return None
        older = line.model_copy(update={"at": line.at - by}).signed(KEY)
        await connection.execute(
            "UPDATE vangnet.anchors SET taken_at = $2, line = $3 WHERE anchor = $1", older.anchor, older.at, older.text
        )
        return older


async def gone(store: Store) -> b.Story:
    """A closed case of which every part was destroyed."""
    story = await closed(store)
    async for part in store.held_parts(b.POLICY, date(2060, 1, 1)):
        for step in due(part, b.POLICY, date(2060, 1, 1)):
            await store.carry_out(step)
    return story


@pytest.fixture
async def old(store: Store, database: str) -> tuple[b.Story, AnchorLine]:
    """Six years ago all of a case was destroyed, and what the logs hold of it was anchored."""
    story = await gone(store)
    await store.log_access(AccessEntry(actor=b.AT_SCHOOL, what="list", purpose="test"))
    await aged(database)
    line = await aged(database, await store.take_anchor(KEY))
    assert line
    return story, line


async def broken(store: Store, *lines: AnchorLine) -> tuple[Broken, ...]:
    return (await store.audited(lines, KEY.public_key())).broken


async def rows(database: str, scope: str) -> list[int]:
    """How many rows there are of a chain: of the journal, and of the access log."""
    async with connected(database) as connection:
        return [
            await connection.fetchval(f"SELECT count(*) FROM vangnet.{log} WHERE {key} = $1", scope)  # noqa: S608
            for log, key, _, _ in _LOGS
        ]


async def test_what_is_over_goes_and_the_audit_knows(
    store: Store, database: str, old: tuple[b.Story, AnchorLine]
) -> None:
    """Both logs of the case and old looks at nothing go, once, with a record; every chain is intact, and goes on."""
    story, line = old
    neighbour = await b.asked(store)
    assert (story.id,) == await store.logs_due(b.REGION, parts_gone_by(_TODAY))

    assert 0 < await store.destroy_logs(b.REGION, story.id)
    assert 0 < await store.destroy_old_looks(b.REGION)

    assert [0, 0] == await rows(database, story.id)
    assert [0, 2] == await rows(database, NO_CASE)  # who destroyed what: now, and the looks
    assert () == await broken(store, line)
    assert (0, ()) == (await store.destroy_logs(b.REGION, story.id), await store.logs_due(b.REGION, _TODAY))
    (record,) = [row for row in await store.retention_log(b.REGION) if row.part == "logs"]
    assert (story.id, Act.DESTROY) == (record.case_id, record.act)
    await store.log_access(AccessEntry(actor=b.AT_SCHOOL, case_id=story.id, what="state", purpose="test"))
    assert () == await broken(store, line, await store.take_anchor(KEY))
    assert (await rows(database, neighbour.id))[0]


async def test_nothing_else_tells_of_it_either(store: Store, database: str, old: tuple[b.Story, AnchorLine]) -> None:
    """How the case stood and ended goes with its journal: of it the number is left, and that its logs were destroyed."""
    story, line = old
    parts = Asked(
        region=b.REGION, case_id=story.id, kind=Right.ACCESS, subject="pupil", requester="pupil",
        parts=(Part.SCHOOL,), received_on=_TODAY, due_on=_TODAY,
    )  # fmt: skip
    request = await store.enter_request(parts, PRIVACY)
    assert 0 == await store.destroy_logs(b.REGION, story.id)  # somebody waits for an answer
    await store.decide_request(request, RequestState.WITHDRAWN, PRIVACY)
    assert {"overview", "messages", "rights_requests", "notes"} <= await where_it_stands(database, story.id)
    neighbour = await b.asked(store)
    before = await where_it_stands(database, neighbour.id)

    assert 0 < await store.destroy_logs(b.REGION, story.id)

    left = {"cases", "retention_log", "destroyed", "cuts", "anchor_heads", "access_heads", "access_log"}
    assert await where_it_stands(database, story.id) <= left
    assert ["logs"] == [row.part for row in await store.retention_log(b.REGION) if row.case_id == story.id]
    async with connected(database) as connection:
        kept = await connection.fetchrow("SELECT opening, next_person FROM vangnet.cases WHERE case_id = $1", story.id)
    assert ("{}", 0) == tuple(kept or ())
    assert (None, None) == (await store.opening(story.id), await store.overview(story.id))
    assert [neighbour.id] == [known.case_id for known in await store.standings()]
    assert (before, ()) == (await where_it_stands(database, neighbour.id), await broken(store, line))


async def where_it_stands(database: str, case_id: str) -> set[str]:
    """The tables in which a row bears the case's number, whatever tables there will be."""
    async with connected(database) as connection:
        columns = await connection.fetch(
            "SELECT table_schema, table_name, column_name FROM information_schema.columns"
            " WHERE table_schema IN ('vangnet', 'keystore') AND column_name IN ('case_id', 'scope')"
        )
        return {
            table for schema, table, column in columns
            if await connection.fetchval(f"SELECT EXISTS (SELECT FROM {schema}.{table} WHERE {column} = $1)", case_id)  # noqa: S608
        }  # fmt: skip


async def test_what_is_not_over_stays(store: Store, database: str) -> None:
    """Not while a part is left, not while it is young, and not without an anchor that is old enough."""
    open_, young = await closed(store), await gone(store)
    await store.take_anchor(KEY)

    for story in (open_, young):
        assert 0 == await store.destroy_logs(b.REGION, story.id)
    assert 0 == await store.destroy_old_looks(b.REGION)
    await aged(database)
    assert 0 == await store.destroy_logs(b.REGION, young.id)
    assert all(await rows(database, young.id))


async def test_a_row_that_is_younger_keeps_its_case(
    store: Store, database: str, old: tuple[b.Story, AnchorLine]
) -> None:
    """Somebody looked at the case this year: what it would be cut to is not its end."""
    story, line = old
    await store.log_access(AccessEntry(actor=b.AT_SCHOOL, case_id=story.id, what="state", purpose="test"))

    await store.destroy_logs(b.REGION, story.id)
    await store.destroy_old_looks(b.REGION)

    assert [0, True] == [(await rows(database, story.id))[0], (await rows(database, story.id))[1] > 1]
    assert () == await broken(store, line)
    # Six years later those looks are old, too.
    await aged(database, await store.take_anchor(KEY))
    assert 0 < await store.destroy_old_looks(b.REGION)
    assert [0, 0] == await rows(database, story.id)


async def test_a_cut_that_nobody_vouches_for_is_none(store: Store, database: str) -> None:
    """Whoever owns the database cuts a chain, writes that it was lawful, and has it anchored: the audit misses the rows."""
    story = await gone(store)
    line = await store.take_anchor(KEY)
    async with connected(database) as connection:
        await connection.execute("SET session_replication_role = replica")
        for log, key, heads, scope in _LOGS:
            column = "head_" if log == "journal" else ""
            await connection.execute(f"DELETE FROM vangnet.{log} WHERE {key} = $1", story.id)  # noqa: S608
            await connection.execute(
                f"INSERT INTO vangnet.cuts (log, scope, number, hash, rows, cut_at)"  # noqa: S608
                f" SELECT $2, {scope}, {column}number, {column}hash, 9, now() FROM {heads} WHERE {scope} = $1",
                story.id, log,
            )  # fmt: skip
        await connection.execute("UPDATE vangnet.anchors SET taken_at = taken_at - interval '9 years'")

    found = await broken(store, line, await store.take_anchor(KEY))

    assert {(Log.JOURNAL, 1, Fault.MISSING), (Log.ACCESS_LOG, 1, Fault.MISSING)} == {
        (one.log, one.number, one.fault) for one in found if one.scope == story.id
    }


async def test_a_cut_at_another_row_is_none(store: Store, database: str, old: tuple[b.Story, AnchorLine]) -> None:
    """A row more than the anchor knew, taken out behind a lawful cut, is missed."""
    story, line = old
    await store.log_access(AccessEntry(actor=b.AT_SCHOOL, what="list", purpose="test"))
    await store.log_access(AccessEntry(actor=b.AT_SCHOOL, what="list", purpose="test"))
    assert 0 < await store.destroy_old_looks(b.REGION)
    async with connected(database) as connection:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(
            "DELETE FROM vangnet.access_log WHERE scope = $1 AND number ="
            " (SELECT min(number) FROM vangnet.access_log WHERE scope = $1)", NO_CASE,
        )  # fmt: skip

    found = await broken(store, line)

    assert [(NO_CASE, Fault.MISSING)] == [(one.scope, one.fault) for one in found]
    assert story.id not in {one.scope for one in found}


async def test_the_application_itself_deletes_nothing(store: Store, old: tuple[b.Story, AnchorLine]) -> None:
    """Its role destroys by the one function that decides; a row of its own choice it cannot, nor write a cut."""
    story, _ = old
    for statement in (
        "DELETE FROM vangnet.access_log WHERE scope = $1",
        "DELETE FROM vangnet.journal WHERE case_id = $1",
        "DELETE FROM vangnet.retention_log WHERE case_id = $1",
        "DELETE FROM vangnet.rights_steps WHERE request_id = $1",
        "INSERT INTO vangnet.cuts (log, scope, number, hash, rows) VALUES ('journal', $1, 1, '', 1)",
        "SELECT vangnet.forget_case($1)",
    ):
        async with store._pool.acquire() as connection:
            await connection.execute("SELECT set_config('vangnet.cutting', 'lawful', false)")
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement, story.id)
            await connection.execute("RESET vangnet.cutting")


async def test_a_case_that_is_held_keeps_its_logs(store: Store, database: str, old: tuple[b.Story, AnchorLine]) -> None:
    """While a criminal case may need it nothing goes; afterwards it does."""
    story, _ = old
    assert await store.place_hold(story.id, PRIVACY, HoldGround.PROSECUTION, _TODAY)

    assert 0 == await store.destroy_logs(b.REGION, story.id)
    assert all(await rows(database, story.id))
    await store.lift_hold(story.id, PRIVACY)
    assert 0 < await store.destroy_logs(b.REGION, story.id)
    assert 0 == (await rows(database, story.id))[0]


async def test_a_cut_further_than_the_anchor_knew_is_none(
    store: Store, database: str, old: tuple[b.Story, AnchorLine]
) -> None:
    """An old anchor of a chain vouches for its own row only: a cut up to a younger one takes its rows along unlawfully."""
    _, line = old
    for _ in range(2):
        await store.log_access(AccessEntry(actor=b.AT_SCHOOL, what="list", purpose="test"))
    async with connected(database) as connection:
        await connection.execute("SET session_replication_role = replica")
        last = await connection.fetchrow(
            "SELECT number, hash FROM vangnet.access_log WHERE scope = $1 ORDER BY number DESC OFFSET 1 LIMIT 1",
            NO_CASE,
        )
        assert last
        await connection.execute(
            "DELETE FROM vangnet.access_log WHERE scope = $1 AND number <= $2", NO_CASE, last["number"]
        )
        await connection.execute(
            "INSERT INTO vangnet.cuts (log, scope, number, hash, rows) VALUES ('access_log', $1, $2, $3, 9)",
            NO_CASE, last["number"], last["hash"],
        )  # fmt: skip

    found = await broken(store, line)

    assert [(NO_CASE, 1, Fault.MISSING)] == [(one.scope, one.number, one.fault) for one in found]
