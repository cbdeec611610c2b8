"""Whether what the store holds is anchored as it is set up: the key, the file, and when it was done last."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from runtime.settings import Settings
from store import AnchorLine, KeyRing, Store, StoreError, read_lines, signing_key, verifying_keys

_LATE = 3
"""Intervals without an anchor after which something is wrong."""


class NotAnchored(Exception):
    """Anchors are set up, and are not as they have to be."""


async def anchors(settings: Settings) -> str:
    """Look at the anchors.

    Raises:
        NotAnchored: With the sentence that says why.
        StoreError: A key is none, or the database does not answer.
    """
    set_up = settings.anchor_key or settings.anchor_public_key
    if set_up is None:
        return "niet ingesteld: een afgeknipte staart is dan niet te zien (VANGNET_ANCHOR_KEY)"
    await asyncio.to_thread(_check_keys, settings)
    lines, begun = await _lines(settings)
    if settings.anchor_file is not None:
        await asyncio.to_thread(_check_file, settings.anchor_file, lines)
    last = lines[-1].at if lines else begun
    late = last is not None and datetime.now(UTC) - last > _LATE * timedelta(seconds=settings.anchor_seconds)
    said = f"{len(lines)} ankers, het laatste van {last:%Y-%m-%d %H:%M} UTC" if lines else "er is nog geen anker"
    if late:
        raise NotAnchored(said)
    return said


def _check_keys(settings: Settings) -> None:
    try:
        if settings.anchor_key is not None:
            signing_key(settings.anchor_key.read_bytes())
        if settings.anchor_public_key is not None:
            verifying_keys(settings.anchor_public_key.read_bytes())
    except OSError as error:
        raise NotAnchored(f"de sleutel is niet te lezen ({type(error).__name__})") from None


def _check_file(file: Path, lines: tuple[AnchorLine, ...]) -> None:
    """See that the file has nothing that the database has not; on a machine that never anchored there is none."""
    try:
        there = read_lines(file.read_text(encoding="utf-8")) if file.exists() else ()
    except (OSError, StoreError) as error:
        raise NotAnchored(f"het bestand van ankers is niet te lezen ({type(error).__name__})") from None
    if there != lines[: len(there)]:
        raise NotAnchored("bestand en database hebben andere ankers: `vangnet audit verify`")


async def _lines(settings: Settings) -> tuple[tuple[AnchorLine, ...], datetime | None]:
    """The anchors, and since when there is something to anchor."""
    keys = KeyRing.parse(settings.key_ring_text())
    store = await Store.connect(settings.database_url.get_secret_value(), keys, largest=1)
    try:
        return await store.anchor_lines(), await store.first_look()
    finally:
        await store.close()
