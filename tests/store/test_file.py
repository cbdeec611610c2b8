"""The file: who is in a case, notes by controller, hand-over documents, and what a look leaves behind."""

from __future__ import annotations

import pytest

from protocol import messages as m
from protocol import vocabulary as v
from protocol.messages import Actor
from store import AccessEntry, Content, Controller, KeyDestroyed, KeyMissing, KeyRing, Person, SealBroken, Store
from store.queries import query
from tests.store import builders as b
from tests.store.raw import connected, counts, dump, tampered

_NEW_NAME = "Theodora Hoogeboom"


def _look(story: b.Story, what: str = "people") -> AccessEntry:
    return AccessEntry(actor=b.AT_SCHOOL, case_id=story.id, what=what, purpose="test", os_user="beheer")


def _guardians(*persons: str) -> m.SetGuardians:
    return m.SetGuardians(guardians=tuple(m.Guardian(person=person, custody=True) for person in persons))


async def test_the_people_of_the_intake_are_in_the_file(store: Store) -> None:
    """Everybody can be read back, once the opening is recorded and not before."""
    story = b.Story(b.opening())
    await store.open_case(story.opening, b.intake())
    assert await store.people(story.id, _look(story)) == {}
    await store.record(story.open())
    people = await store.people(story.id, _look(story))
    assert b.intake().people == people
    assert b.PUPIL_NAME == people["pupil"].name


async def test_guardians_come_and_go(store: Store) -> None:
    """New data counts when it is recorded; who left is kept with an end mark, and can come back."""
    story = await b.opened(store)
    new = {"guardian-2": Person(name=_NEW_NAME)}
    await b.told_and_recorded(store, story, _guardians("guardian-2"), content=Content(guardians=new))
    people = await store.people(story.id, _look(story))
    assert {"pupil", "guardian-2"} == set(people)
    assert _NEW_NAME == people["guardian-2"].name
    former = await store.people(story.id, _look(story), former=True)
    assert {"pupil", "guardian-1", "guardian-2"} == set(former)
    await b.told_and_recorded(store, story, _guardians("guardian-1", "guardian-2"))
    people = await store.people(story.id, _look(story))
    assert b.GUARDIAN_NAME == people["guardian-1"].name


async def test_changed_data_replaces_what_was_told_before(store: Store, database: str) -> None:
    """The newest version counts; older ones stay in the file."""
    story = await b.opened(store)
    for name in ("Eerste", "Tweede"):
        changed = {"guardian-1": Person(name=name)}
        await b.told_and_recorded(store, story, _guardians("guardian-1"), content=Content(guardians=changed))
    people = await store.people(story.id, _look(story))
    assert "Tweede" == people["guardian-1"].name
    assert 4 == (await counts(database))["people"]


async def test_a_note_belongs_to_its_writers_controller(store: Store) -> None:
    """School, coordinator and ZVH each keep their own notes; a person's goes to who coordinates."""
    zvh = Actor(role=v.Role.ZVH, organisation="zvh", user="s-zvh")
    person = Actor(role=v.Role.PERSON, person="guardian-1")
    story = await b.opened(store)
    expected = [Controller.SCHOOL, Controller.COORDINATOR, Controller.ZVH, Controller.SCHOOL]
    ids = []
    for actor in (b.AT_SCHOOL, b.AT_CJG, zvh, person):
        telling = b.told(b.pupil_talk(), actor, note=b.note_id())
        await store.stage(story.id, telling, Content(note=f"{b.NOTE} {actor.role}"))
        await store.record(story.note_only(telling))
        ids.append(telling.note_id)
    notes = {row.note_id: row.controller for row in await store.notes(story.id)}
    assert expected == [notes[ident] for ident in ids if ident]
    assert f"{b.NOTE} zvh" == await store.note(story.id, ids[2] or "", _look(story, "note"))


async def test_a_staged_note_is_not_in_the_file(store: Store) -> None:
    """A note is part of the file when its message is recorded, and not before."""
    story = await b.opened(store)
    telling = b.told(b.pupil_talk(), note=b.note_id())
    await store.stage(story.id, telling, Content(note=b.NOTE))
    assert await store.note(story.id, telling.note_id or "", _look(story)) is None
    await store.record(story.tell(telling))
    assert b.NOTE == await store.note(story.id, telling.note_id or "", _look(story))


async def test_a_hand_over_document_is_kept_once(store: Store) -> None:
    """The first document of an event stays."""
    story = await b.opened(store)
    await store.save_hand_over(story.id, 7, b.NOTE)
    await store.save_hand_over(story.id, 7, "anders")
    assert b.NOTE == await store.hand_over(story.id, 7, Controller.SCHOOL, _look(story))
    assert (7,) == await store.hand_over_numbers(story.id, Controller.SCHOOL)
    assert await store.hand_over(story.id, 8, Controller.SCHOOL, _look(story)) is None


async def test_a_look_writes_the_access_log(store: Store, database: str) -> None:
    """Who looked, as whom, what for; the shell's user as a pseudonym."""
    story = await b.opened(store)
    await store.people(story.id, _look(story))
    async with connected(database) as connection:
        row = await connection.fetchrow("SELECT * FROM vangnet.access_log WHERE scope = $1", story.id)
    assert ("school", b.SCHOOL, "s-mentor", "people", "test") == tuple(
        row[name] for name in ("role", "organisation", "user_id", "what", "purpose")
    )
    assert {row["os_user"]: "beheer"} == await store.staff_names([row["os_user"]])


async def test_without_a_log_row_there_is_no_data(store: Store, database: str) -> None:
    """When the access log cannot be written, nothing is shown."""
    story = await b.opened(store)
    async with connected(database) as connection:
        await connection.execute("ALTER TABLE vangnet.access_log ADD CONSTRAINT is_full CHECK (false) NOT VALID")
    with pytest.raises(Exception, match="store_failed"):
        await store.people(story.id, _look(story))


async def test_nothing_personal_is_readable_in_any_table(store: Store, database: str) -> None:
    """A dump of every table holds no name, address, note, date of birth or colleague."""
    story = await b.asked(store)
    await store.staff_id(b.SCHOOL, "Gerardus Kruimelman")
    await b.told_and_recorded(store, story, m.AddSignal(signals=(v.Signal.RECRUITMENT,)), content=Content(note=b.NOTE))
    await store.save_hand_over(story.id, 3, b.NOTE)
    await b.save_directory(store)
    await store.people(story.id, _look(story))
    everything = await dump(database)
    assert story.id.encode() in everything
    for secret in (*b.SECRETS, "Gerardus", "Kruimelman", b.DESK_NAME, b.DESK_ADDRESS, "beheer"):
        assert secret.encode() not in everything
        assert secret.encode().hex().encode() not in everything


async def test_a_destroyed_key_erases_one_part(store: Store) -> None:
    """Destroyed is not missing; the other parts stay readable, and nothing can be added to the erased one."""
    story = await b.opened(store)
    telling = b.told(b.pupil_talk(), b.AT_CJG, note=b.note_id())
    await store.stage(story.id, telling, Content(note=b.NOTE))
    await store.record(story.note_only(telling))
    await store.destroy_key(story.id, Controller.SCHOOL)
    with pytest.raises(KeyDestroyed):
        await store.people(story.id, _look(story))
    with pytest.raises(KeyDestroyed):
        await store.stage(story.id, b.told(b.pupil_talk(), note=b.note_id()), Content(note=b.NOTE))
    assert b.NOTE == await store.note(story.id, telling.note_id or "", _look(story))


async def test_a_destroyed_key_is_never_made_again(store: Store, database: str) -> None:
    """Not even by somebody who did not see the list yet when they began."""
    await store.destroy_key("case", Controller.SCHOOL)
    async with connected(database) as connection:
        assert not await connection.fetchval(query("add_data_key"), "case", "school", "key-1", b"wrapped")
        assert await connection.fetchval(query("add_data_key"), "case", "zvh", "key-1", b"wrapped")


async def test_a_restored_key_is_destroyed_again(store: Store, database: str) -> None:
    """A key that came back with a backup stays unread, and goes when the list is applied."""
    story = await b.opened(store)
    async with connected(database) as connection:
        kept = await connection.fetchrow("SELECT * FROM keystore.data_keys WHERE scope = $1", story.id)
        await store.destroy_key(story.id, Controller.SCHOOL)
        await connection.execute("INSERT INTO keystore.data_keys VALUES ($1, $2, $3, $4, $5)", *kept)
    with pytest.raises(KeyDestroyed):
        await store.people(story.id, _look(story))
    assert (1, 0) == ((await store.apply_destroyed()).keys, (await store.apply_destroyed()).keys)


async def test_a_missing_key_is_said_so(store: Store, database: str) -> None:
    """A key that is not there, and a key ring without its wrapping key, can still be put right."""
    story = await b.opened(store)
    other = await Store.connect(database, KeyRing("other", {"other": bytes(32)}, bytes(32)))
    with pytest.raises(KeyMissing):
        await other.people(story.id, _look(story))
    await other.close()
    await tampered(database, "DELETE FROM keystore.data_keys")
    with pytest.raises(KeyMissing):
        await store.people(story.id, _look(story))


async def test_rotation_rewraps_keys_and_no_data(store: Store, database: str, key_ring: KeyRing) -> None:
    """After rewrapping, the old key can go and everything is still readable."""
    story = await b.opened(store)
    rotated = key_ring.rotated("key-2")
    during = await Store.connect(database, rotated)
    assert (1, 0) == (await during.rewrap(), await during.rewrap())
    await during.close()
    without = KeyRing("key-2", {"key-2": rotated._keys["key-2"]}, rotated._secret)
    after = await Store.connect(database, without)
    assert b.PUPIL_NAME == (await after.people(story.id, _look(story)))["pupil"].name
    await after.close()


async def test_sealed_data_cannot_be_moved(store: Store, database: str) -> None:
    """Data that is put in another person's row does not open there."""
    story = await b.opened(store)
    await tampered(
        database,
        "UPDATE vangnet.people SET sealed = (SELECT sealed FROM vangnet.people WHERE person = 'pupil')"
        " WHERE person = 'guardian-1'",
    )
    with pytest.raises(SealBroken):
        await store.people(story.id, _look(story))
