from __future__ import annotations

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.converter import WorkflowSerializationContext

from runtime.codec import SealingCodec, sealed_for
from runtime.errors import NotOurs, PayloadUnreadable
from store.keys import KeyRing

PLAIN = Payload(metadata={"encoding": b"json/plain"}, data=b'"guardian-1"')


async def test_what_is_sealed_opens_again() -> None:
    """A payload comes back as it went, its metadata too."""
    codec = SealingCodec(KeyRing.generate())

    assert [PLAIN, PLAIN] == await codec.decode(await codec.encode([PLAIN, PLAIN]))


async def test_nothing_of_a_payload_shows() -> None:
    """Neither the content nor how it was written can be read, and no two sealed payloads are the same."""
    codec = SealingCodec(KeyRing.generate())

    first, second = await codec.encode([PLAIN, PLAIN])

    assert b"guardian" not in first.SerializeToString()
    assert b"json/plain" not in first.SerializeToString()
    assert first.data != second.data


async def test_a_payload_that_is_not_ours_passes() -> None:
    """What Temporal or an operator's tool wrote stays readable."""
    assert [PLAIN] == await SealingCodec(KeyRing.generate()).decode([PLAIN])


async def test_a_rotated_ring_reads_what_an_older_key_wrote() -> None:
    """Histories outlive keys: the old ones stay on the ring for reading, new ones write."""
    ring = KeyRing.generate()
    old = await SealingCodec(ring).encode([PLAIN])
    rotated = SealingCodec(ring.rotated("key-2"))

    assert [PLAIN] == await rotated.decode(old)
    assert (await rotated.encode([PLAIN]))[0].metadata["key"] == b"key-2"


async def test_a_changed_payload_is_refused() -> None:
    """Nobody can change what a case goes on with."""
    codec = SealingCodec(KeyRing.generate())
    sealed = (await codec.encode([PLAIN]))[0]
    changed = Payload(metadata=sealed.metadata, data=sealed.data[:-1] + bytes([sealed.data[-1] ^ 1]))

    with pytest.raises(PayloadUnreadable):
        await codec.decode([changed])


async def test_another_rings_key_of_the_same_name_does_not_open() -> None:
    """A wrong key ring is told as such, without a word of the content."""
    sealed = await SealingCodec(KeyRing.generate()).encode([PLAIN])

    with pytest.raises(PayloadUnreadable) as caught:
        await SealingCodec(KeyRing.generate()).decode(sealed)

    assert caught.value.__cause__ is None


async def test_a_key_that_is_not_on_the_ring_is_told_apart() -> None:
    """A missing key can still be put back: it is another sentence than a changed payload."""
    ring = KeyRing.generate()
    sealed = await SealingCodec(ring.rotated("key-2")).encode([PLAIN])

    with pytest.raises(PayloadUnreadable, match="staat niet in de sleutelbos"):
        await SealingCodec(ring).decode(sealed)


def of_case(ring: KeyRing, case: str = "aaaa-bbbb-cccc") -> SealingCodec:
    """A codec as a case's own payloads pass it."""
    return SealingCodec(ring).with_context(
        WorkflowSerializationContext(namespace="default", workflow_id=f"case/{case}")
    )


async def test_a_case_passes_over_what_no_key_will_ever_open() -> None:
    """Junk that is named as sealed, a changed payload, one of another case, a key that nobody ever had: no message."""
    ring = KeyRing.generate()
    (sealed,) = await of_case(ring).encode([PLAIN])
    (elsewhere,) = await of_case(ring, "dddd-eeee-ffff").encode([PLAIN])
    (of_others,) = await of_case(KeyRing.generate().rotated("theirs")).encode([PLAIN])
    junk = [
        Payload(metadata=sealed.metadata, data=b"x" * 60),
        Payload(metadata=sealed.metadata, data=b""),
        Payload(metadata=sealed.metadata, data=sealed.data[:-1] + bytes([sealed.data[-1] ^ 1])),
        Payload(metadata={**sealed.metadata, "key": b"never"}, data=sealed.data),
        Payload(metadata={"encoding": sealed.metadata["encoding"], "key": b"never"}, data=sealed.data),
        elsewhere,
        of_others,
    ]

    opened = await of_case(ring).decode(junk)

    assert [b"binary/not-sealed"] * len(junk) == [payload.metadata["encoding"] for payload in opened]


async def test_a_case_waits_for_a_key_that_is_missing() -> None:
    """What a process of ours sealed with a key that is not here, or is another here, is never passed over."""
    ring = KeyRing.generate()
    newer = ring.rotated("key-2")
    (sealed,) = await of_case(newer).encode([PLAIN])

    for without in (ring, ring.rotated("key-2")):
        with pytest.raises(PayloadUnreadable, match="staat niet in de sleutelbos") as raised:
            await of_case(without).decode([sealed])
        assert not isinstance(raised.value, NotOurs)
    assert [PLAIN] == await of_case(newer).decode([sealed])


async def test_what_release_0_1_sealed_opens() -> None:
    """It has no proof, and needs none where its key is there."""
    ring = KeyRing.generate()
    (sealed,) = await of_case(ring).encode([PLAIN])
    del sealed.metadata["proof"]

    assert [PLAIN] == await of_case(ring).decode([sealed])


async def test_however_many_cases_there_are_each_is_sealed_for_itself() -> None:
    """What is bound to a case is kept for a while, and never taken for another's."""
    codec = SealingCodec(KeyRing.generate())
    cases = [f"aaaa-bbbb-{number:04}" for number in range(600)]
    contexts = [WorkflowSerializationContext(namespace="default", workflow_id=f"case/{case}") for case in cases]
    bound = [codec.with_context(context) for context in (*contexts, *contexts)]
    sealed = [await each.encode([PLAIN]) for each in bound]
    assert [*cases, *cases] == [sealed_for(payload) for (payload,) in sealed]
