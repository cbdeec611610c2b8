"""Policies: what a region decided, by version."""

from __future__ import annotations

from protocol.policy import Policy
from store.database import Database
from store.errors import PolicyUnknown, PolicyVersionTaken
from store.queries import query

_POLICY = query("policy")
_SAVE = query("save_policy")


class Policies(Database):
    """The regions' settings; a version never changes."""

    async def policy(self, region: str, version: int | None = None) -> Policy:
        """Return a region's latest policy, or the one of a version: a case keeps the one it was opened with.

        Raises:
            PolicyUnknown: The region has none, or not this one.
        """
        async with self._connection() as connection:
            text = await connection.fetchval(_POLICY, region, version)
        if text is None:
            raise PolicyUnknown(region)
        return Policy.model_validate_json(text)

    async def save_policy(self, policy: Policy) -> None:
        """Save a version of a region's policy; saving the same again changes nothing.

        Raises:
            PolicyVersionTaken: This version was saved with other content.
        """
        async with self._connection() as connection:
            if await connection.fetchval(_SAVE, policy.region, policy.version, policy.model_dump_json()):
                return
            text = await connection.fetchval(_POLICY, policy.region, policy.version)
        if Policy.model_validate_json(text) != policy:
            raise PolicyVersionTaken(f"{policy.region}/{policy.version}")
