"""That a form was sent from a page of ours, by who was given it."""

from __future__ import annotations

import hmac
from hashlib import sha256

from starlette.requests import HTTPConnection

from starter.web.form import form
from starter.web.services import services

FIELD = "csrf"
WHOSE = "whose"
"""The field that tells whose form it is, also when their session is a newer one by now."""
HEADER = "x-csrf-token"


def token_for(request: HTTPConnection, holder: str) -> str:
    """The token of a session, or of a one-time link: worth nothing to anybody else.

    Args:
        request: Any request.
        holder: What it is bound to: ``session:<id>``, ``link:<token>`` or, worth no action at all, ``person:<subject>``.
    """
    key = services(request).store.keys.derive("csrf")
    return hmac.new(key, holder.encode(), sha256).hexdigest()


def has_token(request: HTTPConnection, holder: str) -> bool:
    """Whether the form brought the holder's token."""
    brought = form(request).text(FIELD) or request.headers.get(HEADER, "")
    return hmac.compare_digest(brought.encode(), token_for(request, holder).encode())


def is_of(request: HTTPConnection, subject: str) -> bool:
    """Whether the form was made for this person, in whichever session."""
    brought = form(request).text(WHOSE)
    return hmac.compare_digest(brought.encode(), token_for(request, f"person:{subject}").encode())


def from_here(request: HTTPConnection) -> bool:
    """Whether the browser says that the form stands on a page of this very site.

    ``Origin`` is sent with every POST by every browser of the last years. With ``no-referrer`` some say ``null``
    for their own site; then ``Sec-Fetch-Site``, which no page can set, has to say it.
    """
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if origin in {None, "null"}:
        return site == "same-origin"
    return origin in _here(request) and site in {None, "same-origin"}


def _here(request: HTTPConnection) -> set[str]:
    public = "/".join(services(request).settings.public_url.split("/")[:3])
    return {public, f"{request.url.scheme}://{request.url.netloc}"}
