"""What the tests of the pages start: everything for real, and a browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from starter.oidc.people import DEMO
from store import KeyRing
from tests.postgres import Postgres, key_ring, postgres
from tests.starter.stack import Stack, running_stack
from tests.web.serving import Pages, running_pages, settle_demo_region
from tests.web.visiting import Visit

__all__ = ["key_ring", "postgres"]

Login = Callable[[Page, str], Awaitable[None]]

_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
_PATIENCE = 15_000


@pytest.fixture(scope="session")
async def web_stack(
    postgres: Postgres, key_ring: KeyRing, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stack]:
    """PostgreSQL, Temporal, a mail server and a worker, with the organisations of the demo people."""
    async with running_stack(postgres, key_ring, tmp_path_factory.mktemp("local")) as stack:
        await settle_demo_region(stack.store)
        yield stack


@pytest.fixture(scope="session")
def oidc_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The keys and people of the provider."""
    return tmp_path_factory.mktemp("oidc")


@pytest.fixture(scope="session")
async def whole_web(web_stack: Stack, oidc_folder: Path) -> AsyncIterator[Pages]:
    """One set of pages for the session."""
    async with running_pages(web_stack, oidc_folder) as pages:
        yield pages


@pytest.fixture
async def web(whole_web: Pages) -> AsyncIterator[Pages]:
    """The pages, with a worker and with the demo people as they were when the test began."""
    await whole_web.stack.work()
    yield whole_web
    whole_web.people.save(DEMO)
    await whole_web.stack.work()


@pytest.fixture
async def visit(web: Pages) -> AsyncIterator[Visit]:
    """Somebody at the pages, not logged in."""
    async with Visit(web) as somebody:
        yield somebody


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium, as the system has it."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "De tests van de pagina's hebben Chromium nodig. Op Debian of Ubuntu: apt install chromium"
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        yield chromium
        await chromium.close()


@pytest.fixture(scope="session")
async def window(browser: Browser, whole_web: Pages) -> AsyncIterator[BrowserContext]:
    """A browser for one test after the other: to make one takes most of a second of a core."""
    opened = await browser.new_context(base_url=whole_web.address, locale="nl-NL")
    opened.set_default_timeout(_PATIENCE)
    yield opened
    await opened.close()


@pytest.fixture
async def context(window: BrowserContext, web: Pages) -> AsyncIterator[BrowserContext]:  # noqa: ARG001  # as it was
    """A browser in which nobody is logged in and nothing is open; addresses without a host are the pages'."""
    await window.clear_cookies()
    yield window
    for page in window.pages:
        await page.close()


@pytest.fixture
async def page(context: BrowserContext) -> Page:
    """A tab in it."""
    return await context.new_page()


@pytest.fixture
def login(web: Pages) -> Login:
    """Logs in as a demo person through the real provider: from the page that is open, or beforehand in an empty tab."""

    async def logged_in(page: Page, user: str) -> None:
        if page.url != "about:blank":
            await log_in(page, user)
            return
        async with Visit(web) as somebody:
            await somebody.log_in(user)
        securely = web.address.replace(
            "http:", "https:"
        )  # as cookies of one host have to be; a browser trusts loopback
        await page.context.add_cookies(
            [{"name": name, "value": value, "url": securely} for name, value in somebody.cookies.items()]
        )

    return logged_in


async def log_in(page: Page, user: str) -> None:
    """Log in as one of ``starter.oidc.people``, such as ``m.dewit``; ends on the page that was asked for."""
    person = next(person for person in DEMO if person.user == user)
    if page.url == "about:blank":
        await page.goto("/")
    await page.get_by_role("button", name=person.name).click()
    await page.wait_for_url(lambda url: "/authorize" not in url and "/inloggen" not in url)
