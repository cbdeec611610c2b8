"""What the provider gave out, and what it gives for it: codes once, tokens signed."""

from __future__ import annotations

import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from starter.oidc.people import Person

_CODE_LASTS = 60
_ID_TOKEN_LASTS = 300
_ACCESS_LASTS = 12 * 3600
_ASSERTION_AT_MOST = 300


class Refused(Exception):
    """OAuth's word for what is wrong (RFC 6749, 5.2)."""


@dataclass(frozen=True)
class Request:
    """What the pages asked for when they sent somebody here."""

    client_id: str
    redirect_uri: str
    state: str
    nonce: str
    challenge: str
    scope: str


@dataclass(frozen=True)
class Grant:
    """What a code stands for."""

    request: Request
    subject: str
    until: float = field(default_factory=lambda: time.monotonic() + _CODE_LASTS)


class Grants:
    """Codes and tokens of one provider."""

    def __init__(self, issuer: str, client_id: str, key: RSAKey, client_key: RSAKey) -> None:
        self.issuer = issuer
        self.client_id = client_id
        self._key = key
        self._client_key = client_key
        self._codes: dict[str, Grant] = {}
        self._assertions: dict[str, float] = {}

    def code(self, request: Request, subject: str) -> str:
        """Give a code for somebody who has said who they are."""
        code = token_urlsafe(32)
        self._codes[code] = Grant(request, subject)
        return code

    def redeem(self, code: str, redirect_uri: str, verifier: str) -> Grant:
        """Take a code back, once (PKCE: by who asked for it).

        Raises:
            Refused: It is not good, or not any more.
        """
        grant = self._codes.pop(code, None)
        if grant is None or grant.until < time.monotonic() or grant.request.redirect_uri != redirect_uri:
            raise Refused("invalid_grant")
        shown = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if not compare_digest(shown, grant.request.challenge):
            raise Refused("invalid_grant")
        return grant

    def check_client(self, form: Mapping[str, str], audiences: tuple[str, ...]) -> None:
        """See by a signed assertion that it is the pages that ask (RFC 7523), each assertion once.

        Raises:
            Refused: It is not them.
        """
        try:
            claims = jwt.decode(form.get("client_assertion", ""), self._client_key, ["RS256", "PS256"]).claims
            jwt.JWTClaimsRegistry(
                iss={"essential": True, "value": self.client_id},
                sub={"essential": True, "value": self.client_id},
                aud={"essential": True, "values": list(audiences)},
                exp={"essential": True},
                jti={"essential": True},
            ).validate(claims)
        except (JoseError, ValueError):
            raise Refused("invalid_client") from None
        now = time.time()
        self._assertions = {jti: until for jti, until in self._assertions.items() if until > now}
        if claims["jti"] in self._assertions or claims["exp"] > now + _ASSERTION_AT_MOST:
            raise Refused("invalid_client")
        self._assertions[claims["jti"]] = claims["exp"]

    def tokens(self, person: Person, scope: str, nonce: str | None) -> dict[str, object]:
        """What the token endpoint answers with."""
        told = {"nonce": nonce} if nonce else {}
        id_token = self._signed({**person.claims, **told, "aud": self.client_id}, _ID_TOKEN_LASTS)
        answer: dict[str, object] = {
            "token_type": "Bearer",
            "access_token": self._about(person, "access", scope),
            "expires_in": _ACCESS_LASTS,
            "id_token": id_token,
            "scope": scope,
        }
        return answer | ({"refresh_token": self._about(person, "refresh", scope)} if "offline_access" in scope else {})

    def subject(self, token: str, use: str) -> tuple[str, str]:
        """Whose token this is, and its scope.

        Raises:
            Refused: It is not one of ours, or too old.
        """
        try:
            claims = jwt.decode(token, self._key, ["RS256"]).claims
            jwt.JWTClaimsRegistry(
                iss={"essential": True, "value": self.issuer},
                exp={"essential": True},
                use={"essential": True, "value": use},
            ).validate(claims)
        except (JoseError, ValueError):
            raise Refused("invalid_token") from None
        return claims["sub"], claims["scope"]

    def _about(self, person: Person, use: str, scope: str) -> str:
        claims = {"sub": person.subject, "aud": self.client_id, "use": use, "scope": scope, "jti": token_urlsafe(8)}
        return self._signed(claims, _ACCESS_LASTS)

    def _signed(self, claims: Mapping[str, object], lasts: int) -> str:
        now = int(time.time())
        header = {"alg": "RS256", "typ": "JWT", "kid": self._key.kid}
        return jwt.encode(header, {**claims, "iss": self.issuer, "iat": now, "exp": now + lasts}, self._key)
