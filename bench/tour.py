"""The case that the README tells, to its end and with pauses: how much history it leaves."""

from __future__ import annotations

import json
from datetime import timedelta

from bench.drivers import Case
from bench.history import own_events
from bench.story import SCHOOL, Days, tour
from runtime.settings import CHECKOUT
from starter.actors import parse_actor
from starter.clock import forward
from starter.starting import workflow_id

_INTAKE = CHECKOUT / "docs" / "intake.json"


class Tour(Case):
    """Through the front door, each step when all that followed from the one before is done."""

    async def history(self) -> int:
        """Tell it; returns the events that it left, without those of the clock that was moved."""
        case_id = await self._door.open(parse_actor(SCHOOL), json.loads(_INTAKE.read_text(encoding="utf-8")))
        workflow = workflow_id(case_id)
        for step in tour():
            await self.quiet(workflow)
            if isinstance(step, Days):
                await forward(self._client, self._store, case_id, timedelta(days=step.days))
            else:
                await self._door.tell(case_id, step.message, dict(step.fields), parse_actor(step.actor), step.note)
        await self.closed(workflow)
        return await own_events(self._client, workflow)
