"""How strong a login was: what the region asks of the provider, and whether an ID token says that it was so."""

from __future__ import annotations

import time
from collections.abc import Mapping

from pydantic import JsonValue

from starter.web.login.claims import Claims
from starter.web.login.provider import LoginError
from starter.web.settings import WebSettings


class TooWeak(LoginError):
    """The provider stands for somebody, and not in the way that the region asks."""

    code = "login_weak"


def asked(settings: WebSettings) -> Mapping[str, str]:
    """What the request to the provider says beside the rest."""
    wanted = {}
    if settings.oidc_acr:
        wanted["acr_values"] = settings.oidc_acr
    if settings.oidc_max_age_seconds is not None:
        wanted["max_age"] = str(settings.oidc_max_age_seconds)
    return wanted


def check(said: Claims, settings: WebSettings, now: float | None = None) -> None:
    """Check the claims of a login's ID token; what is not asked is not looked at.

    Raises:
        TooWeak: A token that says less than is asked, or says nothing of it.
    """
    acr, amr, at = said.get("acr"), said.get("amr"), said.get("auth_time")
    if settings.oidc_acr and acr not in settings.oidc_acr.split():
        raise TooWeak
    if settings.oidc_amr and not _shares(amr, settings.oidc_amr.split()):
        raise TooWeak
    if settings.oidc_max_age_seconds is not None:
        furthest = settings.oidc_max_age_seconds + settings.oidc_skew_seconds
        known = isinstance(at, (int, float)) and not isinstance(at, bool)
        if not known or (time.time() if now is None else now) - float(str(at)) > furthest:
            raise TooWeak


def _shares(said: JsonValue, wanted: list[str]) -> bool:
    return isinstance(said, list) and any(method in wanted for method in said)
