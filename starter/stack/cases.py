"""Bringing the demo cases to where they stand: told through the same door as everything else."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, Field, JsonValue
from temporalio.client import Client

from runtime.errors import StartError
from starter.actors import parse_actor
from starter.client import CaseClient
from starter.clock import forward
from starter.errors import NotReachable, TakenNotCarriedOut
from starter.stack.stories import STORIES, Silence, Story, Tell
from store import Store

_TRIES = 20
_AGAIN = timedelta(milliseconds=250)
_MARGIN = timedelta(minutes=1)


class Progress(BaseModel):
    """How far each story was told: a stack that was killed meanwhile goes on there."""

    began: datetime
    told: dict[str, int] = Field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Progress:
        """Read the file, or begin now."""
        if path.exists():
            return cls.model_validate_json(path.read_text(encoding="utf-8"))
        return cls(began=datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0))

    def write(self, path: Path) -> None:
        """Write the file whole."""
        written = path.with_suffix(".new")
        written.write_text(self.model_dump_json(indent=2), encoding="utf-8")
        written.replace(path)


@dataclass(frozen=True)
class Teller:
    """Tells the stories."""

    cases: CaseClient
    client: Client
    store: Store
    path: Path
    progress: Progress

    async def tell(self, story: Story) -> None:
        """Tell what was not told yet; every message has a fixed id and counts once."""
        done = self.progress.told.get(story.name, 0)
        if done == len(story.steps) + 1:
            return
        case_id = await self._open(story)
        self._note(story, max(done, 1))
        for number, step in list(enumerate(story.steps, start=1))[max(done, 1) - 1 :]:
            if isinstance(step, Tell):
                await self._say(case_id, step, _id(story, number))
            else:
                await self._wait(case_id, step)
            self._note(story, number + 1)

    async def _open(self, story: Story) -> str:
        actor = parse_actor(story.school)
        return await self.cases.open(actor, story.intake, _id(story, 0))

    async def _say(self, case_id: str, step: Tell, message_id: str) -> None:
        fields: dict[str, JsonValue] = dict(step.fields)
        if step.at_days is not None:
            fields["at"] = (self.progress.began + timedelta(days=step.at_days)).isoformat()
        for _ in range(_TRIES):
            with suppress(NotReachable, TakenNotCarriedOut):
                await self.cases.tell(case_id, step.message, fields, parse_actor(step.actor), step.note, message_id)
                return
            await asyncio.sleep(_AGAIN.total_seconds())
        raise StartError("een voorbeeldcasus krijgt geen antwoord")

    async def _wait(self, case_id: str, step: Silence) -> None:
        """Let days pass for this case until the deadline is behind it."""
        overview = await self.store.overview(case_id)
        if overview is None:
            return
        due = [deadline.due_at for deadline in overview.case.deadlines if deadline.task is step.task]
        if due:
            now = datetime.now(UTC) + overview.clock_offset
            await forward(self.client, self.store, case_id, max(due) - now + _MARGIN)

    def _note(self, story: Story, done: int) -> None:
        self.progress.told[story.name] = done
        self.progress.write(self.path)


async def set_up(cases: CaseClient, client: Client, store: Store, path: Path) -> None:
    """Tell every story as far as it was not told yet, side by side.

    Args:
        cases: The door.
        client: For moving a case's clock.
        store: For seeing what is due.
        path: Where is kept how far the stories were told.
    """
    teller = Teller(cases, client, store, path, Progress.read(path))
    async with asyncio.TaskGroup() as group:
        for story in STORIES:
            group.create_task(teller.tell(story))


def _id(story: Story, number: int) -> str:
    return f"demo-{STORIES.index(story) + 1}-{number}"
