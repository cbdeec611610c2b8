"""The outbox: unsent notices, each claimed by one sender at a time."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import timedelta

import asyncpg

from protocol.messages import SYSTEM
from store.access_log import AccessEntry, AccessEvent, AccessLog
from store.errors import translated
from store.notices import NoticeRow
from store.queries import query
from store.recipients import Recipient, Recipients, is_person

_CLAIM = query("claim_unsent")
_LOCK = query("lock_unsent")
_LET_GO = query("let_go")
_SENT = query("mark_sent")
_FAILED = query("mark_failed")

_TURN = timedelta(seconds=1).total_seconds()
"""How long a sender keeps its connection while others wait for one."""


class Claim:
    """One notice that nobody else sends now. Not marked, it stays unsent."""

    def __init__(
        self, connection: asyncpg.Connection, notice: NoticeRow, recipient: Recipient, token: str | None
    ) -> None:
        self._connection = connection
        self.notice = notice
        self.recipient = recipient
        self.token = token
        """The secret of the notice's link, the same at every attempt; none for a notice without one."""
        self._held = True

    async def sent(self) -> None:
        """Note that it was taken over by the mail server or webhook; committed on return."""
        await self._mark(_SENT, self.notice.notice_id)

    async def failed(self, code: str) -> None:
        """Note that it will never arrive, and why; committed on return."""
        await self._mark(_FAILED, self.notice.notice_id, code)

    async def _mark(self, statement: str, *arguments: str) -> None:
        with translated():
            await self._connection.execute(statement, *arguments)
            await self.let_go()

    async def let_go(self) -> None:
        """Keep what was marked, and free the notice; the connection stays with the round."""
        if self._held:
            await self._connection.execute(_LET_GO)
            self._held = False


class Outbox(AccessLog):
    """Claiming what is unsent."""

    def claim_unsent(self, case_id: str) -> aclosing[AsyncGenerator[Claim]]:
        """Claim a case's unsent notices one by one, in order.

        An attempt is counted for all of them at once. Each is locked from when it is handed out until
        it is marked or the next is asked for; what another sender holds or has sent is passed over.
        Usage::

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
            async with self._holding, self._transaction() as connection:
                if rows is None:
                    rows = await self._claimed(connection, case_id, recipients)
                end = clock() + _TURN
                while rows:
                    claim = await self._held(connection, rows.popleft(), recipients)
                    if claim is not None:
                        yield claim
                        await claim.let_go()
                    # Where mail is slow, senders that wait for a connection get their turn between two notices.
                    if self._holding.locked() and clock() >= end:
                        break

    async def _claimed(
        self, connection: asyncpg.Connection, case_id: str, recipients: Recipients
    ) -> deque[asyncpg.Record]:
        """Count an attempt for all that is unsent, and log the look at each address before it is opened."""
        rows = deque(await connection.fetch(_CLAIM, case_id))
        to_persons = [row for row in rows if is_person(row["party"])]
        for row in to_persons:
            what, purpose = f"address {row['party']}", f"notice {row['kind']}"
            look = AccessEntry(
                actor=SYSTEM, case_id=case_id, what=what, purpose=purpose, event=AccessEvent.SEND, subject=row["party"]
            )
            await self._log(connection, look)
        if to_persons:
            await recipients.look_up(connection, [row["party"] for row in to_persons])
        await connection.execute(_LET_GO)
        return rows

    async def _held(self, connection: asyncpg.Connection, row: asyncpg.Record, recipients: Recipients) -> Claim | None:
        """Lock a notice; nothing when somebody else holds it or has sent it since."""
        notice = NoticeRow.model_validate(dict(row))
        if not await connection.fetchval(_LOCK, notice.notice_id):
            return None
        token = self._keys.link_token(notice.notice_id) if notice.link else None
        return Claim(connection, notice, await recipients.of(connection, notice, row), token)
