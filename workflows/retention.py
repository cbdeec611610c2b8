"""What is kept no longer than it may be, run by a schedule once a day."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.retention import Kept, Retention

_TIMEOUT = timedelta(hours=4)
_HEARTBEAT = timedelta(minutes=5)


@workflow.defn(name="Retention")
class RetentionWorkflow:
    """One day's round."""

    @workflow.run
    async def run(self) -> Kept:
        """Shield and destroy what is due; what three tries do not bring is left for tomorrow."""
        return await workflow.execute_activity_method(
            Retention.keep_or_destroy,
            start_to_close_timeout=_TIMEOUT,
            heartbeat_timeout=_HEARTBEAT,
            retry_policy=RetryPolicy(initial_interval=timedelta(seconds=5), maximum_attempts=3),
            summary="shield and destroy what is due",
        )
