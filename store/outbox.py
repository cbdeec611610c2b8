"""The outbox: the unsent notices of a case, which one sender at a time may send."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from datetime import timedelta

import asyncpg

from protocol.messages import SYSTEM
from store.access_log import AccessEntry, AccessEvent, AccessLog
from store.errors import translated
from store.notices import NoticeRow
from store.queries import query
from store.recipients import Recipient, Recipients, is_person

_LET_GO = query("let_go")
_CLAIM = query("claim_unsent")
_STILL = query("still_unsent")
_SENT = query("mark_sent")
_FAILED = query("mark_failed")

_TURN = timedelta(seconds=1).total_seconds()
"""How long a sender keeps its connection while others wait for one."""


class Claim:
    """One notice of a case that nobody else sends now. Not marked, it stays unsent."""

    def __init__(
        self, connection: asyncpg.Connection, notice: NoticeRow, recipient: Recipient, token: str | None
    ) -> None:
        self._connection = connection
        self.notice = notice
        self.recipient = recipient
        self.token = token
        """The secret of the notice's link, the same at every attempt; none for a notice without one."""

    async def sent(self) -> None:
        """Note that it was taken over by the mail server or webhook; committed on return."""
        await self._mark(_SENT, self.notice.notice_id)

    async def failed(self, code: str) -> None:
        """Note that it will never arrive, and why; committed on return."""
        await self._mark(_FAILED, self.notice.notice_id, code)

    async def _mark(self, statement: str, *arguments: str) -> None:
        with translated():
            await self._connection.execute(statement, *arguments)


class Outbox(AccessLog):
    """Claiming what is unsent."""

    def claim_unsent(self, case_id: str) -> aclosing[AsyncGenerator[Claim]]:
        """Claim a case's unsent notices one by one, in order.

        An attempt is counted for all of them at once. Whoever claims holds the case's outbox until they are done:
        to another sender there is nothing to send meanwhile. One whose connection breaks holds it no more. Usage::

            async with store.claim_unsent(case_id) as claims:
                async for claim in claims:
                    ...
                    await claim.sent()

        Raises:
            KeyMissing: A recipient's data cannot be opened, but an operator can put the key back.
            StoreUnavailable: The database does not answer.
        """
        return aclosing(self._claims(case_id))

    async def _claims(self, case_id: str) -> AsyncGenerator[Claim]:
        clock = asyncio.get_running_loop().time
        recipients = Recipients(self._keys, case_id)
        rows: deque[asyncpg.Record] | None = None
        while rows is None or rows:
            async with self._holding, self._letting_go() as connection:
                rows = await self._claimed(connection, case_id, recipients, rows)
                end = clock() + _TURN
                while rows:
                    yield self._claim(connection, rows.popleft(), recipients)
                    # Where mail is slow, senders that wait for a connection get their turn between two notices.
                    if self._holding.locked() and clock() >= end:
                        break

    @asynccontextmanager
    async def _letting_go(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection that holds cases until it is given back."""
        async with self._connection() as connection:
            try:
                yield connection
            finally:
                await _let_go(connection)

    async def _claimed(
        self,
        connection: asyncpg.Connection,
        case_id: str,
        recipients: Recipients,
        before: deque[asyncpg.Record] | None,
    ) -> deque[asyncpg.Record]:
        """What is to be sent: all that is unsent, or what nobody sent meanwhile of what was claimed before."""
        if before is not None:
            unsent = {row["notice_id"] for row in await connection.fetch(_STILL, case_id)}
            return deque(row for row in before if row["notice_id"] in unsent)
        rows = deque(await connection.fetch(_CLAIM, case_id))
        if to_persons := [row for row in rows if is_person(row["party"])]:
            await self._log(connection, *(_look(case_id, row) for row in to_persons))
            await recipients.look_up(connection, [row["party"] for row in to_persons])
        return rows

    def _claim(self, connection: asyncpg.Connection, row: asyncpg.Record, recipients: Recipients) -> Claim:
        notice = NoticeRow.model_validate(dict(row))
        token = self._keys.link_token(notice.notice_id) if notice.link else None
        return Claim(connection, notice, recipients.of(notice, row), token)


async def _let_go(connection: asyncpg.Connection) -> None:
    """Hold nothing any more. A connection that cannot say so is ended: in the pool it would hold a case for nobody."""
    let_go = False
    try:
        await connection.execute(_LET_GO)
        let_go = True
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
        """What broke it was or will be told by what was done with it."""
    finally:
        if not let_go:
            with suppress(asyncpg.InterfaceError):  # it is ended already
                connection.terminate()


def _look(case_id: str, row: asyncpg.Record) -> AccessEntry:
    """The look at an address, which is logged before it is opened."""
    what, purpose = f"address {row['party']}", f"notice {row['kind']}"
    return AccessEntry(
        actor=SYSTEM, case_id=case_id, what=what, purpose=purpose, event=AccessEvent.SEND, subject=row["party"]
    )
