"""The provider's addresses: the ones that browsers open, and the ones that the pages ask."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from importlib import resources
from pathlib import Path
from string import Template
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request as Asked
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from starter.oidc.grants import Grants, Refused, Request
from starter.oidc.keys import client_key, provider_key
from starter.oidc.people import People, Person

CLIENT_ID = "vangnet"


class Provider:
    """One provider with one client: the pages."""

    def __init__(self, grants: Grants, people: People, key: RSAKey, pages: str) -> None:
        """Serve.

        Args:
            grants: What is given out.
            people: Who can log in.
            key: The one that tokens are signed by.
            pages: Where the pages are; people are sent back to nowhere else.
        """
        self._grants = grants
        self._people = people
        self._key = key
        self._back = f"{pages}/inloggen/terug"
        self._out = f"{pages}/uitgelogd"

    async def about(self, _asked: Asked) -> Response:
        """What it says of itself."""
        at = self._grants.issuer
        return JSONResponse(
            {
                "issuer": at,
                "authorization_endpoint": f"{at}/authorize",
                "token_endpoint": f"{at}/token",
                "userinfo_endpoint": f"{at}/userinfo",
                "jwks_uri": f"{at}/jwks",
                "end_session_endpoint": f"{at}/logout",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code", "refresh_token"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
                "token_endpoint_auth_signing_alg_values_supported": ["PS256", "RS256"],
                "scopes_supported": ["openid", "profile", "offline_access"],
                "authorization_response_iss_parameter_supported": True,
            }
        )

    async def jwks(self, _asked: Asked) -> Response:
        """The key that tokens are signed by."""
        return JSONResponse(KeySet([self._key]).as_dict(private=False))

    async def authorize(self, asked: Asked) -> Response:
        """Let somebody say who they are: no password, a button for each."""
        request = self._request(asked.query_params)
        if request is None:
            return _page("Dit verzoek klopt niet", "<p>De pagina's vroegen niet wat deze inlogdienst kent.</p>", 400)
        hidden = "".join(
            f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in asked.query_params.items()
        )
        people = "".join(_button(person) for person in self._people.all())
        content = f'<form method="post" action="/authorize">{hidden}<ul>{people}</ul></form>'
        return _page("Wie bent u?", content, 200, goes_to=_origin(request.redirect_uri))

    async def choose(self, asked: Asked) -> Response:
        """Send them back with a code."""
        form = await _form(asked)
        request, person = self._request(form), self._people.one(form.get("subject", ""))
        if request is None or person is None:
            return _page("Dit verzoek klopt niet", "<p>Begin opnieuw met inloggen.</p>", 400)
        code = self._grants.code(request, person.subject)
        answer = urlencode({"code": code, "state": request.state, "iss": self._grants.issuer})
        return RedirectResponse(f"{request.redirect_uri}?{answer}", 303)

    def _request(self, fields: Mapping[str, str]) -> Request | None:
        """Read what is asked for; nothing unless it is the code flow with PKCE, for the pages."""
        fixed = {
            "response_type": "code",
            "client_id": self._grants.client_id,
            "redirect_uri": self._back,
            "code_challenge_method": "S256",
        }
        found = {name: fields.get(name, "") for name in ("state", "nonce", "scope")}
        challenge = fields.get("code_challenge", "")
        fits = all(fields.get(name) == value for name, value in fixed.items()) and "openid" in found["scope"].split()
        if not fits or not challenge:
            return None
        return Request(self._grants.client_id, self._back, found["state"], found["nonce"], challenge, found["scope"])

    async def token(self, asked: Asked) -> Response:
        """Give tokens for a code, or new ones."""
        form = await _form(asked)
        at = self._grants.issuer
        try:
            self._grants.check_client(form, (f"{at}/token", at))
            subject, scope, nonce = self._redeemed(form)
            person = self._person(subject)
        except Refused as error:
            status = 401 if str(error) == "invalid_client" else 400
            return JSONResponse({"error": str(error)}, status, _HEADERS)
        return JSONResponse(self._grants.tokens(person, scope, nonce), headers=_HEADERS)

    def _person(self, subject: str) -> Person:
        person = self._people.one(subject)
        if person is None:
            raise Refused("invalid_grant")
        return person

    def _redeemed(self, form: Mapping[str, str]) -> tuple[str, str, str | None]:
        kind = form.get("grant_type")
        if kind == "refresh_token":
            return (*self._grants.subject(form.get("refresh_token", ""), "refresh"), None)
        if kind != "authorization_code":
            raise Refused("unsupported_grant_type")
        grant = self._grants.redeem(form.get("code", ""), form.get("redirect_uri", ""), form.get("code_verifier", ""))
        return grant.subject, grant.request.scope, grant.request.nonce

    async def userinfo(self, asked: Asked) -> Response:
        """What somebody is now."""
        scheme, _, token = asked.headers.get("authorization", "").partition(" ")
        try:
            subject, _scope = self._grants.subject(token if scheme.lower() == "bearer" else "", "access")
            claims = self._person(subject).claims
        except Refused:
            return JSONResponse({"error": "invalid_token"}, 401, {**_HEADERS, "WWW-Authenticate": "Bearer"})
        return JSONResponse(claims, headers=_HEADERS)

    async def logout(self, asked: Asked) -> Response:
        """Nobody stays logged in here; send them back."""
        back = asked.query_params.get("post_logout_redirect_uri")
        if back == self._out:
            return RedirectResponse(back, 303)
        return _page("U bent uitgelogd", "<p>U kunt dit venster sluiten.</p>")


def provider(issuer: str, folder: Path, pages: str) -> Provider:
    """Put a provider together; its keys and its people are in the folder."""
    key = provider_key(folder)
    return Provider(Grants(issuer, CLIENT_ID, key, client_key(folder)), People(folder), key, pages)


def app(provider: Provider) -> Starlette:
    """The application that serves a provider."""
    return Starlette(
        routes=[
            Route("/.well-known/openid-configuration", provider.about),
            Route("/jwks", provider.jwks),
            Route("/authorize", provider.authorize),
            Route("/authorize", provider.choose, methods=["POST"]),
            Route("/token", provider.token, methods=["POST"]),
            Route("/userinfo", provider.userinfo, methods=["GET", "POST"]),
            Route("/logout", provider.logout),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
    )


_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}


async def _form(asked: Asked) -> dict[str, str]:
    return dict(parse_qsl((await asked.body()).decode("ascii", "replace")))


def _origin(address: str) -> str:
    found = urlsplit(address)
    return f"{found.scheme}://{found.netloc}"


def _button(person: Person) -> str:
    return (
        f'<li><button type="submit" name="subject" value="{escape(person.subject)}">{escape(person.name)}</button> '
        f"<span>{escape(person.work)}</span></li>"
    )


def _page(title: str, content: str, status: int = 200, goes_to: str = "") -> Response:
    """A page whose form may lead to the pages: browsers hold a redirect after a form to the same rule."""
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; form-action 'self' {goes_to}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    template = Template(resources.files("starter.oidc").joinpath("page.html").read_text("utf-8"))
    text = template.substitute(title=escape(title), content=content)
    return HTMLResponse(text, status, {**_HEADERS, "Content-Security-Policy": policy})
