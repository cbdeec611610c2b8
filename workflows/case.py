"""One case is one workflow: it hears messages, waits for deadlines and has both carried out.

Everything the case knows is one frozen :class:`protocol.case.Case`. Deciding is pure and happens
in place; only what was decided is carried out, by one local activity that records a turn in one
transaction and one activity that sends what is unsent.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.case_file import CaseFile
    from activities.dispatch import FailedNotice
    from activities.outbox import Outbox
    from protocol.case import Case, Outcome
    from protocol.deadlines import next_rung
    from protocol.decide import Taken, refuse_later, take, take_from_system
    from protocol.events import Recorded, event_name
    from protocol.messages import DeliveryFailed, Message, Told, name_of
    from protocol.model import Frozen
    from protocol.notices import Notice
    from protocol.notify import notices
    from protocol.policy import Policy
    from protocol.recording import Recording
    from protocol.refusals import RefusalCode, Refused
    from workflows import limits, search_attributes
    from workflows.console import current_details
    from workflows.hearing import Answer, hears_every_message


class CaseInput(Frozen):
    """What a run begins with: the message that opens the case, or the state of the run before it."""

    policy: Policy
    opening: Told | None = None
    opened_at: datetime | None = None
    """When the school opened it: its first deadlines count from then, also when Temporal was away."""
    case: Case | None = None
    recorded: int = 0
    mailbox: tuple[Told, ...] = ()
    unsent: bool = False
    """Notices are waiting that the run before did not get delivered."""


@workflow.defn(name="Case")
@hears_every_message
class CaseWorkflow:
    """The durable life of one case."""

    @workflow.init
    def __init__(self, start: CaseInput) -> None:
        """Take over the state, or open the case, before any message can be heard."""
        self._policy = start.policy
        self._mailbox: list[Told] = list(start.mailbox)
        self._events: list[Recorded] = []
        self._notices: list[Notice] = []
        self._refused: list[str] = []
        self._recorded = start.recorded
        self._to_tell = start.recorded if start.unsent else 0
        self._told = 0
        self._delivering: asyncio.Task[None] | None = None
        self._alarm: asyncio.Task[None] | None = None
        self._alarm_at: datetime | None = None
        self._stopped: str | None = None
        self._case = start.case or self._open(start)

    @workflow.run
    async def run(self, start: CaseInput) -> Outcome | None:  # noqa: ARG002  # read by __init__
        """Hear, wait, carry out, until the case is closed and all of it was carried out."""
        while True:
            self._read_mailbox()
            self._let_time_pass()
            if self._events:
                await self._record()
            elif self._is_over():
                return self._case.outcome
            elif self._should_begin_anew():
                self._begin_anew()
            else:
                await self._wait()

    # Hearing

    @workflow.signal(name="tell")
    def tell(self, told: Told | None) -> None:
        """Take a message that no worker answered as an update. Cannot raise: ``run`` decides it."""
        if told is not None:  # JSON's null passes as any type; in the mailbox it would fail every task
            self._mailbox.append(told)

    def check(self, name: str, told: Told) -> None:
        """Refuse a message before it reaches the history.

        Raises:
            ApplicationError: Its type is the refusal's code.
        """
        if name_of(told.message) != name:
            raise _refusal(RefusalCode.NOT_ALLOWED)
        try:
            if self._heard(told) is None:
                take(self._case, told, workflow.now(), self._policy)
        except Refused as refused:
            raise _refusal(refused.code) from None

    async def hear(self, told: Told) -> Answer:
        """Decide a message that was let in, and answer once all that follows is recorded.

        Raises:
            ApplicationError: Something came between; its type is the refusal's code.
        """
        try:
            answer = self._answer(told)
        except Refused as refused:
            raise _refusal(refused.code) from None
        await workflow.wait_condition(lambda: self._recorded >= answer.number)
        return answer

    def _answer(self, told: Told) -> Answer:
        number = self._heard(told)
        if number is not None:
            return Answer(number=number)
        taken = take(self._case, told, workflow.now(), self._policy)
        self._keep(taken)
        return Answer(number=taken.case.number, events=tuple(event_name(row.event) for row in taken.recorded))

    def _heard(self, told: Told) -> int | None:
        """The last event of a message that already counted; None when it is new.

        Raises:
            Refused: The id was used for something else.
        """
        heard = next((heard for heard in self._case.heard if heard.id == told.id), None)
        if heard is not None and heard.digest != told.digest:
            raise Refused(RefusalCode.MESSAGE_ID_REUSED)
        return heard.number if heard else None

    def _read_mailbox(self) -> None:
        """Decide what came as signals. Nobody waits for these: a refusal is journaled and told."""
        while self._mailbox:
            told = self._mailbox.pop(0)
            try:
                self._answer(told)
            except Refused as refused:
                self._refuse_later(told, refused.code)

    def _refuse_later(self, told: Told, code: RefusalCode) -> None:
        if code is RefusalCode.MESSAGE_ID_REUSED:
            return  # what was staged under this id belongs to the message that counted
        self._refused.append(told.id)
        if self._case.open:
            self._keep(refuse_later(self._case, told, code, workflow.now(), self._policy))

    def _open(self, start: CaseInput) -> Case:
        if start.opening is None:
            raise ApplicationError("nothing to begin with", type="malformed", non_retryable=True)
        now = min(start.opened_at or workflow.now(), workflow.now())
        taken = take(None, start.opening, now, start.policy)
        self._events.extend(taken.recorded)
        self._notices.extend(notices(None, taken.case, taken.recorded))
        return taken.case

    def _keep(self, taken: Taken) -> None:
        self._notices.extend(notices(self._case, taken.case, taken.recorded))
        self._events.extend(taken.recorded)
        self._case = taken.case

    # Waiting

    def _let_time_pass(self) -> None:
        """Tell the case every rung that its clock has reached."""
        while (rung := next_rung(self._case, self._policy)) and rung[0] <= workflow.now():
            self._take_from_system(rung[1])

    def _take_from_system(self, message: Message) -> None:
        try:
            self._keep(take_from_system(self._case, message, workflow.now(), self._policy))
        except Refused as refused:
            workflow.logger.info("message without meaning", extra={"code": refused.code})

    async def _wait(self) -> None:
        """Sleep until the next rung or until there is news; one timer, set anew only when it moves."""
        self._set_alarm()
        self._begin_delivering()
        await workflow.wait_condition(self._has_news)

    def _has_news(self) -> bool:
        rang = self._alarm is not None and self._alarm.done()
        return bool(rang or self._mailbox or self._events or self._is_over() or self._should_begin_anew())

    def _set_alarm(self) -> None:
        rung = next_rung(self._case, self._policy)
        at = rung[0] if rung else None
        if at == self._alarm_at and not (self._alarm and self._alarm.done()):
            return
        if self._alarm:
            self._alarm.cancel()
        self._alarm_at = at
        self._alarm = asyncio.create_task(self._ring(at, rung[1].task)) if rung and at else None

    async def _ring(self, at: datetime, task: str) -> None:
        await workflow.sleep(max(at - workflow.now(), timedelta(0)), summary=task)

    # Carrying out

    async def _record(self) -> None:
        """Write the turn down: events, state, notices, in one transaction; again changes nothing."""
        recording = Recording(
            case=self._case,
            events=tuple(self._events),
            notices=tuple(self._notices),
            refused=tuple(self._refused),
        )
        self._events, self._notices, self._refused = [], [], []
        self._show()
        while not await self._recorded_now(recording):
            await workflow.sleep(limits.RECORDING_AGAIN, summary=f"recording stopped: {self._stopped}")
        self._recorded = recording.case.number
        if recording.notices:
            self._to_tell = recording.case.number
        self._begin_delivering()

    async def _recorded_now(self, recording: Recording) -> bool:
        first, last = recording.events[0].number, recording.events[-1].number
        try:
            await workflow.execute_local_activity_method(
                CaseFile.record,
                recording,
                start_to_close_timeout=limits.RECORDING_TIMEOUT,
                local_retry_threshold=limits.RECORDING_WAITS_LOCALLY,
                retry_policy=limits.RECORDING_RETRIES,
                summary=f"{first}-{last}",
            )
        except ActivityError as error:
            # Trying at once cannot help (other content under a recorded number): somebody has to look.
            self._stopped = _code_of(error)
            workflow.logger.error("recording stopped", extra={"code": self._stopped})
            self._show()
            return False
        self._stopped = None
        return True

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
            delivered = await workflow.execute_activity_method(
                Outbox.deliver,
                self._case.id,
                start_to_close_timeout=limits.DELIVERY_TIMEOUT,
                heartbeat_timeout=limits.DELIVERY_HEARTBEAT,
                schedule_to_close_timeout=limits.DELIVERY_LIMIT,
                retry_policy=limits.DELIVERY_RETRIES,
                summary="notices",
            )
        except ActivityError as error:
            workflow.logger.error("delivery given up", extra={"code": _code_of(error)})
            await workflow.sleep(limits.RECORDING_AGAIN, summary="deliver again")
        else:
            for failed in delivered.failed:
                self._tell_failure(failed)
            self._told = self._told if delivered.waiting else delivered.through
        self._delivering = None
        if not self._events:
            self._begin_delivering()

    def _tell_failure(self, failed: FailedNotice) -> None:
        self._take_from_system(DeliveryFailed(notice=failed.notice, party=failed.party, about=failed.kind))

    def _show(self) -> None:
        """Let the console show where the case stands."""
        changed = search_attributes.changes(workflow.info().typed_search_attributes, self._case)
        if changed:
            workflow.upsert_search_attributes(changed)
        workflow.set_current_details(current_details(self._case, self._stopped))

    # Ending

    def _is_over(self) -> bool:
        done = not self._case.open and not self._events and not self._unsent and self._delivering is None
        return done and workflow.all_handlers_finished()

    def _should_begin_anew(self) -> bool:
        return (
            workflow.info().is_continue_as_new_suggested()
            and workflow.all_handlers_finished()
            and not self._events
            and not self._mailbox
        )

    def _begin_anew(self) -> None:
        """Continue as new with the state as it is; a delivery under way is begun again."""
        if self._delivering:
            self._delivering.cancel()
        workflow.continue_as_new(
            CaseInput(
                policy=self._policy,
                case=self._case,
                recorded=self._recorded,
                unsent=self._unsent or self._delivering is not None,
            )
        )


def _refusal(code: RefusalCode) -> ApplicationError:
    return ApplicationError(code.value, type=code.value, non_retryable=True)


def _code_of(error: ActivityError) -> str:
    cause = error.cause
    return (cause.type if isinstance(cause, ApplicationError) else None) or "unknown"
