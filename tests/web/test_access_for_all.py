"""The frame, for everybody: judged by axe (WCAG 2.2 AA), on a narrow screen, large, and by keyboard."""

from __future__ import annotations

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from tests.web.conftest import Login
from tests.web.serving import Pages
from tests.web.specimen import PATH

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],
}


async def violations(page: Page) -> list[str]:
    """What axe finds wrong on the page that is open."""
    found = await Axe().run(page, options=RULES)
    return [f"{rule['id']}: {[node['html'] for node in rule['nodes']]}" for rule in found.response["violations"]]


@pytest.mark.parametrize("path", [PATH, f"{PATH}?taal=en", "/nergens", f"{PATH}/stuk"])
async def test_pages_behind_the_login_are_accessible(page: Page, login: Login, path: str) -> None:
    """Every control in every state, and the pages about problems."""
    await login(page, "m.dewit")
    await page.goto(path)

    assert [] == await violations(page)


@pytest.mark.parametrize("path", ["/uitgelogd", "/inloggen/terug"])
async def test_pages_before_the_login_are_accessible(page: Page, path: str) -> None:
    """Logged out, and a login that failed."""
    await page.goto(path)

    assert [] == await violations(page)


async def test_the_login_of_the_trial_set_up_is_accessible(page: Page) -> None:
    """The page with the demo people."""
    await page.goto(PATH)

    assert [] == await violations(page)


@pytest.mark.parametrize("size", [(320, 568), (390, 844), (1280, 256)])
async def test_nothing_scrolls_sideways(page: Page, login: Login, size: tuple[int, int]) -> None:
    """At 320 pixels, which is also 1280 at 400 %, everything fits the width."""
    await page.set_viewport_size({"width": size[0], "height": size[1]})
    await page.goto(PATH)
    assert await page.evaluate("document.documentElement.scrollWidth") <= size[0]
    await login(page, "m.dewit")

    assert await page.evaluate("document.documentElement.scrollWidth") <= size[0]


async def test_the_keyboard_skips_to_the_content(page: Page, login: Login) -> None:
    """The first stop is the link that skips the menu; it can be seen, and leads to the content."""
    await login(page, "m.dewit")
    await page.goto(PATH)

    await page.keyboard.press("Tab")
    assert await page.get_by_role("link", name="Naar de inhoud").is_visible()
    await page.keyboard.press("Enter")

    assert "inhoud" == await page.evaluate("document.activeElement.id")


async def test_errors_lead_to_their_controls(page: Page, login: Login) -> None:
    """A link in the summary of errors puts the cursor where it has to be changed."""
    await login(page, "m.dewit")
    await page.goto(PATH)

    await page.get_by_role("link", name="Vul een naam in.").click()

    assert "f-name" == await page.evaluate("document.activeElement.id")


async def test_nothing_is_fetched_from_elsewhere(page: Page, login: Login, web: Pages) -> None:
    """A page and everything in it come from our own address, and the browser has nothing to complain of."""
    asked: list[str] = []
    said: list[str] = []
    await login(page, "m.dewit")
    await page.goto(PATH)
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))

    await page.reload(wait_until="networkidle")

    assert len(asked) >= 3
    assert all(url.startswith((f"{web.address}/", "data:")) for url in asked)
    assert [] == said
