"""One round of anchoring, run by a schedule."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.anchoring import Anchored, Anchoring

_ROUND = workflow.ActivityConfig(
    start_to_close_timeout=timedelta(minutes=5),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=5), maximum_attempts=5),
)
_MAIL = workflow.ActivityConfig(
    start_to_close_timeout=timedelta(minutes=2),
    schedule_to_close_timeout=timedelta(hours=12),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=10), maximum_interval=timedelta(minutes=15)),
)


@workflow.defn(name="Anchoring")
class AnchoringWorkflow:
    """Anchor what grew, then mail the line. The next round does not wait for a mail server that is away."""

    @workflow.run
    async def run(self) -> Anchored:
        """Take one anchor; the line is in the database and the file before it is mailed."""
        anchored = await workflow.execute_activity_method(Anchoring.take, **_ROUND)
        if anchored.mail and anchored.anchor is not None:
            await workflow.execute_activity_method(Anchoring.mail, anchored.anchor, **_MAIL)
        return anchored
