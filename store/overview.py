"""The overview: where each case stands now, and the lists that people work from."""

from __future__ import annotations

from datetime import datetime, timedelta

from protocol import vocabulary as v
from protocol.case import Case
from protocol.model import Frozen
from store.errors import CaseUnknown
from store.queries import query
from store.worklist import WorkLists

_OVERVIEW = query("overview")
_OVERVIEWS = query("overviews")
_COUNTS = query("counts")
_COUNTS_OF = query("counts_of_organisation")
_CLOCK_AHEAD = query("clock_ahead")
_MOVE_CLOCK = query("move_clock")


class Overview(Frozen):
    """One case as it stands."""

    case: Case
    clock_offset: timedelta
    """How far the case's own clock is ahead of the wall's; zero outside of the local stack."""
    policy_version: int


class OverviewLine(Frozen):
    """One case in a list."""

    case_id: str
    region: str
    step: v.Step
    kinds: tuple[v.Kind, ...]
    school: str
    file_holder: str
    coordinator: str
    process_director: str
    escalation: v.EscalationStatus
    safety: v.Safety
    due_task: v.Task | None
    due_at: datetime | None
    overdue: bool
    """Its first deadline has passed, by the case's own clock."""
    at: datetime
    opened_at: datetime
    case: Case
    """As the protocol knows it: who lists cases asks it what may be shown of each."""


class StepCount(Frozen):
    """How many cases stand at a step."""

    step: v.Step
    cases: int
    overdue: int


class Overviews(WorkLists):
    """What pages and lists read; a case appears with its first recording."""

    async def overview(self, case_id: str) -> Overview | None:
        """Return where a case stands, or nothing when nothing of it was recorded yet."""
        async with self._connection() as connection:
            row = await connection.fetchrow(_OVERVIEW, case_id)
        return row and Overview(
            case=Case.model_validate_json(row["state"]),
            clock_offset=row["clock_offset"],
            policy_version=row["policy_version"],
        )

    async def overviews(
        self,
        *,
        step: v.Step | None = None,
        organisation: str | None = None,
        overdue: bool | None = None,
        limit: int = 100,
        after: str | None = None,
    ) -> tuple[OverviewLine, ...]:
        """List cases, the one that is due first on top.

        Args:
            step: Only cases at this step.
            organisation: Only cases in which this organisation is now.
            overdue: Only cases whose first deadline has passed, or only those where it has not.
            limit: The most lines.
            after: Go on after this case: the last one of the page before.
        """
        async with self._connection() as connection:
            rows = await connection.fetch(_OVERVIEWS, step, organisation, overdue, after, limit)
        return tuple(
            OverviewLine.model_validate({**row, "case": Case.model_validate_json(row["case"])}) for row in rows
        )

    async def counts(self, organisation: str | None = None) -> tuple[StepCount, ...]:
        """Count cases by step, in the order of the protocol; of one organisation or of all."""
        async with self._connection() as connection:
            if organisation is None:
                rows = await connection.fetch(_COUNTS)
            else:
                rows = await connection.fetch(_COUNTS_OF, organisation)
        found = {row["step"]: StepCount.model_validate(dict(row)) for row in rows}
        return tuple(found[step] for step in v.Step if step in found)

    async def clock_ahead(self, case_id: str, by: timedelta) -> None:
        """See that a case's own clock is so far ahead of the wall's, at least: done again it changes nothing.

        A case of which nothing was recorded yet has no clock here: its first recording sets it.
        """
        async with self._connection() as connection:
            await connection.execute(_CLOCK_AHEAD, case_id, by)

    async def move_clock(self, case_id: str, by: timedelta) -> None:
        """Move a case's own clock forward: in the local stack, where days can be skipped.

        Raises:
            CaseUnknown: Nothing of this case was recorded.
        """
        async with self._connection() as connection:
            if not await connection.fetchval(_MOVE_CLOCK, case_id, by):
                raise CaseUnknown(case_id)
