"""The addresses of all pages, by who opens them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from protocol.notices import LinkPurpose
from protocol.rights import Right
from starter.fields import MESSAGES
from starter.web.intake.screens import Screen
from store import Controller
from tests.web.filling import filled
from tests.web.link_cases import PARENT, asked, engaged, handed_over, link
from tests.web.serving import Pages
from tests.web.test_review import address, proposed
from tests.web.test_rights import requested
from tests.web.told import CJG, consented, coordinated, escalated, talked, tell
from tests.web.visiting import Visit


async def with_partners(web: Pages) -> str:
    """A coordinated case in which a partner is asked, and a meeting is to be planned."""
    case = await coordinated(web)
    await tell(web, case, CJG, "engage_partners", partners=["ggd"])
    await tell(web, case, CJG, "decide_network_meeting", needed=True)
    return case


async def to_meet(web: Pages) -> str:
    """The same, with the meeting planned."""
    case, at = await with_partners(web), (datetime.now(UTC) + timedelta(days=2)).isoformat()
    await tell(web, case, CJG, "plan_network_meeting", note="Hier.", at=at, invitees=["guardian-1", "ggd"])
    return case


async def _of_the_school(web: Pages, visit: Visit) -> list[str]:
    case, back, draft = await talked(web), await handed_over(web), await filled(visit)
    (document,) = await web.store.hand_over_numbers(back, Controller.SCHOOL)
    proposal = await proposed(web, await consented(web), "basis-weight")
    forms = (name.replace("_", "-") for name in MESSAGES)
    return [
        "/zaken",
        "/zaken?stap=report",
        f"/zaken/{case}",
        f"/zaken/{await coordinated(web)}",
        f"/zaken/{case}/stand?nummer=1",
        f"/zaken/{case}/notities/{(await web.store.notes(case))[0].note_id}",
        f"/zaken/{back}/overdracht/{document}",
        *(f"/zaken/{case}/{form}" for form in forms),
        "/zaken/nieuw",
        *(f"{draft}/{screen}" for screen in (*Screen, "ouder-1", "weggooien")),
        "/beoordelingen",
        address(proposal),
    ]


async def _of_the_administrator(_web: Pages, _visit: Visit) -> list[str]:
    below = ("nieuw", "instellingen", "wijzigingen", "ggd")
    return ["/zaken", "/organisaties", *(f"/organisaties/{path}" for path in below)]


async def _of_the_privacy_officer(web: Pages, visit: Visit) -> list[str]:
    request = await requested(visit, case := await talked(web), Right.ACCESS)
    return [
        f"/toegang?zaak={case}",
        "/toegang/noodtoegang",
        "/toegang/uittreksel?zaak=x",
        f"/toegang/uittreksel?zaak={case}&persoon=pupil",
        "/rechten",
        f"/rechten/nieuw?zaak={case}",
        "/rechten/bewaartermijnen",
        "/rechten/bewaartermijnen/aanpassen",
        request,
        *(f"{request.partition('?')[0]}/{below}" for below in ("stukken", "inzage")),
    ]


async def _of_an_agency(_web: Pages, _visit: Visit) -> list[str]:
    return ["/zaken?rol=coordinator"]


async def _of_the_coordinator(web: Pages, _visit: Visit) -> list[str]:
    """The forms of who coordinates, a case at each stage of it, and one that waits without cover."""
    case, meeting, acute = await with_partners(web), await to_meet(web), await escalated(web)
    await tell(web, acute, CJG, "declare_acute")
    forms = ("engage-partners", "plan-network-meeting", "extend-deadline", "escalate", "complete-action")
    return [
        *(f"/zaken/{case}{below}" for below in ("", *(f"/{form}" for form in forms))),
        f"/zaken/{meeting}",
        f"/zaken/{meeting}/record-network-meeting",
        f"/zaken/{acute}",
        f"/zaken/{acute}/noodtoegang",
    ]


async def _of_nobody(web: Pages, _visit: Visit) -> list[str]:
    asking, back, partner = await asked(web), await handed_over(web), await engaged(web)
    consent = await link(web, asking, PARENT)
    hand_over = await link(web, back, PARENT, LinkPurpose.HAND_OVER)
    return [
        "/uitgelogd",
        "/inloggen/terug",
        consent,
        f"{consent}/kiezen",
        f"{consent}/stoppen",
        hand_over,
        f"{hand_over}/overdracht",
        await link(web, partner, "ggd", LinkPurpose.PARTNER_ANSWER),
        "/k/unknown",
        "/k/unknown/nowhere",
    ]


PAGES = {
    "m.dewit": _of_the_school,
    "f.admin": _of_the_administrator,
    "p.privacy": _of_the_privacy_officer,
    "j.vandijk": _of_an_agency,
    "s.yilmaz": _of_the_coordinator,
    None: _of_nobody,
}


@pytest.fixture(scope="module")
async def places(whole_web: Pages) -> dict[str | None, list[str]]:
    """The addresses of all pages, by who opens them."""
    found = {}
    for user, paths in PAGES.items():
        async with Visit(whole_web) as somebody:
            if user:
                await somebody.log_in(user)
            found[user] = await paths(whole_web, somebody)
    return found
