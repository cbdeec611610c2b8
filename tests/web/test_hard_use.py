"""What people do to pages: forms left open for hours, the back button, two desks, the keyboard alone."""

from __future__ import annotations

import re

from playwright.async_api import Browser, Page, expect

from protocol.events import event_name
from tests.web.conftest import Login, log_in
from tests.web.desk import desk
from tests.web.serving import Pages
from tests.web.test_new_pages_for_all import expire_sessions
from tests.web.told import CJG, MEENT, coordinated, opened, talked, tell

NOTE = "Een lange tekst waar iemand een uur aan schreef.\nMet <b> erin."


async def recorded(web: Pages, case: str, name: str) -> int:
    """How often something happened in a case."""
    return [event_name(row.recorded.event) for row in await web.store.journal(case)].count(name)


async def test_an_action_survives_an_expired_session(page: Page, login: Login, web: Pages) -> None:
    """Sent after the session expired: log in again, and the form stands there with every choice and the note."""
    case = await talked(web)
    await login(page, "m.dewit")
    await page.goto(f"/zaken/{case}/report-non-cooperation")
    await page.get_by_role("radio", name="Ouder").first.check()
    await page.get_by_role("textbox").last.fill(NOTE)
    await expire_sessions(web)

    await page.get_by_role("main").get_by_role("button").last.click()
    await page.get_by_role("link", name="Inloggen").click()
    await log_in(page, "m.dewit")

    await expect(page.get_by_role("textbox").last).to_have_value(NOTE)
    await expect(page.get_by_role("radio", name="Ouder").first).to_be_checked()
    assert 0 == await recorded(web, case, "escalation_requested")


async def test_a_double_click_and_back_tell_once(page: Page, login: Login, web: Pages) -> None:
    """An impatient double click counts once; back shows the form again, and nothing is told by that."""
    case = await opened(web)
    await login(page, "m.dewit")
    await page.goto(f"/zaken/{case}/record-police-contact")
    await page.locator('input[value="report"]').check()
    await page.get_by_role("main").get_by_role("button").last.dblclick(no_wait_after=True)
    await expect(page.get_by_text("Contact met de politie vastleggen: gelukt")).to_be_visible()

    await page.go_back()

    await expect(page.locator('input[value="report"]')).to_be_visible()
    await page.go_forward()
    await expect(page.get_by_text("Contact met de politie vastleggen: gelukt")).to_be_visible()
    assert 1 == await recorded(web, case, "police_contact_recorded")


async def test_refreshing_what_was_sent_tells_nothing_again(page: Page, login: Login, web: Pages) -> None:
    """After a message the page is one that can be refreshed, and says the same."""
    case = await opened(web)
    await login(page, "m.dewit")
    await page.goto(f"/zaken/{case}/record-police-contact")
    await page.locator('input[value="complaint"]').check()
    await page.get_by_role("main").get_by_role("button").last.click()
    done = page.get_by_text("Contact met de politie vastleggen: gelukt")
    await expect(done).to_be_visible()

    for _ in range(2):
        await page.reload()
        await expect(done).to_be_visible()

    assert 1 == await recorded(web, case, "police_contact_recorded")


async def test_the_second_desk_hears_what_the_first_did(browser: Browser, web: Pages) -> None:
    """Two colleagues have the same form open; the second is told of the first, and keeps what was typed."""
    case = await coordinated(web)
    first = await desk(browser, web, "s.yilmaz", scripts=False)
    second = await desk(browser, web, "n.peters", scripts=False)
    async with first.context, second.context:
        await second.open(f"/zaken/{case}/set-severity")
        await second.fill({"severity": "low", "note": NOTE})
        await first.does(case, "set_severity", note="Het is ernstig.", severity="high")

        await second.press("Zwaarte bepalen")

        await expect(second.page.get_by_role("alert")).to_contain_text("Zwaarte: Zwaar")
        await expect(second.page.get_by_role("textbox").last).to_have_value(NOTE)
        await expect(second.page.locator('input[value="low"]')).to_be_checked()
        await second.press("Zwaarte bepalen")
        await second.done("set_severity")
    assert 3 == await recorded(web, case, "severity_set")


async def test_a_form_that_came_too_late_leaves_what_was_written(browser: Browser, web: Pages) -> None:
    """The step is over when the form is sent: no form any more, the reason, and the text to copy."""
    case = await coordinated(web)
    late = await desk(browser, web, "n.peters", scripts=True)
    async with late.context:
        await late.open(f"/zaken/{case}/decide-network-meeting")
        await late.fill({"needed": "yes", "note": NOTE})
        await tell(web, case, CJG, "de_escalate", note="Het gaat goed.", reason="goal_reached")

        await late.press("Besluiten over een netwerkberaad")

        await expect(late.page.get_by_role("alert")).to_contain_text("Dit kan niet in de stap")
        await expect(late.page.get_by_text("Met <b> erin.")).to_be_visible()
        assert not await late.page.locator("main form").count()


async def test_refusals_are_in_the_visitors_language(page: Page, login: Login, web: Pages) -> None:
    """On English pages the reason is English, too."""
    case = await opened(web)
    await login(page, "m.dewit")
    await page.goto(f"/zaken/{case}/accept-report?taal=en")

    await expect(page.get_by_role("alert")).to_contain_text("This does not belong to your role in this case.")
    await tell(web, case, MEENT, "record_pupil_talk", held_by=["mentor"])
    await page.goto(f"/zaken/{case}/plan-pupil-talk")
    await expect(page.get_by_role("alert")).to_contain_text("This is not possible in the step that the case is in")


async def _tab_to(page: Page, name: str) -> None:
    """Tab until the control of this name and, where it has one, value has the focus."""
    for _ in range(80):
        await page.keyboard.press("Tab")
        if await page.locator(f"main :focus{name}").count():
            return
    raise AssertionError(f"{name} cannot be reached by keyboard on {page.url}")


async def test_a_signal_by_keyboard_alone(page: Page, login: Login) -> None:
    """From the first screen to the case with Tab, Space, Enter and letters."""
    await login(page, "m.dewit")
    await page.goto("/zaken/nieuw")

    async def go_on(button: str = "[type=submit]") -> None:
        before = page.url
        await _tab_to(page, button)
        await page.keyboard.press("Enter")
        await expect(page).not_to_have_url(before)

    await go_on()
    await _tab_to(page, "[value=recruitment]")
    await page.keyboard.press("Space")
    await go_on()
    await _tab_to(page, "[name=name]")
    await page.keyboard.type("Toets van Bord")
    await _tab_to(page, "[name=date_of_birth]")
    await page.keyboard.type("06052009")
    await go_on()
    await _tab_to(page, "[href*='ouder-1']")
    await page.keyboard.press("Enter")
    await _tab_to(page, "[name=name]")
    await page.keyboard.type("Ouder van Toets")
    await _tab_to(page, "[name=custody]")
    await page.keyboard.press("Space")
    await go_on()
    await go_on()
    await _tab_to(page, "[name=staff_involved]")
    await page.keyboard.press("Space")
    await expect(page.locator("input[value=no]")).to_be_checked()
    await go_on()
    await _tab_to(page, "[name=note]")
    await page.keyboard.type("De mentor hoorde het.")
    await go_on()
    await go_on()

    await expect(page).to_have_url(re.compile(r"/zaken/[0-9a-z-]{14}\?gedaan="))
