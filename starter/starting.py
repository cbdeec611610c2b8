"""How the workflow of a case is started: by whoever opens it, and by housekeeping when that did not get through."""

from datetime import UTC, datetime

from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from protocol.decide import take
from runtime.temporal import TASK_QUEUE
from store import Opening
from workflows import search_attributes


def workflow_id(case_id: str) -> str:
    """The workflow of a case; the id says nothing of anybody."""
    return f"case/{case_id}"


async def start_case(temporal: Client, opening: Opening) -> None:
    """Start the workflow of an accepted case; one that was ever started is left alone.

    What the console shows is there from the start, so that also a case that no worker took up is found.
    """
    # Telling a case something needs neither the workflow nor what it carries out.
    from workflows.case import CaseWorkflow
    from workflows.start import CaseInput

    now = opening.opened_at or datetime.now(UTC)
    case = take(None, opening.told, now, opening.policy).case
    try:
        await temporal.start_workflow(
            CaseWorkflow.run,
            CaseInput(policy=opening.policy, opening=opening.told, opened_at=opening.opened_at),
            id=workflow_id(opening.case_id),
            task_queue=TASK_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            search_attributes=search_attributes.of(case),
            static_summary=f"Casus {opening.case_id}",
            static_details=f"Geopend door {opening.school} in regio {opening.region}.",
        )
    except WorkflowAlreadyStartedError:
        return
