"""Sealing: personal data is encrypted for the one row in which it stands."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from store.errors import SealBroken

_VERSION = b"\x01"
_NONCE_BYTES = 12


class Controller(StrEnum):
    """Who answers for a part of the file: each part has its own key and its own retention.

    ``DIRECTORY`` is for the names of staff and contacts, which are in no case.
    """

    SCHOOL = "school"
    COORDINATOR = "coordinator"
    ZVH = "zvh"
    DIRECTORY = "directory"


class Place(NamedTuple):
    """Where sealed data stands: moved to another row, it cannot be opened."""

    table: str
    scope: str
    controller: Controller
    row: str

    @property
    def associated(self) -> bytes:
        """The place as AES-GCM's associated data."""
        return _VERSION + "\0".join(self).encode()


def seal(data_key: bytes, place: Place, plain: str) -> bytes:
    """Encrypt for one place: version byte, nonce, ciphertext with tag."""
    nonce = os.urandom(_NONCE_BYTES)
    return _VERSION + nonce + AESGCM(data_key).encrypt(nonce, plain.encode(), place.associated)


def unseal(data_key: bytes, place: Place, sealed: bytes) -> str:
    """Decrypt what :func:`seal` made for the same place.

    Raises:
        SealBroken: It was changed, or was sealed for another place.
    """
    version, nonce, ciphertext = sealed[:1], sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    broken = SealBroken(f"{place.table} {place.scope}/{place.row}")
    if version != _VERSION or len(nonce) < _NONCE_BYTES:
        raise broken
    try:
        return AESGCM(data_key).decrypt(nonce, ciphertext, place.associated).decode()
    except InvalidTag:
        raise broken from None
