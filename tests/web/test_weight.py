"""What each page must be: light, all of it from here, and for everybody."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx2
import pytest
from httpx2 import Response
from playwright.async_api import Browser
from starlette.routing import Match, Route

from bench.pages_figures import MOST_BYTES
from bench.pages_weight import loaded, weigh
from starter.web.app import application
from starter.web.texts import catalogue
from tests.web.judging import Judge, is_page, judging
from tests.web.places import PAGES, places
from tests.web.serving import Pages
from tests.web.states import PROBLEMS, STATES, Made
from tests.web.test_worklist import many
from tests.web.visiting import Visit

__all__ = ["many", "places"]

NO_PAGES = {
    "/": "leads to the list",
    "/static/{name:path}": "what pages load",
    "/healthz": "for machines",
    "/readyz": "for machines",
    "/inloggen": "leads to the login provider",
    "/k/{token}/code": "a page where a region asks a code: judged by test_links_code",
    "/k/{token}/overdracht.pdf": "a document to keep",
    "/toegang/uittreksel.json": "the same",
    "/rechten/{request_id}/inzage.json": "the same",
}
"""Addresses that are read and not opened here, each with what it is instead."""

_ELSEWHERE = re.compile(rb"""(?:url\(\s*["']?|@import\s+["'])(?!data:)([^"')]+)""")


async def _file(web: Pages, path: str) -> bytes:
    """A file as it is sent to a browser; compressed, so also what nobody reads of it is counted as it travels."""
    async with (
        httpx2.AsyncClient() as http,
        http.stream("GET", f"{web.address}{path}", headers={"accept-encoding": "gzip"}) as sent,
    ):
        assert 200 == sent.status_code, path
        return b"".join([part async for part in sent.aiter_raw()])


async def _wrong(web: Pages, page: str, files: dict[str, bytes]) -> list[str]:
    """What is wrong with what a page loads; files that were fetched are in ``files``."""

    async def fetch(path: str) -> bytes:
        if path not in files:
            files[path] = await _file(web, path)
        return files[path]

    foreign = [path for path in loaded(page) if not path.startswith("/static/")]
    if foreign:
        return foreign
    weight = (await weigh(page, fetch)).compressed
    return [f"{weight} bytes"] if weight > MOST_BYTES else []


@pytest.fixture(scope="module")
def answers() -> dict[str, Response]:
    """What was answered where, by whoever opened it: pages are judged by weight and by axe, and fetched once."""
    return {}


@pytest.fixture
async def pages(
    request: pytest.FixtureRequest,
    visit: Visit,
    many: None,  # noqa: ARG001
    places: dict[str | None, list[str]],
    answers: dict[str, Response],
) -> dict[str, Response]:
    """All pages that somebody opens, by address."""
    user: str | None = request.param
    if user and not answers.keys() >= {*map(f"{user}".__add__, places[user])}:
        await visit.log_in(user)
    for path in places[user]:
        if f"{user}{path}" not in answers:
            answers[f"{user}{path}"] = await visit.get(path)
    return {path: answers[f"{user}{path}"] for path in places[user]}


@pytest.fixture(scope="module")
async def judge(browser: Browser, whole_web: Pages) -> AsyncIterator[Judge]:
    """One judge for all of them: of pages that are made of the same, one is judged."""
    async with judging(browser, whole_web) as found:
        yield found


@pytest.mark.parametrize("pages", PAGES, indirect=True)
async def test_each_page_is_light_and_loads_from_here(web: Pages, pages: dict[str, Response]) -> None:
    """With its style and scripts no page weighs more than 100 kB compressed, and it asks nobody else for anything."""
    files = dict[str, bytes]()
    found = {path: await _wrong(web, page.text, files) for path, page in pages.items() if not page.is_redirect}
    assert {} == {path: wrong for path, wrong in found.items() if wrong}


@pytest.mark.parametrize("pages", PAGES, indirect=True)
async def test_each_kind_of_page_is_for_everybody(web: Pages, judge: Judge, pages: dict[str, Response]) -> None:
    """Axe (WCAG 2.2 AA) finds nothing on one page of each address, and none scrolls sideways at 320 pixels."""
    routes = _routes(web)
    kinds = {_route(routes, path): path for path, page in pages.items() if is_page(page)}
    found = {path: await judge.wrong(pages[path]) for path in kinds.values()}
    assert {} == {path: wrong for path, wrong in found.items() if wrong}


@pytest.mark.proof
@pytest.mark.parametrize("pages", PAGES, indirect=True)
async def test_each_page_is_for_everybody(judge: Judge, pages: dict[str, Response]) -> None:
    """The same for every page that is there to be opened."""
    found = {path: await judge.wrong(page) for path, page in pages.items() if is_page(page)}
    assert {} == {path: wrong for path, wrong in found.items() if wrong}


@pytest.mark.proof
@pytest.mark.parametrize("made", STATES, ids=lambda made: made.__name__)
async def test_each_state_is_for_everybody(web: Pages, visit: Visit, judge: Judge, made: Made) -> None:
    """The same for what forms bring when it does not go well, for each problem, and for what was erased."""
    user = STATES[made]
    if user:
        await visit.log_in(user)
        await visit.get("/zaken")  # for the token of its forms
    states = await made(web, visit)
    assert [] == [name for name, answer in states.items() if not is_page(answer)]
    found = {name: await judge.wrong(answer) for name, answer in states.items()}
    assert {} == {name: wrong for name, wrong in found.items() if wrong}


def test_no_problem_is_left_out() -> None:
    """The problems above are all that the catalogue has words for; a refusal has the protocol's own."""
    titled = {
        key.split(".")[1] for key in catalogue().of("nl").keys if key.startswith("problems.") and key.endswith(".title")
    }
    assert {*PROBLEMS} == titled - {"refused"}


async def test_no_page_is_left_out(web: Pages, places: dict[str | None, list[str]]) -> None:
    """Every address that is read is visited above, or stands in the list of what is no page."""
    routes = _routes(web)
    read = {route.path for route in routes if "GET" in (route.methods or ())}
    visited = {_route(routes, path) for paths in places.values() for path in paths}
    assert read == visited | NO_PAGES.keys()
    assert set() == visited & NO_PAGES.keys()


def _routes(web: Pages) -> list[Route]:
    return [route for route in application(web.services).routes if isinstance(route, Route)]


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
