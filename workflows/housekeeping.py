"""What is looked after beside the cases, run by a schedule: nobody has to remember it."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.dispatch import Delivery
    from activities.housekeeping import Housekeeping, Looked
    from activities.outbox import Outbox
    from protocol.model import Frozen

_TIMEOUT = timedelta(minutes=10)
_HEARTBEAT = timedelta(seconds=60)
_TRIES = 3
"""What these do not bring is left for the schedule's next run."""


class HousekeepingInput(Frozen):
    """Which of the rounds to make."""

    daily: bool = False
    """Birthdays and leftovers, once a day; starts that did not get through are looked for always."""


class HousekeepingResult(Frozen):
    """What the round came to, for the console."""

    started: Looked
    delivered: int
    """Cases whose notices had waited for long: nobody else was left to send them."""
    aged: Looked | None = None
    dropped: Looked | None = None


@workflow.defn(name="Housekeeping")
class HousekeepingWorkflow:
    """One round of housekeeping."""

    @workflow.run
    async def run(self, start: HousekeepingInput) -> HousekeepingResult:
        """Start what was not started, send what was left; once a day also tell birthdays and drop leftovers."""
        started = await workflow.execute_activity_method(
            Housekeeping.start_unstarted, **_round("starts that did not get through")
        )
        delivered = await self._deliver()
        if not start.daily:
            return HousekeepingResult(started=started, delivered=delivered)
        aged = await workflow.execute_activity_method(
            Housekeeping.tell_ages, workflow.now().date(), **_round("birthdays")
        )
        dropped = await workflow.execute_activity_method(Housekeeping.drop_leftovers, **_round("leftovers"))
        return HousekeepingResult(started=started, delivered=delivered, aged=aged, dropped=dropped)

    async def _deliver(self) -> int:
        """Send what nobody sends any more: a consent withdrawn from a closed case is filed without a workflow."""
        cases = await workflow.execute_activity_method(
            Housekeeping.undelivered, **_round("cases whose notices wait for long")
        )
        for case_id in cases:
            with suppress(ActivityError):  # its mail server may be away: the next round tries again
                await workflow.execute_activity_method(
                    Outbox.deliver, Delivery(case_id=case_id), **_round(case_id, tries=1)
                )
        return len(cases)


def _round(summary: str, *, tries: int = _TRIES) -> workflow.ActivityConfig:
    return workflow.ActivityConfig(
        start_to_close_timeout=_TIMEOUT,
        heartbeat_timeout=_HEARTBEAT,
        retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_attempts=tries),
        summary=summary,
    )
