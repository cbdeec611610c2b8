"""The work list, a case and its forms, for everybody: WCAG 2.2 AA, 320 pixels wide, by keyboard alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import Browser, Page, expect

from starter import standing
from tests.web.conftest import log_in
from tests.web.serving import Pages
from tests.web.test_access_for_all import violations
from tests.web.told import CJG, consented, coordinated, escalated, talked, tell


async def places(web: Pages, user: str) -> list[str]:
    """Pages in every state that this person can meet."""
    if user == "m.dewit":
        case, covered = await talked(web), await consented(web)
        forms = (
            "request-consent",
            "decide-report",
            "set-guardians",
            "record-legal-basis",
            "add-signal",
            "confirm-hand-over",
        )
        return [
            "/zaken",
            "/zaken?stap=report&zaak=x",
            f"/zaken/{covered}",
            *(f"/zaken/{case}/{form}" for form in forms),
        ]
    case, bare = await coordinated(web), await escalated(web)
    found = await standing.find(web.store, case)
    assert found is not None
    await tell(web, case, CJG, "engage_partners", partners=["ggd"])
    await tell(web, case, CJG, "decide_network_meeting", needed=True)
    asked = ("engage-partners", "plan-network-meeting", "extend-deadline", "escalate")
    at = (found.now + timedelta(days=2)).isoformat()
    await tell(web, bare, CJG, "declare_acute")
    meeting = await coordinated(web)
    await tell(web, meeting, CJG, "decide_network_meeting", needed=True)
    await tell(web, meeting, CJG, "plan_network_meeting", note="Hier.", at=at, invitees=["guardian-1", "ggd"])
    return [
        f"/zaken/{case}", f"/zaken/{bare}", f"/zaken/{meeting}/record-network-meeting",
        *(f"/zaken/{case}/{form}" for form in asked),
    ]  # fmt: skip


@pytest.mark.parametrize("user", ["m.dewit", "s.yilmaz"])
@pytest.mark.parametrize("width", [1280, 320])
async def test_nothing_is_in_anybodys_way(web: Pages, browser: Browser, user: str, width: int) -> None:
    """Axe finds nothing on any of these pages, and none scrolls sideways at 320 pixels."""
    context = await browser.new_context(base_url=web.address, locale="nl-NL", viewport={"width": width, "height": 800})
    page = await context.new_page()
    await log_in(page, user)
    found: dict[str, list[str]] = {}
    for place in await places(web, user):
        await page.goto(place)
        wide = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        if wrong := [*await violations(page), *(["scrolls sideways"] if wide else [])]:
            found[place] = wrong
    await context.close()
    assert not found


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
