"""Makes the pictures of docs/screenshots anew: ``SCREENSHOTS=docs/screenshots python -m pytest tests/web/pictures.py``.

No test: its name keeps it from being collected. The pictures of the links come from ``test_links_phone.py``.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.async_api import Browser, ViewportSize
from pydantic import JsonValue

from protocol.notices import Contact
from store import ContactPerson
from tests.web.desk import Desk, desk
from tests.web.serving import Pages
from tests.web.told import CJG, GGD, MEENT, opened, talked, tell

FOLDER = Path(os.environ.get("SCREENSHOTS", "docs/screenshots"))
DESKTOP = ViewportSize(width=1200, height=800)
PHONE = ViewportSize(width=390, height=844)
PUPIL: dict[str, JsonValue] = {"name": "Jip van Rossum", "dateOfBirth": "2012-05-06", "email": "jip@voorbeeld.example"}
PARENT: dict[str, JsonValue] = {
    "name": "Mara van Rossum",
    "email": "mara@voorbeeld.example",
    "custody": True,
    "language": "nl",
}


async def picture(at: Desk, name: str, *, whole: bool = True) -> None:
    """Keep what is on the screen."""
    await at.page.screenshot(path=FOLDER / f"{name}.png", full_page=whole)


async def call(web: Pages) -> None:
    """Have a number to call at the school."""
    rows = await web.store.organisations(web.services.region)
    school = next(row for row in rows if row.id == "school-de-meent")
    desk = ContactPerson(name="Zorgteam", email="zorgteam@voorbeeld.example", phone="010 000 00 00")
    await web.store.save_organisation(school, {Contact.DESK: desk})


async def test_at_school(browser: Browser, web: Pages) -> None:
    """The school's side."""
    await opened(web, signals=["loverboy_contacts"])
    await opened(web, signals=["recruitment", "sexual_messages"])
    case = await talked(web, pupil=PUPIL, guardians=[PARENT])
    await tell(web, case, MEENT, "request_consent", persons=["pupil", "guardian-1"], parties=["cjg", "ggd"])
    await tell(web, case, "person:pupil", "answer_consent", person="pupil", answer="granted", channel="link")
    for size, ending in ((DESKTOP, ""), (PHONE, "-phone")):
        school = await desk(browser, web, "m.dewit", scripts=True, size=size)
        async with school.context:
            await school.page.goto("/zaken")
            await picture(school, f"worklist{ending}", whole=not ending)
            await school.page.goto(f"/zaken/{case}")
            await picture(school, f"case{ending}", whole=not ending)
            await school.page.goto("/zaken/nieuw")
            await school.page.get_by_role("button", name="Begin een nieuw signaal").click()
            await school.page.goto(school.page.url.replace("signalen", "leerling"))
            await picture(school, f"signal{ending}", whole=not ending)


async def test_at_the_coordinator(browser: Browser, web: Pages) -> None:
    """The coordinator's side, with and without cover."""
    await call(web)
    bare = await talked(web, signals=["loverboy_contacts"])
    await tell(web, bare, MEENT, "report_non_cooperation", note="De ouders werken niet mee.", who="parent")
    case = await talked(web, pupil=PUPIL, guardians=[PARENT])
    await tell(web, case, MEENT, "request_consent", persons=["pupil", "guardian-1"], parties=["cjg", "ggd"])
    for person in ("pupil", "guardian-1"):
        await tell(web, case, f"person:{person}", "answer_consent", person=person, answer="granted", channel="link")
    await tell(web, case, MEENT, "decide_report", needed=True)
    await tell(web, case, CJG, "accept_report")
    await tell(web, case, CJG, "set_severity", severity="medium")
    await tell(web, case, CJG, "engage_partners", partners=["ggd"])
    await tell(web, case, GGD, "answer_partner_request", answer="accept")
    await tell(web, case, CJG, "decide_network_meeting", needed=True)
    at = await desk(browser, web, "s.yilmaz", scripts=True, size=DESKTOP)
    async with at.context:
        await at.page.goto(f"/zaken/{bare}")
        await picture(at, "case-uncovered")
        await at.page.goto(f"/zaken/{case}")
        await picture(at, "case-coordinator")
        await at.page.goto(f"/zaken/{case}/plan-network-meeting")
        moment = (datetime.now(UTC) + timedelta(days=3)).strftime("%Y-%m-%dT10:00")
        await at.fill({"at": moment, "invitees": ("guardian-1", "ggd"), "note": "Op school, lokaal 12."})
        await picture(at, "action-plan-meeting")
        await at.page.goto(f"/zaken/{case}/escalate")
        await at.fill({"reason": "more_partners_needed", "note": "De vier criteria zijn besproken."})
        await at.page.get_by_role("main").get_by_role("button").first.click()
        await picture(at, "action-preview")


async def test_at_the_administrator(browser: Browser, web: Pages) -> None:
    """The directory."""
    at = await desk(browser, web, "f.admin", scripts=True, size=DESKTOP)
    async with at.context:
        await at.page.goto("/organisaties/ggd")
        await picture(at, "organisation")
        await at.page.goto("/organisaties")
        await picture(at, "organisations")
