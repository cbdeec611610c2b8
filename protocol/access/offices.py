"""What somebody may by their office alone, whichever case it is about."""

from __future__ import annotations

from protocol import vocabulary as v
from protocol.messages import Actor

OBSERVERS = (v.Role.ADMIN, v.Role.PRIVACY, v.Role.OPS)
"""They keep or watch over the system: they see how cases stand, and tell a case nothing."""


def only_looks(actor: Actor) -> bool:
    """Whether this actor sees how the region's cases stand and has a part in none of them."""
    return actor.role in OBSERVERS


def keeps_directory(actor: Actor) -> bool:
    """Who looks after the region's organisations and settings: the functional administrator."""
    return actor.role is v.Role.ADMIN
