"""A new signal and the second reviewer in a real browser: for everybody, and without JavaScript."""

from __future__ import annotations

import re

import asyncpg
from playwright.async_api import Browser, Page, expect

from tests.web.conftest import Login, log_in
from tests.web.serving import Pages
from tests.web.test_access_for_all import violations
from tests.web.test_review import address, proposed
from tests.web.told import talked

NARROW = {"width": 320, "height": 568}


async def expire_sessions(web: Pages) -> None:
    """Everybody went away for an hour."""
    connection = await asyncpg.connect(web.stack.settings.database_url.get_secret_value())
    await connection.execute("UPDATE vangnet.sessions SET last_seen_at = now() - interval '1 hour'")
    await connection.close()


async def looks_right(page: Page) -> None:
    """Nothing that axe finds wrong, nothing that scrolls sideways."""
    assert [] == await violations(page), page.url
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


async def test_a_signal_on_a_phone(page: Page, login: Login) -> None:
    """From the first screen to the case, each screen accessible, with the mistakes that people make."""
    await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    await login(page, "m.dewit")
    await page.goto("/zaken/nieuw")
    await looks_right(page)
    await page.get_by_role("button", name="Begin een nieuw signaal").click()
    await page.get_by_role("button", name="Verder").click()
    await expect(page.get_by_role("alert")).to_contain_text("Er ontbreekt een signaal")
    await looks_right(page)
    await page.get_by_role("checkbox").first.check()
    await page.get_by_role("button", name="Verder").click()
    await page.get_by_label("Voor- en achternaam").fill("Bo van de Telefoon")
    await page.get_by_label("Geboortedatum").fill("2012-05-06")
    await looks_right(page)
    await page.get_by_role("button", name="Verder").click()
    await page.get_by_role("button", name="Verder").click()
    await expect(page.get_by_role("alert")).to_contain_text("gezag")
    await looks_right(page)
    await page.get_by_role("link", name="Voeg een ouder of voogd toe").click()
    await page.get_by_label("Voor- en achternaam").fill("Ouder van Bo")
    await page.get_by_role("radio", name="Ja").check()
    await looks_right(page)
    await page.get_by_role("button", name="Verder").click()
    await looks_right(page)
    await page.get_by_role("button", name="Verder").click()
    await page.get_by_role("radio", name="Nee").check()
    await looks_right(page)
    await page.get_by_role("button", name="Verder").click()
    await page.get_by_label("Wat is er gezien").fill("De mentor hoorde het in de les.")
    await looks_right(page)
    await page.get_by_role("button", name="Verder").click()
    await expect(page.get_by_text("De mentor hoorde het in de les.")).to_be_visible()
    await looks_right(page)
    await page.get_by_role("link", name=re.compile("Wijzigen.*De leerling")).click()
    await page.get_by_role("button", name="Terug naar de controle").click()
    await page.get_by_role("button", name="Verstuur en open de casus").click()
    await expect(page).to_have_url(re.compile(r"/zaken/[0-9a-z-]{14}\?gedaan="))


async def test_a_session_that_expires_on_a_screen_loses_nothing(page: Page, login: Login, web: Pages) -> None:
    """What was typed when the session expired stands on the same screen after logging in again."""
    await login(page, "m.dewit")
    await page.goto("/zaken/nieuw")
    await page.get_by_role("button", name="Begin een nieuw signaal").click()
    screen = page.url.replace("signalen", "notitie")
    await page.goto(screen)
    await page.get_by_label("Wat is er gezien").fill("Een lange beschrijving.")
    await expire_sessions(web)

    await page.get_by_role("button", name="Verder").click()
    await page.get_by_role("link", name="Inloggen").click()
    await log_in(page, "m.dewit")

    await expect(page.get_by_label("Wat is er gezien")).to_have_value("Een lange beschrijving.")
    assert screen.partition("?")[0] == page.url.partition("?")[0]


async def test_a_review_without_javascript(browser: Browser, web: Pages) -> None:
    """The colleague finds it on the work list and confirms it; the pages work without JavaScript."""
    proposal = await proposed(web, await talked(web))
    context = await browser.new_context(base_url=web.address, java_script_enabled=False, viewport=NARROW)  # type: ignore[arg-type]
    page = await context.new_page()
    await page.goto("/beoordelingen")
    await log_in(page, "l.hendriks")
    await page.goto(address(proposal))

    await page.get_by_role("button", name="Bevestig", exact=True).click()

    await expect(page.get_by_role("status")).to_contain_text("Bevestigd en vastgelegd")
    await context.close()


async def test_reviews_are_for_everybody(page: Page, login: Login, web: Pages) -> None:
    """The list and a proposal, before and after it is declined."""
    proposal = await proposed(web, await talked(web))
    await page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    await login(page, "l.hendriks")
    await page.goto("/beoordelingen")
    await looks_right(page)
    await page.goto(address(proposal))
    await looks_right(page)
    await page.get_by_role("button", name="Wijs af").click()
    await looks_right(page)
    await page.get_by_label("Waarom wijst u het af?").fill("Nog niet.")
    await page.get_by_role("button", name="Wijs af").click()
    await expect(page.get_by_role("status")).to_contain_text("Afgewezen")
    await looks_right(page)
