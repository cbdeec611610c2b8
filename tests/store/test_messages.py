"""Staging and dropping messages, and giving out persons' ids."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from protocol import messages as m
from store import CaseUnknown, Content, MessageIdReused, MessageState, NoteWithoutId, Person, Store
from tests.store import builders as b
from tests.store.raw import counts, dump

_NOTE = Content(note=b.NOTE)
_NEW = Content(guardians={"guardian-2": Person(name=b.GUARDIAN_NAME, email=b.GUARDIAN_ADDRESS)})


def _set_guardians(*persons: str) -> m.SetGuardians:
    return m.SetGuardians(guardians=tuple(m.Guardian(person=person, custody=True) for person in persons))


async def test_a_staged_message_is_known(store: Store) -> None:
    """Staged twice with the same content, it stands there once."""
    story = await b.opened(store)
    telling = b.told(b.plan_talk(), note=b.note_id())
    first = await store.stage(story.id, telling, _NOTE)
    assert (MessageState.STAGED, "plan_pupil_talk", None) == (first.state, first.name, first.answer)
    assert first == await store.stage(story.id, telling, _NOTE) == await store.message(story.id, telling.id)


async def test_a_recorded_message_has_its_answer(store: Store) -> None:
    """What a message caused can be told again, and staging it again gives the same."""
    story = await b.opened(store)
    telling = await b.told_and_recorded(store, story, b.pupil_talk())
    known = await store.message(story.id, telling.id)
    assert known is not None
    assert known.answer is not None
    assert story.case is not None
    assert (MessageState.RECORDED, story.case.number) == (known.state, known.answer.number)
    assert known.answer.events[0] == "pupil_talk_recorded"
    assert known == await store.stage(story.id, telling, Content())


async def test_the_opening_message_is_known_too(store: Store) -> None:
    """The message that opened a case is answered like any other."""
    story = await b.opened(store)
    known = await store.message(story.id, story.opening.told.id)
    assert known is not None
    assert MessageState.RECORDED is known.state


async def test_an_id_with_other_content_is_refused(store: Store) -> None:
    """The same id with another digest is refused, whether staged or recorded."""
    story = await b.opened(store)
    telling = b.told(b.pupil_talk(), ident="again")
    other = b.told(b.pupil_talk(), ident="again")
    await store.stage(story.id, telling, Content())
    with pytest.raises(MessageIdReused):
        await store.stage(story.id, other, Content())
    await store.record(story.tell(telling))
    with pytest.raises(MessageIdReused):
        await store.stage(story.id, other, Content())


async def test_staging_at_once_gives_one_message(store: Store) -> None:
    """A message sent twice at the same moment is staged once, its note too."""
    story = await b.opened(store)
    telling = b.told(b.plan_talk(), note=b.note_id())
    both = await asyncio.gather(*(store.stage(story.id, telling, _NOTE) for _ in range(8)))
    assert 1 == len(set(both))


async def test_a_dropped_message_leaves_nothing(store: Store, database: str) -> None:
    """Of a refused message nothing stays: no note, no person, no id."""
    story = await b.opened(store)
    before = await counts(database)
    telling = b.told(_set_guardians("guardian-2"), note=b.note_id())
    await store.allot_persons(story.id, telling.id, 1)
    await store.stage(story.id, telling, Content(note=b.NOTE, guardians=_NEW.guardians))
    assert telling.id.encode() in await dump(database)
    await store.drop(story.id, telling.id)
    assert before == await counts(database)
    assert await store.message(story.id, telling.id) is None


async def test_a_recorded_message_cannot_be_dropped(store: Store, database: str) -> None:
    """What counted stays."""
    story = await b.opened(store)
    telling = await b.told_and_recorded(store, story, b.pupil_talk(), content=_NOTE)
    before = await counts(database)
    await store.drop(story.id, telling.id)
    assert before == await counts(database)


async def test_a_message_refused_afterwards_keeps_its_code_and_loses_its_note(store: Store, database: str) -> None:
    """A message that was taken and then refused is journaled; what it brought is gone."""
    story = await b.opened(store)
    telling = b.told(b.plan_talk(), note=b.note_id())
    await store.stage(story.id, telling, Content(note=b.NOTE, guardians=_NEW.guardians))
    before = await counts(database)
    await store.record(story.refuse(telling))
    after = await counts(database)
    assert (before["notes"] - 1, before["people"] - 1) == (after["notes"], after["people"])
    known = await store.message(story.id, telling.id)
    assert known is not None
    assert (MessageState.REFUSED, "wrong_step", None) == (known.state, known.refusal, known.answer)


async def test_old_staged_messages_are_swept(store: Store) -> None:
    """What was staged and never taken is dropped after a while; the rest stays."""
    story = await b.opened(store)
    recorded = await b.told_and_recorded(store, story, b.plan_talk())
    left = b.told(b.pupil_talk())
    await store.stage(story.id, left, Content())
    assert await store.drop_stale(timedelta(days=30)) == 0
    assert await store.drop_stale(timedelta(0)) == 1
    assert await store.message(story.id, left.id) is None
    assert await store.message(story.id, recorded.id) is not None


async def test_an_unknown_case_takes_no_message(store: Store) -> None:
    """With and without a note."""
    with pytest.raises(CaseUnknown):
        await store.stage("none-none-none", b.told(b.plan_talk()), Content())
    with pytest.raises(CaseUnknown):
        await store.stage("none-none-none", b.told(b.plan_talk(), note=b.note_id()), _NOTE)
    with pytest.raises(CaseUnknown):
        await store.allot_persons("none-none-none", "m", 1)


async def test_a_note_needs_its_id(store: Store, database: str) -> None:
    """A note whose message does not name it would never be found."""
    story = await b.opened(store)
    before = await counts(database)
    with pytest.raises(NoteWithoutId):
        await store.stage(story.id, b.told(b.plan_talk()), _NOTE)
    assert before == await counts(database)


async def test_a_note_id_cannot_be_used_twice(store: Store) -> None:
    """A second message cannot take over another one's note."""
    story = await b.opened(store)
    note = b.note_id()
    await store.stage(story.id, b.told(b.plan_talk(), note=note), _NOTE)
    with pytest.raises(MessageIdReused):
        await store.stage(story.id, b.told(b.plan_talk(), note=note), _NOTE)


async def test_persons_are_numbered_once(store: Store) -> None:
    """Messages at the same moment get different persons; the same message gets the same again."""
    story = await b.opened(store)
    given = await asyncio.gather(*(store.allot_persons(story.id, f"m-{place % 5}", 2) for place in range(20)))
    everybody = {person for persons in given for person in persons}
    assert {f"guardian-{number}" for number in range(2, 12)} == everybody
    assert 5 == len(set(given))
    with pytest.raises(MessageIdReused):
        await store.allot_persons(story.id, "m-0", 3)


async def test_a_dropped_message_gives_no_number_back(store: Store) -> None:
    """A person's id is never given to a second person."""
    story = await b.opened(store)
    telling = b.told(_set_guardians("guardian-2"))
    assert await store.allot_persons(story.id, telling.id, 1) == ("guardian-2",)
    await store.stage(story.id, telling, _NEW)
    await store.drop(story.id, telling.id)
    assert await store.allot_persons(story.id, telling.id, 1) == ("guardian-3",)
