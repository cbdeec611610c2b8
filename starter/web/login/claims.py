"""Reading who somebody is from what the provider says of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from pydantic import JsonValue, ValidationError

from protocol.messages import Actor
from protocol.vocabulary import Role
from starter.web.settings import WebSettings

Claims = Mapping[str, JsonValue]


class NoAccess(Exception):
    """The provider knows them, but says no role that we know, or none that fits their organisation."""

    code = "no_access"


class Known(NamedTuple):
    """Who somebody is."""

    actor: Actor
    organisation: str
    user: str
    name: str


def known(claims: Claims, settings: WebSettings, fits: Callable[[Actor], bool]) -> Known:
    """Read a person.

    Args:
        claims: Of the ID token and of userinfo.
        settings: Which claim says what, and what the provider's words are with us.
        fits: Whether somebody's organisation is one in which people act as this.

    Raises:
        NoAccess: They have no part in this.
    """
    user = _text(claims, settings.oidc_user_claim)
    said = _text(claims, settings.oidc_organisation_claim)
    organisation = settings.oidc_organisation_map.get(said, said)
    if not user or not organisation:
        raise NoAccess
    for role in _roles(claims, settings):
        actor = _actor(role, organisation, user)
        if actor and fits(actor):
            return Known(actor, organisation, user, _text(claims, settings.oidc_name_claim) or user)
    raise NoAccess


def _roles(claims: Claims, settings: WebSettings) -> list[Role]:
    """Ours, in the order of the mapping: the provider's own order means nothing."""
    said = _found(claims, settings.oidc_role_claim)
    words = said if isinstance(said, list) else [said]
    return [role for word, role in settings.oidc_role_map.items() if word in words]


def _actor(role: Role, organisation: str, user: str) -> Actor | None:
    try:
        return Actor(role=role, organisation=organisation, user=user)
    except ValidationError:
        return None


def _text(claims: Claims, name: str) -> str:
    found = _found(claims, name)
    first = found[0] if isinstance(found, list) and found else found
    return first.strip() if isinstance(first, str) else ""


def _found(claims: Claims, name: str) -> JsonValue:
    """A claim by its name, or by a path of names: ``realm_access.roles``."""
    if name in claims:
        return claims[name]
    first, _, rest = name.partition(".")
    inner = claims.get(first)
    return _found(inner, rest) if rest and isinstance(inner, dict) else None
