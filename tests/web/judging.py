"""Answers of the pages, shown in a browser and held against what every page must be."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from httpx2 import Response
from playwright.async_api import Browser, Page, Route, ViewportSize

from tests.web.serving import Pages
from tests.web.test_access_for_all import violations

_NARROW = ViewportSize(width=320, height=800)
_AT = "/beoordeeld"
_ELEMENT = re.compile(r"<[a-z][^>]*>")
_OF_ONE = re.compile(r'\b(?:id|for|name|value|href|action|aria-describedby|aria-labelledby|datetime)="[^"]*"')


class Judge:
    """Shows an answer as a browser shows it, with its style and scripts, and says what is wrong with it.

    The answer was fetched already: a form that was sent is not sent again, and the browser need not log in.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self._answer: Response | None = None
        self._judged = set[frozenset[str]]()

    async def _fulfil(self, route: Route) -> None:
        assert self._answer
        kept = ("content-type", "content-security-policy")
        headers = {name: value for name, value in self._answer.headers.items() if name in kept}
        await route.fulfill(status=self._answer.status_code, headers=headers, body=self._answer.content)

    async def open(self) -> None:
        """Get between the browser and the one address at which answers are shown."""
        await self._page.route(f"**{_AT}", self._fulfil)

    async def wrong(self, answer: Response) -> list[str]:
        """What axe finds (WCAG 2.2 AA), and whether it scrolls sideways on a narrow screen.

        Of pages that are made of the same, such as all that say that a step is over, one is looked at.
        """
        made = _made_of(answer)
        if made in self._judged:
            return []
        self._judged.add(made)
        self._answer = answer
        await self._page.goto(_AT, wait_until="load")
        wide = await self._page.evaluate("document.documentElement.scrollWidth > innerWidth")
        return [*await violations(self._page), *(["scrolls sideways"] if wide else [])]


def _made_of(answer: Response) -> frozenset[str]:
    """Of what a page is made: its kinds of elements, without what differs from one to the next."""
    return frozenset(_OF_ONE.sub("", element) for element in _ELEMENT.findall(answer.text))


@asynccontextmanager
async def judging(browser: Browser, web: Pages) -> AsyncIterator[Judge]:
    """A judge with a browser of their own."""
    context = await browser.new_context(base_url=web.address, locale="nl-NL", viewport=_NARROW)
    async with context:
        found = Judge(await context.new_page())
        await found.open()
        yield found


def is_page(answer: Response) -> bool:
    """Whether it is a whole page: not a redirect, a document to keep, or a part that a script puts into a page."""
    return "<html" in answer.text[:500]
