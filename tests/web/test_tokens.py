"""ID tokens: only what the provider signed, for us, for this login, now."""

from __future__ import annotations

import hmac
import json
import time
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from pydantic import JsonValue

from runtime.errors import SettingsError
from starter.web.login.claims import NoAccess, known
from starter.web.login.tokens import BadToken, ClientKey, Expected, UnknownKey, id_token_claims, key_set
from starter.web.settings import WebSettings

_KEY = RSAKey.generate_key(2048, auto_kid=True)
_OTHER = RSAKey.generate_key(2048, auto_kid=True)
_KEYS = key_set(json.loads(json.dumps({"keys": [_KEY.as_dict(private=False)]})))
_EXPECTED = Expected("https://login.example", "vangnet", "n", 30)


def _claims(**changed: object) -> dict[str, object]:
    now = int(time.time())
    good = {"iss": "https://login.example", "aud": "vangnet", "sub": "s", "nonce": "n", "iat": now, "exp": now + 60}
    return {name: value for name, value in (good | changed).items() if value is not None}


def _signed(claims: dict[str, object], key: RSAKey = _KEY, alg: str = "RS256") -> str:
    return jwt.encode({"alg": alg, "kid": _KEY.kid}, claims, key, algorithms=[alg])


def _encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


@pytest.mark.parametrize("alg", ["RS256", "PS256"])
def test_a_good_token_is_read(alg: str) -> None:
    """Signed by the provider, for us, for this login."""
    assert "s" == id_token_claims(_signed(_claims(), alg=alg), _KEYS, _EXPECTED)["sub"]


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://login.example/"}, {"iss": None}, {"aud": "another"}, {"aud": ["vangnet", "another"]}, {"aud": None},
        {"azp": "another"}, {"sub": None}, {"nonce": "m"}, {"nonce": None}, {"exp": int(time.time()) - 60}, {"exp": None},
        {"iat": int(time.time()) + 3600}, {"iat": None}, {"nbf": int(time.time()) + 3600},
    ],
    ids=lambda changed: "-".join(f"{name}:{'time' if isinstance(value, int) else value}" for name, value in changed.items()),
)  # fmt: skip
def test_a_token_that_says_something_else_is_refused(changed: dict[str, object]) -> None:
    """Another issuer, another client, another login, too old, or from the future."""
    with pytest.raises(BadToken):
        id_token_claims(_signed(_claims(**changed)), _KEYS, _EXPECTED)


def test_a_token_of_another_key_is_refused() -> None:
    """Nobody else signs, whatever the header names; an unknown name makes us look for new keys."""
    with pytest.raises(BadToken):
        id_token_claims(_signed(_claims(), _OTHER), _KEYS, _EXPECTED)
    with pytest.raises(UnknownKey):
        id_token_claims(jwt.encode({"alg": "RS256", "kid": "new"}, _claims(), _OTHER), _KEYS, _EXPECTED)


def test_a_token_signed_by_something_public_is_refused() -> None:
    """Neither no signature at all nor one by the public key as a shared secret."""
    body = _signed(_claims()).split(".")[1]
    unsigned = _encoded(b'{"alg":"none"}') + f".{body}."
    shared = _encoded(b'{"alg":"HS256"}') + f".{body}"
    shared += "." + _encoded(hmac.digest(_KEY.as_pem(private=False), shared.encode(), "sha256"))

    for token in (shared, unsigned, "x", ""):
        with pytest.raises(BadToken):
            id_token_claims(token, _KEYS, _EXPECTED)


@pytest.mark.parametrize(
    ("key", "accepted", "alg"),
    [(_KEY, (), "RS256"), (_KEY, ("PS256", "RS256"), "PS256"), (ECKey.generate_key(), (), "ES256")],
)
def test_we_sign_as_the_provider_wants(
    tmp_path: Path, key: RSAKey | ECKey, accepted: tuple[str, ...], alg: str
) -> None:
    """An assertion is for one minute, for the provider, each with an id of its own."""
    file = tmp_path / "client.pem"
    file.write_bytes(key.as_pem(private=True))

    ours = ClientKey.read(file)
    tokens = [jwt.decode(ours.assertion("vangnet", "https://t", accepted), key, [alg]) for _ in range(2)]

    assert {"vangnet"} == {token.claims[name] for token in tokens for name in ("iss", "sub")}
    assert 60 == tokens[0].claims["exp"] - tokens[0].claims["iat"]
    assert tokens[0].claims["jti"] != tokens[1].claims["jti"]
    assert alg == tokens[0].header["alg"]


@pytest.mark.parametrize("content", ["", "no key", None])
def test_a_wrong_key_file_is_named(tmp_path: Path, content: str | None) -> None:
    """The process does not start without its key, and says which setting it is."""
    file = tmp_path / "client.pem"
    if content is not None:
        file.write_text(content)

    with pytest.raises(SettingsError, match="VANGNET_OIDC_PRIVATE_KEY"):
        ClientKey.read(file)


def _settings(**changed: object) -> WebSettings:
    return WebSettings(
        _env_file=None, oidc_issuer="https://login.example", oidc_client_id="v", oidc_private_key=Path("k")
    ).model_copy(update=changed)


def test_roles_are_mapped_in_the_settings_order() -> None:
    """The provider's words become ours; of several the first of the settings that fits counts."""
    settings = _settings(
        oidc_role_claim="realm_access.roles",
        oidc_organisation_claim="https://gemeente.example/afdeling",
        oidc_role_map={"Regisseur": "zvh", "CJG-medewerker": "cjg"},
        oidc_organisation_map={"Jeugd": "cjg"},
    )
    claims: dict[str, JsonValue] = {
        "preferred_username": "s.yilmaz",
        "https://gemeente.example/afdeling": "Jeugd",
        "realm_access": {"roles": ["offline_access", "CJG-medewerker", "Regisseur"]},
    }

    found = known(claims, settings, lambda actor: actor.role == "cjg")

    assert ("cjg", "cjg", "s.yilmaz", "s.yilmaz") == (found.actor.role, found.organisation, found.user, found.name)


@pytest.mark.parametrize(
    "claims",
    [{}, {"roles": ["school"]}, {"roles": "school", "organisation": "UPPER", "preferred_username": "u"}, {"roles": {"a": 1}, "organisation": "cjg", "preferred_username": 1}],
)  # fmt: skip
def test_who_is_not_described_has_no_part(claims: dict[str, JsonValue]) -> None:
    """Missing or odd claims never become somebody."""
    with pytest.raises(NoAccess):
        known(claims, _settings(), lambda _: True)
