"""The key ring: the keys that wrap data keys, and the secret from which everything keyed is derived."""

from __future__ import annotations

import hmac
import os
import unicodedata
from base64 import b32encode, b64encode, urlsafe_b64encode
from datetime import date
from hashlib import sha256
from typing import Annotated, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, ValidationError, model_validator

from store.errors import KeyMissing, KeyRingInvalid, SealBroken

KEY_BYTES = 32
PAYLOADS = "temporal payload"
"""The purpose of the keys by which Temporal's payloads are sealed."""
_NONCE_BYTES = 12

_KeyId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]


class _Document(BaseModel):
    """The key ring as it lies in a file or in the environment."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    current: _KeyId
    keys: dict[_KeyId, Base64Bytes]
    secret: Base64Bytes
    retired: dict[_KeyId, Base64Bytes] = Field(default_factory=dict)
    """Of keys that wrap nothing any more: what still reads Temporal's payloads, and unwraps nothing."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        lengths = {len(key) for key in (*self.keys.values(), *self.retired.values(), self.secret)}
        if self.current not in self.keys or lengths != {KEY_BYTES} or self.keys.keys() & self.retired.keys():
            raise ValueError("incomplete")
        return self


class KeyRing:
    """Wraps data keys and derives tokens, digests and pseudonyms.

    Old keys stay on the ring for unwrapping until everything is wrapped by the current one.
    """

    def __init__(
        self, current: str, keys: dict[str, bytes], secret: bytes, retired: dict[str, bytes] | None = None
    ) -> None:
        self._current = current
        self._keys = keys
        self._secret = secret
        self._retired = retired or {}
        self._derived: dict[tuple[str, str | None], bytes] = {}

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``{"current": id, "keys": {id: base64 of 32 bytes}, "secret": base64 of 32 bytes}``.

        ``retired`` may stand beside them: see :meth:`without`.

        Raises:
            KeyRingInvalid: It is something else. What it says is not repeated.
        """
        try:
            document = _Document.model_validate_json(text)
        except ValidationError:
            raise KeyRingInvalid from None
        return cls(document.current, document.keys, document.secret, document.retired)

    @classmethod
    def generate(cls) -> Self:
        """Make a ring with one new key."""
        return cls("key-1", {"key-1": os.urandom(KEY_BYTES)}, os.urandom(KEY_BYTES))

    def with_key(self, key_id: str) -> KeyRing:
        """Return this ring with one more key, which unwraps and does not wrap yet.

        Raises:
            KeyRingInvalid: The id is taken, was taken before, or is no id.
        """
        if key_id in self.payload_key_ids:
            raise KeyRingInvalid(f"kek {key_id}")
        return self._changed(keys=self._keys | {key_id: os.urandom(KEY_BYTES)})

    def using(self, key_id: str) -> KeyRing:
        """Return this ring with another of its keys as the one that wraps.

        Raises:
            KeyMissing: No such wrapping key.
        """
        if key_id not in self._keys:
            raise KeyMissing(f"kek {key_id}")
        return self._changed(current=key_id)

    def rotated(self, key_id: str) -> KeyRing:
        """Return this ring with a new current key; data keys are rewrapped by the store."""
        return self.with_key(key_id).using(key_id)

    def without(self, key_id: str) -> KeyRing:
        """Return this ring without a key: what it wrapped opens no more, wherever a copy of it lies.

        Of the key stays what reads Temporal's payloads, because the histories of cases outlive it.

        Raises:
            KeyMissing: No such wrapping key.
            KeyRingInvalid: It is the current one.
        """
        if key_id == self._current:
            raise KeyRingInvalid(f"kek {key_id}")
        retired = self._retired | {key_id: self.derive(PAYLOADS, key_id)}
        kept = {name: key for name, key in self._keys.items() if name != key_id}
        if len(kept) == len(self._keys):
            raise KeyMissing(f"kek {key_id}")
        return self._changed(keys=kept, retired=retired)

    def _changed(
        self,
        current: str | None = None,
        keys: dict[str, bytes] | None = None,
        retired: dict[str, bytes] | None = None,
    ) -> KeyRing:
        changed = KeyRing(current or self._current, keys or self._keys, self._secret, retired or self._retired)
        try:
            return KeyRing.parse(changed.dump())
        except ValidationError:
            raise KeyRingInvalid from None

    def dump(self) -> str:
        """Write the document that :meth:`parse` reads."""
        document = _Document(
            current=self._current,
            keys=_encoded(self._keys),
            secret=b64encode(self._secret),
            retired=_encoded(self._retired),
        )
        return document.model_dump_json(indent=2, exclude_defaults=True)

    @property
    def current(self) -> str:
        """Id of the key that wraps from now on."""
        return self._current

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Ids of all keys that can unwrap."""
        return tuple(self._keys)

    @property
    def payload_key_ids(self) -> tuple[str, ...]:
        """Ids of all keys that Temporal's payloads can be read with: retired ones too."""
        return (*self._keys, *self._retired)

    def wrap(self, data_key: bytes, scope: str, controller: str) -> tuple[str, bytes]:
        """Wrap a data key for its place; returns the wrapping key's id and the wrapped key."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(self._keys[self._current]).encrypt(nonce, data_key, _bound(scope, controller, self._current))
        return self._current, nonce + sealed

    def unwrap(self, kek_id: str, wrapped: bytes, scope: str, controller: str) -> bytes:
        """Undo :meth:`wrap`.

        Raises:
            KeyMissing: The wrapping key is not on the ring.
            SealBroken: The wrapped key was changed, or belongs to another place.
        """
        if kek_id not in self._keys:
            raise KeyMissing(f"kek {kek_id}")
        nonce, sealed = wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:]
        try:
            return AESGCM(self._keys[kek_id]).decrypt(nonce, sealed, _bound(scope, controller, kek_id))
        except InvalidTag:
            raise SealBroken(f"data key {scope}/{controller}") from None

    def derive(self, purpose: str, key_id: str | None = None) -> bytes:
        """Derive 32 bytes for one purpose: from the secret, or from a wrapping key so that it rotates with it.

        Raises:
            KeyMissing: No such wrapping key.
        """
        if purpose == PAYLOADS and key_id in self._retired:
            return self._retired[key_id]
        known = self._derived.get((purpose, key_id))
        if known is None:
            if key_id is not None and key_id not in self._keys:
                raise KeyMissing(f"kek {key_id}")
            material = self._secret if key_id is None else self._keys[key_id]
            known = HKDF(SHA256(), KEY_BYTES, salt=None, info=f"vangnet/{purpose}".encode()).derive(material)
            self._derived[purpose, key_id] = known
        return known

    def link_token(self, notice_id: str) -> str:
        """Make the secret of a notice's link: a resend has the same, and the notice id gives nothing away."""
        return urlsafe_b64encode(self._mac("link", notice_id.encode())).rstrip(b"=").decode()

    def message_digest(self, content: bytes) -> str:
        """Digest everything that was told with a message, so that the same id with other content shows."""
        return self._mac("message", content).hex()

    def pseudonym(self, organisation: str, user: str) -> str:
        """Make the stable id of a member of staff; spelling in capitals or not makes no difference."""
        mac = self._mac("staff", f"{organisation}\0{_plain(user)}".encode())
        return f"s-{b32encode(mac[:15]).decode().lower()}"

    def fingerprint(self, school: str, name: str, date_of_birth: date) -> bytes:
        """Make what tells that a school reports the same pupil again, without telling who."""
        return self._mac("pupil", f"{school}\0{_plain(name)}\0{date_of_birth.isoformat()}".encode())

    def incident(self, school: str, number: str) -> str:
        """Make what ties a school's cases of one incident, without its number: somebody may type a name there."""
        mac = self._mac("incident", f"{school}\0{_plain(number)}".encode())
        return f"i-{b32encode(mac[:15]).decode().lower()}"

    def webhook_secret(self, organisation: str) -> str:
        """Make the secret with which an organisation checks that a webhook call is ours."""
        return self._mac("webhook", organisation.encode()).hex()

    def _mac(self, purpose: str, content: bytes) -> bytes:
        return hmac.digest(self.derive(purpose), content, sha256)


def token_hash(token: str) -> bytes:
    """Hash a link's token: the only form in which it is kept."""
    return sha256(token.encode()).digest()


def _encoded(keys: dict[str, bytes]) -> dict[str, bytes]:
    return {key_id: b64encode(key) for key_id, key in keys.items()}


def _bound(scope: str, controller: str, kek_id: str) -> bytes:
    return f"data key\0{scope}\0{controller}\0{kek_id}".encode()


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
