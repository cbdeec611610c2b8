"""What an installation that is new begins with: a key ring and a region."""

from __future__ import annotations

import json
from pathlib import Path

from runtime.settings import CHECKOUT
from store import KeyRing
from tests.starter.stack import Stack

_EXAMPLE = CHECKOUT / "deploy" / "example-region.json"
_NEW = {"VANGNET_REGION": "nieuw"}


async def test_a_region_begins_once(stack: Stack) -> None:
    """Its organisations and first settings are there; given again nothing changes what somebody may have changed."""
    first = await stack.run("region", "begin", str(_EXAMPLE), "--json", around=_NEW)
    again = await stack.run("region", "begin", str(_EXAMPLE), "--json", around=_NEW)

    assert {"added": ["school-de-meent", "cjg", "zvh"], "settings": True} == json.loads(first.out)
    assert {"added": [], "settings": False} == json.loads(again.out)
    assert {"cjg", "school-de-meent", "zvh"} == {row.id for row in await stack.store.organisations("nieuw")}
    assert "cjg" == (await stack.store.policy("nieuw")).cjg


async def test_a_region_that_is_not_whole_does_not_begin(stack: Stack, tmp_path: Path) -> None:
    """What is wrong is named by its place, never by what stands there: it may be somebody's address."""
    example = json.loads(_EXAMPLE.read_text(encoding="utf-8"))
    wrong, lacking = tmp_path / "wrong.json", tmp_path / "lacking.json"
    example["organisations"][0]["desk"]["email"] = "geen adres"
    wrong.write_text(json.dumps(example), encoding="utf-8")
    lacking.write_text(json.dumps({"organisations": example["organisations"][1:2]}), encoding="utf-8")

    said = await stack.run("region", "begin", str(wrong), around=_NEW)
    missing = await stack.run("region", "begin", str(lacking), around=_NEW)

    assert (2, 2) == (said.code, missing.code)
    assert "organisations.0.desk.email" in said.err
    assert "geen adres" not in said.err
    assert "ZVH ontbreekt" in missing.err


async def test_a_ring_is_made_and_never_overwritten(stack: Stack, tmp_path: Path) -> None:
    """It may hold the only copy of a key."""
    ring = tmp_path / "ring.json"

    made = await stack.run("keys", "new", "--to", str(ring))
    text = ring.read_text(encoding="utf-8")
    again = await stack.run("keys", "new", "--to", str(ring))

    assert (0, 2) == (made.code, again.code)
    assert KeyRing.parse(text).current == "key-1"
    assert text == ring.read_text(encoding="utf-8")
