"""What happened in a case since somebody last saw it."""

from __future__ import annotations

from protocol.access import Field
from starter.web.case.journal import sentences
from starter.web.case.look import Look
from store import Store


async def changes_since(store: Store, look: Look, number: int) -> tuple[str, ...]:
    """Say what happened after an event; who does not see the journal hears only that something did.

    Args:
        store: Where the journal is.
        look: The case as it is now, and who looks.
        number: The last event that they saw.
    """
    if Field.JOURNAL not in look.seen:
        return (look.t("case.something_changed"),) if look.case.number > number else ()
    rows = await store.journal(look.case.id)
    return sentences((row.recorded for row in rows if row.recorded.number > number), look.t, look.names)
