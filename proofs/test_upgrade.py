"""The release before this one is replaced while its cases run: nothing is lost, nothing is doubled, all come to their end."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import time
from collections import Counter
from itertools import count as numbers
from pathlib import Path
from random import Random
from statistics import quantiles
from tempfile import TemporaryDirectory

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from proofs.ledger import count
from proofs.told import Told
from proofs.upgrading.door import Reader
from proofs.upgrading.rehearsal import BEFORE, Rehearsal, rehearsal
from proofs.upgrading.release import as_tagged
from proofs.upgrading.town import Case, Town
from protocol.vocabulary import OutcomeKind, Step
from starter.starting import workflow_id
from store.migrate import FOLDER
from tests.end_to_end.stack import eventually, side_by_side

AT_ONCE = 10
"""Cases that are told at the same time."""
SETTLED = 300.0
OPEN_STEPS = {step.value for step in Step} - {Step.CLOSED.value}
OF_THE_DATABASE = ("tests/store", "tests/activities", "tests/keys")
"""The tests of the release before that are made on a database."""


@pytest.mark.parametrize("versioned", [True, False], ids=["to-versions", "without-versions"])
async def test_the_release_before_is_replaced_under_load(
    *, versioned: bool, seed: int, figures: list[str], request: pytest.FixtureRequest
) -> None:
    """Cases in all steps are told on while database, workers and pages are replaced one by one."""
    random = Random(seed)  # noqa: S311  # choices, no secrets
    with TemporaryDirectory(prefix="vangnet-upgrade-", ignore_cleanup_errors=True) as folder:
        async with rehearsal(Path(folder), random, figures) as here:
            await rehearse(here, random, request.config.getoption("--open"), versioned=versioned)


def test_the_release_before_works_on_the_new_database(tmp_path: Path, figures: list[str]) -> None:
    """Its own tests of everything that speaks to the database pass on the one that this release's migrations make."""
    before = as_tagged(BEFORE, tmp_path)
    migrations = before.checkout / "store" / "migrations"
    shutil.rmtree(migrations)
    shutil.copytree(FOLDER, migrations)
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", *OF_THE_DATABASE]
    ended = subprocess.run(  # noqa: S603  # our own command
        command, cwd=before.checkout, env=before.environment(tmp_path), capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout[-5000:]
    figures.append(f"{BEFORE} on the database of this release: {ended.stdout.splitlines()[-1].strip('= ')}")


async def rehearse(here: Rehearsal, random: Random, cases: int, *, versioned: bool) -> None:
    """Open cases, replace everything, tell all cases to their end, count."""
    workers = await here.before()
    reader, over, following = Reader(f"http://127.0.0.1:{here.proxy.port}"), asyncio.Event(), numbers(cases + 1)
    async with here.proxy.open():
        began = time.monotonic()
        await stand_everywhere(here.town, cases)
        temporal = await here.stack.temporal()
        steps = Counter([await step(temporal, case) for case in here.town.cases])
        assert OPEN_STEPS <= steps.keys(), f"no case stands in {OPEN_STEPS - steps.keys()}"
        here.figures.append(f"  {cases} cases of {BEFORE} opened in {time.monotonic() - began:.0f} s: {dict(steps)}")
        began, before = time.monotonic(), here.town.told
        async with asyncio.TaskGroup() as group:
            group.create_task(reader.look_until(over))
            for _ in range(AT_ONCE):
                group.create_task(here.town.load(random, over, lambda: next(following)))
            await here.town.meanwhile()
            await here.migrate()
            await here.workers(workers, versioned=versioned)
            await here.pages()
            over.set()
        here.figures.append(
            f"  replaced in {time.monotonic() - began:.0f} s, {here.town.told - before} moments meanwhile"
        )
    await to_the_end(here.town)
    await counted(here)
    here.figures.append(f"  work list looked at {dict(reader.looks)}, {reader.repeated} connections asked again")
    assert {200} == reader.looks.keys()


async def stand_everywhere(town: Town, cases: int) -> None:
    """Open cases and tell each to another moment of its road, none to its end."""
    await side_by_side(
        *(town.begin(number, number % len(town.road)) for number in range(1, cases + 1)), at_once=AT_ONCE
    )


async def to_the_end(town: Town) -> None:
    """Tell every case to its end."""
    await side_by_side(*(town.until(case, len(town.road)) for case in town.cases), at_once=AT_ONCE)


async def step(temporal: Client, case: Case) -> str:
    """Where a case stands, as the console shows it."""
    described = await temporal.get_workflow_handle(workflow_id(case.id)).describe()
    return str(described.search_attributes["CaseStep"][0])


async def counted(here: Rehearsal) -> None:
    """Hold everything that is kept against what the desks were answered."""
    async with Told.through(here.stack) as told:
        told.answers = {case.id: case.answers for case in here.town.cases}
        waited = time.monotonic()
        await eventually(lambda: settled(told), "everything is sent and over", within=SETTLED)
        outcomes = Counter([await outcome(told, case) for case in told.answers])
        found = await count(told, here.stack.mails())
        failed, versions = await tasks(told)
    desks, seconds = here.town.desks, here.town.seconds
    here.figures += [
        f"  {len(told.answers)} cases: {dict(outcomes)}; carried on last by {dict(versions)}",
        f"  {found.messages} messages, {found.events} events, answered by {dict(desks.answers)}, {desks.repeats} asked again",
        f"  {found.notices} notices, {found.mails} mails, of which {found.repeated_mails} again under their Message-ID",
        f"  until answered: half within {quantiles(seconds, n=2)[0]:.2f} s, longest {max(seconds):.1f} s",
        f"  everything sent and over {time.monotonic() - waited:.0f} s after the last answer",
        f"  workflow tasks that failed: {dict(failed) or 'none'}",
    ]
    verified = await here.stack.vangnet("audit", "verify")
    assert (0, "") == (verified.code, verified.err)
    assert {OutcomeKind.RETURNED.value} == outcomes.keys()


async def outcome(told: Told, case: str) -> str:
    """How a case ended."""
    found = await told.store.overview(case)
    return found.case.outcome.kind.value if found and found.case.outcome else "open"


async def settled(told: Told) -> bool:
    """Everything is sent and every workflow is over."""
    for case in told.answers:
        unsent = [row for row in await told.store.notices(case) if row.sent_at is None]
        status = (await told.temporal.get_workflow_handle(workflow_id(case)).describe()).status
        if unsent or status is None or status.name != "COMPLETED":
            return False
    return True


async def tasks(told: Told) -> tuple[Counter[str], Counter[str]]:
    """Of all histories: the tasks that failed, by cause, and which version carried each case at last."""
    failed, versions = Counter[str](), Counter[str]()
    for case in told.answers:
        handle = told.temporal.get_workflow_handle(workflow_id(case))
        for event in (await handle.fetch_history()).events:
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
                failed[event.workflow_task_failed_event_attributes.failure.message[:60]] += 1
        info = (await handle.describe()).raw_description.workflow_execution_info
        versions[info.versioning_info.deployment_version.build_id or "no version"] += 1
    return failed, versions
