"""How everything stands, as numbers: for who watches over the installation, and sees nobody's case."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

import asyncpg

from protocol import vocabulary as v
from protocol.model import Frozen
from store.database import Database
from store.queries import query

_FIGURES = query("figures")
_BY_STEP = query("open_by_step")
_BEHIND = query("behind_journal")
_BACKED_UP = query("backed_up")

BACKUP: Final = "backup"
"""What the access log says of a backup: an export of all there is."""
_LONG_AGO = timedelta(days=8)
"""A backup of before this is as good as none."""

UNHEARD_AFTER = timedelta(minutes=5)
"""A case hears of a deadline within seconds; one that was busy, or whose worker just died, gets this long."""


class Waiting(Frozen):
    """What waits, and for how long the first of it does."""

    many: int
    longest: timedelta


class Figures(Frozen):
    """How everything stands at one moment."""

    open_cases: dict[v.Step, int]
    """At every step that an open case can be at, also where there are none."""
    overdue: Waiting
    """Cases whose first deadline has passed, by their own clock."""
    unheard: int
    """Of those, cases in which nothing was recorded since it passed: nobody was told."""
    unsent: Waiting
    """Notices."""
    unstarted: Waiting
    """Cases that were accepted and whose workflow is not known to run."""
    waiting: Waiting
    """Messages that were taken and not carried out."""
    untold: Waiting
    """Emergencies of which the privacy officer had no mail."""
    anchored_at: datetime | None


class Connections(NamedTuple):
    """The connections of this process to the database."""

    in_use: int
    idle: int
    most: int


class FigureReading(Database):
    """Counting; nothing that is counted says whose it is."""

    async def figures(self) -> Figures:
        """Count how everything stands; meant to be asked every quarter of a minute."""
        async with self._connection() as connection:
            row = await connection.fetchrow(_FIGURES, UNHEARD_AFTER)
            steps = dict(await connection.fetch(_BY_STEP))
        return Figures(
            open_cases={step: steps.get(step, 0) for step in v.Step if step is not v.Step.CLOSED},
            **{name: _waiting(row, name) for name in ("overdue", "unsent", "unstarted", "waiting", "untold")},
            unheard=row["unheard"],
            anchored_at=row["anchored_at"],
        )

    async def behind_journal(self) -> int:
        """Count cases whose overview is not of their last event. Goes through all cases: not for every minute."""
        async with self._connection() as connection:
            return int(await connection.fetchval(_BEHIND))

    async def backed_up(self) -> datetime | None:
        """Say when the last backup was taken; None where none was noted these eight days. Not for every minute."""
        async with self._connection() as connection:
            found: datetime | None = await connection.fetchval(_BACKED_UP, BACKUP, _LONG_AGO)
        return found

    @property
    def connections(self) -> Connections:
        """How this process's connections stand now."""
        size, idle = self._pool.get_size(), self._pool.get_idle_size()
        return Connections(in_use=size - idle, idle=idle, most=self._pool.get_max_size())


def _waiting(row: asyncpg.Record, name: str) -> Waiting:
    since: datetime | None = row[f"{name}_since"]
    return Waiting(many=row[name], longest=row["at"] - since if since else timedelta(0))
