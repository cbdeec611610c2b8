"""That somebody, and no mail scanner, opened a link to read what is behind it: kept in their browser for a while."""

from __future__ import annotations

import hmac
import time
from datetime import timedelta
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

from starter.web.security.cookies import set_cookie
from starter.web.services import services

COOKIE = "__Host-vangnet-link"
_LASTS = timedelta(minutes=30)


def keep_open(request: Request, response: Response, token: str) -> None:
    """Remember in the browser that this link was opened."""
    until = int(time.time() + _LASTS.total_seconds())
    value = f"{until}.{_proof(request, token, until)}"
    set_cookie(response, COOKIE, value, max_age=int(_LASTS.total_seconds()), same_site="strict")


def is_open(request: Request, token: str) -> bool:
    """Whether this browser opened this link a short while ago."""
    until, _, proof = request.cookies.get(COOKIE, "").partition(".")
    if not (until.isascii() and until.isdigit() and len(until) <= len(str(2**63)) and int(until) > time.time()):
        return False
    return hmac.compare_digest(proof.encode(), _proof(request, token, int(until)).encode())


def _proof(request: Request, token: str, until: int) -> str:
    key = services(request).store.keys.derive("link opened")
    return hmac.new(key, f"{until}:{token}".encode(), sha256).hexdigest()
