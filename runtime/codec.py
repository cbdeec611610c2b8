from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

from runtime.errors import PayloadUnreadable
from store.keys import KeyRing

_ENCODING = b"binary/vangnet-sealed"
_BOUND = b"vangnet payload 1"
_NONCE = 12


class SealingCodec(PayloadCodec):
    """Seals what goes to Temporal: ids, codes and dates, and the texts of failures.

    Nothing there is personal; sealed all the same, because who holds a case with whom is nobody's business. The
    payload keys are derived from the key ring's keys and serve nothing else. The id of the key that was used
    stands in the metadata, so that a rotated ring still reads what an older key wrote.
    """

    def __init__(self, keys: KeyRing) -> None:
        """Seal with the ring's current key, open with any."""
        self._current = keys.current
        self._sealers = {name: AESGCM(keys.derive("temporal payload", name)) for name in keys.key_ids}

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._sealed(payload) for payload in payloads]

    async def decode(self, payloads: Iterable[Payload]) -> list[Payload]:
        return [self._opened(payload) for payload in payloads]

    def _sealed(self, payload: Payload) -> Payload:
        nonce = os.urandom(_NONCE)
        key = self._current.encode()
        sealed = self._sealers[self._current].encrypt(nonce, payload.SerializeToString(), _BOUND + key)
        return Payload(metadata={"encoding": _ENCODING, "key": key}, data=nonce + sealed)

    def _opened(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != _ENCODING:
            return payload
        key = payload.metadata.get("key", b"")
        sealer = self._sealers.get(key.decode(errors="replace"))
        if sealer is None:
            raise PayloadUnreadable("een sleutel waarmee dit naar Temporal ging staat niet in de sleutelbos")
        try:
            opened = sealer.decrypt(payload.data[:_NONCE], payload.data[_NONCE:], _BOUND + key)
        except (InvalidTag, ValueError):
            raise PayloadUnreadable(
                "wat van Temporal kwam is veranderd, of zijn sleutel is een andere van dezelfde naam"
            ) from None
        return Payload.FromString(opened)
