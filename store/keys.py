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
_NONCE_BYTES = 12

_KeyId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]


class _Document(BaseModel):
    """The key ring as it lies in a file or in the environment."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    current: _KeyId
    keys: dict[_KeyId, Base64Bytes]
    secret: Base64Bytes

    @model_validator(mode="after")
    def _complete(self) -> Self:
        lengths = {len(key) for key in self.keys.values()} | {len(self.secret)}
        if self.current not in self.keys or lengths != {KEY_BYTES}:
            raise ValueError("incomplete")
        return self


class KeyRing:
    """Wraps data keys and derives tokens, digests and pseudonyms.

    Old keys stay on the ring for unwrapping until everything is wrapped by the current one.
    """

    def __init__(self, current: str, keys: dict[str, bytes], secret: bytes) -> None:
        self._current = current
        self._keys = keys
        self._secret = secret
        self._derived: dict[tuple[str, str | None], bytes] = {}

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``{"current": id, "keys": {id: base64 of 32 bytes}, "secret": base64 of 32 bytes}``.

        Raises:
            KeyRingInvalid: It is something else. What it says is not repeated.
        """
        try:
            document = _Document.model_validate_json(text)
        except ValidationError:
            raise KeyRingInvalid from None
        return cls(document.current, document.keys, document.secret)

    @classmethod
    def generate(cls) -> Self:
        """Make a ring with one new key."""
        return cls("key-1", {"key-1": os.urandom(KEY_BYTES)}, os.urandom(KEY_BYTES))

    def rotated(self, key_id: str) -> KeyRing:
        """Return this ring with a new current key; data keys are rewrapped by the store."""
        return KeyRing(key_id, self._keys | {key_id: os.urandom(KEY_BYTES)}, self._secret)

    def dump(self) -> str:
        """Write the document that :meth:`parse` reads."""
        keys = {key_id: b64encode(key) for key_id, key in self._keys.items()}
        return _Document(current=self._current, keys=keys, secret=b64encode(self._secret)).model_dump_json(indent=2)

    @property
    def current(self) -> str:
        """Id of the key that wraps from now on."""
        return self._current

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Ids of all keys that can unwrap."""
        return tuple(self._keys)

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

    def webhook_secret(self, organisation: str) -> str:
        """Make the secret with which an organisation checks that a webhook call is ours."""
        return self._mac("webhook", organisation.encode()).hex()

    def _mac(self, purpose: str, content: bytes) -> bytes:
        return hmac.digest(self.derive(purpose), content, sha256)


def token_hash(token: str) -> bytes:
    """Hash a link's token: the only form in which it is kept."""
    return sha256(token.encode()).digest()


def _bound(scope: str, controller: str, kek_id: str) -> bytes:
    return f"data key\0{scope}\0{controller}\0{kek_id}".encode()


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
