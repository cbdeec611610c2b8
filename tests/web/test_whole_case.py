"""A whole case in the browser alone: from a signal to the file that is back at school, everybody at their own desk."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, ViewportSize, expect

from protocol.notices import LinkPurpose
from protocol.vocabulary import Step
from tests.web.desk import AT_400_PERCENT, WIDE, Desk, desk
from tests.web.link_cases import PARENT, PUPIL, link, sent, state
from tests.web.serving import Pages

PHONE = ViewportSize(width=390, height=844)
Sit = Callable[[str | None], Awaitable[Desk]]


@pytest.fixture(params=["without scripts", pytest.param("narrow, with scripts", marks=pytest.mark.proof)])
async def sit(request: pytest.FixtureRequest, browser: Browser, web: Pages) -> AsyncIterator[Sit]:
    """Where people sit down: at desks without JavaScript, or at 400 % with every page judged."""
    scripts, judged = request.param != "without scripts", set[str]()
    async with AsyncExitStack() as opened:

        async def down(user: str | None) -> Desk:
            size = (AT_400_PERCENT if scripts else WIDE) if user else PHONE
            found = await desk(browser, web, user, scripts=scripts, size=size)
            return Desk(await opened.enter_async_context(found.context), found.page, judged if scripts else None)

        yield down


async def reported(school: Desk) -> str:
    """The school's new signal, screen by screen; returns the number of the case."""
    await school.open("/zaken")
    await school.page.get_by_role("navigation").get_by_role("link", name="Nieuw signaal").click()
    await school.press("Begin een nieuw signaal")
    await school.fill({"signals": ("nude_photos", "loverboy_contacts")})
    await school.press("Verder")
    await school.fill({"name": "Jip van de Proef", "date_of_birth": "2012-05-06", "email": "jip@leerling.test"})
    await school.press("Verder")
    await school.follow("Voeg een ouder of voogd toe")
    await school.fill({"name": "Ouder van Jip", "email": "ouder@thuis.test", "custody": "yes"})
    await school.press("Verder")
    await school.press("Verder")
    await school.fill({"staff_involved": "no"})
    await school.press("Verder")
    await school.fill({"note": "De mentor hoorde het in de klas."})
    await school.press("Verder")
    await school.press("Verstuur en open de casus")
    await expect(school.page).to_have_url(re.compile(r"/zaken/[0-9a-z-]{14}\?gedaan="))
    return str(re.findall(r"/zaken/([0-9a-z-]{14})", school.page.url)[0])


async def answered(sit: Sit, web: Pages, case: str, person: str) -> None:
    """Somebody says yes on their phone."""
    phone = await sit(None)
    await sent(web, case)
    await phone.open(await link(web, case, person))
    await phone.fill({"answer": "granted"})
    await phone.press("Verstuur mijn antwoord")
    await expect(phone.page.get_by_role("heading", level=1)).to_have_text(
        "Dit is uw antwoord" if person == PARENT else "Dit is jouw antwoord"
    )


async def at_school(school: Desk, sit: Sit, web: Pages, case: str) -> None:
    """Steps 1 to 4: the talks, consent, the report."""
    await school.does(case, "record_police_contact", contact="anonymous_consult")
    await school.does(case, "record_pupil_talk", note="Jip wil hulp.", held_by=("mentor", "supporter"))
    await school.does(case, "record_parent_talk", existing_care="no", postponed_for_safety="no", pupil_present="yes")
    await school.does(case, "request_consent", persons=(PUPIL, PARENT), parties=("cjg", "ggd", "zvh"))
    for person in (PARENT, PUPIL):
        await answered(sit, web, case, person)
    await school.does(case, "decide_report", needed="yes")


async def with_partners(cjg: Desk, sit: Sit, web: Pages, case: str) -> None:
    """Steps 4 and 5: the CJG coordinates, a colleague reviews, a partner joins by its link."""
    await cjg.does(case, "accept_report")
    await cjg.does(case, "set_severity", severity="medium")
    weighed = {"basis": "conflict_of_duties", "parties": "jeugdpreventie"}
    await cjg.tells(case, "record_legal_basis", note="De zes vragen.", **weighed)
    await expect(cjg.page.get_by_text("Voorgelegd aan een collega")).to_be_visible()
    colleague = await sit("n.peters")
    await colleague.open("/zaken")
    await colleague.follow("Naar de beoordelingen")
    await colleague.page.locator('main a[href^="/beoordelingen/"]').first.click()
    await colleague.judge()
    await colleague.press("Bevestig")
    await expect(colleague.page.get_by_role("status")).to_contain_text("Bevestigd en vastgelegd")

    await cjg.does(case, "engage_partners", partners=("ggd", "jeugdpreventie"))
    await sent(web, case)
    ggd = await sit(None)
    await ggd.open(await link(web, case, "ggd", LinkPurpose.PARTNER_ANSWER))
    await ggd.fill({"answer": "accept"})
    await ggd.press("Verstuur ons antwoord")
    prevention = await sit("d.bos")
    await prevention.does(case, "answer_partner_request", note="Geen plaats.", answer="decline")


async def met(cjg: Desk, sit: Sit, case: str) -> None:
    """Step 6: the network meeting, and what was agreed."""
    at = (datetime.now(UTC) + timedelta(days=3)).strftime("%Y-%m-%dT10:00")
    due = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    await cjg.does(case, "decide_network_meeting", needed="yes")
    await cjg.does(case, "plan_network_meeting", note="Op school, lokaal 12.", at=at, invitees=(PARENT, PUPIL, "ggd"))
    agreed = {"owner__1": "ggd", "due__1": due}
    await cjg.does(case, "record_network_meeting", note="Het verslag.", attendees=(PARENT, "ggd"), **agreed)
    ggd = await sit("l.smit")
    await ggd.does(case, "complete_action", action="action-1")


async def directed(cjg: Desk, sit: Sit, case: str) -> None:
    """The ZVH directs for a while."""
    await cjg.does(case, "escalate", note="De vier criteria.", reason="more_partners_needed")
    zvh = await sit("a.jansen")
    await zvh.does(case, "accept_escalation")
    await zvh.does(case, "set_severity", severity="low")
    await zvh.tells(case, "de_escalate", note="Het kan weer met minder.", reason="fewer_partners_needed")
    await cjg.does(case, "record_evaluation", note="Het gaat beter.", next="coordination")


async def test_from_signal_to_returned_file(sit: Sit, web: Pages) -> None:
    """Nobody needs the command line, nobody needs JavaScript, and every page on the way is for everybody."""
    school, cjg = await sit("m.dewit"), await sit("s.yilmaz")
    case = await reported(school)
    await at_school(school, sit, web, case)
    await with_partners(cjg, sit, web, case)
    await met(cjg, sit, case)
    await directed(cjg, sit, case)
    await cjg.does(case, "de_escalate", note="Het doel is bereikt.", reason="goal_reached")
    await sent(web, case)
    parent = await sit(None)
    await parent.open(await link(web, case, PARENT, LinkPurpose.HAND_OVER))
    await parent.press("Lees de informatie")
    await expect(parent.page.get_by_role("heading", level=1)).to_have_text("De afspraken op een rij")
    await school.open(f"/zaken/{case}")
    await school.page.locator(f'a[href^="/zaken/{case}/overdracht/"]').first.click()
    await school.judge()
    await expect(school.page.get_by_text("Het doel is bereikt").first).to_be_visible()

    await school.does(case, "confirm_hand_over")

    await expect(school.page.get_by_text("Gesloten").first).to_be_visible()
    closed = await state(web, case)
    assert (Step.CLOSED, closed.school) == (closed.step, closed.file_holder)
