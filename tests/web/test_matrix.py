"""Role, page and action over real HTTP, held against the hand-written table of ``tests.web.matrix``."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import pytest
from httpx2 import Response

from protocol.messages import TOLD_BY_PEOPLE, name_of
from protocol.notices import LinkPurpose
from protocol.rights import Right
from store import AccessEntry
from tests.starter.stack import Stack, actor
from tests.web.link_cases import PARENT, link
from tests.web.matrix import (
    BREAKS_GLASS,
    FIELDS,
    LINKS,
    MAY,
    MOMENTS,
    PAGES,
    POSTS,
    READS_NAMES,
    REFUSED,
    SEES_NO_NAMES,
    USERS,
    may,
)
from tests.web.moments import cases_at
from tests.web.serving import Pages, running_pages
from tests.web.test_review import proposed
from tests.web.test_rights import ident, requested
from tests.web.told import sent
from tests.web.visiting import Visit

NOWHERE = "aaaa-bbbb-cccc"
NOT_TEXT = "\0"
"""A note that nobody can send: who may tell something is asked to mend it, and nothing happens."""
_TOKEN = re.compile(rb'value="[0-9a-f]{64}"')
_OF_ONE_ANSWER = {"date", "content-length"}
TOLD_EACH_TIME = ("talked", "partners", "directed")
"""Moments at which each message is tried by everybody in every run; between them each is asked for and sent."""
TOLD_BY_PROOF = tuple(moment for moment in MOMENTS if moment not in TOLD_EACH_TIME)
"""The others wait for ``-m proof``: their cells are in the protocol's own tests in every run."""


@dataclass(frozen=True)
class Everybody:
    """Everybody logged in, and a case at each moment."""

    web: Pages
    visits: dict[str, Visit]
    cases: dict[str, str]
    ids: dict[str, str]
    """A case, and in it a request to the privacy officer and a review, as the table names them."""
    nowhere: dict[tuple[str, str], bytes]
    """What was answered about a case that does not exist, by who asked and how; the same whatever they asked for."""


@pytest.fixture(scope="module")
async def everybody(web_stack: Stack, oidc_folder: Path) -> AsyncIterator[Everybody]:
    """Pages that ask the provider about a role now and then, as they do in practice."""
    async with AsyncExitStack() as opened:
        web = await opened.enter_async_context(running_pages(web_stack, oidc_folder, oidc_fresh_seconds=900))
        visits = {letter: await opened.enter_async_context(Visit(web)) for letter in USERS}
        for letter, visit in visits.items():
            await visit.log_in(USERS[letter])
            await visit.get("/zaken")  # for the token of its forms
        cases = await cases_at(web)
        request = await requested(visits["P"], cases["talked"], Right.ACCESS)
        await visits["P"].get(f"{request}/stukken")
        review = (await proposed(web, cases["talked"], "basis-matrix")).review_id
        ids = {"case": cases["talked"], "request": ident(request), "review": review}
        yield Everybody(web, visits, cases, ids, {})


def seen(answer: Response, case: str) -> bytes:
    """Everything of an answer, but what differs between any two."""
    headers = sorted((name, value) for name, value in answer.headers.items() if name not in _OF_ONE_ANSWER)
    whole = f"{answer.status_code} {headers} ".encode() + _TOKEN.sub(b"", answer.content)
    return whole.replace(case.encode(), NOWHERE.encode())


async def asked(visit: Visit, method: str, case: str, below: str, fields: dict[str, str]) -> Response:
    """Ask for a page below a case, or send its form."""
    path = f"/zaken/{case}{below}"
    return await (visit.post(path, fields) if method == "POST" else visit.get(path))


async def looks_like_none(everybody: Everybody, who: str, moment: str, method: str, below: str) -> bool:
    """Whether somebody gets what they get for a case that does not exist, byte for byte."""
    visit, case, known = everybody.visits[who], everybody.cases[moment], (who, method)
    if known not in everybody.nowhere:
        nothing = await asked(visit, method, NOWHERE, "", {})
        assert 404 == nothing.status_code
        everybody.nowhere[known] = seen(nothing, NOWHERE)
    answer = await asked(visit, method, case, below, FIELDS.get(below.strip("/"), {}))
    place, _, query = below.partition("?")
    return everybody.nowhere[known] == seen(answer, f"{case}{place}").replace(f"?{query}&amp;".encode(), b"?")


def test_the_table_is_whole() -> None:
    """Every message has a row of eight cells, and nobody stands in both tables of sight."""
    assert {name_of(message).replace("_", "-") for message in TOLD_BY_PEOPLE} == may().keys()
    assert len(may()) == MAY.strip().count("\n") + 1
    assert not [m for m in MOMENTS if set(READS_NAMES[m].split()) & set(SEES_NO_NAMES[m].split())]


@pytest.mark.parametrize("moment", MOMENTS)
async def test_who_sees_a_case(everybody: Everybody, moment: str) -> None:
    """Names for who reads them, the case without them for who has a task or keeps the system, no case for all others."""
    case, wrong = everybody.cases[moment], list[str]()
    shown = await pupil(everybody.web, case)
    for who, visit in everybody.visits.items():
        answer = await visit.get(f"/zaken/{case}")
        found = "names" if shown in answer.text else "no names" if answer.status_code == 200 else "nothing"
        reads, sees = who in READS_NAMES[moment], who in SEES_NO_NAMES[moment]
        if found != ("names" if reads else "no names" if sees else "nothing"):
            wrong.append(f"{who} sees {found}")
        if found == "nothing" and not await looks_like_none(everybody, who, moment, "GET", ""):
            wrong.append(f"{who} can tell that there is a case")
    assert [] == wrong


@pytest.mark.parametrize(
    "moment", [*TOLD_EACH_TIME, *(pytest.param(m, marks=pytest.mark.proof) for m in TOLD_BY_PROOF)]
)
async def test_who_may_do_what(everybody: Everybody, moment: str) -> None:
    """Each form is there for who may tell the message, refused to who sees the case, and for all others no page."""
    case, wrong = everybody.cases[moment], list[str]()
    before = await everybody.web.store.overview(case)
    for message, cells in may().items():
        for who in everybody.visits:
            if said := await cell(everybody, who, moment, message, allowed=who in cells[moment]):
                wrong.append(f"{message} {who}: {said}")
    after = await everybody.web.store.overview(case)
    assert [] == wrong
    assert before
    assert after
    assert before.case == after.case


@pytest.mark.parametrize("moment", MOMENTS)
async def test_who_may_break_glass(everybody: Everybody, moment: str) -> None:
    """The form is there for who may, and asks why; for who sees the case otherwise it is no page, nor is the case for all others."""
    wrong, path = list[str](), f"/zaken/{everybody.cases[moment]}/noodtoegang"
    for who, visit in everybody.visits.items():
        found = [answer.status_code for answer in (await visit.get(path), await visit.post(path))]
        if found != ([200, 422] if who in BREAKS_GLASS[moment] else [404, 404]):
            wrong.append(f"{who} {found}")
        if who not in READS_NAMES[moment] + SEES_NO_NAMES[moment]:
            for method in ("GET", "POST"):
                if not await looks_like_none(everybody, who, moment, method, "/noodtoegang"):
                    wrong.append(f"{who} can tell that there is a case")
    assert [] == wrong


async def cell(everybody: Everybody, who: str, moment: str, message: str, *, allowed: bool) -> str:
    """What is wrong with one cell. Of who may not, the form is asked for at one moment, and sent at the next."""
    visit, path = everybody.visits[who], f"/zaken/{everybody.cases[moment]}/{message}"
    if allowed:
        answers = [await visit.get(path), await visit.post(path, FIELDS.get(message, {}) | {"note": NOT_TEXT})]
        has_form = all(f'action="{path}"' in answer.text for answer in answers)
        found = (has_form, *(answer.status_code for answer in answers))
        return "" if found == (True, 200, 422) else f"{found}, though they may"
    method = "POST" if (list(may()).index(message) + MOMENTS.index(moment) // 2) % 2 else "GET"
    if who not in READS_NAMES[moment] + SEES_NO_NAMES[moment]:
        same = await looks_like_none(everybody, who, moment, method, f"/{message}")
        return "" if same else f"{method} does not look as if there were no case"
    answer = await asked(visit, method, everybody.cases[moment], f"/{message}", FIELDS.get(message, {}))
    refused = answer.status_code == 409 and f'action="{path}"' not in answer.text
    return "" if refused else f"{method} {answer.status_code}, though they may not"


async def pupil(web: Pages, case: str) -> str:
    """The pupil's name, as it is in the file."""
    look = AccessEntry(actor=actor("ops:gemeente:o.ops"), case_id=case, what="people", purpose="test")
    return (await web.store.people(case, look))["pupil"].name


@pytest.mark.parametrize("moment", MOMENTS)
async def test_what_stands_in_the_file_is_for_who_reads_it(everybody: Everybody, moment: str) -> None:
    """Notes and the hand-over document: for who reads no file they look as if they were not there."""
    case = everybody.cases[moment]
    notes = [row.note_id for row in await everybody.web.store.notes(case)]
    others = [who for who in everybody.visits if who not in READS_NAMES[moment]]

    assert 200 == (await everybody.visits["S"].get(f"/zaken/{case}/notities/{notes[0]}")).status_code
    for who in others:
        visit = everybody.visits[who]
        for there, none in ((f"notities/{notes[0]}", "notities/n-none"), ("overdracht/1", "overdracht/999999")):
            answers = [seen(await visit.get(f"/zaken/{case}/{name}"), case) for name in (there, none)]
            assert answers[0].replace(notes[0].encode(), b"n-none").replace(b"/1?", b"/999999?") == answers[1], who


@pytest.mark.parametrize("moment", MOMENTS)
async def test_who_hears_how_a_case_stands(everybody: Everybody, moment: str) -> None:
    """What an open page asks for every few seconds: as the page itself, names for who reads them, no case for all others."""
    case, wrong = everybody.cases[moment], list[str]()
    shown, below = await pupil(everybody.web, case), "/stand?nummer=1"
    for who, visit in everybody.visits.items():
        answer = await visit.get(f"/zaken/{case}{below}")
        reads, sees = who in READS_NAMES[moment], who in READS_NAMES[moment] + SEES_NO_NAMES[moment]
        if (shown in answer.text) != reads or answer.status_code != (200 if sees else 404):
            wrong.append(f"{who} {answer.status_code}")
        if not sees and not await looks_like_none(everybody, who, moment, "GET", below):
            wrong.append(f"{who} can tell that there is a case")
    assert [] == wrong


@pytest.mark.parametrize("path", PAGES)
async def test_pages_about_no_case(everybody: Everybody, path: str) -> None:
    """The work list is everybody's, a new signal the schools', the directory the functional administrator's."""
    at = path.format(**everybody.ids)
    found = {who: (await visit.get(at)).status_code for who, visit in everybody.visits.items()}
    refused = 409 if path in REFUSED else 404
    assert {who: 200 if who in PAGES[path] else refused for who in found} == found


@pytest.mark.parametrize("path", POSTS)
async def test_forms_about_no_case(everybody: Everybody, path: str) -> None:
    """Sent by anybody else nothing comes of them."""
    for who, visit in everybody.visits.items():
        answer = await sent(visit, path)
        assert answer.status_code in ({303, 422} if who in POSTS[path] else {404, 409}), who


async def test_nobody_logged_in(everybody: Everybody) -> None:
    """Every page leads to the log-in, every form is refused: the same whether there is a case or not."""
    async with Visit(everybody.web) as nobody:
        below = ("", "/stand?nummer=1", "/notities/n-none", *(f"/{message}" for message in may()))
        for place, case in zip(below, cycle(everybody.cases.values())):  # one of the two never ends
            for method, expected in (("GET", {303}), ("POST", {401, 403})):
                answers = [await asked(nobody, method, number, place, {}) for number in (case, NOWHERE)]
                assert seen(answers[0], case) == seen(answers[1], NOWHERE), place
                assert answers[0].status_code in expected


@pytest.mark.parametrize("moment", LINKS)
async def test_what_a_link_opens(everybody: Everybody, moment: str) -> None:
    """A parent's link shows the question or the answer and nothing else: every other page behind it is no page.

    Each of the messages is tried at one of the moments.
    """
    path = await link(everybody.web, everybody.cases[moment], PARENT, LinkPurpose.CONSENT)
    async with Visit(everybody.web) as parent:
        shown = await parent.get(path)
        for name in [*may()][[*LINKS].index(moment) :: len(LINKS)]:
            below, nothing = await parent.get(f"{path}/{name}"), await parent.get(f"/k/niets/{name}")
            sent = await parent.post(f"{path}/{name}", {"answer": "granted"})
            assert seen(nothing, NOWHERE) == seen(below, NOWHERE).replace(path.encode(), b"/k/niets")
            assert sent.status_code in {403, 404}

    assert LINKS[moment] in shown.text
