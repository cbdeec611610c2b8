"""What a second person decides on: a message that waits until a colleague of who told it confirms it."""

from __future__ import annotations

from typing import NamedTuple

from protocol.messages import Actor

WORKING_DAYS = 5
"""How long a colleague has; afterwards it is as if it had never been told."""


class Waiting(NamedTuple):
    """A proposal, as far as who may decide on it goes."""

    by: Actor
    """Who proposed it, as what."""
    undecided: bool
    claimed_by: str | None = None
    """Who began to confirm it."""


def decides(actor: Actor, proposal: Waiting) -> bool:
    """Whether this actor can decide on it now: a colleague who acts as its asker does, and is somebody else.

    Who began to confirm it goes on.
    """
    by, user = proposal.by, actor.user
    if user is None or user == by.user or (actor.role, actor.organisation) != (by.role, by.organisation):
        return False
    return proposal.undecided or proposal.claimed_by == user
