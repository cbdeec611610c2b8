"""An anchor's line: what is signed, kept in a file outside of the database, and mailed to somebody else."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from pydantic import AwareDatetime

from protocol.model import Frozen
from store.errors import AnchorKeyInvalid, AnchorsBroken

_BLOCK = re.compile(rb"-----BEGIN [A-Z ]+-----.*?-----END [A-Z ]+-----", re.DOTALL)
FIRST = bytes(32).hex()
"""What the first line follows on."""


class Head(NamedTuple):
    """How far a chain had come."""

    log: str
    scope: str
    number: int
    hash: bytes


class AnchorLine(Frozen):
    """One line. It holds numbers and digests, and nothing about anybody."""

    anchor: int
    """Counts from 1 without a gap."""
    at: AwareDatetime
    """The moment of the heads, by the database's clock."""
    previous: str
    """The digest of the line before."""
    root: str
    """The digest of the heads that had grown."""
    chains: int
    """How many had."""
    journal_rows: int
    """How many rows are anchored, with these."""
    access_rows: int
    signature: str = ""

    @property
    def signed_part(self) -> bytes:
        """What the signature is about."""
        return _canonical(self.model_dump(mode="json", by_alias=True, exclude={"signature"})).encode()

    @property
    def text(self) -> str:
        """The line as it is written."""
        return _canonical(self.model_dump(mode="json", by_alias=True))

    @property
    def digest(self) -> str:
        """What the next line names as the one before."""
        return sha256(self.text.encode()).hexdigest()

    def signed(self, key: Ed25519PrivateKey) -> Self:
        """Return the line with its signature."""
        return self.model_copy(update={"signature": b64encode(key.sign(self.signed_part)).decode()})

    def is_signed_by(self, key: Ed25519PublicKey) -> bool:
        """Whether the holder of this key signed it."""
        try:
            key.verify(b64decode(self.signature), self.signed_part)
        except (InvalidSignature, ValueError):
            return False
        return True


def root(heads: Iterable[Head]) -> str:
    """Digest heads, in an order of our own: a database's depends on its language."""
    lines = sorted(f"{head.log} {head.scope} {head.number} {head.hash.hex()}\n" for head in heads)
    return sha256("".join(lines).encode()).hexdigest()


def read_line(text: str) -> AnchorLine:
    """Read a line.

    Raises:
        AnchorsBroken: It is none.
    """
    try:
        return AnchorLine.model_validate_json(text)
    except ValueError:
        raise AnchorsBroken("line") from None


def read_lines(text: str) -> tuple[AnchorLine, ...]:
    """Read a file of lines.

    Raises:
        AnchorsBroken: One of them is none.
    """
    return tuple(read_line(line) for line in text.splitlines() if line.strip())


def new_signing_key() -> str:
    """Make a key that signs, as PEM."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem.decode()


def signing_key(pem: bytes) -> Ed25519PrivateKey:
    """Read the key that signs.

    Raises:
        AnchorKeyInvalid: It is no Ed25519 private key in PEM.
    """
    try:
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError):
        raise AnchorKeyInvalid from None
    if not isinstance(key, Ed25519PrivateKey):
        raise AnchorKeyInvalid
    return key


def verifying_keys(pem: bytes) -> tuple[Ed25519PublicKey, ...]:
    """Read every key of a file, in the order in which they signed: the one of today is the last.

    Raises:
        AnchorKeyInvalid: One is no Ed25519 key in PEM, or there is none.
    """
    found = tuple(verifying_key(block) for block in _BLOCK.findall(pem))
    if not found:
        raise AnchorKeyInvalid
    return found


def verifying_key(pem: bytes) -> Ed25519PublicKey:
    """Read the key that verifies; of the one that signs, its public part.

    Raises:
        AnchorKeyInvalid: It is no Ed25519 key in PEM.
    """
    if b"PRIVATE KEY" in pem:
        return signing_key(pem).public_key()
    try:
        key = load_pem_public_key(pem)
    except ValueError:
        raise AnchorKeyInvalid from None
    if not isinstance(key, Ed25519PublicKey):
        raise AnchorKeyInvalid
    return key


def _canonical(value: dict[str, object]) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
