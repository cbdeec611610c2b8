"""The key ring through a rotation: a key is added, used, and retired."""

from __future__ import annotations

import pytest
from temporalio.api.common.v1 import Payload

from runtime.codec import SealingCodec
from store import KeyMissing, KeyRing, KeyRingInvalid
from store.keys import PAYLOADS

_KEY = bytes(range(32))
_PAYLOAD = Payload(metadata={"encoding": b"json/plain"}, data=b'"x"')


def test_a_key_is_read_by_everybody_before_anybody_uses_it() -> None:
    """An added key unwraps and does not wrap; used, it wraps, and the first still unwraps."""
    ring = KeyRing.generate()
    added = ring.with_key("key-2")
    used = added.using("key-2")

    assert ("key-1", "key-1", "key-2") == (ring.current, added.current, used.current)
    assert "key-1" == added.wrap(_KEY, "case", "school")[0]
    assert _KEY == added.unwrap(*used.wrap(_KEY, "case", "school"), "case", "school")
    assert _KEY == used.unwrap(*ring.wrap(_KEY, "case", "school"), "case", "school")


async def test_of_a_retired_key_only_temporals_payloads_stay_readable() -> None:
    """Histories outlive keys; what the key wrapped opens no more, also with all of the ring at hand."""
    ring = KeyRing.generate()
    wrapped, sealed = ring.wrap(_KEY, "case", "school"), await SealingCodec(ring).encode([_PAYLOAD])
    retired = KeyRing.parse(ring.rotated("key-2").without("key-1").dump())

    assert [_PAYLOAD] == await SealingCodec(retired).decode(sealed)
    assert ring.derive(PAYLOADS, "key-1") == retired.derive(PAYLOADS, "key-1")
    assert (("key-2",), ("key-2", "key-1")) == (retired.key_ids, retired.payload_key_ids)
    with pytest.raises(KeyMissing):
        retired.unwrap(*wrapped, "case", "school")
    with pytest.raises(KeyMissing):
        retired.derive("sessions", "key-1")


def test_everything_that_people_hold_outlives_a_rotation() -> None:
    """Links in mails, pseudonyms and fingerprints come from the secret, which does not rotate."""
    ring = KeyRing.generate()
    rotated = ring.rotated("key-2").without("key-1")

    assert ring.link_token("n") == rotated.link_token("n")
    assert ring.pseudonym("cjg", "anna") == rotated.pseudonym("cjg", "anna")
    assert ring.message_digest(b"x") == rotated.message_digest(b"x")


def test_what_would_lose_a_key_is_refused() -> None:
    """A name that was taken before, the current key, a key that is not there, a name that is none."""
    ring = KeyRing.generate().rotated("key-2").without("key-1")

    for name in ("key-1", "key-2", "met spatie", ""):
        with pytest.raises(KeyRingInvalid):
            ring.with_key(name)
    with pytest.raises(KeyRingInvalid):
        ring.without("key-2")
    for name in ("key-1", "key-3"):
        with pytest.raises(KeyMissing):
            ring.without(name)
        with pytest.raises(KeyMissing):
            ring.using(name)
