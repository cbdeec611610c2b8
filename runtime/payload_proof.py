"""What shows that a process of ours sealed a payload, also to one that lacks the key: without it *missing* could be faked."""

from __future__ import annotations

import hmac
from hashlib import sha256

from store.keys import PAYLOADS, KeyRing

_CHECK, _MAC = 8, 16


class Proofs:
    """Proofs by the secret of the key ring, which every process has and which never rotates.

    A proof says which key sealed: its name, and a check value of the key itself. Who only reads what is in Temporal can
    copy a proof, and makes none for a key that we never used.
    """

    def __init__(self, keys: KeyRing) -> None:
        """Know the proofs of every key that the ring reads with."""
        self._secret = keys.derive("payload proof")
        self._known = {name: self._made(name.encode(), keys.derive(PAYLOADS, name)) for name in keys.payload_key_ids}

    def of(self, name: str) -> bytes:
        """The proof that goes with what a key of the ring sealed."""
        return self._known[name]

    def fits(self, name: str, proof: bytes) -> bool:
        """Whether a proof is of the key that the ring has under this name; what release 0.1 sealed has none."""
        return not proof or hmac.compare_digest(self._known.get(name, b""), proof)

    def holds(self, name: bytes, proof: bytes) -> bool:
        """Whether a process with our secret made this proof, for whichever key of this name."""
        check, mac = proof[:_CHECK], proof[_CHECK:]
        return hmac.compare_digest(self._mac(name, check), mac)

    def _made(self, name: bytes, key: bytes) -> bytes:
        check = hmac.digest(self._secret, b"check\0" + name + b"\0" + key, sha256)[:_CHECK]
        return check + self._mac(name, check)

    def _mac(self, name: bytes, check: bytes) -> bytes:
        return hmac.digest(self._secret, b"proof\0" + name + b"\0" + check, sha256)[:_MAC]
