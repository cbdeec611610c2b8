"""The payload codec: what goes to Temporal is sealed, and bound to the case that it is about."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from copy import copy
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    ActivitySerializationContext,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from runtime.errors import NotOurs, PayloadUnreadable
from runtime.payload_proof import Proofs
from runtime.squeezing import squeezed, unsqueezed
from store.keys import PAYLOADS, KeyRing

_ENCODING = b"binary/vangnet-sealed"
_FOREIGN = b"binary/not-sealed"
"""Read by no converter: a signal of it is passed over, an update of it is refused, and the case goes on."""
_BOUND = b"vangnet payload 1"
_NONCE = 12
_CASES_KEPT = 256
_CASES = "case/"
"""What the ids of cases' workflows begin with."""


class SealingCodec(PayloadCodec, WithSerializationContext):
    """Seals what goes to Temporal: ids, codes and dates, and the texts of failures.

    Nothing there is personal; sealed all the same, because who holds a case with whom is nobody's business. The
    payload keys are derived from the key ring's keys and serve nothing else. The id of the key that was used
    stands in the metadata, so that a rotated ring still reads what an older key wrote. So does the case: what is
    sealed for one case opens in no other, and who decodes it for somebody knows whose it is.
    """

    def __init__(self, keys: KeyRing) -> None:
        """Seal with the ring's current key, open with any."""
        self._current = keys.current
        self._proofs = Proofs(keys)
        self._sealers = {name: AESGCM(keys.derive(PAYLOADS, name)) for name in keys.payload_key_ids}
        self._case = b""
        self._for: dict[bytes, Self] = {}

    def with_context(self, context: SerializationContext) -> Self:
        """Seal for the case that a workflow or activity belongs to; asked some 150 times for a whole case."""
        case = _case_of(context)
        if case == self._case:
            return self
        bound = self._for.get(case)
        if bound is None:
            if len(self._for) >= _CASES_KEPT:
                self._for.clear()
            bound = self._for[case] = copy(self)
            bound._case = case  # noqa: SLF001  # its own kind
        return bound

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._sealed(payload) for payload in payloads]

    async def decode(self, payloads: Iterable[Payload]) -> list[Payload]:
        return [self._opened(payload) for payload in payloads]

    def _sealed(self, payload: Payload) -> Payload:
        nonce = os.urandom(_NONCE)
        key = self._current.encode()
        sealed = self._sealers[self._current].encrypt(
            nonce, squeezed(payload).SerializeToString(), _bound(key, self._case)
        )
        found = {"encoding": _ENCODING, "key": key, "proof": self._proofs.of(self._current)}
        found |= {"case": self._case} if self._case else {}
        return Payload(metadata=found, data=nonce + sealed)

    def _opened(self, payload: Payload) -> Payload:
        if not is_sealed(payload):
            # Whoever reaches Temporal can write what is not sealed: to a case it is no message.
            return Payload(metadata={"encoding": _FOREIGN}) if self._case else payload
        try:
            return self._unsealed(payload)
        except NotOurs:
            # Nor is what only looks sealed, or was copied from another case.
            if self._case:
                return Payload(metadata={"encoding": _FOREIGN})
            raise

    def _unsealed(self, payload: Payload) -> Payload:
        """Open what is sealed.

        Raises:
            PayloadUnreadable: Its key is missing, and can still be put back.
            NotOurs: No key will ever open it as what it is said to be.
        """
        key, case, proof = (payload.metadata.get(name, b"") for name in ("key", "case", "proof"))
        name = key.decode(errors="replace")
        if case and self._case and case != self._case:
            raise NotOurs("wat van Temporal kwam hoort bij een andere casus")
        if name not in self._sealers or not self._proofs.fits(name, proof):
            missing = self._proofs.holds(key, proof)
            raise (PayloadUnreadable if missing else NotOurs)(
                "een sleutel waarmee dit naar Temporal ging staat niet in de sleutelbos"
            )
        try:
            opened = self._sealers[name].decrypt(payload.data[:_NONCE], payload.data[_NONCE:], _bound(key, case))
        except (InvalidTag, ValueError):
            raise NotOurs(
                "wat van Temporal kwam is veranderd, of zijn sleutel is een andere van dezelfde naam"
            ) from None
        return unsqueezed(Payload.FromString(opened))


def is_sealed(payload: Payload) -> bool:
    """Whether this codec sealed it."""
    return payload.metadata.get("encoding") == _ENCODING


def sealed_for(payload: Payload) -> str:
    """The case that a sealed payload is bound to; empty where it belongs to none."""
    return payload.metadata.get("case", b"").decode(errors="replace")


def _bound(key: bytes, case: bytes) -> bytes:
    """What is authenticated beside the content; without a case as it was before payloads were bound to theirs."""
    return _BOUND + key + (b"\0" + case if case else b"")


def _case_of(context: SerializationContext) -> bytes:
    if not isinstance(context, (WorkflowSerializationContext, ActivitySerializationContext)):
        return b""
    workflow = context.workflow_id or ""
    return workflow.removeprefix(_CASES).encode() if workflow.startswith(_CASES) else b""
