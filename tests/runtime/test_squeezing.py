"""Large payloads are squeezed before they are sealed, and what was sealed before that is still read."""

from __future__ import annotations

from temporalio.api.common.v1 import Payload

from runtime.codec import SealingCodec
from runtime.squeezing import squeezed
from store import KeyRing

LARGE = Payload(metadata={"encoding": b"json/plain"}, data=b'{"closedDays":["2026-01-01"]}' * 200)
SMALL = Payload(metadata={"encoding": b"json/plain"}, data=b'{"id":"1"}')


async def test_a_large_payload_takes_less_and_comes_back_as_it_was() -> None:
    """What a case is started with is kept by the SDK more than once: sealed it is a fraction of what it was."""
    codec = SealingCodec(KeyRing.generate())
    (sealed,) = await codec.encode([LARGE])

    assert len(sealed.data) < len(LARGE.data) / 10
    assert await codec.decode([sealed]) == [LARGE]


async def test_a_small_payload_stays_as_it_is() -> None:
    """Squeezing an id and a number would cost more than it brings."""
    codec = SealingCodec(KeyRing.generate())

    assert squeezed(SMALL) is SMALL
    assert await codec.decode(await codec.encode([SMALL])) == [SMALL]
