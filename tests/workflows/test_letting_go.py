"""What a case keeps of its tasks while it waits: nothing of the messages that they came in."""

from __future__ import annotations

import gc

from temporalio.bridge.proto.workflow_activation import InitializeWorkflow, WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion

from tests.workflows import stories
from tests.workflows.patience import eventually
from tests.workflows.town import Manner, Town
from workflows.start import CaseInput

_OF_TASKS = (InitializeWorkflow, WorkflowActivation, WorkflowActivationCompletion)


async def test_cases_that_wait_keep_nothing_of_their_tasks(town: Town) -> None:
    """The SDK's names have not changed: no message of a task is kept alive by a part of it.

    The worker's own loop holds the task that came last, until the next.
    """
    before = _kept()  # by what other tests left in this process
    for _ in range(5):
        await stories.talked(await town.open())

    async def at_most_one_more() -> bool:
        return _kept() <= before + 1

    await eventually(at_most_one_more, "no case keeps a task")


async def test_cases_that_wait_do_not_keep_what_they_began_with(town: Town, manner: Manner) -> None:
    """The SDK holds a run's input for as long as the case is cached: what the case took over is in it no more."""
    case = await town.open()
    await stories.talked(case)
    gc.collect()
    begun = [found for found in gc.get_objects() if isinstance(found, CaseInput)]
    assert begun or not manner.cached_cases
    assert [] == [found for found in begun if found.opening or found.case or found.mailbox]


def _kept() -> int:
    gc.collect()
    return sum(isinstance(found, _OF_TASKS) for found in gc.get_objects())
