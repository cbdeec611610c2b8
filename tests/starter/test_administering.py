"""What commands and processes say to an administrator who gave them another key ring, database or namespace."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest

from store import KeyRing
from tests.starter.stack import Stack

_FOREIGN = "Dit is niet de sleutelbos van deze database"
ONE_LINE = 1


@pytest.fixture
def another_ring() -> dict[str, str]:
    """A ring whose key has the name of ours, as each ring's first has."""
    return {"VANGNET_KEY_RING_JSON": KeyRing.generate().dump()}


async def test_the_check_knows_another_databases_ring(stack: Stack, another_ring: dict[str, str]) -> None:
    """It would open nothing: not in order, in the line of the key store."""
    await stack.open()
    found = {row["name"]: row for row in json.loads((await stack.run("check", "--json", around=another_ring)).out)}
    assert not found["keystore"]["fine"]
    assert _FOREIGN in found["keystore"]["detail"]


@pytest.mark.parametrize(
    "command", [("worker",), ("case", "list"), ("keys", "rotate"), ("keys", "apply-destroyed")], ids=" ".join
)
async def test_nothing_is_done_with_another_databases_ring(
    stack: Stack, another_ring: dict[str, str], command: tuple[str, ...]
) -> None:
    """No worker starts, no command seals anything by it, and a restore ends there: wrong use, in one line."""
    await stack.open()
    before = await stack.store.wrapped_by()
    ended = await stack.run(*command, around=another_ring, stdin=b"")
    assert 2 == ended.code
    assert _FOREIGN in ended.err
    assert ended.err.count("\n") == ONE_LINE
    assert before == await stack.store.wrapped_by()


async def test_a_worker_without_its_namespace_says_so(stack: Stack) -> None:
    """In one line, with the name and the command that makes it; it may come yet: exit code 4."""
    name = f"lacks-{uuid4().hex[:8]}"
    ended = await stack.run("worker", around={"TEMPORAL_NAMESPACE": name})
    assert 4 == ended.code
    assert ended.err.startswith(f"vangnet: de namespace {name} is er niet")
    assert "`vangnet temporal setup`" in ended.err
    assert ended.err.count("\n") == ONE_LINE


@pytest.mark.parametrize("command", [("worker",), ("migrate",), ("case", "list"), ("check",)], ids=" ".join)
async def test_an_address_that_is_none_is_wrong_use(stack: Stack, command: tuple[str, ...]) -> None:
    """The setting is named; a check tells it with all else that is not in order."""
    ended = await stack.run(*command, around={"VANGNET_DATABASE_URL": "mysql://x"})
    assert (1 if command == ("check",) else 2) == ended.code
    assert "VANGNET_DATABASE_URL" in ended.err + ended.out
