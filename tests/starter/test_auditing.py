"""``vangnet audit verify`` with the anchors from outside, and commands whose look cannot be logged."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.starter.stack import SCHOOL, Stack
from tests.store.anchoring import KEY

_BREAK = """
CREATE OR REPLACE FUNCTION vangnet.no_row() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'no row'; END $$;
CREATE TRIGGER no_row BEFORE INSERT ON vangnet.access_log FOR EACH ROW EXECUTE FUNCTION vangnet.no_row();
"""
_MEND = "DROP TRIGGER no_row ON vangnet.access_log"
READING = [
    ("case", "show", "CASE"),
    ("case", "show", "CASE", "--json"),
    ("case", "journal", "CASE"),
    ("case", "list", "--limit", "1000"),
    ("notices", "CASE"),
]


def public(key: Ed25519PrivateKey, folder: Path) -> str:
    """A file with the public part of a key."""
    file = folder / "anchor.pub"
    file.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return str(file)


async def kept_outside(stack: Stack, folder: Path) -> Path:
    """All anchors until now, one of this moment included, in a file."""
    await stack.store.take_anchor(KEY)
    file = folder / "anchors"
    file.write_text("".join(f"{line.text}\n" for line in await stack.store.anchor_lines()))
    return file


async def test_what_is_anchored_is_said(stack: Stack, tmp_path: Path) -> None:
    """How many rows and cases, until when, and how many not yet; for people and as JSON."""
    await stack.open()
    anchors = str(await kept_outside(stack, tmp_path))
    case = await stack.open()
    options = ("--anchors", anchors, "--public-key", public(KEY, tmp_path))

    said = await stack.run("audit", "verify", *options)
    data = json.loads((await stack.run("audit", "verify", *options, "--json")).out)

    assert (0, "") == (said.code, said.err)
    assert said.out.startswith("Journaal en toegangslog zijn ongeschonden.\nJournaal: ")
    assert "Let op" not in said.out
    assert (True, [], True, anchors) == tuple(
        data[name] for name in ("intact", "broken", "signaturesChecked", "anchorsFrom")
    )
    assert data["journal"]["rows"] > data["journal"]["anchoredRows"] > 0
    assert data["journal"]["openChains"] >= 1
    assert case not in said.out


async def test_what_was_not_checked_is_said(stack: Stack, tmp_path: Path) -> None:
    """Without a file the database's own copy is believed; without a key no signature is checked."""
    await kept_outside(stack, tmp_path)

    said = await stack.run("audit", "verify")

    assert 0 == said.code
    assert ["--anchors", "--public-key"] == [word for word in ("--anchors", "--public-key") if word in said.out]


async def test_anchors_that_differ_are_exit_code_1(stack: Stack, tmp_path: Path) -> None:
    """A line that was changed, or signed by somebody else, is named by its number."""
    file = await kept_outside(stack, tmp_path)
    key, strange = public(KEY, tmp_path), tmp_path / "other"
    strange.mkdir()

    other = await stack.run(
        "audit", "verify", "--anchors", str(file), "--public-key", public(Ed25519PrivateKey.generate(), strange)
    )
    file.write_text(file.read_text().replace('"chains":', '"chains":1', 1))
    changed = await stack.run("audit", "verify", "--anchors", str(file), "--public-key", key, "--json")

    assert (1, True) == (other.code, "unsigned" in other.out)
    assert (1, [("anchor", 1, "unsigned")]) == (
        changed.code,
        [(row["log"], row["number"], row["fault"]) for row in json.loads(changed.out)["broken"]],
    )


@pytest.mark.parametrize("option", ["--anchors", "--public-key"])
async def test_a_file_that_is_not_there_is_wrong_use(stack: Stack, tmp_path: Path, option: str) -> None:
    """One line, exit code 2."""
    ended = await stack.run("audit", "verify", option, str(tmp_path / "nergens"))

    assert (2, "", 1) == (ended.code, ended.out, ended.err.count("\n"))


async def test_a_file_that_holds_something_else_is_said(stack: Stack, tmp_path: Path) -> None:
    """One line that says which of the two is none."""
    (tmp_path / "x").write_text("geen anker\n")

    for option in ("--anchors", "--public-key"):
        ended = await stack.run("audit", "verify", option, str(tmp_path / "x"))
        assert ended.code != 0
        assert "anker" in ended.err


@pytest.fixture
async def no_log(stack: Stack) -> AsyncIterator[None]:
    """Nobody can write the access log."""
    connection = await asyncpg.connect(stack.settings.database_url.get_secret_value())
    await connection.execute(_BREAK)
    yield
    await connection.execute(_MEND)
    await connection.close()


@pytest.mark.usefixtures("no_log")
@pytest.mark.parametrize("command", READING, ids=" ".join)
async def test_no_command_prints_anything_without_its_row(stack: Stack, command: tuple[str, ...]) -> None:
    """Nothing on standard output, and one line that says to try again."""
    case = await stack.open()

    ended = await stack.run(*(word.replace("CASE", case) for word in command), "--as", SCHOOL)

    assert (4, "", 1) == (ended.code, ended.out, ended.err.count("\n"))
