"""Sessions of who is logged in, what they typed when one expired, and how often something was tried."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from store.database import Database
from store.errors import KeyMissing, SealBroken
from store.keys import KeyRing, token_hash
from store.queries import query
from store.sealing import Controller, Place, seal, unseal

_BEGIN = query("begin_session")
_SESSION = query("session")
_SEE = query("see_session")
_CLAIM = query("claim_session_check")
_CHANGE = query("change_session")
_END = query("end_session")
_END_OF = query("end_sessions_of")
_KEEP = query("keep_typed")
_TYPED = query("typed")
_ATTEMPT = query("attempt")
_SWEEP = query("sweep_sessions")

_KEPT = timedelta(hours=24)
"""How long an expired session is remembered: it tells whose typed text may be kept."""


class StoredSession(NamedTuple):
    """A session as it was found by its token."""

    id: str
    """Its hash: names it, opens nothing."""
    content: str
    alive: bool
    """False once it was idle for too long, or lasted too long."""
    unchecked: bool
    """Whether the login provider was last asked too long ago."""


class Limits(NamedTuple):
    """How long things last."""

    idle: timedelta
    """Without a sign of whoever has the session."""
    absolute: timedelta
    """A session at all."""
    fresh: timedelta
    """What the login provider said."""


class Sessions(Database):
    """Sessions, sealed with a key of the key ring so that looking one up is one query."""

    async def begin_session(self, subject: str, content: str) -> str:
        """Begin a session; returns its token, which is kept nowhere else than in the browser.

        Args:
            subject: Who it is, at the login provider.
            content: What is to be known of them.
        """
        token = secrets.token_urlsafe(32)
        hashed = token_hash(token)
        async with self._connection() as connection:
            await connection.execute(_SWEEP, _KEPT)
            await connection.execute(_BEGIN, hashed, self._subject(subject), *self._sealed(hashed.hex(), content))
        return token

    async def session(self, token: str, limits: Limits, *, counts: bool = True) -> StoredSession | None:
        """Look a session up.

        Args:
            token: From the cookie.
            limits: How long it lasts.
            counts: Whether this look is a sign of whoever has it; what a page does by itself is not.
        """
        hashed = token_hash(token)
        async with self._connection() as connection:
            row = await connection.fetchrow(_SESSION, hashed, *limits)
            if row is None:
                return None
            if counts and row["alive"] and row["unseen"]:
                await connection.execute(_SEE, hashed)
        content = self._opened(row["kek_id"], hashed.hex(), row["sealed"])
        return StoredSession(hashed.hex(), content, row["alive"], row["unchecked"]) if content else None

    async def claim_session_check(self, session_id: str, older_than: timedelta) -> bool:
        """Take it upon oneself to ask the login provider again; only one of many requests at once gets it."""
        async with self._connection() as connection:
            return bool(await connection.fetchval(_CLAIM, bytes.fromhex(session_id), older_than))

    async def change_session(self, session_id: str, content: str) -> None:
        """Replace what is known of who is logged in."""
        async with self._connection() as connection:
            await connection.execute(_CHANGE, bytes.fromhex(session_id), *self._sealed(session_id, content))

    async def end_session(self, session_id: str) -> None:
        """End a session at once."""
        async with self._connection() as connection:
            await connection.execute(_END, bytes.fromhex(session_id))

    async def end_sessions_of(self, subject: str) -> None:
        """End every session of one person."""
        async with self._connection() as connection:
            await connection.execute(_END_OF, self._subject(subject))

    async def keep_typed(self, subject: str, path: str, fields: Sequence[tuple[str, str]]) -> str:
        """Keep what somebody typed into a form, sealed, for a day; returns an id that shows it to nobody else."""
        typed_id = secrets.token_urlsafe(16)
        sealed = self._sealed(f"{typed_id}:{path}", json.dumps(list(fields)))
        async with self._connection() as connection:
            await connection.execute(_KEEP, typed_id, self._subject(subject), *sealed)
        return typed_id

    async def typed(self, typed_id: str, subject: str, path: str) -> tuple[tuple[str, str], ...]:
        """Look up what the same person typed on the same page; nothing when it is not there."""
        async with self._connection() as connection:
            row = await connection.fetchrow(_TYPED, typed_id, self._subject(subject))
        content = row and self._opened(row["kek_id"], f"{typed_id}:{path}", row["sealed"])
        return tuple((name, value) for name, value in json.loads(content)) if content else ()

    async def attempt(self, what: str, most: int, within: timedelta) -> bool:
        """Count an attempt; returns whether it is one of the first ``most`` in this stretch of time."""
        who = self._keys.message_digest(f"attempt\0{what}".encode())
        async with self._connection() as connection:
            times: int = await connection.fetchval(_ATTEMPT, bytes.fromhex(who), within)
        return times <= most

    def _subject(self, subject: str) -> bytes:
        return bytes.fromhex(self._keys.message_digest(f"subject\0{subject}".encode()))

    def _sealed(self, row: str, content: str) -> tuple[str, bytes]:
        current = self._keys.current
        return current, seal(_key(self._keys, current), _place(row), content)

    def _opened(self, kek_id: str, row: str, sealed: bytes) -> str | None:
        """Unseal; what belongs elsewhere or was sealed by a key that is gone counts as not there."""
        try:
            return unseal(_key(self._keys, kek_id), _place(row), sealed)
        except (KeyMissing, SealBroken):
            return None


def _key(keys: KeyRing, kek_id: str) -> bytes:
    return keys.derive("sessions", kek_id)


def _place(row: str) -> Place:
    return Place("sessions", "sessions", Controller.DIRECTORY, row)
