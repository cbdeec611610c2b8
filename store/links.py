"""Links: what somebody without a login holds, for one question and one answer."""

from __future__ import annotations

from datetime import datetime

from protocol.model import Frozen
from protocol.notices import LinkPurpose
from store.database import Database
from store.keys import token_hash
from store.queries import query

_LINK = query("link")
_USE = query("use_link")


class Link(Frozen):
    """What a link is for."""

    case_id: str
    notice_id: str
    party: str
    purpose: LinkPurpose
    number: int
    """The event that asked."""
    expires_at: datetime
    expired: bool
    """By the case's own clock."""
    used_at: datetime | None
    used_for: str | None
    """Id of the message that used it."""


class Links(Database):
    """One-time links, found by their token, of which only a hash is kept."""

    async def link(self, token: str) -> Link | None:
        """Look a link up without using it: mail scanners open links too."""
        async with self._connection() as connection:
            row = await connection.fetchrow(_LINK, token_hash(token))
        return row and Link.model_validate(dict(row))

    async def use_link(self, token: str, message_id: str) -> bool:
        """Use a link for one message, once; for the same message again it still holds.

        Returns:
            Whether it was free for this message.
        """
        async with self._connection() as connection:
            return bool(await connection.fetchval(_USE, token_hash(token), message_id))
