"""Opening payloads for somebody: every case that they are of must be theirs to see, and the look is logged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from temporalio.api.common.v1 import Payload

from protocol.access import reads_history
from protocol.messages import Actor
from protocol.refusals import RefusalCode, Refused
from runtime.codec import SealingCodec, is_sealed, sealed_for
from starter.standing import CASE_ID, find_for, known
from store import AccessEntry, AccessEvent, AccessPoint, Store


async def opened(payloads: Sequence[Payload], actor: Actor, store: Store, codec: SealingCodec) -> list[Payload]:
    """Open what is sealed for a case; all of it, or nothing.

    What is not sealed comes back as it is. So does what is sealed for no case, as of housekeeping and of payloads
    from before they were bound to their case: nobody can say who may see it.

    Raises:
        Refused: A case does not exist for this actor, or they do not see all that its history shows.
        PayloadUnreadable: A payload is not what its metadata says, or its key is gone.
        StoreUnavailable: The look cannot be logged, and so there is none.
    """
    mine = [index for index, payload in enumerate(payloads) if is_sealed(payload) and sealed_for(payload)]
    cases = Counter(sealed_for(payloads[index]) for index in mine)
    async with store.looking():
        for case_id, count in cases.items():
            await _look(store, case_id, count, actor)
        found = dict(zip(mine, await codec.decode([payloads[index] for index in mine]), strict=True))
    return [found.get(index, payload) for index, payload in enumerate(payloads)]


async def _look(store: Store, case_id: str, count: int, actor: Actor) -> None:
    if not CASE_ID.fullmatch(case_id):
        raise Refused(RefusalCode.UNKNOWN_CASE)
    await store.log_access(
        AccessEntry(
            actor=actor,
            case_id=await known(store, case_id),
            what=f"history {count}",
            purpose="console",
            event=AccessEvent.DECODE,
            access_point=AccessPoint.CODEC,
        )
    )
    standing = await find_for(store, case_id, actor)
    if not reads_history(standing.case, actor):
        raise Refused(RefusalCode.NOT_ALLOWED)
