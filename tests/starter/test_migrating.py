"""Which address ``vangnet migrate`` takes."""

from __future__ import annotations

from tests.starter.stack import Stack

NOBODY_THERE = "postgresql://nobody@127.0.0.1:1/nothing"


async def test_migrating_takes_the_owners_address_where_there_is_one(stack: Stack) -> None:
    """The owner's address is tried and nothing else; without it the ordinary one serves."""
    ended = await stack.run("migrate", around={"VANGNET_MIGRATE_DATABASE_URL": NOBODY_THERE})
    assert 4 == ended.code
    assert "store_unavailable" in ended.err
    assert 0 == (await stack.run("migrate")).code
    owner = stack.environment["VANGNET_DATABASE_URL"]
    assert 0 == (await stack.run("migrate", around={"VANGNET_MIGRATE_DATABASE_URL": owner})).code
