"""Erasure: afterwards nothing of a case can be read, in the database or in an older dump, whatever keys are at hand.

Whoever attacks here has the whole key ring, old keys included, and every data key that any dump
holds; they do not ask the store but decrypt what stands in the rows by themselves, checking no seal.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

from protocol import messages as m
from protocol.keeping import Part
from protocol.messages import Actor
from protocol.rights import Right
from store import Asked, KeyRing, Proposed, Store
from tests.dumps import dumped, restored
from tests.postgres import Postgres
from tests.store.builders import AT_CJG, AT_SCHOOL, NOTE, PUPIL_NAME, REGION, Story
from tests.store.closed_cases import CJG_NOTE, LOOK, PRIVACY, ZVH_NOTE, closed, readable_notes
from tests.store.raw import connected, dump

HAND_OVER = "Overdracht: de afspraken met het gezin"
STATEMENT = "De moeder verklaart dat zij er niet bij was"
PROPOSAL = "Voorstel aan de tweede beoordelaar"
EVERYTHING = (NOTE, CJG_NOTE, ZVH_NOTE, PUPIL_NAME, HAND_OVER, STATEMENT, PROPOSAL)
CIPHERTEXT = 13
"""Behind the version byte and the nonce."""

_KEYS = "SELECT scope, controller, kek_id, wrapped FROM keystore.data_keys"
_COLUMNS = """
SELECT kept.table_name, kept.column_name
FROM information_schema.columns AS kept
JOIN information_schema.columns AS keyed USING (table_schema, table_name)
WHERE kept.table_schema = 'vangnet' AND kept.data_type = 'bytea' AND keyed.column_name = 'case_id'
"""


async def full_case(store: Store) -> Story:
    """A closed case with something in every place where something can stand."""
    story = await closed(store, datetime.now(UTC))
    await store.save_hand_over(story.id, 5, HAND_OVER)
    asked = Asked(
        region=REGION, case_id=story.id, kind=Right.CORRECTION, subject="guardian-1", requester="guardian-1",
        parts=(Part.COORDINATOR,), received_on=date(2026, 11, 1), due_on=date(2026, 12, 1),
    )  # fmt: skip
    row = await store.rights_request(REGION, await store.enter_request(asked, PRIVACY))
    assert row is not None
    await store.add_statement(row, Part.COORDINATOR, STATEMENT, PRIVACY)
    proposed = Proposed(AT_CJG, {"reason": "stalled"}, PROPOSAL)
    await store.ask_review(
        story.id, f"m-{story.id}", m.name_of(m.EndCase), "s-1", proposed, datetime.now(UTC) + timedelta(days=5)
    )
    return story


async def erased(store: Store, story: Story, by: Actor = PRIVACY) -> None:
    """Every controller's part, one after the other."""
    for part in Part:
        assert await store.erase_part(story.id, part, "r-1", by)


async def data_keys(database: str, ring: KeyRing) -> list[bytes]:
    """Every data key that the database holds, unwrapped with everything at hand."""
    async with connected(database) as connection:
        rows = await connection.fetch(_KEYS)
    return [ring.unwrap(row["kek_id"], row["wrapped"], row["scope"], row["controller"]) for row in rows]


async def values_of(database: str, case_id: str, *, sealed: bool = False) -> list[bytes]:
    """Everything that is not plain about a case, from whatever table; or only what is sealed, without hashes."""
    async with connected(database) as connection:
        columns = [row for row in await connection.fetch(_COLUMNS) if not sealed or row[1] in {"sealed", "answer"}]
        assert {"people", "notes", "hand_overs", "reviews", "statements", "emergencies"} <= {
            table for table, _ in columns
        }
        found = [
            row[0]
            for table, column in columns
            for row in await connection.fetch(f"SELECT {column} FROM vangnet.{table} WHERE case_id = $1", case_id)  # noqa: S608
        ]
    return [value for value in found if value]


def forced(keys: list[bytes], values: list[bytes]) -> Iterator[bytes]:
    """Every value decrypted with every key, right or wrong: GCM without its seal is counter mode."""
    for value in values:
        if len(value) > CIPHERTEXT:
            for key in keys:
                counting = Cipher(AES(key), CTR(value[1:CIPHERTEXT] + b"\0\0\0\2")).decryptor()
                yield counting.update(value[CIPHERTEXT:])


async def read_by_force(database: str, ring: KeyRing, case_id: str, *more: bytes) -> set[str]:
    """What of a case's content comes out, with the database's own keys and more."""
    opened = forced([*await data_keys(database, ring), *more], await values_of(database, case_id))
    everything = b"\n".join(opened)
    return {text for text in EVERYTHING if text.encode() in everything}


@asynccontextmanager
async def empty_database(postgres: Postgres) -> AsyncIterator[str]:
    """A database to restore into."""
    name = await postgres.create("template0")
    yield postgres.dsn(name)
    await postgres.drop(name)


@pytest.fixture
def rotated(key_ring: KeyRing) -> KeyRing:
    """The ring with a newer key; the old one is still on it."""
    return key_ring.rotated("key-2")


async def test_what_is_erased_cannot_be_forced_open(store: Store, database: str, key_ring: KeyRing) -> None:
    """Before, everything comes out: so the attack works. After, nothing; the neighbour's all stays."""
    story, neighbour = await full_case(store), await full_case(store)
    assert set(EVERYTHING) == await read_by_force(database, key_ring, story.id)
    async with connected(database) as connection:
        assert 0 < await connection.fetchval("SELECT count(*) FROM vangnet.links WHERE case_id = $1", story.id)

    await erased(store, story)

    assert set() == await read_by_force(database, key_ring, story.id)
    assert set(EVERYTHING) == await read_by_force(database, key_ring, neighbour.id)
    assert [NOTE, CJG_NOTE, ZVH_NOTE] == await readable_notes(store, neighbour.id)
    assert [] == await readable_notes(store, story.id)
    async with connected(database) as connection:
        assert 0 == await connection.fetchval("SELECT count(*) FROM vangnet.links WHERE case_id = $1", story.id)
        found = await connection.fetch("SELECT case_id FROM vangnet.pupil_fingerprints")
    assert {neighbour.id} == {row["case_id"] for row in found}
    written = await dump(database)
    assert 0 == sum(written.count(text.encode()) for text in EVERYTHING)


async def test_an_older_dump_of_the_file_brings_nothing_back(
    store: Store, database: str, postgres: Postgres, rotated: KeyRing, tmp_path: Path
) -> None:
    """The main dump is made without the key store: what it holds of an erased case has no key any more."""
    story, neighbour = await full_case(store), await full_case(store)
    old = await dumped(database, tmp_path / "main", "--exclude-schema=keystore")
    kept = Store(store._pool, rotated, 1)
    assert 0 < await kept.rewrap()
    await erased(kept, story)
    today = await dumped(database, tmp_path / "keys", "--schema=keystore")

    async with empty_database(postgres) as again:
        await restored(again, today)
        await restored(again, old)

        assert await values_of(again, story.id)
        assert set() == await read_by_force(again, rotated, story.id)
        assert set(EVERYTHING) == await read_by_force(again, rotated, neighbour.id)


async def test_an_older_dump_with_its_keys_is_erased_again_by_the_list(
    store: Store, database: str, postgres: Postgres, rotated: KeyRing, tmp_path: Path
) -> None:
    """Backups of the key store are young, but there are some: after a restore the list is applied, and that is that."""
    story, neighbour = await full_case(store), await full_case(store)
    old = await dumped(database, tmp_path / "everything")
    await erased(store, story)
    gone = await store.destroyed_keys()

    async with empty_database(postgres) as again:
        await restored(again, old)
        assert set(EVERYTHING) == await read_by_force(again, rotated, story.id)
        back = await Store.connect(again, rotated)
        try:
            assert 3 == (await back.apply_destroyed(gone)).keys
            assert 0 == await back.blank_destroyed()

            assert set() == await read_by_force(again, rotated, story.id)
            assert [] == await values_of(again, story.id, sealed=True)
            assert set(EVERYTHING) == await read_by_force(again, rotated, neighbour.id)
            assert (
                PUPIL_NAME
                == (await back.people(neighbour.id, LOOK.model_copy(update={"actor": AT_SCHOOL})))["pupil"].name
            )
            assert () == await back.verify()
        finally:
            await back.close()
