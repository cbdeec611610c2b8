"""The pages behind links in a real browser, as large as a phone: by touch, by keyboard, and without JavaScript."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, expect

from protocol.notices import LinkPurpose
from protocol.vocabulary import ConsentStatus, PartnerStatus
from tests.web.link_cases import PARENT, PUPIL, asked, consents, engaged, handed_over, link, state
from tests.web.serving import Pages
from tests.web.test_access_for_all import violations

PHONE = ViewportSize(width=390, height=844)
NARROW = ViewportSize(width=320, height=568)
_GRANTED = {"cjg": ConsentStatus.GRANTED, "ggd": ConsentStatus.GRANTED}


@pytest.fixture
async def phone(browser: Browser, web: Pages) -> AsyncIterator[Page]:
    """A phone."""
    async with await _phone(browser, web) as context:
        yield await context.new_page()


async def _phone(browser: Browser, web: Pages) -> BrowserContext:
    context = await browser.new_context(
        base_url=web.address, locale="nl-NL", viewport=PHONE, has_touch=True, is_mobile=True
    )
    context.set_default_timeout(30_000)
    return context


@pytest.fixture
async def plain(browser: Browser, web: Pages) -> AsyncIterator[Page]:
    """A browser in which JavaScript is off."""
    context = await browser.new_context(base_url=web.address, locale="nl-NL", java_script_enabled=False)
    context.set_default_timeout(30_000)
    async with context:
        yield await context.new_page()


async def seen(page: Page, name: str) -> None:
    """Judge a page: nothing that axe objects to, nothing wider than a narrow phone; a picture where one is asked for."""
    assert [] == await violations(page)
    await page.set_viewport_size(NARROW)
    assert await page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    await page.set_viewport_size(PHONE)
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        await page.screenshot(path=Path(folder) / f"link-{name}.png", full_page=True)


async def test_a_parent_answers_on_a_phone(phone: Page, web: Pages) -> None:
    """Read, choose, send; the same link shows the answer, and stops it later."""
    case = await asked(web)
    path = await link(web, case, PARENT)
    await phone.goto(path)
    assert "Een bericht voor u - Vangnet" == await phone.title()
    assert 0 == await phone.locator("input:checked").count()
    await seen(phone, "consent")

    await phone.get_by_role("button", name="Verstuur mijn antwoord").tap()
    await expect(phone.get_by_role("alert")).to_contain_text("Kies een antwoord.")
    await seen(phone, "consent-missing")
    await phone.get_by_label("Ja", exact=True).tap()
    await phone.get_by_role("button", name="Verstuur mijn antwoord").tap()
    await expect(phone.get_by_role("heading", level=1)).to_have_text("Dit is uw antwoord")
    assert _GRANTED == await consents(web, case, PARENT)
    await seen(phone, "consent-answered")

    await phone.get_by_role("link", name="Ik wil stoppen").tap()
    await expect(phone.get_by_role("heading", level=1)).to_have_text("Wilt u stoppen?")
    await seen(phone, "consent-stop")
    await phone.get_by_label("GGD").tap()
    await phone.get_by_role("button", name="Ja, ik wil stoppen").tap()
    await expect(phone.get_by_role("list").first).to_contain_text("GGD: gestopt")
    assert _GRANTED | {"ggd": ConsentStatus.WITHDRAWN} == await consents(web, case, PARENT)


async def test_a_pupil_chooses_for_each_organisation(phone: Page, web: Pages) -> None:
    """One organisation on a screen; talking first leaves the question open."""
    case = await asked(web)
    path = await link(web, case, PUPIL)
    await phone.goto(path)
    await seen(phone, "consent-pupil")
    await phone.get_by_role("link", name="Ik wil voor elke organisatie apart kiezen").tap()
    await expect(phone.get_by_role("heading", level=1)).to_contain_text(
        "over jou praten met Centrum voor Jeugd en Gezin"
    )
    await seen(phone, "consent-choose")

    await phone.get_by_label("Ja", exact=True).tap()
    await phone.get_by_role("button", name="Verstuur mijn antwoord").tap()
    await expect(phone.get_by_role("heading", level=1)).to_contain_text("GGD")
    await phone.get_by_label("Ik wil eerst praten").tap()
    await phone.get_by_role("button", name="Verstuur mijn antwoord").tap()

    await expect(phone.get_by_role("status")).to_contain_text("Je wilt eerst praten")
    await seen(phone, "consent-talk")
    assert _GRANTED | {"ggd": ConsentStatus.REQUESTED} == await consents(web, case, PUPIL)


async def test_going_back_and_answering_again_changes_nothing(phone: Page, web: Pages) -> None:
    """The back button leads to how things stand, or to a form that says it came too late."""
    case = await asked(web)
    await phone.goto(await link(web, case, PARENT))
    await phone.get_by_label("Ja", exact=True).tap()
    await phone.get_by_role("button", name="Verstuur mijn antwoord").tap()
    await expect(phone.get_by_role("heading", level=1)).to_have_text("Dit is uw antwoord")

    await phone.go_back()

    if await phone.get_by_label("Nee", exact=True).count():
        await phone.get_by_label("Nee", exact=True).tap()
        await phone.get_by_role("button", name="Verstuur mijn antwoord").tap()
        await expect(phone.get_by_role("heading", level=1)).to_have_text("Er is niets veranderd")
    assert _GRANTED == await consents(web, case, PARENT)


async def test_a_double_tap_is_one_answer(phone: Page, web: Pages) -> None:
    """Impatient fingers change nothing."""
    case = await asked(web)
    await phone.goto(await link(web, case, PARENT))
    await phone.get_by_label("Ja", exact=True).tap()
    await phone.get_by_role("button", name="Verstuur mijn antwoord").dblclick(no_wait_after=True)

    await expect(phone.get_by_role("heading", level=1)).to_have_text("Dit is uw antwoord")
    assert _GRANTED == await consents(web, case, PARENT)


async def test_it_works_without_javascript_and_by_keyboard(plain: Page, web: Pages) -> None:
    """Tab to the question, choose with the arrow keys, send with Enter."""
    case = await asked(web)
    await plain.goto(await link(web, case, PARENT))

    for _ in range(20):
        await plain.keyboard.press("Tab")
        if await plain.locator("input[type=radio]:focus").count():
            break
    await plain.keyboard.press("ArrowDown")
    assert await plain.get_by_label("Nee", exact=True).is_checked()
    await plain.keyboard.press("ArrowUp")
    await plain.keyboard.press("Enter")

    await expect(plain.get_by_role("heading", level=1)).to_have_text("Dit is uw antwoord")
    assert _GRANTED == await consents(web, case, PARENT)


async def test_a_link_that_does_not_work_says_what_to_do(phone: Page) -> None:
    """Nobody is left with a code."""
    await phone.goto("/k/niets")

    await expect(phone.get_by_role("heading", level=1)).to_have_text("Deze link werkt niet")
    await seen(phone, "wrong")


async def test_a_partner_answers_on_a_phone(phone: Page, web: Pages) -> None:
    """A no needs its reason; what was typed stays when something is missing."""
    case = await engaged(web)
    await phone.goto(await link(web, case, "ggd", LinkPurpose.PARTNER_ANSWER))
    await seen(phone, "partner")

    await phone.get_by_label("Wij doen niet mee").tap()
    await phone.get_by_role("button", name="Verstuur ons antwoord").tap()
    await expect(phone.get_by_role("alert")).to_contain_text("Schrijf kort waarom u niet meedoet.")
    assert await phone.get_by_label("Wij doen niet mee").is_checked()
    await seen(phone, "partner-missing")
    await phone.get_by_label("Toelichting").fill("Er is nu geen plaats.")
    await phone.get_by_role("button", name="Verstuur ons antwoord").tap()

    await expect(phone.get_by_role("heading", level=1)).to_have_text("Dit is uw antwoord")
    await seen(phone, "partner-answered")
    partner = (await state(web, case)).partner("ggd")
    assert partner
    assert PartnerStatus.DECLINED is partner.status


async def test_a_parent_reads_and_keeps_the_hand_over(phone: Page, web: Pages) -> None:
    """A button, then the document; it can be kept as a file, and printed without what is around it."""
    case = await handed_over(web)
    await phone.goto(await link(web, case, PARENT, LinkPurpose.HAND_OVER))
    await seen(phone, "hand-over-door")

    await phone.get_by_role("button", name="Lees de informatie").tap()
    await expect(phone.get_by_role("heading", level=1)).to_have_text("De afspraken op een rij")
    await seen(phone, "hand-over")
    async with phone.expect_download() as download:
        await phone.get_by_role("link", name="Download als PDF").tap()
    kept = await (await download.value).path()
    await phone.emulate_media(media="print")

    assert "afspraken.pdf" == (await download.value).suggested_filename
    assert kept.read_bytes().startswith(b"%PDF-")
    await expect(phone.get_by_role("heading", level=1)).to_be_visible()
    await expect(phone.get_by_role("link", name="Download als PDF")).to_be_hidden()
    await expect(phone.locator("header")).to_be_hidden()
