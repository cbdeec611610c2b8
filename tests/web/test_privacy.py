"""The privacy officer's pages: who looked at what, when and why, and the extract for who it is about."""

from __future__ import annotations

import re
from html import unescape
from itertools import pairwise

import pytest
from playwright.async_api import Page

from store import AccessEntry, AccessEvent
from tests.web.conftest import Login
from tests.web.link_cases import sent
from tests.web.serving import Pages
from tests.web.test_access_for_all import violations
from tests.web.told import MEENT, by, consented, talked
from tests.web.visiting import Visit

OFFICER = "p.privacy"
_ROW = re.compile(r'<tr class="utrecht-table__row"[^>]*>\s*<td.*?</tr>', re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


def rows(text: str) -> list[str]:
    """The rows of the table, as somebody reads them."""
    return [" ".join(unescape(_TAG.sub(" ", row)).split()) for row in _ROW.findall(text)]


@pytest.fixture(scope="module")
async def case(whole_web: Pages) -> str:
    """A case that the school and somebody else looked at."""
    case = await consented(whole_web)
    await sent(whole_web, case)
    for user in ("m.dewit", "r.bakker"):
        async with Visit(whole_web) as somebody:
            await somebody.log_in(user)
            await somebody.get(f"/zaken/{case}")
    return case


async def test_who_looked_when_and_why(visit: Visit, case: str) -> None:
    """With the name of who looked, the ground, the door and what came of it, the latest first."""
    await visit.log_in(OFFICER)

    found = rows((await visit.get(f"/toegang?zaak={case}")).text)

    school = next(row for row in found if "m.dewit" in row)
    assert "Scholengemeenschap De Meent" in school
    for words in ("gelezen : stand van de casus, namen", "pagina van de casus", "eigen dossier", "de pagina's"):
        assert words in school
    other = next(row for row in found if "r.bakker" in row)
    assert "niets getoond" in other
    assert found.index(other) < found.index(school)


async def test_looking_is_itself_logged(web: Pages, visit: Visit, case: str) -> None:
    """The officer's own look is the first row of the next, in the log of that case."""
    await visit.log_in(OFFICER)
    await visit.get(f"/toegang?zaak={case}")

    again = rows((await visit.get(f"/toegang?zaak={case}")).text)

    assert "p.privacy" in again[0]
    assert "gezocht : dit toegangslog" in again[0]
    assert () == await web.store.verify()


FILTERS = [
    ("organisatie=school-de-meent", "m.dewit", "r.bakker"),
    ("organisatie=school-het-kompas", "r.bakker", "m.dewit"),
    ("soort=read", "m.dewit", "dit toegangslog"),
    ("soort=send", "verstuurd", "m.dewit"),
    ("van=2020-01-01&tot=2099-12-31", "m.dewit", "nergens"),
]


@pytest.mark.parametrize(("chosen", "there", "gone"), FILTERS)
async def test_filters(visit: Visit, case: str, chosen: str, there: str, gone: str) -> None:
    """By organisation, kind and period; together with the case."""
    await visit.log_in(OFFICER)

    found = " ".join(rows((await visit.get(f"/toegang?zaak={case}&{chosen}")).text))

    assert (True, False) == (there in found, gone in found)


@pytest.mark.parametrize("chosen", ["tot=2020-01-01", "van=2099-01-01", "nood=ja", "zaak=geen-nummer", "zaak=Noor"])
async def test_what_nothing_fits_is_empty(visit: Visit, case: str, chosen: str) -> None:
    """Also what can be no number of a case finds nothing, rather than everything."""
    await visit.log_in(OFFICER)
    text = (await visit.get(f"/toegang?{chosen}" if "zaak" in chosen else f"/toegang?zaak={case}&{chosen}")).text

    assert [] == rows(text)
    assert "Er is niets gevonden." in text


@pytest.mark.parametrize(
    "strange", ["na=x", "na=9999999999999999999999_-_1", "na=1_-_x", "soort=x&van=x&nood=x", "na=_"]
)
async def test_strange_addresses_begin_anew(visit: Visit, strange: str) -> None:
    """Whatever stands in an address, there is a page."""
    await visit.log_in(OFFICER)

    assert 200 == (await visit.get(f"/toegang?{strange}")).status_code


async def test_a_page_at_a_time(web: Pages, visit: Visit) -> None:
    """Fifty rows each, every look once, to the first."""
    case = await talked(web)
    for number in range(120):
        await web.store.log_access(
            AccessEntry(actor=by(MEENT), case_id=case, what=f"tel {number}", purpose="test", event=AccessEvent.PRINT)
        )
    await visit.log_in(OFFICER)
    seen: list[list[str]] = []
    address: str | None = f"/toegang?zaak={case}&soort=print"
    while address:
        text = (await visit.get(address)).text
        seen.append(re.findall(r"tel (\d+)", text))
        link = re.search(r'href="([^"]*)">Eerder<', text)
        address = unescape(link[1]) if link else None

    assert [50, 50, 20] == [len(page) for page in seen]
    assert [str(number) for number in range(119, -1, -1)] == [number for page in seen for number in page]


@pytest.mark.parametrize("user", ["m.dewit", "f.admin", "o.ops", "a.jansen"])
@pytest.mark.parametrize("path", ["/toegang", "/toegang/uittreksel", "/toegang/uittreksel.json"])
async def test_for_nobody_else_these_pages_exist(visit: Visit, user: str, path: str) -> None:
    """Neither for who keeps the system, nor for who has a case."""
    await visit.log_in(user)

    assert 404 == (await visit.get(path)).status_code


async def test_an_extract_says_which_organisation_and_never_who(visit: Visit, case: str) -> None:
    """For one person of a case: when, which organisation and role, what, why and on what ground; it is an export."""
    await visit.log_in(OFFICER)
    await visit.get("/toegang/uittreksel")
    asked = await visit.post("/toegang/uittreksel", {"zaak": case.upper().replace("-", " ")})
    assert asked.headers["location"] == f"/toegang/uittreksel?zaak={case}"
    choose = await visit.follow(asked)
    assert ["pupil", "guardian-1"] == re.findall(r'name="persoon" value="([^"]+)"', choose.text)

    answer = await visit.get(f"/toegang/uittreksel?zaak={case}&persoon=guardian-1")
    data = (await visit.get(f"/toegang/uittreksel.json?zaak={case}&persoon=guardian-1")).json()

    found = rows(answer.text)
    assert any("De Meent" in row and "eigen dossier" in row for row in found)
    assert not [word for word in ("m.dewit", "r.bakker", "s-", "Kompas", "Ouder Een") if word in " ".join(found)]
    assert (case, "guardian-1") == (data["case"], data["person"])
    assert {"at", "organisation", "organisationName", "role", "event", "what", "why", "ground", "emergency"} == set(
        data["looks"][0]
    )
    log = rows((await visit.get(f"/toegang?zaak={case}&soort=export")).text)
    assert ["ouder 1" in row.lower() and "p.privacy" in row for row in log] == [True, True]


async def test_what_is_chosen_leads_to_an_address(visit: Visit, case: str) -> None:
    """Of codes, and of a number that there is: to keep, to send on, and to go on from."""
    await visit.log_in(OFFICER)
    await visit.get("/toegang")
    looks = await visit.post(
        "/toegang", {"zaak": case.replace("-", ""), "organisatie": "school-de-meent", "soort": "read"}
    )
    extract = await visit.post("/toegang/uittreksel", {"zaak": case, "persoon": "guardian-1"})
    none = await visit.post("/toegang", {"zaak": "", "van": "", "organisatie": "niemand"})

    assert f"/toegang?zaak={case}&organisatie=school-de-meent&soort=read" == looks.headers["location"]
    assert f"/toegang/uittreksel?zaak={case}&persoon=guardian-1" == extract.headers["location"]
    assert "/toegang" == none.headers["location"]


async def test_an_extract_is_about_one_person(web: Pages, visit: Visit) -> None:
    """What was shown of the pupil alone is not in the parent's."""
    case = await talked(web)
    for person in ("pupil", "guardian-1"):
        await web.store.log_access(
            AccessEntry(actor=by(MEENT), case_id=case, what=f"van {person}", purpose="test", subject=person)
        )
    await visit.log_in(OFFICER)

    text = (await visit.get(f"/toegang/uittreksel?zaak={case}&persoon=pupil")).text

    assert (True, False) == ("van pupil" in text, "van guardian-1" in text)


@pytest.mark.parametrize("asked", ["zaak=aaaa-bbbb-cccc", "zaak=x", "zaak={case}&persoon=guardian-9"])
async def test_there_is_no_extract_of_nobody(visit: Visit, case: str, asked: str) -> None:
    """An unknown number or person is asked again; a program gets nothing."""
    await visit.log_in(OFFICER)
    asked = asked.format(case=case)

    assert "<table" not in (await visit.get(f"/toegang/uittreksel?{asked}")).text
    assert 404 == (await visit.get(f"/toegang/uittreksel.json?{asked}")).status_code


@pytest.mark.parametrize(
    ("path", "last"),
    [("/toegang?zaak={case}", "Hoe"), ("/toegang/uittreksel?zaak={case}&persoon=pupil", "Op welke grond")],
)
async def test_on_a_phone_no_column_is_cut(page: Page, login: Login, case: str, path: str, last: str) -> None:
    """Each row is a card: every cell in full below the one before, with the name of its column before it."""
    await page.set_viewport_size({"width": 390, "height": 844})
    await login(page, OFFICER)
    await page.goto(path.format(case=case))
    await page.goto(path.format(case=case))

    cells = await page.locator("tbody tr:first-child td").evaluate_all(
        """cells => cells.map(cell => { const place = cell.getBoundingClientRect(), text = cell.firstElementChild
            .getBoundingClientRect(); return [place.x, place.right, place.y, text.bottom,
            getComputedStyle(cell, "::before").content] })"""
    )

    assert ['"Wanneer"', '"Wie"', '"Wat"', '"Waarvoor"', f'"{last}"'] == [cell[4] for cell in cells]
    assert all(left >= 0 and right <= 390 for left, right, *_ in cells)
    assert all(above[3] <= below[2] for above, below in pairwise(cells))


async def test_the_pages_are_accessible(page: Page, login: Login, case: str) -> None:
    """Judged by axe in English, too, and nothing wider than a narrow screen; in Dutch with all other pages."""
    await page.set_viewport_size({"width": 320, "height": 568})
    await login(page, OFFICER)
    await page.goto("/toegang?taal=en")
    paths = [
        f"/toegang?zaak={case}&soort=read",
        "/toegang/uittreksel?zaak=x",
        f"/toegang/uittreksel?zaak={case}&persoon=pupil",
    ]
    for path in paths:
        await page.goto(path)
        assert [] == await violations(page), path
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320, path
