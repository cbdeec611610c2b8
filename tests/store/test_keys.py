"""The key ring, and sealing."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import date
from itertools import combinations

import pytest

from store import KeyMissing, KeyRing, KeyRingInvalid, SealBroken
from store.sealing import Controller, Place, seal, unseal

_PLACE = Place("people", "abcd-efgh-ijkl", Controller.SCHOOL, "pupil/m-1")
_KEY = bytes(range(32))


def test_a_key_ring_can_be_written_and_read() -> None:
    """What one ring wraps, the ring read from its document unwraps."""
    ring = KeyRing.generate()
    again = KeyRing.parse(ring.dump())
    assert _KEY == again.unwrap(*ring.wrap(_KEY, "case", "school"), "case", "school")
    assert (ring.current, ring.key_ids) == (again.current, again.key_ids)
    assert ring.link_token("x") == again.link_token("x")


_GOOD = {"current": "a", "keys": {"a": b64encode(_KEY).decode()}, "secret": b64encode(_KEY).decode()}


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "geheim",
        "[]",
        json.dumps(_GOOD | {"current": "b"}),
        json.dumps(_GOOD | {"keys": {}}),
        json.dumps(_GOOD | {"keys": {"a": "Z2VoZWlt"}}),
        json.dumps(_GOOD | {"secret": "Z2VoZWlt"}),
        json.dumps(_GOOD | {"secret": "niet base64!"}),
        json.dumps(_GOOD | {"extra": "geheim"}),
    ],
)
def test_a_wrong_document_is_refused_without_repeating_it(wrong: str) -> None:
    """A key ring that lacks something stops at the door; nothing of it is shown."""
    assert KeyRing.parse(json.dumps(_GOOD)).current == "a"
    with pytest.raises(KeyRingInvalid) as caught:
        KeyRing.parse(wrong)
    assert "key_ring_invalid" == str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_wrapped_key_fits_its_place_only() -> None:
    """Another case, controller or wrapping key does not open it."""
    ring = KeyRing.generate().rotated("key-2")
    kek_id, wrapped = ring.wrap(_KEY, "case", "school")
    for place in (("other", "school"), ("case", "zvh")):
        with pytest.raises(SealBroken):
            ring.unwrap(kek_id, wrapped, *place)
    with pytest.raises(SealBroken):
        ring.unwrap("key-1", wrapped, "case", "school")
    with pytest.raises(KeyMissing):
        ring.unwrap("key-3", wrapped, "case", "school")


def test_derived_keys_differ_by_purpose_and_key() -> None:
    """No two purposes share a key; a key of a wrapping key goes with it when it rotates."""
    ring = KeyRing.generate().rotated("key-2")
    found = [ring.derive("codec"), ring.derive("link"), ring.derive("codec", "key-1"), ring.derive("codec", "key-2")]
    assert all(one != other for one, other in combinations(found, 2))
    assert {32} == {len(key) for key in found}
    with pytest.raises(KeyMissing):
        ring.derive("codec", "key-3")


def test_what_is_keyed_says_nothing_without_the_secret() -> None:
    """Another ring gives other tokens, digests, pseudonyms and fingerprints."""
    one, other = KeyRing.generate(), KeyRing.generate()
    assert one.link_token("n") != other.link_token("n")
    assert one.message_digest(b"x") != other.message_digest(b"x")
    assert one.pseudonym("cjg", "jan") != other.pseudonym("cjg", "jan")
    assert one.incident("s", "2026-7") != other.incident("s", "2026-7")
    born = date(2012, 2, 29)
    assert one.fingerprint("s", "p", born) != other.fingerprint("s", "p", born)
    assert one.webhook_secret("cjg") != one.webhook_secret("zvh")


def test_sealed_text_opens_in_its_own_place_only() -> None:
    """Another table, case, controller or row does not open it; nor does changed data."""
    sealed = seal(_KEY, _PLACE, "tekst")
    assert "tekst" == unseal(_KEY, _PLACE, sealed)
    others = [
        _PLACE._replace(table="notes"),
        _PLACE._replace(scope="other"),
        _PLACE._replace(controller=Controller.ZVH),
        _PLACE._replace(row="pupil/m-2"),
    ]
    for place in others:
        with pytest.raises(SealBroken):
            unseal(_KEY, place, sealed)
    for wrong in (b"", b"\x01", sealed[:-1], sealed[:-1] + bytes([sealed[-1] ^ 1]), b"\x02" + sealed[1:]):
        with pytest.raises(SealBroken):
            unseal(_KEY, _PLACE, wrong)


def test_the_same_text_is_never_sealed_the_same() -> None:
    """Equal texts cannot be recognised."""
    assert seal(_KEY, _PLACE, "tekst") != seal(_KEY, _PLACE, "tekst")
