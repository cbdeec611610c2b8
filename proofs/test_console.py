"""Temporal's console of the local stack, in a browser: what operators see of each case, with and without the codec server.

With ``SCREENSHOTS=docs/operate`` the two pictures of docs/operate/temporal.md are made anew.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect
from playwright.async_api import Error as PlaywrightError

from starter.console.views import look
from starter.oidc.people import DEMO
from tests.end_to_end.stack import LocalStack, eventually
from tests.web.conftest import browser

__all__ = ["browser"]

_SIZE = ViewportSize(width=1760, height=640)
_PATIENCE = 30_000
_SHOWN = ("network_meeting", "partner_answer", "zvh", "school-de-meent", "active")
"""Of the demo cases: a step, what is due, who directs, an escalation."""


@pytest.fixture
async def stack() -> AsyncIterator[LocalStack]:
    """A stack with its demo cases."""
    # Not pytest's own folder: every run of pytest closes it to other users, and PostgreSQL is one when we are root.
    with TemporaryDirectory(prefix="vangnet-", ignore_cleanup_errors=True) as folder:
        running = LocalStack(Path(folder))
        try:
            await running.start(demo=True)
            yield running
        finally:
            await running.stop()


async def test_what_operators_see(stack: LocalStack, browser: Browser, figures: list[str]) -> None:
    """In the list step, roles and what is due, of every case, with nobody logged in; in a case its details, for who may see it."""
    context = await browser.new_context(viewport=_SIZE, locale="nl-NL", timezone_id="Europe/Amsterdam")
    context.set_default_timeout(_PATIENCE)
    expect.set_options(timeout=_PATIENCE)
    page = await context.new_page()
    await the_list(stack, page)
    await one_case(stack, page)
    figures.append(
        f"  console: {len(look().columns)} columns and {len(look().views)} views, a case opened by the codec"
    )
    await context.close()


async def the_list(stack: LocalStack, page: Page) -> None:
    """Nobody logged in anywhere."""
    await page.goto(f"http://127.0.0.1:{stack.ports['console_port']}/")
    await expect(page.get_by_role("link", name="case/")).to_have_count(4)
    for column in look().columns:
        await expect(page.get_by_role("columnheader", name=column.label).first).to_be_attached()
    for word in _SHOWN:
        await expect(page.get_by_role("cell", name=word).first).to_be_attached()
    await expect(page.get_by_text(look().views[0].name).first).to_be_visible()
    await picture(page, "console")


async def one_case(stack: LocalStack, page: Page) -> None:
    """Operations is logged in at the pages."""
    await page.goto(f"http://127.0.0.1:{stack.ports['web_port']}/")
    await page.get_by_role("button", name=next(person.name for person in DEMO if person.user == "o.ops")).click()
    await page.wait_for_url(lambda url: "/authorize" not in url and "/inloggen" not in url)
    console = f"http://127.0.0.1:{stack.ports['console_port']}"
    await page.goto(f"{console}/")
    case = page.get_by_role("row", name="zvh").get_by_role("link", name="case/").first
    address = await case.get_attribute("href")
    assert address
    await page.goto(console + address.rpartition("/")[0] + "/user-metadata")
    for text in ("Casus ", "Geopend door", "procesregie", "partners_decided"):
        await eventually(partial(anywhere, page, text), f"the console says {text}")
    await picture(page, "console-case")


async def anywhere(page: Page, text: str) -> bool:
    """Whether the page says it, or one of its frames: summaries and details are shown in frames of their own."""
    for frame in page.frames:
        with suppress(PlaywrightError):  # the console made it anew meanwhile
            if await frame.get_by_text(text).count():
                return True
    return False


async def picture(page: Page, name: str) -> None:
    """Keep what is on the screen, where that is asked for."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        await page.screenshot(path=Path(folder) / f"{name}.png")
