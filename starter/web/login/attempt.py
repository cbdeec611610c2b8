"""A login that somebody has begun: kept in their own browser, sealed, so that nothing of it is kept here."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from datetime import UTC, datetime, timedelta
from hmac import compare_digest

from pydantic import AwareDatetime, Field

from protocol.model import Frozen
from store import Controller, KeyRing, SealBroken
from store.sealing import Place, seal, unseal

LASTS = timedelta(minutes=15)
_PLACE = Place("login", "login", Controller.DIRECTORY, "cookie")


def _random() -> str:
    return secrets.token_urlsafe(32)


class Attempt(Frozen):
    """What must come back the same, and where the person wanted to be."""

    back: str
    state: str = Field(default_factory=_random)
    nonce: str = Field(default_factory=_random)
    verifier: str = Field(default_factory=_random)
    began: AwareDatetime = Field(default_factory=lambda: datetime.now(UTC))

    def is_answered_by(self, state: str) -> bool:
        """Whether an answer of the provider belongs to this login, and came in time."""
        return compare_digest(self.state.encode(), state.encode()) and datetime.now(UTC) - self.began < LASTS

    def sealed(self, keys: KeyRing) -> str:
        """As it stands in the cookie."""
        return urlsafe_b64encode(seal(_key(keys), _PLACE, self.model_dump_json())).decode()

    @classmethod
    def opened(cls, cookie: str, keys: KeyRing) -> Attempt | None:
        """Read the cookie; nothing when it is not one of ours."""
        try:
            return cls.model_validate_json(unseal(_key(keys), _PLACE, urlsafe_b64decode(cookie)))
        except (Error, ValueError, SealBroken):
            return None


def _key(keys: KeyRing) -> bytes:
    return keys.derive("login", keys.current)


def own_path(path: str) -> str:
    """Where to go after logging in: a page of ours, never an address that somebody put into the link."""
    fine = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if fine and not path.startswith(("/inloggen", "/uitloggen", "/uitgelogd")) else "/"
