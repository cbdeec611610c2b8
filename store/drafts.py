"""Drafts: what somebody has typed of a new signal, before there is a case. Only they read it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from protocol.messages import Actor
from store.access_log import AccessEntry, AccessLog
from store.data_keys import data_key, drafts_scope, made_data_key
from store.queries import query
from store.sealing import Controller, Place, seal, unseal

_BEGIN = query("begin_draft")
_DRAFT = query("draft")
_KEEP = query("keep_draft")
_DRAFTS = query("drafts")
_DROP = query("drop_draft")
_SWEEP = query("sweep_drafts")

KEPT = timedelta(days=14)
"""How long a draft stays after it was last changed."""
_MOST = 50


class StoredDraft(NamedTuple):
    """A draft as it was opened."""

    place: str
    revision: int
    content: str


class DraftLine(NamedTuple):
    """A draft in the list of who wrote it; nothing of what was typed."""

    id: str
    place: str
    begun_at: datetime
    changed_at: datetime

    @property
    def gone_at(self) -> datetime:
        """When it is thrown away, if nobody changes it."""
        return self.changed_at + KEPT


class Drafts(AccessLog):
    """Drafts, sealed with a key of the organisation's drafts.

    Whose a draft is, is the ``user`` of an actor: the pseudonym of a member of staff.
    """

    async def begin_draft(self, actor: Actor, draft_id: str, place: str, content: str) -> None:
        """Begin a draft; those that nobody changed for too long are thrown away.

        Args:
            actor: Whose it is.
            draft_id: Random.
            place: How far it is; not sealed.
            content: What was typed.
        """
        organisation = actor.organisation or ""
        async with self._transaction() as connection:
            await connection.execute(_SWEEP, KEPT)
            key = await made_data_key(connection, self._keys, drafts_scope(organisation), Controller.DIRECTORY)
            sealed = seal(key, _place(organisation, draft_id), content)
            await connection.execute(_BEGIN, draft_id, organisation, actor.user, place, sealed)

    async def sweep_drafts(self) -> int:
        """Throw away the drafts that nobody changed for too long; returns how many there were."""
        async with self._connection() as connection:
            swept = await connection.execute(_SWEEP, KEPT)
        return int(swept.rpartition(" ")[2])

    async def draft(self, draft_id: str, look: AccessEntry) -> StoredDraft | None:
        """Open a draft of who looks; nothing when they have none of this id."""
        actor = look.actor
        async with self._transaction() as connection:
            row = await connection.fetchrow(_DRAFT, draft_id, actor.user, KEPT)
            if row is None:
                return None
            await self._log(connection, look)
            scope = drafts_scope(actor.organisation or "")
            key = await data_key(connection, self._keys, scope, Controller.DIRECTORY)
        content = unseal(key, _place(actor.organisation or "", draft_id), row["sealed"])
        return StoredDraft(row["place"], row["revision"], content)

    async def keep_draft(self, actor: Actor, draft_id: str, place: str, content: str, *, revision: int) -> bool:
        """Replace what is in a draft; False when it was changed since this revision was opened, or is gone."""
        organisation = actor.organisation or ""
        async with self._transaction() as connection:
            key = await made_data_key(connection, self._keys, drafts_scope(organisation), Controller.DIRECTORY)
            sealed = seal(key, _place(organisation, draft_id), content)
            return bool(await connection.fetchval(_KEEP, draft_id, actor.user, revision, place, sealed))

    async def drafts(self, actor: Actor) -> tuple[DraftLine, ...]:
        """List somebody's drafts, the last changed first."""
        async with self._connection() as connection:
            rows = await connection.fetch(_DRAFTS, actor.user, KEPT, _MOST)
        return tuple(DraftLine(*row) for row in rows)

    async def drop_draft(self, actor: Actor, draft_id: str) -> None:
        """Throw a draft of theirs away; repeating changes nothing."""
        async with self._connection() as connection:
            await connection.execute(_DROP, draft_id, actor.user)


def _place(organisation: str, draft_id: str) -> Place:
    return Place("drafts", drafts_scope(organisation), Controller.DIRECTORY, draft_id)
