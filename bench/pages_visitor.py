"""Somebody at the pages, logged in through the real provider: keeps the session, follows where pages lead, times answers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape
from time import perf_counter
from typing import Self
from urllib.parse import urlencode, urljoin

import httpx2

from starter.oidc.people import Person

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
_FORM = "application/x-www-form-urlencoded"
_PATIENCE = 30


@dataclass(frozen=True)
class Answer:
    """What came back, and how long that took until its last byte."""

    status: int
    text: str
    leads_to: str
    seconds: float


class WrongAnswer(Exception):
    """A page answered something else than a page."""


class Visitor:
    """One person with one session."""

    def __init__(self, address: str, person: Person) -> None:
        """Begin without a session.

        Args:
            address: Where the pages are.
            person: Who it is.
        """
        self.person = person
        self._address = address
        self._http = httpx2.AsyncClient(timeout=_PATIENCE)
        self._cookies: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def log_in(self) -> None:
        """Log in, as a browser does: to the provider, over its form, and back."""
        asked = await self.get("/inloggen?terug=/zaken", 303)
        form = dict(_fields((await self._http.get(asked.leads_to)).text))
        chosen = await self._http.post(
            urljoin(asked.leads_to, "/authorize"), data={**form, "subject": self.person.subject}
        )
        await self.get(chosen.headers["location"], 303)

    async def get(self, path: str, *expected: int, polls: bool = False) -> Answer:
        """Open a page.

        Raises:
            WrongAnswer: It answers by another status than 200, or than those that are named.
        """
        return await self._ask("GET", path, expected or (200,), {"hx-request": "true"} if polls else {})

    async def file(self, path: str) -> bytes:
        """Fetch a file as it is sent, compressed where it is."""
        async with self._http.stream("GET", urljoin(self._address, path), headers={"accept-encoding": "gzip"}) as sent:
            return b"".join([part async for part in sent.aiter_raw()])

    async def post(self, path: str, fields: Iterable[tuple[str, str]]) -> Answer:
        """Send a form of a page; raises as :meth:`get` unless it leads to another page."""
        headers = {"origin": self._address, "content-type": _FORM}
        return await self._ask("POST", path, (303,), headers, urlencode(list(fields)).encode())

    async def _ask(
        self, method: str, path: str, expected: tuple[int, ...], headers: dict[str, str], content: bytes = b""
    ) -> Answer:
        cookie = {"cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        url, began = urljoin(self._address, path), perf_counter()
        found = await self._http.request(method, url, content=content, headers=cookie | headers)
        seconds = perf_counter() - began
        self._keep(found)
        if found.status_code not in expected:
            raise WrongAnswer(f"{method} {path}: {found.status_code}")
        return Answer(found.status_code, found.text, found.headers.get("location", ""), seconds)

    def _keep(self, answer: httpx2.Response) -> None:
        for header in answer.headers.get_list("set-cookie"):
            name, _, value = header.partition(";")[0].partition("=")
            self._cookies[name] = value


def fields_of(page: str) -> list[tuple[str, str]]:
    """What the form of a page brings along by itself; not the log-out form above it."""
    return list(_fields(page.partition("<main")[2]))


def _fields(page: str) -> Iterable[tuple[str, str]]:
    return ((name, unescape(value)) for name, value in _HIDDEN.findall(page))
