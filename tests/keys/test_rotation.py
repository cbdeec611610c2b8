"""Rotation: every data key gets another wrapping key while the system goes on writing."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

import pytest

from store import Content, KeyHealth, KeyMissing, KeyRing, SealBroken, Store
from tests.store import builders as b
from tests.store.raw import connected
from tests.store.test_file import _look

_MANY = 20_000
_BATCH = 500
_TAMPER = "UPDATE keystore.data_keys SET wrapped = wrapped || '\\x00' WHERE scope = $1"
_DONE = "SELECT count(*) FROM keystore.data_keys WHERE kek_id = 'key-2' AND scope <> 'staff:operating-system'"
_INSERT = "INSERT INTO keystore.data_keys (scope, controller, kek_id, wrapped) VALUES ($1, 'school', $2, $3)"


@pytest.fixture
def rotated(key_ring: KeyRing) -> KeyRing:
    """The ring with a newer key that wraps from now on; the first is still on it."""
    return key_ring.rotated("key-2")


async def with_note(store: Store) -> b.Story:
    """A case with people and a note."""
    story = await b.opened(store)
    await b.told_and_recorded(store, story, b.pupil_talk(), content=Content(note=b.NOTE))
    return story


async def readable(store: Store, story: b.Story) -> bool:
    """Whether everything of a case opens."""
    (note,) = [row for row in await store.notes(story.id) if row.message == "record_pupil_talk"]
    opened = await store.people(story.id, _look(story)), await store.note(story.id, note.note_id, _look(story))
    return (b.PUPIL_NAME, b.NOTE) == (opened[0]["pupil"].name, opened[1])


async def test_rotation_while_somebody_writes(store: Store, database: str, key_ring: KeyRing, rotated: KeyRing) -> None:
    """Cases are opened and told things by both rings meanwhile; afterwards a ring without the old key reads all."""
    early = [await with_note(store) for _ in range(5)]
    adding = await Store.connect(database, key_ring.with_key("key-2"))
    using = await Store.connect(database, KeyRing.parse(rotated.dump()))
    late: list[b.Story] = []
    stop = asyncio.Event()

    async def write(writer: Store) -> None:
        while not stop.is_set():
            late.append(await with_note(writer))

    # What `key-2` wraps, a ring that only has it added can read: that is why it is added everywhere first.
    knows_both = KeyRing(key_ring.current, rotated._keys, rotated._secret)
    also = await Store.connect(database, knows_both)
    writers = [asyncio.create_task(write(writer)) for writer in (also, using)]
    try:
        while len(late) < 8:
            await using.rewrap()
    finally:
        stop.set()
        await asyncio.gather(*writers)
    await using.rewrap()

    without = await Store.connect(database, rotated.without("key-1"))
    assert {"key-2"} == set(await without.wrapped_by())
    assert all([await readable(without, story) for story in (*early, *late)])
    for opened in (adding, using, also, without):
        await opened.close()


async def test_before_rotation_a_ring_without_the_key_says_so(
    store: Store, database: str, rotated: KeyRing, caplog: pytest.LogCaptureFixture
) -> None:
    """Key missing, which can be put right: nothing is lost, nothing is made in its place, and the log says which."""
    story = await with_note(store)
    too_early = await Store.connect(database, rotated.without("key-1"))
    caplog.set_level(logging.ERROR)

    with pytest.raises(KeyMissing):
        await too_early.people(story.id, _look(story))
    with pytest.raises(KeyMissing):
        await too_early.stage(story.id, b.told(b.pupil_talk(), note=b.note_id()), Content(note=b.NOTE))
    assert 0 == await too_early.rewrap()

    assert {"key-1"} == {record.__dict__["kek"] for record in caplog.records if record.getMessage() == "key missing"}
    assert KeyHealth(("key-1",), 0, 0) == await too_early.key_health()
    assert KeyHealth((), 0, 0) == await store.key_health()
    assert await readable(store, story)
    await too_early.close()


async def test_a_lost_data_key_is_not_made_anew(store: Store, database: str) -> None:
    """With the key store away nothing is added under a second key: back, everything opens."""
    story = await with_note(store)
    async with connected(database) as connection:
        kept = await connection.fetchrow("SELECT * FROM keystore.data_keys WHERE scope = $1", story.id)
        await connection.execute("DELETE FROM keystore.data_keys WHERE scope = $1", story.id)

        with pytest.raises(KeyMissing):
            await store.stage(story.id, b.told(b.pupil_talk(), note=b.note_id()), Content(note=b.NOTE))
        with pytest.raises(KeyMissing):
            await store.save_hand_over(story.id, 3, b.NOTE)
        assert KeyHealth((), 1, 0) == await store.key_health()
        assert ["missing"] == [key.state for key in await store.part_keys(story.id)]

        await connection.execute("INSERT INTO keystore.data_keys VALUES ($1, $2, $3, $4, $5)", *kept)
    assert await readable(store, story)


async def test_no_part_gets_a_second_key(store: Store, database: str) -> None:
    """The same for the coordinator's notes, and for a region's contacts: what is sealed waits for its own key."""
    story = await with_note(store)
    telling = b.told(b.pupil_talk(), b.AT_CJG, note=b.note_id())
    await store.stage(story.id, telling, Content(note=b.NOTE))
    await store.record(story.note_only(telling))
    await b.save_directory(store)
    async with connected(database) as connection:
        await connection.execute("DELETE FROM keystore.data_keys WHERE controller IN ('coordinator', 'directory')")

    with pytest.raises(KeyMissing):
        await store.stage(story.id, b.told(b.pupil_talk(), b.AT_CJG, note=b.note_id()), Content(note=b.NOTE))
    with pytest.raises(KeyMissing):
        await b.save_directory(store)
    assert {"school": "present", "coordinator": "missing"} == {
        key.part: key.state for key in await store.part_keys(story.id)
    }


async def test_a_changed_key_does_not_stop_the_others(store: Store, database: str, rotated: KeyRing) -> None:
    """What was tampered with is named, and the rest is wrapped anew."""
    first, second = await with_note(store), await with_note(store)
    async with connected(database) as connection:
        await connection.execute(_TAMPER, first.id)
    during = await Store.connect(database, rotated)

    batch = await during.rewrap_some()

    assert ((f"{first.id}/school",), None) == (batch.broken, batch.last)
    assert await readable(during, second)
    with pytest.raises(SealBroken):
        await during.people(first.id, _look(first))
    await during.close()


async def test_a_killed_rotation_goes_on(
    store: Store, database: str, key_ring: KeyRing, rotated: KeyRing, tmp_path: Path
) -> None:
    """Killed in the middle, whole batches are done and the others untouched; the next one does the rest."""
    story = await with_note(store)
    data_key = bytes(range(32))
    async with connected(database) as connection:
        await connection.executemany(
            _INSERT,
            [(scope, *key_ring.wrap(data_key, scope, "school")) for scope in map("n-{:05}".format, range(_MANY))],
        )
    killed = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "starter.cli", "keys", "rotate",
        env=_environment(database, rotated, tmp_path), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    async with connected(database) as connection:
        try:
            async with asyncio.timeout(60):
                while not await connection.fetchval(_DONE):
                    await asyncio.sleep(0)
        finally:
            killed.send_signal(signal.SIGKILL)
            await killed.wait()
        done = await connection.fetchval(_DONE)

    assert (True, 0) == (0 < done < _MANY, done % _BATCH)
    during = await Store.connect(database, rotated)
    assert _MANY - done <= await during.rewrap()
    assert {"key-2"} == set(await during.wrapped_by())
    await during.close()
    without = await Store.connect(database, rotated.without("key-1"))
    assert await readable(without, story)
    await without.close()


def _environment(database: str, ring: KeyRing, folder: Path) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("VANGNET_", "TEMPORAL_"))}
    return inherited | {
        "VANGNET_LOCAL_FOLDER": str(folder),
        "VANGNET_DATABASE_URL": database,
        "VANGNET_KEY_RING_JSON": ring.dump(),
        "VANGNET_REGION": b.REGION,
        "VANGNET_PUBLIC_URL": "http://127.0.0.1:8080",
        "VANGNET_SMTP_HOST": "127.0.0.1",
        "VANGNET_MAIL_FROM": "vangnet@voorbeeld.example",
    }
