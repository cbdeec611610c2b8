"""What is kept of somebody while they are logged in; sealed in the session's row."""

from __future__ import annotations

from datetime import datetime

from protocol.messages import Actor
from protocol.model import Frozen
from protocol.vocabulary import Role


class Sitting(Frozen):
    """Who is logged in, and with what the provider is asked whether that is still so."""

    subject: str
    """At the provider: never given to somebody else."""
    role: Role
    organisation: str
    user: str
    name: str
    access_token: str
    refresh_token: str | None = None
    confirmed_at: datetime
    """When the provider last said so, to within some minutes."""

    @property
    def actor(self) -> Actor:
        """As what they act."""
        return Actor(role=self.role, organisation=self.organisation, user=self.user)
