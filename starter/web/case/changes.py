"""What happened in a case since somebody last saw it."""

from __future__ import annotations

from starter.web.case.journal import sentences
from starter.web.case.look import Look
from starter.web.case.sight import Sight
from store import Store


async def changes_since(store: Store, look: Look, number: int) -> tuple[str, ...]:
    """Say what happened after an event; who sees the task alone hears only that something did.

    Args:
        store: Where the journal is.
        look: The case as it is now, and who looks.
        number: The last event that they saw.
    """
    rows = await store.journal(look.case.id)
    found = sentences((row.recorded for row in rows if row.recorded.number > number), look.t, look.names)
    return (look.t("case.something_changed"),) if found and look.sight is Sight.TASK else found
