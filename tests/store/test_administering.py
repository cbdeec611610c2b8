"""What an administrator is told when an address, a password, a database or a key ring is not the right one."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from store import (
    AddressInvalid,
    DatabaseUnknown,
    KeyHealth,
    KeyRing,
    KeyRingForeign,
    LoginRefused,
    NotMigrated,
    Store,
    StoreError,
    migrate,
)
from store.errors import translated
from tests.store import builders as b
from tests.store.raw import connected

_DAMAGE = "UPDATE keystore.data_keys SET wrapped = wrapped || '\\x00' WHERE scope = $1"


async def test_another_database_and_another_name_are_told_apart(database: str, key_ring: KeyRing) -> None:
    """Which of the two is not known to the server; each says which setting to look at, and neither value."""
    name = urlsplit(database).path.removeprefix("/")
    with pytest.raises(DatabaseUnknown) as nowhere:
        await Store.connect(database.replace(name, "geheim_woord"), key_ring)
    with pytest.raises(LoginRefused) as nobody:
        await Store.connect(_as("geheim_woord", database), key_ring)
    for told in (nowhere.value, nobody.value):
        assert "VANGNET_DATABASE_URL" in told.text
        assert "geheim" not in f"{told.text} {told}"


def _as(user: str, database: str) -> str:
    parts = urlsplit(database)
    _, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}:@{host}"))


def test_a_wrong_password_is_told_as_such() -> None:
    """The tests' own server asks nobody for one, so the driver's error is given here."""
    with pytest.raises(LoginRefused), translated():
        raise asyncpg.InvalidPasswordError


@pytest.mark.parametrize("address", ["mysql://x", "geheim-woord", "postgresql://x:geheim-woord#@h/z"])
async def test_what_is_no_address_is_wrong_use(address: str, key_ring: KeyRing) -> None:
    """Not a server that does not answer: trying again helps nothing, and what was typed is not repeated."""
    for work in (Store.connect(address, key_ring), migrate(address)):
        with pytest.raises(AddressInvalid) as caught:
            await work
        assert "geheim-woord" not in f"{caught.value.text} {caught.value}"


@pytest.mark.parametrize("gone", ["SCHEMA vangnet", "SCHEMA keystore", "TABLE vangnet.cases"])
async def test_a_database_without_its_tables_says_what_to_do(store: Store, database: str, gone: str) -> None:
    """It was never migrated, or only one of the two dumps was put back."""
    async with connected(database) as connection:
        await connection.execute(f"DROP {gone} CASCADE")
    with pytest.raises(NotMigrated) as caught:
        await store.key_health()
    assert {"`vangnet migrate`", "keystore"} == {word for word in _WORDS if word in caught.value.text}


_WORDS: Iterable[str] = ("`vangnet migrate`", "keystore")


async def test_another_databases_ring_is_known_though_its_key_has_the_same_name(
    store: Store, database: str, key_ring: KeyRing
) -> None:
    """Every ring begins with `key-1`: what tells is that nothing opens; a ring that has both keys is the right one."""
    other = await Store.connect(database, KeyRing.generate())
    await other.check_key_ring()  # nothing is sealed yet: any ring will do
    await b.opened(store)
    with pytest.raises(KeyRingForeign):
        await other.check_key_ring()
    assert ("key-1",) == (await other.key_health()).foreign
    await other.close()
    rotated = await Store.connect(database, key_ring.rotated("key-2"))
    await rotated.check_key_ring()
    assert KeyHealth((), 0, 0) == await rotated.key_health()
    await rotated.close()


async def test_what_a_wrong_ring_wrote_does_not_make_it_the_right_one(store: Store, database: str) -> None:
    """A process that ran with it for a while left data keys of its own; the oldest are asked."""
    for _ in range(3):
        await b.opened(store)
    other = await Store.connect(database, KeyRing.generate())
    for _ in range(3):
        await b.opened(other)
    with pytest.raises(KeyRingForeign):
        await other.check_key_ring()
    await other.close()
    await store.check_key_ring()


@pytest.mark.parametrize("damaged", [slice(2), slice(1, 3)])
async def test_damaged_keys_do_not_make_the_ring_another_one(store: Store, database: str, damaged: slice) -> None:
    """Whoever has the right ring goes on working, whichever of the oldest still opens."""
    stories = [await b.opened(store) for _ in range(3)]
    async with connected(database) as connection:
        for story in stories[damaged]:
            await connection.execute(_DAMAGE, story.id)
    await store.check_key_ring()
    assert not (await store.key_health()).foreign


def test_each_says_something_else() -> None:
    """None of them says only that something could not be done."""
    kinds = (AddressInvalid, DatabaseUnknown, LoginRefused, NotMigrated, KeyRingForeign, StoreError)
    assert len(kinds) == len({kind.text for kind in kinds}) == len({kind.code for kind in kinds})
