"""What a first visit of each page loads: little, and all of it from here."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import httpx2
import pytest
from starlette.routing import Match, Route

from bench.pages_figures import MOST_BYTES
from bench.pages_weight import loaded, weigh
from protocol.notices import LinkPurpose
from protocol.rights import Right
from starter.fields import MESSAGES
from starter.web.app import application
from starter.web.intake.screens import Screen
from store import Controller
from tests.web.filling import filled
from tests.web.link_cases import PARENT, asked, engaged, handed_over, link
from tests.web.serving import Pages
from tests.web.test_review import address, proposed
from tests.web.test_rights import requested
from tests.web.test_worklist import many
from tests.web.told import consented, coordinated, talked
from tests.web.visiting import Visit

__all__ = ["many"]

NO_PAGES = {
    "/": "leads to the list",
    "/static/{name:path}": "what pages load",
    "/healthz": "for machines",
    "/readyz": "for machines",
    "/inloggen": "leads to the login provider",
    "/k/{token}/overdracht.pdf": "a document to keep",
    "/toegang/uittreksel.json": "the same",
    "/rechten/{request_id}/inzage.json": "the same",
}
"""Addresses that are read and are no page, each with what it is instead."""

_ELSEWHERE = re.compile(rb"""(?:url\(\s*["']?|@import\s+["'])(?!data:)([^"')]+)""")


async def _of_the_school(web: Pages, visit: Visit) -> list[str]:
    case, back, draft = await talked(web), await handed_over(web), await filled(visit)
    (document,) = await web.store.hand_over_numbers(back, Controller.SCHOOL)
    proposal = await proposed(web, await consented(web), "basis-weight")
    forms = (name.replace("_", "-") for name in MESSAGES)
    return [
        "/zaken",
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
        f"/toegang/uittreksel?zaak={case}&persoon=pupil",
        "/rechten",
        f"/rechten/nieuw?zaak={case}",
        "/rechten/bewaartermijnen",
        request,
        *(f"{request.partition('?')[0]}/{below}" for below in ("stukken", "inzage")),
    ]


async def _of_an_agency(_web: Pages, _visit: Visit) -> list[str]:
    return ["/zaken?rol=coordinator"]


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


async def _file(web: Pages, path: str) -> bytes:
    """A file as it is sent to a browser; compressed, so also what nobody reads of it is counted as it travels."""
    async with (
        httpx2.AsyncClient() as http,
        http.stream("GET", f"{web.address}{path}", headers={"accept-encoding": "gzip"}) as sent,
    ):
        assert 200 == sent.status_code, path
        return b"".join([part async for part in sent.aiter_raw()])


async def _wrong(web: Pages, page: str) -> list[str]:
    """What is wrong with what a page loads."""

    async def fetch(path: str) -> bytes:
        return await _file(web, path)

    foreign = [path for path in loaded(page) if not path.startswith("/static/")]
    if foreign:
        return foreign
    weight = (await weigh(page, fetch)).compressed
    return [f"{weight} bytes"] if weight > MOST_BYTES else []


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("user", PAGES)
async def test_each_page_is_light_and_loads_from_here(
    web: Pages, visit: Visit, places: dict[str | None, list[str]], user: str | None
) -> None:
    """With its style and scripts no page weighs more than 100 kB compressed, and it asks nobody else for anything."""
    if user:
        await visit.log_in(user)
    found = {}
    for path in places[user]:
        answer = await visit.get(path)
        if not answer.is_redirect and (wrong := await _wrong(web, answer.text)):
            found[path] = wrong
    assert {} == found


async def test_no_page_is_left_out(web: Pages, places: dict[str | None, list[str]]) -> None:
    """Every address that is read is visited above, or stands in the list of what is no page."""
    routes = [route for route in application(web.services).routes if isinstance(route, Route)]
    read = {route.path for route in routes if "GET" in (route.methods or ())}
    visited = {_route(routes, path) for paths in places.values() for path in paths}
    assert read == visited | NO_PAGES.keys()
    assert set() == visited & NO_PAGES.keys()


def _route(routes: list[Route], path: str) -> str:
    asked_for = {"type": "http", "method": "GET", "path": urlsplit(path).path, "headers": []}
    return next(route.path for route in routes if route.matches(asked_for)[0] is Match.FULL)


async def test_style_loads_nothing(web: Pages) -> None:
    """No style sheet fetches a font or picture from anywhere."""
    async with Visit(web) as anybody:
        page = (await anybody.get("/uitgelogd")).text
        sheets = [path for path in loaded(page) if ".css" in path]
        assert sheets
        for path in sheets:
            assert [] == _ELSEWHERE.findall((await anybody.get(path)).content)
