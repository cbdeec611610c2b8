"""What all links have in common: one page for every link that does not work, no trace of a token, plain words."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from protocol.notices import LinkPurpose
from starter.web.serving import server_config
from starter.web.texts import Texts, catalogue
from store.recording import WITHDRAWAL
from tests.web.link_cases import PARENT, asked, engaged, link
from tests.web.serving import Pages, running_pages
from tests.web.visiting import Visit

_MOST_WORDS = 12
_LONGEST = {
    "asker": "Centrum voor Jeugd en Gezin",
    "organisation": "Centrum voor Jeugd en Gezin",
    "call": "Centrum voor Jeugd en Gezin",
    "day": "woensdag 25 november 2026",
    "moment": "woensdag 25 november 2026, 16:10 uur",
    "owner": "de andere ouder of voogd",
    "number": "1",
    "case": "4c7h-93kt-wd2m",
}
_ALL = catalogue().languages


@pytest.fixture(scope="module")
async def question(whole_web: Pages) -> str:
    """A case in which something is asked, for tests that change nothing in it."""
    return await asked(whole_web)


async def wrong_links(web: Pages, case: str) -> list[str]:
    """Links that do not work, each for another reason."""
    path = await link(web, case, PARENT)
    expired = await link(web, await _expired(web), PARENT)
    partner = await link(web, await engaged(web), "ggd", LinkPurpose.PARTNER_ANSWER)
    return [
        "/k/niets",
        f"{path[:-1]}!",
        f"/k/{path.removeprefix('/k/').swapcase()}",
        f"{path}x",
        f"/k/{'a' * 5000}",
        "/k/%00",
        "/k/%F0%9F%98%9F",
        f"{path}/",
        f"{path}/overdracht",
        f"{path}/overdracht.pdf",
        f"{path}/nergens",
        f"{partner}/kiezen",
        f"{partner}/stoppen",
        expired,
        f"{expired}/stoppen",
    ]


async def _expired(web: Pages) -> str:
    """A case whose question was due so long ago that a late answer does not count any more."""
    case = await asked(web)
    await web.store.move_clock(case, WITHDRAWAL + timedelta(days=14))
    return case


async def test_every_link_that_does_not_work_looks_the_same(web: Pages, visit: Visit, question: str) -> None:
    """Wrong, mutilated, expired, or of another kind: the same page and status, that says what to do."""
    paths = await wrong_links(web, question)

    answers = [await visit.get(path) for path in paths]

    pages = {re.sub(r'href="/k/[^"]*"', "", answer.text) for answer in answers}
    assert {404} == {answer.status_code for answer in answers}
    assert 1 == len(pages)
    assert "Bel dan wie u het bericht stuurde." in pages.pop()


async def test_a_form_without_its_token_tells_nothing_about_a_link(web: Pages, visit: Visit, question: str) -> None:
    """Whether a link exists cannot be found out by sending it forms."""
    paths = ["/k/niets", await link(web, question, PARENT)]

    answers = [await visit.post(path, {"csrf": "0" * 64, "answer": "granted"}) for path in paths]

    assert [403, 403] == [answer.status_code for answer in answers]
    assert 1 == len({re.sub(r'href="/k/[^"]*"', "", answer.text) for answer in answers})


async def test_links_are_tried_a_limited_number_of_times(web: Pages, oidc_folder: Path, question: str) -> None:
    """Whoever tries many links, good or bad, has to wait; it is counted for every page behind them."""
    path = await link(web, question, PARENT)
    await _forget_attempts(web)
    async with running_pages(web.stack, oidc_folder, link_rate=4) as limited, Visit(limited) as visit:
        tried = [await visit.get(address) for address in ("/k/a", "/k/b/kiezen", "/k/c/d/e", path)]
        refused = [await visit.get("/k/f"), await visit.get("/k/g/h/i"), await visit.get(path)]
    await _forget_attempts(web)

    assert [404, 404, 404, 200] == [answer.status_code for answer in tried]
    assert [429, 429, 429] == [answer.status_code for answer in refused]
    assert "Er is te vaak geprobeerd" in refused[0].text


async def _forget_attempts(web: Pages) -> None:
    """All tests come from one address."""
    connection = await asyncpg.connect(web.stack.settings.database_url.get_secret_value())
    try:
        await connection.execute("DELETE FROM vangnet.attempts")
    finally:
        await connection.close()


async def test_a_token_is_in_no_log_and_no_referrer(
    web: Pages, visit: Visit, question: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A link is written down nowhere, whatever is done with it; nothing of it is kept by a browser or sent on."""
    path = await link(web, question, PARENT)
    with caplog.at_level(logging.DEBUG):
        answers = [
            await visit.get(path),
            await visit.post(path, {"about": "", "answer": "x"}),
            await visit.get(f"{path}/"),
        ]

    # The visitor's own lines, and those that the server is told not to write.
    theirs = ("httpx2", "httpcore2", "uvicorn.access")
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith(theirs)]
    assert server_config(web.services).access_log is False
    assert [] == [line for line in ours if path.removeprefix("/k/") in line]
    assert {("no-store", "no-referrer")} == {
        (answer.headers["cache-control"], answer.headers["referrer-policy"]) for answer in answers
    }


async def test_every_page_is_in_both_languages(web: Pages, visit: Visit, question: str) -> None:
    """The language is switched on the page, and stays."""
    path = await link(web, question, PARENT)

    asked_for = (await visit.get(f"{path}?taal=en")).text

    assert "May we talk with others about your child?" in asked_for
    assert "We only tell what is needed to help." in (await visit.get(f"{path}/kiezen")).text


def sentences(words: Texts) -> list[str]:
    """Every sentence that somebody with a link can read, names and dates filled in."""
    keys = [key for key in words.keys if key.startswith(("link.", "problems.link."))]  # no mapping
    texts = [words(key).format_map(_LONGEST) for key in sorted(keys)]
    return [sentence for text in texts for sentence in re.split(r"(?<=[.?!:])\s+", text)]


@pytest.mark.parametrize("language", sorted(_ALL))
def test_sentences_are_short(language: str) -> None:
    """Language level A2 to B1: at most twelve words, whatever is filled in."""
    assert [] == [s for s in sentences(_ALL[language]) if len(s.split()) > _MOST_WORDS]


def test_a_pupil_is_spoken_to_as_a_pupil() -> None:
    """In the pupil's words there is no formal you."""
    dutch = _ALL["nl"]
    formal = re.compile(r"\b(u|uw)\b", re.IGNORECASE)
    keys = [key for key in dutch.keys if ".pupil." in key or key == "link.close_pupil"]  # no mapping

    assert keys
    assert [] == [key for key in keys if formal.search(dutch(key))]
