"""``vangnet audit backed-up``, and what ``vangnet check`` says of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from starter.cli.session import session
from store import BACKUP, AccessEvent, Store

_LATE = timedelta(hours=26)
"""As the alert has it: a night's backup, and what it takes."""


class NotBackedUp(Exception):
    """The last backup is too long ago."""


async def backed_up() -> None:
    """Write that a backup was taken."""
    async with session() as here:
        await here.log(BACKUP, event=AccessEvent.EXPORT)


async def backup(store: Store) -> str:
    """Look when the last one was.

    Raises:
        NotBackedUp: It is too long ago; an installation that never noted one may back up otherwise.
    """
    last = await store.backed_up()
    if last is None:
        return "geen genoteerd in acht dagen (`vangnet audit backed-up` doet dat)"
    said = f"de laatste van {last:%Y-%m-%d %H:%M} UTC"
    if datetime.now(UTC) - last > _LATE:
        raise NotBackedUp(f"{said}: is de volgende mislukt?")
    return said
