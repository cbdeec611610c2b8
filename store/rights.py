"""Requests of data subjects: each with its deadline, and every step of handling it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import date

import asyncpg
from pydantic import AwareDatetime

from protocol.keeping import Part
from protocol.messages import Actor
from protocol.model import Frozen
from protocol.rights import Extension, RefusalGround, RequestState, Right
from store.access_log import AccessEntry, AccessEvent, AccessLog
from store.queries import query

_ENTER = query("enter_request")
_REQUESTS = query("rights_requests")
_REQUEST = query("rights_request")
_EXTEND = query("extend_request")
_DECIDE = query("decide_request")
_CHOOSE = query("choose_for_request")
_ADD_STEP = query("add_rights_step")
_LOCK = query("lock_request")
_STEPS = query("rights_steps")
_OBJECTED = query("objected")

_MOST = 500


class Asked(Frozen):
    """What somebody asks for."""

    region: str
    case_id: str
    kind: Right
    subject: str
    """Whose data."""
    requester: str
    parts: tuple[Part, ...]
    """Which controllers are to answer."""
    received_on: date
    due_on: date


class RequestRow(Asked):
    """A request as it stands."""

    request_id: str
    extension: Extension | None
    state: RequestState
    ground: RefusalGround | None
    chosen: tuple[str, ...]
    """Ids of the notes that are handed out."""
    entered_at: AwareDatetime
    decided_at: AwareDatetime | None


class StepRow(Frozen):
    """One step of handling a request."""

    number: int
    at: AwareDatetime
    role: str
    organisation: str | None
    user_id: str | None
    what: str
    """``entered``, ``extended``, ``chosen``, ``corrected``, ``stated``, ``erased``, ``exported``, or the new state."""
    code: str | None
    """A ground, a part, a field: never a value."""


class Rights(AccessLog):
    """Requests. Nothing that somebody wrote stands in them: that is in the file's statements, sealed."""

    async def enter_request(self, asked: Asked, by: Actor, request_id: str | None = None) -> str:
        """Enter a request; the same id again changes nothing. Returns the id."""
        request_id = request_id or f"r-{secrets.token_hex(8)}"
        values = (asked.kind, asked.subject, asked.requester, list(asked.parts), asked.received_on, asked.due_on)
        async with self._transaction() as connection:
            if await connection.fetchval(_ENTER, request_id, asked.region, asked.case_id, *values):
                await add_step(connection, request_id, by, "entered", asked.kind)
                entry = AccessEntry(
                    actor=by, case_id=asked.case_id, what=f"request {asked.kind}", purpose=f"request {request_id}",
                    event=AccessEvent.CREATE, subject=asked.subject, on_behalf=asked.requester,
                )  # fmt: skip
                await self._log(connection, entry)
        return request_id

    async def rights_requests(self, region: str) -> tuple[RequestRow, ...]:
        """List requests: open ones first, the first due on top."""
        async with self._connection() as connection:
            rows = await connection.fetch(_REQUESTS, region, _MOST)
        return tuple(RequestRow.model_validate(dict(row)) for row in rows)

    async def rights_request(self, region: str, request_id: str) -> RequestRow | None:
        """Look a request up."""
        async with self._connection() as connection:
            row = await connection.fetchrow(_REQUEST, region, request_id)
        return row and RequestRow.model_validate(dict(row))

    async def rights_steps(self, request_id: str) -> tuple[StepRow, ...]:
        """List how a request was handled, in order."""
        async with self._connection() as connection:
            rows = await connection.fetch(_STEPS, request_id)
        return tuple(StepRow.model_validate(dict(row)) for row in rows)

    async def extend_request(self, request_id: str, why: Extension, due_on: date, by: Actor) -> bool:
        """Give a request more time, once; False when that was done, or it is decided."""
        return await self._changed(request_id, by, "extended", why, _EXTEND, why, due_on)

    async def decide_request(
        self, request_id: str, state: RequestState, by: Actor, ground: RefusalGround | None = None
    ) -> bool:
        """Decide on a request; False when it was decided before."""
        return await self._changed(request_id, by, state, ground, _DECIDE, state, ground)

    async def choose_for_request(self, request_id: str, notes: Iterable[str], by: Actor) -> bool:
        """Choose which notes are handed out; False when the request is decided."""
        chosen = sorted(notes)
        return await self._changed(request_id, by, "chosen", str(len(chosen)), _CHOOSE, chosen)

    async def note_step(self, request_id: str, by: Actor, what: str, code: str | None = None) -> None:
        """Note a step that changes nothing of the request itself."""
        async with self._transaction() as connection:
            await connection.execute(_LOCK, request_id)
            await add_step(connection, request_id, by, what, code)

    async def objected(self, case_id: str) -> bool:
        """Whether an objection waits for a decision: nothing more is shared until then."""
        async with self._connection() as connection:
            return bool(await connection.fetchval(_OBJECTED, case_id))

    async def _changed(  # one for each part of a step
        self, request_id: str, by: Actor, what: str, code: str | None, change: str, *values: object
    ) -> bool:
        async with self._transaction() as connection:
            if not await connection.fetchval(change, request_id, *values):
                return False
            await add_step(connection, request_id, by, what, code)
        return True


async def add_step(connection: asyncpg.Connection, request_id: str, by: Actor, what: str, code: str | None) -> None:
    """Add a step in the transaction that does it, which has locked the request."""
    await connection.execute(_ADD_STEP, request_id, by.role, by.organisation, by.user, what, code)
