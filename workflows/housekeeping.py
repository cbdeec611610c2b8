"""What is looked after beside the cases, run by a schedule: nobody has to remember it."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.housekeeping import Housekeeping, Looked
    from protocol.model import Frozen

_TIMEOUT = timedelta(minutes=10)
_HEARTBEAT = timedelta(seconds=60)
_RETRIES = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_attempts=3)
"""What three tries do not bring is left for the schedule's next run."""


class HousekeepingInput(Frozen):
    """Which of the rounds to make."""

    daily: bool = False
    """Birthdays and leftovers, once a day; starts that did not get through are looked for always."""


class HousekeepingResult(Frozen):
    """What the round came to, for the console."""

    started: Looked
    aged: Looked | None = None
    dropped: Looked | None = None


@workflow.defn(name="Housekeeping")
class HousekeepingWorkflow:
    """One round of housekeeping."""

    @workflow.run
    async def run(self, start: HousekeepingInput) -> HousekeepingResult:
        """Start what was not started; once a day also tell birthdays and drop leftovers."""
        started = await workflow.execute_activity_method(
            Housekeeping.start_unstarted,
            start_to_close_timeout=_TIMEOUT,
            heartbeat_timeout=_HEARTBEAT,
            retry_policy=_RETRIES,
        )
        if not start.daily:
            return HousekeepingResult(started=started)
        aged = await workflow.execute_activity_method(
            Housekeeping.tell_ages,
            workflow.now().date(),
            start_to_close_timeout=_TIMEOUT,
            heartbeat_timeout=_HEARTBEAT,
            retry_policy=_RETRIES,
        )
        dropped = await workflow.execute_activity_method(
            Housekeeping.drop_leftovers,
            start_to_close_timeout=_TIMEOUT,
            heartbeat_timeout=_HEARTBEAT,
            retry_policy=_RETRIES,
        )
        return HousekeepingResult(started=started, aged=aged, dropped=dropped)
