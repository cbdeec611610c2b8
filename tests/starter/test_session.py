"""What a command at the server's shell leaves in the access log."""

from __future__ import annotations

import pytest

from protocol.messages import Actor
from protocol.vocabulary import Role
from starter.actors import parse_actor
from starter.cli.session import OPS, Session
from store import AccessEntry, AccessFilter, AccessRow
from tests.starter.stack import SCHOOL, Stack
from tests.starter.test_cli import opened


async def logged(stack: Stack, actor: Actor, case: str) -> AccessRow:
    """The row of a look by this actor."""
    await Session(stack.settings, stack.store, actor).log("state", case)
    look = AccessEntry(actor=Actor(role=Role.PRIVACY), what="test", purpose="test")
    row, *_ = await stack.store.accesses(AccessFilter(case_id=case), look, limit=10)
    return row


async def test_who_is_at_the_shell_looks_on_behalf_of_whom_they_name(stack: Stack) -> None:
    """The operating system's user is who looked; whom ``--as`` names, it was for."""
    row = await logged(stack, parse_actor(SCHOOL), await opened(stack))

    assert row.on_behalf == row.user_id is not None
    assert row.os_user not in {None, row.user_id}


@pytest.mark.parametrize(("actor", "on_behalf"), [(parse_actor("person:guardian-1"), "guardian-1"), (OPS, None)])
async def test_a_person_is_named_and_nobody_is_nobody(stack: Stack, actor: Actor, on_behalf: str | None) -> None:
    """As a person in the case it is for them; who names nobody looks for themselves."""
    assert on_behalf == (await logged(stack, actor, await opened(stack))).on_behalf
