"""The settings that only the pages need."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from protocol.vocabulary import Role
from runtime.settings import Port, Read
from store import Limits

_Rate = Annotated[int, Field(ge=1, le=1_000_000)]
_Url = Annotated[str, Field(pattern=r"^https?://[^\s?#]+$")]


def _our_roles() -> dict[str, Role]:
    """Without a mapping the provider speaks our words; nobody logs in as a person or as the system."""
    return {role.value: role for role in Role if role not in {Role.PERSON, Role.SYSTEM}}


class WebSettings(Read):
    """Login, sessions, look and limits; each is a variable with the prefix ``VANGNET_``."""

    web_host: str = "127.0.0.1"
    web_port: Port = 8080
    web_proxy: str = ""
    """Addresses of the reverse proxy whose ``X-Forwarded-For`` is believed, separated by commas."""
    theme: Path | None = None
    """A style sheet of the municipality's own, served after ours."""

    oidc_issuer: _Url
    oidc_client_id: str
    oidc_private_key: Path
    """The key of ``private_key_jwt``, in PEM; the provider has its public half."""
    oidc_certificate: Path | None = None
    """The certificate of that key, where the provider knows us by one (Entra ID)."""
    oidc_scope: str = "openid profile"
    """With a provider that tells roles in the ID token only (Entra ID), add ``offline_access``."""
    oidc_fresh: Literal["userinfo", "refresh"] = "userinfo"
    """From what claims are looked up again while somebody is logged in."""
    oidc_fresh_seconds: Annotated[int, Field(ge=0, le=900)] = 10
    """How old somebody's role may be before the provider is asked again; 0 asks at every request."""
    oidc_skew_seconds: Annotated[int, Field(ge=0, le=300)] = 30
    """How far the provider's clock may be off."""
    oidc_role_claim: str = "roles"
    oidc_organisation_claim: str = "organisation"
    oidc_user_claim: str = "preferred_username"
    """What stays the same of a member of staff, and what a second reviewer is named by."""
    oidc_name_claim: str = "name"
    oidc_role_map: dict[str, Role] = Field(default_factory=_our_roles)
    """The provider's words for roles, the first that somebody has and that fits their organisation counts;
    without it they are ours."""
    oidc_organisation_map: dict[str, str] = Field(default_factory=dict)
    """The provider's words for organisations; what is not in it is our own id."""

    session_idle_seconds: Annotated[int, Field(ge=1, le=86_400)] = 30 * 60
    session_absolute_seconds: Annotated[int, Field(ge=1, le=86_400)] = 10 * 3600
    login_rate: _Rate = 60
    """Attempts to log in a minute from one address: a whole school may share one."""
    link_rate: _Rate = 60
    """Openings of one-time links a minute, from one address and of one link."""

    @property
    def limits(self) -> Limits:
        """How long a session and what is known of somebody last."""
        return Limits(
            idle=timedelta(seconds=self.session_idle_seconds),
            absolute=timedelta(seconds=self.session_absolute_seconds),
            fresh=timedelta(seconds=self.oidc_fresh_seconds),
        )
