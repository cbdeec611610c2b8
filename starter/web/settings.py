"""The settings that only the pages need."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator

from protocol.vocabulary import Role
from runtime.settings import Port, Read
from starter.web.security.transport import protected
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
    oidc_acr: str = ""
    """What the ID token has to call the login (``acr``), several with spaces between: any of them will do."""
    oidc_amr: str = ""
    """The same of the ways in which somebody proved who they are (``amr``), such as ``mfa``."""
    oidc_max_age_seconds: Annotated[int | None, Field(ge=0, le=86_400)] = None
    """How long ago somebody may have proved it (``auth_time``)."""
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
    session_rate: _Rate = 1200
    """Requests a minute of one session at one process: a person reads slower."""
    link_rate: _Rate = 60
    """Openings of one-time links a minute, from one address and of one link."""

    @field_validator("oidc_issuer")
    @classmethod
    def _over_tls(cls, issuer: str) -> str:
        if not protected(issuer):
            raise ValueError("https is needed outside of this machine")
        return issuer

    @property
    def limits(self) -> Limits:
        """How long a session and what is known of somebody last."""
        return Limits(
            idle=timedelta(seconds=self.session_idle_seconds),
            absolute=timedelta(seconds=self.session_absolute_seconds),
            fresh=timedelta(seconds=self.oidc_fresh_seconds),
        )
