"""Migrations: each once, in order, and never changed afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from store import MigrationChanged, MigrationUnknown, StoreError, migrate, pending
from store.migrate import FOLDER
from tests.postgres import Postgres
from tests.store.raw import connected


@pytest.fixture
async def empty(postgres: Postgres) -> AsyncIterator[str]:
    """Address of a database with nothing in it."""
    name = await postgres.create(template="template0")
    yield postgres.dsn(name)
    await postgres.drop(name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two migrations."""
    (tmp_path / "0001_one.sql").write_text("CREATE TABLE vangnet.one (id int)")
    (tmp_path / "0002_two.sql").write_text("CREATE TABLE vangnet.two (id int)")
    return tmp_path


async def test_an_empty_database_gets_everything_once(empty: str) -> None:
    """What is pending is applied, in order; the second time there is nothing to do."""
    names = tuple(sorted(file.name for file in FOLDER.glob("*.sql")))
    assert names == await pending(empty) == await migrate(empty)
    assert () == await pending(empty) == await migrate(empty)


async def test_two_that_migrate_at_once_do_it_once(empty: str) -> None:
    """One waits for the other, and finds nothing left to do."""
    done = await asyncio.gather(*(migrate(empty) for _ in range(4)))
    assert 1 == sum(bool(names) for names in done)


async def test_looking_changes_nothing(empty: str) -> None:
    """Asking what is pending makes no schema."""
    await pending(empty)
    async with connected(empty) as connection:
        assert await connection.fetchval("SELECT to_regnamespace('vangnet')") is None


async def test_a_changed_file_is_refused(empty: str, folder: Path) -> None:
    """An applied file that was edited stops everything before anything is done."""
    await migrate(empty, folder)
    (folder / "0001_one.sql").write_text("CREATE TABLE vangnet.one (id bigint)")
    (folder / "0003_three.sql").write_text("CREATE TABLE vangnet.three (id int)")
    for work in (migrate, pending):
        with pytest.raises(MigrationChanged, match="0001_one") as changed:
            await work(empty, folder)
        assert "0001_one.sql is in dit programma anders" in changed.value.text
    async with connected(empty) as connection:
        assert await connection.fetchval("SELECT to_regclass('vangnet.three')") is None


async def test_a_newer_database_is_refused(empty: str, folder: Path) -> None:
    """A program that lacks an applied file is too old for this database."""
    await migrate(empty, folder)
    (folder / "0002_two.sql").unlink()
    with pytest.raises(MigrationUnknown, match="0002_two") as unknown:
        await migrate(empty, folder)
    assert "ouder dan de database" in unknown.value.text
    assert "0002_two.sql" in unknown.value.text


async def test_a_broken_file_leaves_nothing_of_itself(empty: str, folder: Path) -> None:
    """What came before it stays, it can be tried again when it is repaired."""
    broken = folder / "0003_three.sql"
    broken.write_text("CREATE TABLE vangnet.three (id int); SELECT no_such_function()")
    with pytest.raises(StoreError):
        await migrate(empty, folder)
    assert ("0003_three.sql",) == await pending(empty, folder)
    broken.write_text("CREATE TABLE vangnet.three (id int)")
    assert ("0003_three.sql",) == await migrate(empty, folder)


async def test_a_file_and_its_mark_are_one(empty: str, folder: Path) -> None:
    """When it cannot be noted that a file was applied, nothing of it was."""
    noted_itself = "CREATE TABLE vangnet.three (id int); INSERT INTO vangnet.migrations VALUES ('0003_three.sql', '')"
    (folder / "0003_three.sql").write_text(noted_itself)
    with pytest.raises(StoreError):
        await migrate(empty, folder)
    async with connected(empty) as connection:
        assert await connection.fetchval("SELECT to_regclass('vangnet.three')") is None
        assert await connection.fetchval("SELECT to_regclass('vangnet.two')") is not None
