"""A draft of a new signal: every sheet as it was typed, right or wrong."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TypeAlias

from pydantic import TypeAdapter

from starter.web.form import Form
from starter.web.intake.screens import MOST_GUARDIANS, Screen, guardian_number, is_guardian
from starter.web.services import Services
from starter.web.visitor import Visitor
from store import AccessEntry

Sheets: TypeAlias = dict[str, tuple[tuple[str, str], ...]]
_SHEETS: TypeAdapter[Sheets] = TypeAdapter(Sheets)
_PURPOSE = "intake"


@dataclass(frozen=True)
class Draft:
    """What was typed so far, by sheet: a screen, or one guardian's."""

    id: str
    """Becomes the message id of ``open_case``, so that sending twice opens one case."""
    place: Screen
    """The furthest screen that was reached."""
    revision: int
    sheets: Sheets

    def sheet(self, name: str) -> Form:
        """One sheet, as the form that was sent."""
        return Form(self.sheets.get(name, ()))

    @property
    def guardians(self) -> tuple[str, ...]:
        """The sheets of the guardians, in the order in which they were added."""
        return tuple(sorted(filter(is_guardian, self.sheets), key=guardian_number))

    @property
    def next_guardian(self) -> str | None:
        """The sheet of one more guardian; None when there are enough."""
        numbers = [guardian_number(sheet) for sheet in self.guardians]
        number = max(numbers, default=0) + 1
        return f"ouder-{number}" if number <= MOST_GUARDIANS else None

    @property
    def complete(self) -> bool:
        """Whether every screen was seen: what was skipped is asked for at the end anyway."""
        return self.place is Screen.CHECK

    def with_sheet(self, name: str, form: Form, reached: Screen) -> Draft:
        """The same with a sheet that was filled in."""
        place = max(self.place, reached, key=lambda screen: screen.number)
        return replace(self, place=place, sheets={**self.sheets, name: tuple(form)})

    def without_sheet(self, name: str) -> Draft:
        """The same without a guardian."""
        return replace(self, sheets={key: pairs for key, pairs in self.sheets.items() if key != name})


async def begun(here: Services, me: Visitor) -> str:
    """Begin an empty draft; returns its id."""
    draft_id = f"i-{secrets.token_urlsafe(16)}"
    await here.store.begin_draft(me.staff, draft_id, Screen.SIGNALS, _SHEETS.dump_json({}).decode())
    return draft_id


async def opened(here: Services, me: Visitor, draft_id: str) -> Draft | None:
    """Open a draft of the visitor's; the look is logged. None when they have none of this id."""
    look = AccessEntry(actor=me.staff, what=f"draft {draft_id}", purpose=_PURPOSE)
    stored = await here.store.draft(draft_id, look)
    if stored is None:
        return None
    return Draft(draft_id, Screen(stored.place), stored.revision, _SHEETS.validate_json(stored.content))


async def kept(here: Services, me: Visitor, draft: Draft) -> bool:
    """Keep what changed; False when the draft was changed elsewhere since it was opened."""
    content = _SHEETS.dump_json(draft.sheets).decode()
    return await here.store.keep_draft(me.staff, draft.id, draft.place, content, revision=draft.revision)
