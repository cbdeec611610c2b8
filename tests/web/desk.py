"""Somebody at a browser of their own, who does what people do: follows links, fills in forms, sends them."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, expect

from starter.web.texts import catalogue
from tests.web.conftest import log_in
from tests.web.serving import Pages
from tests.web.test_access_for_all import violations

WIDE = ViewportSize(width=1280, height=900)
AT_400_PERCENT = ViewportSize(width=320, height=256)
"""What is left of 1280 by 1024 at 400 %; as narrow as the narrowest phone."""
_PATIENCE = 30_000
_MAKE = """[...new Set([...document.querySelectorAll("main *")].map(
    one => [one.tagName, one.className, one.type, one.getAttribute("role"), one.getAttribute("href")?.length > 0].join()
))].sort().join("; ")"""
"""Of what a page is made: its kinds of elements."""


class Desk:
    """One person's browser.

    Where pages are judged none may scroll sideways, and those made of something new are held against WCAG 2.2 AA.
    """

    def __init__(self, context: BrowserContext, page: Page, judged: set[str] | None) -> None:
        self.context = context
        self.page = page
        self.judged = judged
        self._t = catalogue().of("nl")

    async def judge(self) -> None:
        """Hold the page that is open against what every page must be."""
        if self.judged is None:
            return
        wide = await self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{self.page.url} is {wide} pixels too wide"
        make = str(await self.page.evaluate(_MAKE))
        if make not in self.judged:
            wrong = await violations(self.page)
            assert not wrong, f"{self.page.url}: {wrong}"
            self.judged.add(make)

    async def open(self, path: str) -> None:
        """Open an address."""
        await self.page.goto(path)
        await self.judge()

    async def press(self, button: str) -> None:
        """Press a button, and look at what comes."""
        await self.page.get_by_role("main").get_by_role("button", name=button, exact=True).click()
        await self.page.wait_for_load_state()
        await self.judge()

    async def follow(self, link: str) -> None:
        """Follow a link, and look at what comes."""
        await self.page.get_by_role("main").get_by_role("link", name=link).first.click()
        await self.page.wait_for_load_state()
        await self.judge()

    async def fill(self, fields: Mapping[str, str | tuple[str, ...]]) -> None:
        """Fill in a form, by the names of its inputs."""
        for name, value in fields.items():
            for one in (value,) if isinstance(value, str) else value:
                await self._fill(name, one)

    async def _fill(self, name: str, value: str) -> None:
        field = self.page.locator(f'main [name^="{name}"]').first
        match await field.evaluate("element => element.type"):
            case "radio" | "checkbox":
                await self.page.locator(f'main [name^="{name}"][value="{value}"]').check()
            case "select-one":
                await field.select_option(value)
            case _:
                await self.page.locator(f'main [name="{name}"]').fill(value)

    async def tells(self, case: str, message: str, note: str = "", **fields: str | tuple[str, ...]) -> None:
        """Tell a case something: from its page to the form, past what it will lead to, and back."""
        told = self._t.message(message)
        offered = self.page.locator(f'main a[href="/zaken/{case}/{message.replace("_", "-")}"]').first
        if not await offered.count():
            await self.page.goto(f"/zaken/{case}")  # judged when it was last changed
        await offered.click()
        await self.judge()
        await self.fill(
            {name.replace("__", "-"): value for name, value in fields.items()} | ({"note": note} if note else {})
        )
        await self.press(told)
        if await self.page.locator("button[name=bevestigd]").count():
            await self.press(self._t("case.send"))

    async def done(self, message: str) -> None:
        """See that it was done."""
        await expect(self.page.get_by_text(f"{self._t.message(message)}: gelukt")).to_be_visible()

    async def does(self, case: str, message: str, note: str = "", **fields: str | tuple[str, ...]) -> None:
        """Tell a case something, and see that it was done."""
        await self.tells(case, message, note, **fields)
        await self.done(message)


async def desk(browser: Browser, web: Pages, user: str | None, *, scripts: bool, size: ViewportSize = WIDE) -> Desk:
    """Sit down and log in; nobody logs in who has a link."""
    context = await browser.new_context(
        base_url=web.address, locale="nl-NL", java_script_enabled=scripts, viewport=size
    )
    context.set_default_timeout(_PATIENCE)
    page = await context.new_page()
    if user:
        await page.goto("/")
        await log_in(page, user)
    return Desk(context, page, set() if scripts else None)
