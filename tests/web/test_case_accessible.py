"""A case by keyboard alone."""

from __future__ import annotations

from playwright.async_api import Browser, Page, expect

from tests.web.conftest import log_in
from tests.web.serving import Pages
from tests.web.told import talked


async def test_a_case_is_told_something_by_keyboard_alone(web: Pages, browser: Browser) -> None:
    """From the work list to the banner with tab, space and enter, without JavaScript."""
    case = await talked(web)
    context = await browser.new_context(base_url=web.address, locale="nl-NL", java_script_enabled=False)
    page = await context.new_page()
    await log_in(page, "m.dewit")
    await page.goto(f"/zaken/{case}/add-signal")

    await _tab_to(page, "Signalen van ronselen")
    await page.keyboard.press("Space")
    await _tab_to(page, "Signaal toevoegen")
    await page.keyboard.press("Enter")

    await expect(page.get_by_text("Nieuwe signalen: Signalen van ronselen.").first).to_be_visible()
    await context.close()


async def _tab_to(page: Page, label: str) -> None:
    """Tab until something with this label has the focus."""
    wanted = page.get_by_label(label).or_(page.get_by_role("button", name=label)).first
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{label} cannot be reached by keyboard")
