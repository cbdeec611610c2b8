"""A workflow that no program can go on with."""

from temporalio import workflow


@workflow.defn(name="Broken")
class Broken:
    """Fails each of its tasks."""

    @workflow.run
    async def run(self) -> None:
        """Raise what is no failure of the workflow, but of the program."""
        raise RuntimeError
