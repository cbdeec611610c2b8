"""The outbox: unsent notices, each claimed by one sender at a time."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import asyncpg

from protocol.messages import SYSTEM
from store.access_log import AccessEntry, AccessLog
from store.errors import translated
from store.notices import NoticeRow
from store.queries import query
from store.recipients import Recipient, Recipients, is_person

_CLAIM = query("claim_unsent")
_LOCK = query("lock_unsent")
_LET_GO = query("let_go")
_SENT = query("mark_sent")
_FAILED = query("mark_failed")


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
        self.marked = False
        """Sent or failed, and committed: it is locked no more."""

    async def sent(self) -> None:
        """Note that it was taken over by the mail server or webhook; committed on return."""
        await self._mark(_SENT, self.notice.notice_id)

    async def failed(self, code: str) -> None:
        """Note that it will never arrive, and why; committed on return."""
        await self._mark(_FAILED, self.notice.notice_id, code)

    async def _mark(self, statement: str, *arguments: str) -> None:
        with translated():
            await self._connection.execute(statement, *arguments)
            await self._connection.execute(_LET_GO)
        self.marked = True


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
        async with self._holding, self._connection() as connection:
            rows = await connection.fetch(_CLAIM, case_id)
            if not rows:
                return
            async with connection.transaction():
                notices = [NoticeRow.model_validate(dict(row)) for row in rows]
                recipients = await self._looked_up(connection, case_id, notices)
                await connection.execute(_LET_GO)
                for row, notice in zip(rows, notices, strict=True):
                    # A lock of the row, not of our own making: it looks again at what others have committed.
                    if await connection.fetchval(_LOCK, notice.notice_id):
                        token = self._keys.link_token(notice.notice_id) if notice.link else None
                        claim = Claim(connection, notice, await recipients.of(notice, row), token)
                        yield claim
                        if not claim.marked:
                            await connection.execute(_LET_GO)

    async def _looked_up(
        self, connection: asyncpg.Connection, case_id: str, notices: Sequence[NoticeRow]
    ) -> Recipients:
        """Find the persons among the recipients; each look is logged before anything is opened."""
        recipients = Recipients(connection, self._keys, case_id)
        to_persons = [notice for notice in notices if is_person(notice.party)]
        for notice in to_persons:
            what, purpose = f"address {notice.party}", f"notice {notice.kind}"
            await self._log(connection, AccessEntry(actor=SYSTEM, case_id=case_id, what=what, purpose=purpose))
        if to_persons:
            await recipients.look_up([notice.party for notice in to_persons])
        return recipients
