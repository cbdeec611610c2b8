"""What was done behind a link in this browser, and is remembered in it for a while: a cookie that only we can make."""

from __future__ import annotations

import hmac
import time
from datetime import timedelta
from hashlib import sha256
from typing import Literal, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from protocol.access import second_factor
from starter.web.security.cookies import set_cookie
from starter.web.services import services

COOKIE = "__Host-vangnet-link"


class Remembered(NamedTuple):
    """One thing that is remembered, of one link at a time."""

    cookie: str
    purpose: str
    """Of the key that proves it."""
    lasts: timedelta
    same_site: Literal["lax", "strict"]

    def keep(self, request: Request, response: Response, token: str) -> None:
        """Remember it in the browser."""
        until = int(time.time() + self.lasts.total_seconds())
        value = f"{until}.{self._proof(request, token, until)}"
        set_cookie(response, self.cookie, value, max_age=int(self.lasts.total_seconds()), same_site=self.same_site)

    def holds(self, request: Request, token: str) -> bool:
        """Whether it was done in this browser a short while ago, for this link."""
        until, _, proof = request.cookies.get(self.cookie, "").partition(".")
        if not (until.isascii() and until.isdigit() and len(until) <= len(str(2**63)) and int(until) > time.time()):
            return False
        return hmac.compare_digest(proof.encode(), self._proof(request, token, int(until)).encode())

    def _proof(self, request: Request, token: str, until: int) -> str:
        key = services(request).store.keys.derive(self.purpose)
        return hmac.new(key, f"{until}:{token}".encode(), sha256).hexdigest()


OPENED = Remembered(COOKIE, "link opened", timedelta(minutes=30), "strict")
"""Somebody, and no mail scanner, opened the link to read what is behind it."""
CONFIRMED = Remembered("__Host-vangnet-code", "link confirmed", second_factor.OPEN, "lax")
"""The code was given. Sent along from a mail program in the browser, too: otherwise each opening would ask again."""
