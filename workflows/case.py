"""One case is one workflow: it hears messages, waits for deadlines and has both carried out.

Everything the case knows is one frozen :class:`protocol.case.Case`. Deciding is pure and happens in
place (:mod:`workflows.ledger`); what was decided is carried out by one local activity that records a
turn in one transaction, and one activity that sends what is unsent.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from typing import ClassVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.exceptions import TimeoutError as TimedOut

with workflow.unsafe.imports_passed_through():
    from activities.case_file import Behind, CaseFile
    from activities.dispatch import Delivered, Delivery, FailedNotice
    from activities.outbox import Outbox
    from activities.turns import lay_out
    from protocol.case import Outcome
    from protocol.deadlines import next_rung
    from protocol.messages import DeliveryFailed, Told, name_of
    from protocol.recording import Recording
    from protocol.refusals import RefusalCode, Refused
    from workflows import limits, search_attributes
    from workflows.console import current_details
    from workflows.hearing import Answer, HearsMessages
    from workflows.ledger import Ledger
    from workflows.start import CaseInput

_MISMATCH = "recording_mismatch"
_STOPPED = "vangnet_recordings_stopped"
_STOP_ENDS = "a message ends a stop"


@workflow.defn(name="Case")
class CaseWorkflow(HearsMessages):
    """The durable life of one case."""

    LEDGER: ClassVar[type[Ledger]] = Ledger
    """Another one listens when a history is only told again."""

    @workflow.init
    def __init__(self, start: CaseInput) -> None:
        """Take over the state, or open the case, before any message can be heard."""
        self._ledger = self.LEDGER(start.policy, start.case)
        self._mailbox: list[Told] = list(start.mailbox)
        self._waited_for: set[str] = set()
        self._turned_down: dict[str, RefusalCode] = {}
        self._behind = False
        self._to_tell = self._ledger.number if start.unsent else 0
        self._told = 0
        self._told_by_somebody = False
        self._delivering: asyncio.Task[None] | None = None
        self._alarm: asyncio.Task[None] | None = None
        self._alarm_at: datetime | None = None
        self._stopped: str | None = None
        if start.case is None and start.opening is not None:
            now = workflow.now()
            self._ledger.hear(start.opening, min(start.opened_at or now, now))

    @workflow.run
    async def run(self, start: CaseInput) -> Outcome | None:
        """Hear, wait, carry out, until the case is closed and all of it was carried out."""
        start.let_go()  # ``__init__`` has read it
        while True:
            if self._behind:
                await self._catch_up()
            self._read_mailbox()
            self._ledger.let_time_pass(workflow.now())
            if self._ledger.has_unwritten:
                await self._record()
            elif self._is_over():
                return self._ledger.case.outcome
            elif self._should_begin_anew():
                self._begin_anew()
            else:
                await self._wait()

    # Hearing

    @workflow.signal(name="tell")
    def tell(self, told: Told | None) -> None:
        """Take a message that no worker answered as an update. Cannot raise: ``run`` decides it."""
        if told is not None:  # JSON's null passes as any type; in the mailbox it would fail every task
            self._behind = self._behind or self._ledger.is_behind(told)
            self._mailbox.append(told)

    @workflow.query
    def holds(self, message_id: str) -> bool:
        """Whether a message reached this case, carried out or not: what did not may be dropped where it was put down."""
        waits = message_id in self._waited_for or any(told.id == message_id for told in self._mailbox)
        return waits or self._ledger.holds(message_id)

    def check(self, name: str, told: Told) -> None:
        """Refuse a message before it reaches the history.

        Raises:
            ApplicationError: Its type is the refusal's code.
        """
        if name_of(told.message) != name:
            raise _refusal(RefusalCode.NOT_ALLOWED)
        if self._ledger.is_behind(told):
            return  # what is known here is not enough to refuse it
        try:
            self._ledger.check(told, workflow.now())
        except Refused as refused:
            raise _refusal(refused.code) from None

    async def hear(self, told: Told) -> Answer:
        """Decide a message that was let in, and answer once all that follows is recorded.

        Raises:
            ApplicationError: Something came between; its type is the refusal's code.
        """
        self._waited_for.add(told.id)
        try:
            events = self._decide(told)
            await workflow.wait_condition(lambda: self._is_settled(told))
        except Refused as refused:
            raise _refusal(refused.code) from None
        finally:
            self._waited_for.discard(told.id)
        if told.id in self._turned_down:
            raise _refusal(self._turned_down.pop(told.id))
        return Answer(number=self._ledger.heard(told) or 0, events=events)

    def _decide(self, told: Told) -> tuple[str, ...]:
        if not self._ledger.is_behind(told):
            return self._ledger.hear(told, workflow.now())
        self._behind = True
        self._mailbox.append(told)
        return ()

    def _is_settled(self, told: Told) -> bool:
        return self._ledger.has_written(told.id) or told.id in self._turned_down

    def _read_mailbox(self) -> None:
        """Decide what came as signals, and what has to be decided anew. A refusal reaches who told it."""
        while self._mailbox:
            told = self._mailbox.pop(0)
            try:
                self._ledger.hear(told, workflow.now())
            except Refused as refused:
                if told.id in self._waited_for:
                    self._turned_down[told.id] = refused.code
                else:
                    self._ledger.refuse_later(told, refused.code, workflow.now())

    # Waiting

    async def _wait(self) -> None:
        """Sleep until the next rung or until there is news."""
        self._set_alarm()
        self._begin_delivering()
        await workflow.wait_condition(self._has_news)

    def _has_news(self) -> bool:
        rang = self._alarm is not None and self._alarm.done()
        heard = self._behind or self._mailbox or self._ledger.has_unwritten
        return bool(rang or heard or self._is_over() or self._should_begin_anew())

    def _set_alarm(self) -> None:
        """Keep one timer. One that rings too early stays, and is set anew when it rings.

        Several steps in a row each move what is due next; cancelling the timer at each would be
        most of what the history holds of them.
        """
        rung = next_rung(self._ledger.case, self._ledger.policy)
        runs = self._alarm is not None and not self._alarm.done()
        if runs and rung and self._alarm_at and self._alarm_at <= rung[0]:
            return
        if self._alarm:
            self._alarm.cancel()
        self._alarm_at = rung[0] if rung else None
        self._alarm = asyncio.create_task(self._ring(rung[0], rung[1].task)) if rung else None

    async def _ring(self, at: datetime, task: str) -> None:
        await workflow.sleep(max(at - workflow.now(), timedelta(0)), summary=task)

    # Carrying out

    async def _record(self) -> None:
        """Write the turn down: events, state, notices, in one transaction; again changes nothing."""
        recording = self._ledger.recording()
        self._show()
        try:
            with lay_out(recording) as turn:
                await workflow.execute_local_activity_method(
                    CaseFile.record,
                    turn,
                    start_to_close_timeout=limits.RECORDING_TIMEOUT,
                    local_retry_threshold=limits.RECORDING_WAITS_LOCALLY,
                    retry_policy=limits.RECORDING_RETRIES,
                    summary=f"{recording.events[0].number}-{recording.events[-1].number}",
                )
        except (ActivityError, ApplicationError, TimedOut) as error:  # a local activity's failure may come bare
            code = _code_of(error)
            if code != _MISMATCH or not await self._catch_up():
                await self._stop(code)
            return
        self._ledger.was_written(recording)
        self._carried_out(recording)

    def _carried_out(self, recording: Recording) -> None:
        self._stopped = None
        if recording.notices:
            self._to_tell = recording.case.number
            self._told_by_somebody = recording.events[-1].message_id is not None
        self._begin_delivering()

    async def _catch_up(self) -> bool:
        """Go on from the journal when it is ahead: everything was killed right after a turn was written.

        Returns:
            Whether the journal continues what is known here.
        """
        behind = Behind(case_id=self._ledger.case.id, number=self._ledger.number)
        self._behind = False
        rows = await workflow.execute_local_activity_method(
            CaseFile.read_journal,
            behind,
            start_to_close_timeout=limits.RECORDING_TIMEOUT,
            local_retry_threshold=limits.RECORDING_WAITS_LOCALLY,
            retry_policy=limits.RECORDING_RETRIES,
            summary=f"behind {behind.number}",
        )
        again = self._ledger.adopt(rows)
        if again is None:
            return False
        workflow.logger.warning("caught up with the journal", extra={"number": self._ledger.number})
        self._mailbox[:0] = again
        self._to_tell = self._ledger.number
        self._show()
        return True

    async def _stop(self, code: str) -> None:
        """Trying at once cannot help: somebody has to look. The case stays as it is, and tries again later."""
        self._stopped = code
        workflow.logger.error("recording stopped", extra={"code": code})
        workflow.metric_meter().create_counter(_STOPPED).add(1, {"code": code})
        self._show()
        summary, waiting = f"recording stopped: {code}", len(self._mailbox)
        if not workflow.patched(_STOP_ENDS):
            await workflow.sleep(limits.RECORDING_AGAIN, summary=summary)
            return
        with suppress(TimeoutError):  # a message left for it is a reason to try at once: `vangnet reconcile` leaves one
            await workflow.wait_condition(
                lambda: len(self._mailbox) > waiting, timeout=limits.RECORDING_AGAIN, timeout_summary=summary
            )

    @property
    def _unsent(self) -> bool:
        """Events were recorded whose notices no delivery has reached yet."""
        return self._to_tell > self._told

    def _begin_delivering(self) -> None:
        if self._unsent and self._delivering is None:
            self._delivering = asyncio.create_task(self._deliver())

    async def _deliver(self) -> None:
        """Send what is unsent. One delivery at a time, beside everything else that the case does."""
        try:
            delivered = await self._delivered()
        except ActivityError as error:
            workflow.logger.error("delivery given up", extra={"code": _code_of(error)})
            await workflow.sleep(limits.RECORDING_AGAIN, summary="deliver again")
        else:
            for failed in delivered.failed:
                self._tell_failure(failed)
            self._told = self._told if delivered.waiting else delivered.through
        self._delivering = None
        if not self._ledger.has_unwritten:
            self._begin_delivering()

    async def _delivered(self) -> Delivered:
        """Send; what the case's own clock brought first without a task of its own, as nobody waits for an answer."""
        delivery = Delivery(case_id=self._ledger.case.id, more_may_come=self._told_by_somebody)
        if not delivery.more_may_come:
            # What failed locally comes wrapped at first and bare in a replay: both have to lead to the same.
            with suppress(ActivityError, ApplicationError, TimedOut):
                return await workflow.execute_local_activity_method(
                    Outbox.deliver,
                    delivery,
                    start_to_close_timeout=limits.DELIVERY_LOCALLY,
                    retry_policy=limits.ONE_TRY,
                    summary="notices",
                )
        return await workflow.execute_activity_method(
            Outbox.deliver,
            delivery,
            start_to_close_timeout=limits.DELIVERY_TIMEOUT,
            heartbeat_timeout=limits.DELIVERY_HEARTBEAT,
            schedule_to_close_timeout=limits.DELIVERY_LIMIT,
            retry_policy=limits.DELIVERY_RETRIES,
            summary="notices",
        )

    def _tell_failure(self, failed: FailedNotice) -> None:
        message = DeliveryFailed(notice=failed.notice, party=failed.party, about=failed.kind)
        with suppress(Refused):  # a closed case changes no more; the notice itself says that it failed
            self._ledger.hear_from_system(message, workflow.now())

    def _show(self) -> None:
        """Let the console show where the case stands."""
        changed = search_attributes.changes(workflow.info().typed_search_attributes, self._ledger.case)
        if changed:
            workflow.upsert_search_attributes(changed)
        workflow.set_current_details(current_details(self._ledger.case, self._stopped))

    # Ending

    def _is_over(self) -> bool:
        done = not self._ledger.case.open and not self._ledger.has_unwritten and not self._mailbox
        return done and not self._unsent and self._delivering is None and workflow.all_handlers_finished()

    def _should_begin_anew(self) -> bool:
        quiet = not self._ledger.has_unwritten and not self._mailbox and not self._behind
        return quiet and workflow.info().is_continue_as_new_suggested() and workflow.all_handlers_finished()

    def _begin_anew(self) -> None:
        """Continue as new with the state as it is; a delivery under way is begun again.

        It is not cancelled: what it is sending it sends, and its task would add a command behind
        this one, which Temporal takes for a fault each time anew.
        """
        workflow.continue_as_new(
            CaseInput(
                policy=self._ledger.policy,
                case=self._ledger.case,
                unsent=self._unsent or self._delivering is not None,
            )
        )


def _refusal(code: RefusalCode) -> ApplicationError:
    return ApplicationError(code.value, type=code.value, non_retryable=True)


def _code_of(error: ActivityError | ApplicationError | TimedOut) -> str:
    cause = error.cause if isinstance(error, ActivityError) else error
    return (cause.type if isinstance(cause, ApplicationError) else None) or "unknown"
