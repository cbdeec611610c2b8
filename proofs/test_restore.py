"""Put back after a disaster: PostgreSQL and Temporal from different moments come together again, and cases go on."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from functools import partial
from random import Random

import psutil
import pytest

from proofs.restoring import (
    SAID,
    Files,
    all_sent,
    anchored,
    answers,
    empty,
    files,
    lose_the_disk,
    postgres_alone,
    program,
    reconcile,
    script,
    sent_again,
    served_by,
    sql,
    tell_through,
)
from proofs.told import Told
from tests.end_to_end.stack import LocalStack, Part, eventually, local_stack, side_by_side

CASES = 30
ROLE = "vangnet_backup"


@pytest.fixture
async def stack() -> AsyncIterator[LocalStack]:
    """A stack for one proof alone."""
    async with local_stack() as running:
        yield running


async def told_some(told: Told, random: Random) -> dict[str, int]:
    """Open cases and tell each of them some of its story; how far each came."""
    cases = await side_by_side(*(told.open(number) for number in range(CASES)))
    reached = {case: random.randint(0, len(SAID)) for case in cases}
    await side_by_side(*(tell_through(told, case, upto) for case, upto in reached.items()))
    return reached


async def told_more(told: Told, reached: dict[str, int], random: Random) -> list[str]:
    """Tell each case more, and open others; the others."""
    for case, upto in reached.items():
        reached[case] = random.randint(upto, len(SAID))
    await side_by_side(*(tell_through(told, case, upto) for case, upto in reached.items()))
    others = await side_by_side(*(told.open(1000 + number) for number in range(CASES // 3)))
    await side_by_side(*(tell_through(told, case, random.randint(0, len(SAID))) for case in others))
    await eventually(partial(all_sent, told), "everything is sent", within=90)
    return others


def known(found: Files, unknown: set[object]) -> Files:
    """The same, without whether those were sent of which nobody knows."""
    return {
        case: (journal, frozenset((id_, sent or id_ in unknown) for id_, sent in notices))
        for case, (journal, notices) in found.items()
    }


async def anchors_begin_anew(stack: LocalStack, told: Told) -> None:
    """The file outside tells of the lost time; moved away, the next anchor begins another."""
    file = stack.folder / "anchors"
    assert (await stack.vangnet("audit", "verify")).code == 1
    file.rename(file.with_suffix(".before"))
    await anchored(stack, told, 2)
    verified = await stack.vangnet("audit", "verify")
    assert verified.code == 0, verified.out


async def goes_on(told: Told, before: Files, reached: dict[str, int]) -> None:
    """What was told is answered as before, and what is told now counts."""
    await side_by_side(*(tell_through(told, case, len(SAID)) for case in reached))
    await eventually(partial(all_sent, told), "everything is sent", within=90)
    after = await files(told, *before)
    assert all(after[case][0][: len(journal)] == journal for case, (journal, _) in before.items())
    assert all(len(after[case][0]) > len(before[case][0]) for case, upto in reached.items() if upto < len(SAID))
    assert () == await told.store.verify()


async def test_an_older_database(stack: LocalStack, told: Told, seed: int, figures: list[str]) -> None:
    """Backed up by the script, told more, lost, put back by the script: Temporal's histories fill what is missing."""
    random, folder, dsn = Random(seed), stack.folder.parent / "backup", stack.database_url()  # noqa: S311  # choices
    await sql(dsn, f"CREATE ROLE {ROLE} LOGIN BYPASSRLS", f"GRANT pg_read_all_data TO {ROLE}")
    reached = await told_some(told, random)
    await anchored(stack, told, 1)
    began = time.monotonic()
    moment = await script(stack, "backup.sh", str(folder), BACKUP_DATABASE_URL=dsn.replace("//postgres@", f"//{ROLE}@"))
    dumped = time.monotonic() - began
    others = await told_more(told, reached, random)
    await anchored(stack, told, 2)
    before, mails = await files(told, *reached, *others), len(stack.mails())
    async with stack.without(Part.WORKER):
        await empty(stack)
        began = time.monotonic()
        await script(stack, "restore.sh", str(folder), moment, VANGNET_MIGRATE_DATABASE_URL=dsn)
        restored = time.monotonic() - began
        lost = sum(len(journal) for journal, _ in before.values()) - sum(
            len(journal) for journal, _ in (await files(told, *before)).values()
        )
        would = await reconcile(stack, "--dry-run")
        began = time.monotonic()
        done = await reconcile(stack)
        took = time.monotonic() - began
        assert [1, done.asks_somebody] == [would.code, done.code]
        assert would.cases == done.cases
        assert known(before, done.may_be_sent_again) == known(await files(told, *before), done.may_be_sent_again)
        assert mails == len(stack.mails())
    assert [] == (await reconcile(stack)).cases
    await goes_on(told, before, reached)
    again = sent_again(stack)
    assert again <= done.may_be_sent_again
    await anchors_begin_anew(stack, told)
    figures += [
        f"an older database: {len(before)} cases, {sum(len(j) for j, _ in before.values())} events, {mails} mails",
        f"  dumped in {dumped:.1f} s, put back in {restored:.1f} s, reconciled in {took:.1f} s (its start included)",
        f"  {lost} events of {done.by('journal_behind')} cases and {done.by('not_in_database')} whole ones were put back",
        f"  {done.number('notedSent')} notices were noted as sent; of {len(done.may_be_sent_again)} nobody knew",
        f"  {len(again)} of those went out again, under their Message-ID",
        f"  lost for good: {done.number('lostNotes')} texts, data of {done.number('lostPeople')} persons",
    ]


async def test_an_older_temporal(stack: LocalStack, told: Told, seed: int, figures: list[str]) -> None:
    """Temporal's file is put back as it was, and the journal is ahead: cases that run hear of it, lost ones start."""
    random, kept = Random(seed), stack.folder.parent / "kept"  # noqa: S311  # choices, no secrets
    reached = await told_some(told, random)
    async with stack.without(Part.TEMPORAL):
        kept.mkdir()
        for file in stack.folder.glob("temporal.db*"):
            shutil.copy2(file, kept)
    others = await told_more(told, reached, random)
    before, mails = await files(told, *reached, *others), len(stack.mails())
    async with stack.without(Part.WORKER, Part.TEMPORAL):
        for file in stack.folder.glob("temporal.db*"):
            file.unlink()
        for file in kept.iterdir():
            shutil.copy2(file, stack.folder)
        killed = stack.child(Part.WORKER)
        assert killed is None
    began = time.monotonic()
    done = await reconcile(stack)
    took = time.monotonic() - began
    assert done.code == done.asks_somebody
    await goes_on(told, before, reached)
    assert set() == sent_again(stack)
    assert [] == (await reconcile(stack)).cases
    figures += [
        f"an older Temporal: {len(before)} cases, {sum(len(j) for j, _ in before.values())} events, {mails} mails",
        f"  {done.by('case_behind')} cases were behind their journal, {done.by('not_running')} did not run",
        f"  reconciled in {took:.1f} s, nothing lost, no mail twice",
    ]


async def test_a_base_backup_and_its_wal(stack: LocalStack, told: Told, seed: int, figures: list[str]) -> None:
    """The disk is lost: what was archived is replayed, what was not yet is filled in by Temporal's histories."""
    random, archive, dsn = Random(seed), stack.folder.parent / "wal", stack.database_url()  # noqa: S311  # choices
    archive.mkdir()
    archive.chmod(0o777)
    await sql(
        dsn,
        "ALTER SYSTEM SET archive_mode = on",
        f"ALTER SYSTEM SET archive_command = 'test ! -f {archive}/%f && cp %p {archive}/%f'",
    )
    await stack.kill(Part.POSTGRES)
    await eventually(partial(answers, told), "PostgreSQL is back", within=60)
    base = stack.folder.parent / "base"
    await program("pg_basebackup", f"--pgdata={base}", f"--dbname={dsn}", "--checkpoint=fast")
    reached = await told_some(told, random)
    await sql(dsn, "SELECT pg_switch_wal()")
    others = await told_more(told, reached, random)
    before = await files(told, *reached, *others)
    backends = served_by(stack)
    async with stack.without(Part.WORKER, Part.POSTGRES):
        await asyncio.to_thread(psutil.wait_procs, backends, 30)
        lose_the_disk(stack, base, archive)
        began = time.monotonic()
        async with postgres_alone(stack):
            await eventually(partial(answers, told), "PostgreSQL is back", within=60)
            recovered = time.monotonic() - began
            missing = sum(len(journal) for journal, _ in before.values()) - sum(
                len(journal) for journal, _ in (await files(told, *before)).values()
            )
            done = await reconcile(stack)
    await eventually(partial(answers, told), "PostgreSQL is back", within=60)
    assert done.code == done.asks_somebody
    assert {case: journal for case, (journal, _) in before.items()} == {
        case: journal for case, (journal, _) in (await files(told, *before)).items()
    }
    await goes_on(told, before, reached)
    again = sent_again(stack)
    assert again <= done.may_be_sent_again
    figures += [
        f"a base backup and WAL: {len(before)} cases, back in {recovered:.1f} s",
        f"  {missing} events were not archived yet and were put back; {len(again)} notices went out again",
    ]
