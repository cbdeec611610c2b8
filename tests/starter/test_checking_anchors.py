"""``vangnet check`` on anchors: whether they are taken as they are set up."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import asyncpg
import pytest

from runtime.settings import Settings
from starter.cli.checking_anchors import NotAnchored, anchors
from store import AccessEntry, AnchorKeyInvalid, AnchorLine, new_signing_key, signing_key
from tests.starter.stack import SCHOOL, Stack, actor

_NO_ANCHORS = "SET session_replication_role = replica; DELETE FROM vangnet.anchors; DELETE FROM vangnet.anchor_heads"


@pytest.fixture
async def anchored(stack: Stack, tmp_path: Path) -> Settings:
    """An installation that anchors, and did so just now."""
    (key := tmp_path / "anchor.pem").write_text(new_signing_key())
    await stack.store.take_anchor(signing_key(key.read_bytes()))
    lines = await stack.store.anchor_lines()
    (file := tmp_path / "anchors").write_text("".join(f"{line.text}\n" for line in lines))
    return stack.settings.model_copy(update={"anchor_key": key, "anchor_file": file})


async def test_what_is_in_order_is_said(stack: Stack, anchored: Settings, tmp_path: Path) -> None:
    """How many there are and since when; also where the file is behind, is not there, or none are set up."""
    assert "ankers, het laatste van" in await anchors(anchored)
    behind = {"anchor_file": tmp_path / "elsewhere", "anchor_public_key": anchored.anchor_key, "anchor_key": None}
    assert "ankers, het laatste van" in await anchors(anchored.model_copy(update=behind))
    assert "niet ingesteld" in await anchors(stack.settings.model_copy(update={"anchor_key": None}))


async def test_what_is_not_is_said(stack: Stack, anchored: Settings, tmp_path: Path) -> None:
    """A key that is not there, a file that nobody can read, one with another anchor, and one that is too long ago."""
    other = AnchorLine.model_validate((await stack.store.anchor_lines())[0].model_copy(update={"chains": 99}))
    (changed := tmp_path / "changed").write_text(f"{other.text}\n")
    (broken := tmp_path / "broken").write_text("x\n")
    wrong: list[tuple[Mapping[str, object], str]] = [
        ({"anchor_key": tmp_path / "nowhere"}, "niet te lezen"),
        ({"anchor_file": broken}, "niet te lezen"),
        ({"anchor_file": changed}, "andere ankers"),
        ({"anchor_seconds": -3600}, "het laatste van"),
    ]
    for change, said in wrong:
        with pytest.raises(NotAnchored, match=said):
            await anchors(anchored.model_copy(update=change))
    with pytest.raises(AnchorKeyInvalid):
        await anchors(anchored.model_copy(update={"anchor_key": broken}))


async def test_nothing_anchored_yet_is_said(stack: Stack, anchored: Settings) -> None:
    """Set up and never taken is fine in the first hours, and not after that."""
    connection = await asyncpg.connect(stack.settings.database_url.get_secret_value())
    try:
        await connection.execute(_NO_ANCHORS)
        await stack.store.log_access(AccessEntry(actor=actor(SCHOOL), what="test", purpose="test"))
        new = anchored.model_copy(update={"anchor_file": None})
        assert "er is nog geen anker" == await anchors(new)
        with pytest.raises(NotAnchored, match="nog geen anker"):
            await anchors(new.model_copy(update={"anchor_seconds": 0}))
    finally:
        await connection.close()
