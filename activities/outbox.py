"""Sending what a case has to tell: each notice once, as far as the other side lets us know."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from datetime import timedelta

from temporalio import activity

from activities.bell import Bell, News
from activities.dispatch import Delivered, Delivery, Dispatch, FailedNotice, dispatched
from activities.errors import DeliveryCode, Unavailable, Undeliverable, WebhookUnavailable, translated
from activities.hand_over import HandOvers
from activities.mail import Mailer, MailRound
from activities.webhooks import Webhooks
from protocol.notices import NoticeKind
from store import Claim, OutboxState, Store

_LONGEST_ROUND = timedelta(minutes=2)
"""After so long no further notice is begun: the rest is for the next try."""
LINGER = timedelta(seconds=4)
"""How long a delivery waits for what the case records next: people do several steps in a row.

Half of it before each round of sending, so that a round takes along what comes right behind, and
half of it when everything is sent.
"""
_BEAT = 5.0
"""How often a delivery says that it goes on, in seconds; the workflow waits four times as long."""
_TRIES_BEFORE_MAIL = 5
"""Tries after which a notice for a silent webhook goes by mail, where there is an address."""


class Tally:
    """What came of one round."""

    def __init__(self) -> None:
        self.sent = 0
        self.failed = 0
        self.late: list[Unavailable] = []
        self.hand_overs = False
        """A notice of a hand-over waits for its document."""
        self.erased = False
        """There will be no document: the part of the file in which it belongs was destroyed."""
        self.settling = False
        """A notice is on its way, and what became of it is not noted yet."""
        self.leaving = False
        """We were told to stop: no further notice is begun."""


class Outbox:
    """The way out for everything that a case tells people and organisations."""

    def __init__(  # noqa: PLR0913  # a composition root's dependencies
        self,
        store: Store,
        mailer: Mailer,
        webhooks: Webhooks,
        hand_overs: HandOvers,
        public_url: str,
        *,
        bell: Bell | None = None,
        linger: timedelta = LINGER,
    ) -> None:
        """Send over these ways.

        Args:
            store: Holds the notices and finds the addresses.
            mailer: By mail.
            webhooks: By webhook, to organisations that have one.
            hand_overs: Makes the documents that a hand-over's notices speak of.
            public_url: Where people reach the pages; every link begins with it.
            bell: Rings when this worker has recorded more to send.
            linger: How long a delivery waits for more once everything is sent.
        """
        self._store = store
        self._mailer = mailer
        self._webhooks = webhooks
        self._hand_overs = hand_overs
        self._public_url = public_url.rstrip("/")
        self._bell = bell or Bell()
        self._pause = linger.total_seconds() / 2

    @activity.defn(name="deliver")
    @translated
    async def deliver(self, delivery: Delivery) -> Delivered:
        """Send every notice of a case that is not sent yet.

        Idempotency key: the notice's id, which is its Message-ID as well. A notice is noted as
        sent right after the other side has taken it, so it goes out twice only when the worker
        dies between the two: then as the same mail.

        Raises:
            ApplicationError: ``mail_unavailable``, ``webhook_unavailable`` or, while somebody else
                is sending or a round took too long, ``notices_waiting``: everything that could be
                sent was sent, and another try sends the rest.
        """
        case_id = delivery.case_id
        with self._bell.listening(case_id) as news, _alive():
            if not delivery.more_may_come or not (await self._store.outbox(case_id)).open:
                news.over.set()
            tally, state = await self._send_all(case_id, news)
        if state.unsent and not tally.failed:
            raise tally.late[0] if tally.late else Unavailable("notices_waiting")
        failed = await self._failures(case_id) if state.failed else ()
        return Delivered(failed=failed, waiting=state.unsent, through=state.number)

    async def _send_all(self, case_id: str, news: News) -> tuple[Tally, OutboxState]:
        """Send until nothing is left and nothing more comes, or until something cannot go now."""
        clock = asyncio.get_running_loop().time
        end = clock() + _LONGEST_ROUND.total_seconds()
        while True:
            await _paused(self._pause, news.over)
            news.more.clear()
            tally = await self._sent(case_id)
            state = await self._store.outbox(case_id)
            if tally.late or tally.failed or clock() > end:
                return tally, state
            if not state.unsent and state.open:
                await _paused(self._pause, news.over, news.more)
                state = await self._store.outbox(case_id)
            elif not tally.sent:
                return tally, state
            if not state.unsent:
                return tally, state

    async def _sent(self, case_id: str) -> Tally:
        tally = await self._round(case_id)
        if tally.hand_overs:
            tally.erased = not await self._hand_overs.prepare(case_id)
            tally = await self._round(case_id, tally)
        return tally

    async def _round(self, case_id: str, before: Tally | None = None) -> Tally:
        """Try each unsent notice once; after ``before`` the hand-over's documents are there."""
        tally = Tally()
        if before is not None:
            tally.sent, tally.failed, tally.erased = before.sent, before.failed, before.erased
        await _to_its_end(self._send_claimed(case_id, tally, hand_overs=before is not None), tally)
        return tally

    async def _send_claimed(self, case_id: str, tally: Tally, *, hand_overs: bool) -> None:
        clock = asyncio.get_running_loop().time
        end = clock() + _LONGEST_ROUND.total_seconds()
        async with self._mailer.round() as mails, self._store.claim_unsent(case_id) as claims:
            async for claim in claims:
                if tally.leaving or clock() > end:
                    break
                if not hand_overs and claim.notice.kind is NoticeKind.HAND_OVER:
                    # Its document needs a second connection: not while the claim holds one.
                    tally.hand_overs = True
                    continue
                tally.settling = True
                await self._settle(claim, mails, tally)
                tally.settling = False

    async def _settle(self, claim: Claim, mails: MailRound, tally: Tally) -> None:
        try:
            if claim.recipient.erased or (tally.erased and claim.notice.kind is NoticeKind.HAND_OVER):
                raise Undeliverable(DeliveryCode.PART_ERASED)  # noqa: TRY301  # judged as the others are
            await self._send(dispatched(claim, self._public_url), mails)
        except Unavailable as unavailable:
            tally.late.append(unavailable)
        except Undeliverable as undeliverable:
            await claim.failed(undeliverable.code)
            tally.failed += 1
        else:
            await claim.sent()
            tally.sent += 1

    async def _send(self, dispatch: Dispatch, mails: MailRound) -> None:
        if dispatch.webhook is None:
            await mails.send(dispatch)
            return
        try:
            await self._webhooks.send(dispatch, dispatch.webhook)
        except Undeliverable:
            if not dispatch.address:
                raise
            await mails.send(dispatch)
        except WebhookUnavailable:
            if not dispatch.address or dispatch.attempts < _TRIES_BEFORE_MAIL:
                raise
            await mails.send(dispatch)

    async def _failures(self, case_id: str) -> tuple[FailedNotice, ...]:
        """What failed and the case was not told of: of this round, and of one whose answer was lost."""
        return tuple(
            FailedNotice(notice=row.notice_id, party=row.party, kind=row.kind, code=DeliveryCode(row.failed_code or ""))
            for row in await self._store.failures(case_id)
        )


async def _paused(seconds: float, *heard: asyncio.Event) -> None:
    """Wait a moment, or until one of these; a worker that is told to stop does not wait."""
    if not seconds or any(event.is_set() for event in heard):
        return
    tasks = [asyncio.ensure_future(wait) for wait in (*(e.wait() for e in heard), activity.wait_for_worker_shutdown())]
    try:
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


async def _to_its_end(sending: Coroutine[None, None, None], tally: Tally) -> None:
    """Finish the notice that was begun though we are told to stop: a mail that is out and not noted goes out twice."""
    begun = asyncio.ensure_future(sending)
    try:
        await asyncio.shield(begun)
    except asyncio.CancelledError:
        tally.leaving = True
        if not tally.settling:
            begun.cancel()
        await asyncio.gather(begun, return_exceptions=True)
        raise


@contextmanager
def _alive() -> Iterator[None]:
    """Say that this goes on until it is over, however long one mail takes: who dies is noticed soon.

    A local activity is too short for that, and the server does not know it.
    """
    if activity.info().is_local:
        yield
        return
    beating = asyncio.create_task(_beat())
    try:
        yield
    finally:
        beating.cancel()


async def _beat() -> None:
    while True:
        await asyncio.sleep(_BEAT)  # most deliveries are over before: beginning is a sign of life as well
        activity.heartbeat()
