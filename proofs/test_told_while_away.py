"""Told while a part is away: kept or not is said by the exit code, and repeated with the same id it counts once."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from tests.command_line import Ended
from tests.end_to_end.stack import LocalStack, Part, eventually, local_stack
from tests.end_to_end.story import SCHOOL, intake

AGAIN = 4
"""The exit code of what is not carried out: safe to repeat with the same id."""
HOUSEKEEPING = 240.0
"""It comes by each minute, and leaves a case alone that is younger than a minute."""


@pytest.fixture(scope="module")
async def stack() -> AsyncIterator[LocalStack]:
    """One stack for this module: coming up takes seconds."""
    async with local_stack() as running:
        yield running


async def open_case(stack: LocalStack, name: str) -> Ended:
    """A school opens a case, under an id of that name."""
    file = stack.output.parent / f"{name}.json"
    file.write_text(json.dumps(intake()), encoding="utf-8")
    return await stack.vangnet("case", "open", "--as", SCHOOL, "-f", str(file), "--id", name)


async def opened(stack: LocalStack) -> str:
    """A case that runs."""
    ended = await open_case(stack, f"open-{uuid4()}")
    assert (0, "") == (ended.code, ended.err)
    return ended.out.strip()


async def tell(stack: LocalStack, case: str, *words: str) -> Ended:
    """The school tells it something."""
    return await stack.vangnet("case", "tell", case, *words, "--as", SCHOOL, "--json")


def refused_as(ended: Ended) -> tuple[int, str]:
    """Exit code and code of one line that says so."""
    assert "" == ended.out
    assert 1 == ended.err.count("\n"), ended.err
    return ended.code, json.loads(ended.err)["code"]


async def journaled(stack: LocalStack, case: str) -> list[str]:
    """The message ids of the journal, one for each stretch that a message led to."""
    ended = await stack.vangnet("case", "journal", case, "--json")
    if ended.code:
        return []
    rows = [row["messageId"] for row in json.loads(ended.out)]
    return [row for place, row in enumerate(rows) if row and rows[place - 1 : place] != [row]]


async def is_journaled(stack: LocalStack, case: str, *ids: str) -> bool:
    """Whether all of these were carried out."""
    return set(ids) <= set(await journaled(stack, case))


async def counts_once(stack: LocalStack, case: str, said: dict[str, tuple[str, ...]]) -> None:
    """Each is carried out, by itself or when it is told again; told again twice it answers the same."""
    for id_, words in said.items():
        answers = [await tell(stack, case, *words, "--id", id_) for _ in range(2)]
        assert [(0, "")] * 2 == [(answer.code, answer.err) for answer in answers]
        assert answers[0] == answers[1]
    found = await journaled(stack, case)
    assert [1] * len(said) == [found.count(id_) for id_ in said]
    assert 0 == (await stack.vangnet("audit", "verify")).code


TALK = ("record-pupil-talk", "heldBy=mentor")
DANGER = ("declare-acute",)
POLICE = ("record-police-contact", "contact=report")


async def test_no_worker_runs_and_temporal_is_killed_meanwhile(stack: LocalStack, figures: list[str]) -> None:
    """What Temporal took it keeps over its own death, and is carried out without being told again."""
    case = await opened(stack)
    async with stack.without(Part.WORKER):
        assert (AGAIN, "taken_not_carried_out") == refused_as(await tell(stack, case, *TALK, "--id", "talk"))
        assert (AGAIN, "taken_not_carried_out") == refused_as(await tell(stack, case, *TALK, "--id", "talk"))
        await stack.kill(Part.TEMPORAL)
        assert (AGAIN, "not_reachable") == refused_as(await tell(stack, case, *DANGER, "--id", "danger"))
        began = time.monotonic()
    await eventually(lambda: is_journaled(stack, case, "talk"), "it is carried out by itself", within=90)
    figures.append(
        f"no worker, then no Temporal: carried out {time.monotonic() - began:.1f} s after they might come back"
    )
    await counts_once(stack, case, {"talk": TALK, "danger": DANGER})


async def test_a_refusal_is_kept_for_whoever_asks_again(stack: LocalStack) -> None:
    """What is taken without a worker and refused by the first one that comes is refused to who repeats it."""
    case = await opened(stack)
    async with stack.without(Part.WORKER):
        early = await tell(stack, case, "confirm-hand-over", "--id", "early")
        assert (AGAIN, "taken_not_carried_out") == refused_as(early)
    await eventually(lambda: is_journaled(stack, case, "early"), "it is refused in the journal", within=90)
    assert (3, "wrong_step") == refused_as(await tell(stack, case, "confirm-hand-over", "--id", "early"))
    await counts_once(stack, case, {"talk": TALK})


async def test_postgresql_is_away(stack: LocalStack, figures: list[str]) -> None:
    """Nothing is taken and every command says so in one line; afterwards the same ids count once."""
    case = await opened(stack)
    name = f"open-{uuid4()}"
    async with stack.without(Part.POSTGRES):
        assert (AGAIN, "store_unavailable") == refused_as(await tell(stack, case, *TALK, "--id", "talk"))
        assert AGAIN == (await open_case(stack, name)).code
        assert AGAIN == (await stack.vangnet("case", "show", case)).code
        began = time.monotonic()

    async def answers() -> bool:
        return (await tell(stack, case, *TALK, "--id", "talk")).code == 0

    await eventually(answers, "it is taken", within=90)
    figures.append(f"no PostgreSQL: taken {time.monotonic() - began:.1f} s after it might come back")
    await counts_once(stack, case, {"talk": TALK, "danger": DANGER})
    first, again = await open_case(stack, name), await open_case(stack, name)
    assert (0, first) == (again.code, again)


async def test_temporal_is_away_when_a_case_is_opened(stack: LocalStack, figures: list[str]) -> None:
    """The school has its case number at once, housekeeping starts the case, and opened again it is the same one."""
    name = f"open-{uuid4()}"
    async with stack.without(Part.TEMPORAL):
        ended = await open_case(stack, name)
        case = ended.out.strip()
        assert 0 == ended.code
        assert "Temporal" in ended.err
        assert (AGAIN, "not_reachable") == refused_as(await tell(stack, case, *DANGER, "--id", "danger"))
        began = time.monotonic()
    await eventually(lambda: is_journaled(stack, case, name), "housekeeping starts it", within=HOUSEKEEPING)
    figures.append(f"opened without Temporal: started {time.monotonic() - began:.0f} s after it might come back")
    again = await open_case(stack, name)
    assert (0, case) == (again.code, again.out.strip())
    await counts_once(stack, case, {"danger": DANGER, "talk": TALK, "police": POLICE})


async def test_everything_is_away_at_once(stack: LocalStack) -> None:
    """A power cut: afterwards the cases are there, and what was told before it is there once."""
    case = await opened(stack)
    assert 0 == (await tell(stack, case, *TALK, "--id", "talk")).code
    async with stack.without(*Part):
        assert AGAIN == (await tell(stack, case, *DANGER, "--id", "danger")).code

    async def answers() -> bool:
        return (await tell(stack, case, *DANGER, "--id", "danger")).code == 0

    await eventually(answers, "it answers again", within=90)
    await counts_once(stack, case, {"talk": TALK, "danger": DANGER})
