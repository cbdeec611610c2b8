"""The work list: an organisation's cases, the one that is due first on top."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from datetime import datetime, timedelta
from enum import StrEnum

import asyncpg

from protocol import vocabulary as v
from protocol.case import Case
from protocol.model import Frozen
from store.database import Database
from store.queries import query

_WORKLIST = query("worklist")
_OF_REGION = query("worklist_of_region")
_COUNT = query("work_count")

MOST_COUNTED = 1000
"""Counting stops here: nobody works from a larger number, and counting on takes as long as there are cases."""


class Place(StrEnum):
    """What an organisation is to a case, as the overview knows it."""

    SCHOOL = "school"
    COORDINATOR = "coordinator"
    PROCESS_DIRECTOR = "process_director"
    FILE_HOLDER = "file_holder"


class WorkFilter(Frozen):
    """Which cases to list; None is no condition."""

    step: v.Step | None = None
    """None for every open case."""
    due_after: datetime | None = None
    due_until: datetime | None = None
    """By the wall clock; a case whose own clock is ahead is asked by its own."""
    kind: v.Kind | None = None
    escalated: bool | None = None
    place: Place | None = None
    turn: bool | None = None
    """Whether the organisation has a deadline in the case."""


class WorkLine(Frozen):
    """One case of the list."""

    case: Case
    clock_offset: timedelta


class WorkCounts(Frozen):
    """How much there is to do, each up to :data:`MOST_COUNTED`."""

    overdue: int
    today: int
    week: int
    """Later than now; today's are among them."""
    open: int


class WorkLists(Database):
    """What people begin their day with."""

    async def worklist(
        self, region: str, organisation: str | None, wanted: WorkFilter, *, limit: int, after: str | None = None
    ) -> tuple[WorkLine, ...]:
        """List cases.

        Args:
            region: Whose cases.
            organisation: Only cases in which it is now; None lists the whole region.
            wanted: Which of them.
            limit: The most lines.
            after: Go on after this case: the last one of the page before.
        """
        common = (region, wanted.step, wanted.due_after, wanted.due_until, wanted.kind, wanted.escalated)
        async with self._planned() as connection:
            if organisation is None:
                rows = await connection.fetch(_OF_REGION, *common, after, limit)
            else:
                rows = await connection.fetch(_WORKLIST, organisation, *common, wanted.place, wanted.turn, after, limit)
        return tuple(
            WorkLine(case=Case.model_validate_json(row["state"]), clock_offset=row["clock_offset"]) for row in rows
        )

    async def work_counts(
        self, region: str, organisation: str | None, *, now: datetime, today: datetime, week: datetime
    ) -> WorkCounts:
        """Count open cases by when they are due first.

        Args:
            region: Whose cases.
            organisation: Only cases in which it is now; None counts the whole region.
            now: The moment.
            today: The end of today.
            week: The end of this week.
        """
        stretches = ((None, now), (now, today), (now, week), (None, None))
        async with self._planned() as connection:
            found = [
                await connection.fetchval(_COUNT, organisation, region, after, until, MOST_COUNTED)
                for after, until in stretches
            ]
        return WorkCounts(overdue=found[0], today=found[1], week=found[2], open=found[3])

    @asynccontextmanager
    async def _planned(self) -> AsyncIterator[asyncpg.Connection]:
        """Have each query planned for its own values: one plan for a large and a small organisation is slow for one."""
        # Within a look a transaction is there already: a savepoint would cost two round trips more.
        async with (
            self._connection() as connection,
            nullcontext() if connection.is_in_transaction() else connection.transaction(),
        ):
            await connection.execute("SET LOCAL plan_cache_mode = force_custom_plan")
            yield connection
