"""Somebody who visits the pages without a browser: keeps cookies, follows redirects, sends forms."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping, Sequence
from html import unescape
from typing import Self
from urllib.parse import urlencode, urljoin, urlsplit

import httpx2

from starter.oidc.people import DEMO
from tests.web.serving import Pages

_TOKEN = re.compile(r'name="csrf" value="([0-9a-f]{64})"')
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
_FORM = "application/x-www-form-urlencoded"
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody, and nobody asks: to read all certificates of the system anew for each visitor takes a tenth of a second."""


class Visit:
    """One person at one browser."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.cookies: dict[str, str] = {}
        self._http = httpx2.AsyncClient(timeout=30, verify=_NO_TLS)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        """Open an address; redirects are not followed."""
        return await self._ask("GET", path, headers)

    async def post(
        self, path: str, fields: Mapping[str, str] | Sequence[tuple[str, str]] = (), **headers: str
    ) -> httpx2.Response:
        """Send a form, as a browser does from a page of ours: with the token of the last page that had one."""
        pairs = list(fields.items() if isinstance(fields, Mapping) else fields)
        if hasattr(self, "token") and not any(name == "csrf" for name, _ in pairs):
            pairs.append(("csrf", self.token))
        sent = {"origin": self.pages.address, "content-type": _FORM} | _named(headers)
        return await self._ask("POST", path, sent, urlencode(pairs).encode())

    async def send(self, path: str, content: bytes, **headers: str) -> httpx2.Response:
        """Send anything."""
        return await self._ask("POST", path, {"origin": self.pages.address} | _named(headers), content)

    async def follow(self, answer: httpx2.Response) -> httpx2.Response:
        """Follow redirects to where they end."""
        while answer.is_redirect:
            answer = await self.get(urljoin(str(answer.url), answer.headers["location"]))
        return answer

    async def log_in(self, user: str, to: str = "/inloggen?terug=/", subject: str | None = None) -> httpx2.Response:
        """Log in as a demo person; returns where that leads, redirects not followed."""
        return await self.finish(await self.begin(user, to, subject))

    async def begin(self, user: str, to: str = "/inloggen?terug=/", subject: str | None = None) -> str:
        """Log in at the provider; returns the address to which it sends the person back."""
        chosen = await self._http.get((await self.get(to)).headers["location"])
        form = {name: unescape(value) for name, value in _HIDDEN.findall(chosen.text)}
        subject = subject or next(person.subject for person in DEMO if person.user == user)
        answer = await self._http.post(f"{self.pages.provider}/authorize", data={**form, "subject": subject})
        return answer.headers["location"]

    async def finish(self, address: str) -> httpx2.Response:
        """Come back from the provider."""
        return await self.get(address)

    async def _ask(self, method: str, path: str, headers: Mapping[str, str], content: bytes = b"") -> httpx2.Response:
        url = urljoin(self.pages.address, path)
        ours = urlsplit(url).netloc == urlsplit(self.pages.address).netloc
        cookies = {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if ours else {}
        answer = await self._http.request(method, url, content=content, headers={**cookies, **_named(headers)})
        self._keep(answer)
        return answer

    def _keep(self, answer: httpx2.Response) -> None:
        for header in answer.headers.get_list("set-cookie"):
            name, _, value = header.split(";")[0].partition("=")
            if "max-age=0" in header.lower() or value in {"", '""'}:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        if found := _TOKEN.search(answer.text):
            self.token = found[1]


def _named(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
