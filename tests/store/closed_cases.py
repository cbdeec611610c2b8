"""Closed cases with parts of several controllers, and a look past the store at what is left of them."""

from __future__ import annotations

from datetime import UTC, datetime

from protocol import messages as m
from protocol import vocabulary as v
from protocol.messages import Actor
from store import AccessEntry, Content, KeyDestroyed, Store
from tests.store.builders import (
    AT_CJG,
    AT_SCHOOL,
    Story,
    ask_consent,
    note_id,
    opened,
    opening,
    parent_talk,
    pupil_talk,
    told,
    told_and_recorded,
)

AT_ZVH = Actor(role=v.Role.ZVH, organisation="zvh", user="s-director")
PRIVACY = Actor(role=v.Role.PRIVACY, organisation="gemeente", user="s-privacy")
LOOK = AccessEntry(actor=AT_SCHOOL, what="note", purpose="test")
LONG_AGO = datetime(2010, 3, 1, 9, tzinfo=UTC)
CJG_NOTE = "Het CJG schrijft: de moeder belde"
ZVH_NOTE = "Het ZVH schrijft: er is een tweede zaak"


async def closed(store: Store, at: datetime = LONG_AGO, *, parts: tuple[Actor, ...] = (AT_CJG, AT_ZVH)) -> Story:
    """A case that the school handled itself, then; CJG and ZVH have each written a note in it."""
    story = await opened(store, Story(opening(), at))
    for actor, text in ((AT_CJG, CJG_NOTE), (AT_ZVH, ZVH_NOTE)):
        if actor in parts:
            noted = told(m.ClearAcute(), actor, note=note_id())
            await store.stage(story.id, noted, Content(note=text))
            await store.record(story.note_only(noted))
    police = m.RecordPoliceContact(contact=v.PoliceContact.ANONYMOUS_CONSULT)
    for message in (pupil_talk(), parent_talk(), ask_consent(), police, m.DecideReport(needed=False)):
        await told_and_recorded(store, story, message)
    async with store._pool.acquire() as connection:
        # The database says when a case was opened; this one was opened then.
        await connection.execute("UPDATE vangnet.cases SET opened_at = $2 WHERE case_id = $1", story.id, at)
    return story


async def readable_notes(store: Store, case_id: str, look: AccessEntry = LOOK) -> list[str]:
    """The notes of a case that can still be opened."""
    found = []
    for row in await store.notes(case_id):
        try:
            text = await store.note(case_id, row.note_id, look)
        except KeyDestroyed:
            continue
        if text is not None:
            found.append(text)
    return found
