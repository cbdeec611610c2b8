"""The login provider, over HTTP: where it is asked what, its keys, and the tokens it gives."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import nullcontext
from typing import ClassVar, TypeVar
from urllib.parse import urlencode

import httpx2
from joserfc.jwk import KeySet
from pydantic import BaseModel, ConfigDict, JsonValue, TypeAdapter, ValidationError

from runtime.outside import Around
from starter.web.login.claims import Claims
from starter.web.login.tokens import (
    ASSERTION_TYPE,
    ClientKey,
    Expected,
    UnknownKey,
    challenge,
    id_token_claims,
    key_set,
)
from starter.web.security.transport import protected
from starter.web.settings import WebSettings

_CLAIMS: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])
_REMEMBERED = 3600.0
"""Seconds for which the provider's document and keys are believed."""
_NOT_AGAIN_WITHIN = 30.0
"""Seconds before an unknown key makes us look for new ones again."""
_PATIENCE = 10.0
_Model = TypeVar("_Model", bound=BaseModel)


class LoginError(Exception):
    """The provider did not let somebody in; ``code`` names the text for them."""

    code: ClassVar[str] = "login_failed"


class ProviderUnreachable(LoginError):
    """It does not answer, or not as a provider does."""

    code = "login_away"


class Withdrawn(LoginError):
    """It does not know this token any more: the person is gone, or has to log in again."""

    for_good: ClassVar[bool] = True
    """It is an answer about somebody, and no fault of the provider."""


class Discovery(BaseModel):
    """What the provider says of itself (OpenID Connect Discovery)."""

    model_config = ConfigDict(frozen=True)

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None
    token_endpoint_auth_signing_alg_values_supported: tuple[str, ...] = ()
    authorization_response_iss_parameter_supported: bool = False

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address that it sends us or people to."""
        asked = (self.authorization_endpoint, self.token_endpoint, self.userinfo_endpoint, self.jwks_uri)
        return (*asked, self.end_session_endpoint) if self.end_session_endpoint else asked


class Tokens(BaseModel):
    """What the token endpoint gives."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    access_token: str
    id_token: str | None = None
    refresh_token: str | None = None


class Provider:
    """The provider of the settings."""

    def __init__(
        self, http: httpx2.AsyncClient, settings: WebSettings, key: ClientKey, around: Around = nullcontext
    ) -> None:
        self._http = http
        self._around = around
        self._settings = settings
        self._key = key
        self._found: Discovery | None = None
        self._keys = KeySet([])
        self._looked_at = -_REMEMBERED
        self._looking = asyncio.Lock()

    async def discovery(self) -> Discovery:
        """What it says of itself, asked once an hour.

        Raises:
            ProviderUnreachable: It does not answer, or is another than we were told.
        """
        return await self._look(_REMEMBERED)

    def forget(self) -> None:
        """Ask again at the next occasion."""
        self._found = None

    async def _look(self, older_than: float) -> Discovery:
        async with self._looking:
            if self._found and time.monotonic() - self._looked_at < older_than:
                return self._found
            issuer = self._settings.oidc_issuer
            found = _parsed(Discovery, await self._get(f"{issuer.rstrip('/')}/.well-known/openid-configuration"))
            if found.issuer != issuer:
                raise ProviderUnreachable
            if not all(map(protected, found.addresses)):
                raise ProviderUnreachable
            self._keys = key_set(await self._get(found.jwks_uri))
            self._found, self._looked_at = found, time.monotonic()
            return found

    async def authorization_url(
        self, redirect_uri: str, state: str, nonce: str, verifier: str, wanted: Mapping[str, str]
    ) -> str:
        """Where somebody logs in; ``wanted`` is what of the login is asked beside that."""
        found = await self.discovery()
        asked = {
            "response_type": "code",
            "client_id": self._settings.oidc_client_id,
            "redirect_uri": redirect_uri,
            "scope": self._settings.oidc_scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
            **wanted,
        }
        return f"{found.authorization_endpoint}{'&' if '?' in found.authorization_endpoint else '?'}{urlencode(asked)}"

    async def end_session_url(self, back: str) -> str | None:
        """Where somebody logs out; it says nothing of who they are, because addresses are kept everywhere."""
        found = await self.discovery()
        asked = urlencode({"client_id": self._settings.oidc_client_id, "post_logout_redirect_uri": back})
        return found.end_session_endpoint and f"{found.end_session_endpoint}?{asked}"

    async def check_issuer(self, said: str | None) -> None:
        """Refuse an answer that says to be another provider's, or does not say whose where it should (RFC 9207).

        Raises:
            LoginError: It is not this provider's.
        """
        found = await self.discovery()
        if said != found.issuer and (said is not None or found.authorization_response_iss_parameter_supported):
            raise LoginError

    async def exchange(self, code: str, verifier: str, redirect_uri: str) -> Tokens:
        """Turn a code into tokens.

        Raises:
            Withdrawn: The code is not good, or not any more.
        """
        return await self._tokens(
            {
                "grant_type": "authorization_code",
                "code": code,
                "code_verifier": verifier,
                "redirect_uri": redirect_uri,
            }
        )

    async def refresh(self, refresh_token: str) -> Tokens:
        """Get new tokens.

        Raises:
            Withdrawn: The person is gone or their login has ended.
        """
        return await self._tokens({"grant_type": "refresh_token", "refresh_token": refresh_token})

    async def _tokens(self, fields: Mapping[str, str]) -> Tokens:
        found = await self.discovery()
        client = self._settings.oidc_client_id
        accepted = found.token_endpoint_auth_signing_alg_values_supported
        assertion = self._key.assertion(client, found.token_endpoint, accepted)
        ours = {"client_id": client, "client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
        return _parsed(Tokens, await self._answer("POST", found.token_endpoint, data={**fields, **ours}))

    async def claims(self, id_token: str, nonce: str | None) -> Claims:
        """Check and read an ID token; a key that is new to us is looked for once.

        Raises:
            BadToken: It is not good.
        """
        try:
            return self._claims(id_token, nonce)
        except UnknownKey:
            await self._look(_NOT_AGAIN_WITHIN)
            return self._claims(id_token, nonce)

    def _claims(self, id_token: str, nonce: str | None) -> Claims:
        settings = self._settings
        expected = Expected(settings.oidc_issuer, settings.oidc_client_id, nonce, settings.oidc_skew_seconds)
        return id_token_claims(id_token, self._keys, expected)

    async def userinfo(self, access_token: str) -> Claims:
        """What it says of somebody now.

        Raises:
            Withdrawn: The person is gone, or the token too old.
        """
        found = await self.discovery()
        return await self._answer("GET", found.userinfo_endpoint, headers={"Authorization": f"Bearer {access_token}"})

    async def _get(self, url: str) -> dict[str, JsonValue]:
        return await self._answer("GET", url)

    async def _answer(
        self, method: str, url: str, *, data: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> dict[str, JsonValue]:
        with self._around():
            return await self._asked(method, url, data, headers)

    async def _asked(
        self, method: str, url: str, data: Mapping[str, str] | None, headers: Mapping[str, str] | None
    ) -> dict[str, JsonValue]:
        """Ask. An error never repeats what was asked or answered: both hold secrets."""
        try:
            response = await self._http.request(method, url, data=data, headers=headers, timeout=_PATIENCE)
        except httpx2.HTTPError:
            raise ProviderUnreachable from None
        if response.status_code in {400, 401, 403}:
            raise Withdrawn
        if response.status_code != httpx2.codes.OK:
            raise ProviderUnreachable
        try:
            return _CLAIMS.validate_json(response.content)
        except ValidationError:
            raise ProviderUnreachable from None


def _parsed(model: type[_Model], answer: Claims) -> _Model:
    try:
        return model.model_validate(answer)
    except ValidationError:
        raise ProviderUnreachable from None
