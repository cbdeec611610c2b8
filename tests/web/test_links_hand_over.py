"""The hand-over link: parents read what was agreed, print it, and keep it as a PDF."""

from __future__ import annotations

import hmac
import io
import re
from datetime import date
from hashlib import sha256

import asyncpg
import pytest
from pydantic import JsonValue
from pypdf import PdfReader

from protocol.messages import Actor
from protocol.notices import LinkPurpose
from protocol.vocabulary import DeEscalationReason, EndReason, Role
from starter.web.links.opened import COOKIE
from starter.web.links.pdf import pdf
from starter.web.links.sheet import Part, Sheet
from starter.web.texts import catalogue
from store import AccessEntry, AccessFilter, Controller
from tests.web.link_cases import PARENT, handed_over, link, state, tell
from tests.web.serving import Pages
from tests.web.visiting import Visit

_HAND_OVER = LinkPurpose.HAND_OVER


@pytest.fixture(scope="module")
async def agreed(whole_web: Pages) -> str:
    """A case that was handed over, for tests that change nothing in it."""
    return await handed_over(whole_web)


async def opened(web: Pages, visit: Visit, case: str) -> str:
    """The address behind the link of a hand-over, opened in this browser."""
    path = await link(web, case, PARENT, _HAND_OVER)
    await visit.get(path)
    return (await visit.post(path)).headers["location"]


async def looks(web: Pages, case: str) -> list[tuple[str, str, str]]:
    """What the access log has about looks at the hand-over."""
    connection = await asyncpg.connect(web.stack.settings.database_url.get_secret_value())
    try:
        rows = await connection.fetch(
            "SELECT role, person, what FROM vangnet.access_log WHERE scope = $1 AND what LIKE 'hand_over%'", case
        )
        return [tuple(row) for row in rows]
    finally:
        await connection.close()


async def test_the_link_alone_shows_nothing(web: Pages, visit: Visit) -> None:
    """A mail scanner that opens the link, and what lies behind it, finds a button and nothing of the document."""
    case = await handed_over(web)
    path = await link(web, case, PARENT, _HAND_OVER)

    door = await visit.get(path)
    behind = [await visit.get(f"{path}/overdracht{ending}") for ending in ("", ".pdf")]

    assert "Lees de informatie" in door.text
    assert case not in door.text
    assert [(303, path)] * 2 == [(answer.status_code, answer.headers["location"]) for answer in behind]
    assert [] == await looks(web, case)


async def test_parents_read_what_was_agreed(web: Pages, visit: Visit) -> None:
    """After the button: how it went, who does what, who goes on helping, whom to call; each look is logged."""
    case = await handed_over(web)

    read = await visit.get(await opened(web, visit, case))

    assert 200 == read.status_code
    assert "Het doel is bereikt." in read.text
    assert "Afspraak 1 is van GGD. Dit is klaar." in read.text
    assert "Afspraak 2 is van u. Dit is klaar." in read.text
    assert "Bel met een vraag naar Centrum voor Jeugd en Gezin." in read.text
    assert "no-store" == read.headers["cache-control"]
    number = next(row.number for row in await web.store.notices(case) if row.link is _HAND_OVER)
    assert [("person", PARENT, f"hand_over {number}")] == await looks(web, case)


async def test_opened_is_opened_in_one_browser_for_one_link(web: Pages, visit: Visit, agreed: str) -> None:
    """What one browser opened stays closed in another, and opens no other link."""
    case, other = agreed, await handed_over(web)
    address = await opened(web, visit, case)
    closed = f"{await link(web, other, PARENT, _HAND_OVER)}/overdracht"

    async with Visit(web) as somebody:
        assert 303 == (await somebody.get(address)).status_code
    assert 303 == (await visit.get(closed)).status_code
    assert [] == await looks(web, other)


@pytest.mark.parametrize("value", ["", "x", "9999999999.", "9999999999.00", "1.", "²³.x", "9" * 400 + ".x", "-1.x"])
async def test_a_made_up_cookie_opens_nothing(web: Pages, visit: Visit, agreed: str, value: str) -> None:
    """Whatever a cookie says, only our own proof counts."""
    case = agreed
    address = await opened(web, visit, case)

    visit.cookies[COOKIE] = value.encode("ascii", "ignore").decode()

    assert 303 == (await visit.get(address)).status_code


async def test_opened_does_not_last(web: Pages, visit: Visit, agreed: str) -> None:
    """A proof that is over opens nothing any more, and nobody can set its time forward."""
    address = await opened(web, visit, agreed)
    until, _, proof = visit.cookies[COOKIE].partition(".")
    past = int(until) - 7200
    token = address.split("/")[2]
    true_then = hmac.digest(web.store.keys.derive("link opened"), f"{past}:{token}".encode(), sha256).hex()

    for cookie in (f"{past}.{true_then}", f"{int(until) + 7200}.{proof}"):
        visit.cookies[COOKIE] = cookie

        assert 303 == (await visit.get(address)).status_code


async def test_what_is_taken_along_is_an_export(web: Pages, visit: Visit, agreed: str) -> None:
    """The access log tells reading on the screen from the file that somebody keeps."""
    address = await opened(web, visit, agreed)
    await visit.get(address)
    await visit.get(f"{address}.pdf")

    look = AccessEntry(actor=Actor(role=Role.PRIVACY, organisation="gemeente", user="o"), what="test", purpose="test")
    rows = await web.store.accesses(AccessFilter(case_id=agreed), look, limit=3)

    assert ["export", "read"] == [row.event for row in rows if row.purpose == "hand_over link"]


async def test_the_pdf_says_the_same_and_is_made_to_last(web: Pages, visit: Visit, agreed: str) -> None:
    """PDF/A-2a and PDF/UA-1: tagged, with language and title, and every sentence of the page."""
    case = agreed
    address = await opened(web, visit, case)

    file = await visit.get(f"{address}.pdf")

    assert ("application/pdf", 'attachment; filename="afspraken.pdf"') == (
        file.headers["content-type"],
        file.headers["content-disposition"],
    )
    read = PdfReader(io.BytesIO(file.content))
    assert b"pdfaid" in file.content
    assert b"pdfuaid" in file.content
    assert "nl" == str(read.root_object["/Lang"])
    assert read.metadata
    assert "De afspraken op een rij" == read.metadata.title
    said = plain(" ".join(page.extract_text() for page in read.pages))
    for sentence in ("Het doel is bereikt.", "Afspraak 2 is van u. Dit is klaar.", f"Nummer: {case}"):
        assert sentence in said


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


async def test_the_document_stays_when_the_case_is_closed(web: Pages, visit: Visit) -> None:
    """Parents can read it again after the school has confirmed."""
    case = await handed_over(web)
    await tell(web, case, "confirm-hand-over")

    assert 200 == (await visit.get(await opened(web, visit, case))).status_code


async def test_who_is_no_longer_in_the_case_reads_nothing(web: Pages, visit: Visit) -> None:
    """The case was taken up again and has another guardian: the earlier one's link does not work any more."""
    case = await handed_over(web)
    address = await opened(web, visit, case)
    await tell(web, case, "resume-coordination", "cjg:cjg:a.cjg", "toch niet")
    other: JsonValue = {"name": "Ouder Twee", "email": "twee@voorbeeld.example", "custody": True}
    await tell(web, case, "set-guardians", guardians=[other])
    assert PARENT not in (await state(web, case)).persons

    assert 404 == (await visit.get(address)).status_code


async def test_an_erased_file_has_no_document(web: Pages, visit: Visit) -> None:
    """Once the school's part of the file is erased, the link is like any that does not work."""
    case = await handed_over(web)
    address = await opened(web, visit, case)
    await web.store.destroy_key(case, Controller.SCHOOL)

    assert 404 == (await visit.get(address)).status_code


def test_nothing_in_a_name_is_markup() -> None:
    """Whatever an organisation is called stands in the PDF as it is written; a letter without a shape is a mark."""
    name = '#panic("x") *b* $y$ @z <w> _v_ \\ [u] 😀 ليلى Łódź'
    sheet = Sheet(
        language="nl", title=name, day=date(2026, 11, 22), opening=(name,), parts=(Part(title=name, items=(name,)),)
    )

    said = plain("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf(sheet))).pages))

    assert 4 == said.count('#panic("x") *b* $y$ @z <w> _v_ \\ [u] ? ???? Łódź')


def test_the_same_sheet_is_the_same_file() -> None:
    """A download made again is the same file: it says nothing of when it was made."""
    sheet = Sheet(language="en", title="t", day=date(2026, 11, 22), opening=(), parts=())

    assert pdf(sheet) == pdf(sheet)


@pytest.mark.parametrize("language", sorted(catalogue().languages))
def test_every_outcome_has_its_sentence(language: str) -> None:
    """A document can be read whatever the reason was."""
    t = catalogue().languages[language]

    assert [] == [r for r in (*DeEscalationReason, *EndReason) if f"link.hand_over.reason_{r}" not in t]
