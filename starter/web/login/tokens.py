"""What is signed: our own assertions to the provider, and its ID tokens."""

from __future__ import annotations

import time
from base64 import urlsafe_b64encode
from collections.abc import Collection
from hashlib import sha256
from pathlib import Path
from secrets import token_urlsafe
from typing import NamedTuple, cast

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificate
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeySet, RSAKey, import_key

from runtime.errors import SettingsError
from starter.web.login.claims import Claims

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""By what an ID token may be signed: never ``none``, never a shared secret."""
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTED = 60
"""Seconds that an assertion is good for."""


class BadToken(Exception):
    """An ID token is not signed by the provider, not for us, not for this login, or too old."""

    code = "bad_token"


class UnknownKey(BadToken):
    """It is signed by a key that the provider did not show when we last looked."""


class ClientKey:
    """Our own key, by which the provider knows us."""

    def __init__(self, key: RSAKey | ECKey, certificate: bytes | None = None) -> None:
        self._key = key
        self._thumbprint = certificate and _encoded(certificate)

    @classmethod
    def read(cls, key: Path, certificate: Path | None = None) -> ClientKey:
        """Read the key in PEM, and the certificate that some providers (Entra ID) want named beside it.

        Raises:
            SettingsError: There is none there.
        """
        try:
            found = _client_key(key.read_text(encoding="utf-8"))
            shown = load_pem_x509_certificate(certificate.read_bytes()).fingerprint(SHA256()) if certificate else None
        except (OSError, ValueError, JoseError) as error:
            raise SettingsError(f"VANGNET_OIDC_PRIVATE_KEY is niet te lezen ({type(error).__name__})") from None
        return cls(found, shown)

    def assertion(self, client_id: str, audience: str, accepted: Collection[str]) -> str:
        """Sign that we are who we are, for one request.

        Args:
            client_id: Ours.
            audience: The provider's token endpoint.
            accepted: By which algorithms, where the provider says so.
        """
        now = int(time.time())
        claims = {"iss": client_id, "sub": client_id, "aud": audience, "jti": token_urlsafe(16)}
        header = {"alg": self._algorithm(accepted), "typ": "JWT", "kid": self._key.kid or self._key.thumbprint()}
        if self._thumbprint:
            header["x5t#S256"] = self._thumbprint
        return jwt.encode(header, claims | {"iat": now, "exp": now + _ASSERTED}, self._key, list(ALGORITHMS))

    def _algorithm(self, accepted: Collection[str]) -> str:
        if isinstance(self._key, ECKey):
            return "ES256"
        return "PS256" if "PS256" in accepted else "RS256"


def _client_key(pem: str) -> RSAKey | ECKey:
    """PEM in PKCS #8 does not say on its outside of which kind it is."""
    try:
        return import_key(pem, "RSA")
    except (ValueError, JoseError):
        return import_key(pem, "EC")


class Expected(NamedTuple):
    """What an ID token has to say."""

    issuer: str
    client_id: str
    nonce: str | None
    """Of this login; none when a session is only kept up to date."""
    skew: int
    """Seconds by which the provider's clock may be off."""


def id_token_claims(token: str, keys: KeySet, expected: Expected) -> Claims:
    """Check an ID token, as it came from the token endpoint, by the provider's keys, and read it.

    Raises:
        UnknownKey: Look for new keys, and try once more.
        BadToken: Anything is wrong with it.
    """
    try:
        decoded = jwt.decode(token, keys, algorithms=list(ALGORITHMS))
        jwt.JWTClaimsRegistry(
            leeway=expected.skew,
            iss={"essential": True, "value": expected.issuer},
            aud={"essential": True, "value": expected.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        ).validate(decoded.claims)
    except JoseError as error:
        raise (UnknownKey if error.error == "invalid_key_id" else BadToken) from None
    except ValueError:
        raise UnknownKey from None
    claims = cast("Claims", decoded.claims)
    _for_this_login(claims, expected.client_id, expected.nonce)
    return claims


def _for_this_login(claims: Claims, client_id: str, nonce: str | None) -> None:
    audience = claims["aud"]
    several = isinstance(audience, list) and len(audience) > 1
    if nonce is not None and claims.get("nonce") != nonce:
        raise BadToken
    if claims.get("azp", client_id if not several else None) != client_id:
        raise BadToken


def key_set(document: Claims) -> KeySet:
    """Read the keys that the provider shows; what we do not know of is passed over."""
    found: list[Key] = []
    shown = document.get("keys")
    for entry in shown if isinstance(shown, list) else []:
        if isinstance(entry, dict) and entry.get("use", "sig") == "sig" and entry.get("kty") in {"RSA", "EC", "OKP"}:
            try:
                found.append(import_key(cast("dict[str, str | list[str]]", entry)))
            except (JoseError, ValueError):
                continue
    return KeySet(found)


def challenge(verifier: str) -> str:
    """What PKCE shows first of a verifier (S256)."""
    return _encoded(sha256(verifier.encode()).digest())


def _encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
