"""What every page has: words, headers, kind answers to what is wrong, and forms that only we can send."""

from __future__ import annotations

import logging

import httpx2
import pytest

from tests.web.specimen import PATH
from tests.web.visiting import Visit

_FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("path", ["/zaken", "/nergens", "/static/app.css", "/healthz", "/k/niets", "/proef/stuk", PATH])
async def test_every_answer_protects_the_browser(visit: Visit, path: str) -> None:
    """No inline script or style, no framing, no referrer, nothing kept, whatever the answer is."""
    await visit.log_in("m.dewit")

    answer = await visit.get(path)

    assert answer.headers["content-security-policy"].startswith("default-src 'none'; ")
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert ("no-referrer", "nosniff") == (
        answer.headers["referrer-policy"],
        answer.headers["x-content-type-options"],
    )
    assert answer.headers["cache-control"] == ("public, max-age=300" if "static" in path else "no-store")


async def test_what_is_not_there_and_what_takes_no_form_look_the_same(visit: Visit) -> None:
    """An unknown page, and a known page asked for in the wrong way, are one and the same page."""
    await visit.log_in("m.dewit")

    unknown, wrong = await visit.get("/nergens"), await visit.post(f"{PATH}/stuk")

    assert (404, 404) == (unknown.status_code, wrong.status_code)
    assert unknown.text.replace("/nergens", f"{PATH}/stuk") == wrong.text
    assert "Deze pagina is er niet" in unknown.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
async def test_a_method_that_no_page_takes_is_told_so(visit: Visit, method: str) -> None:
    """The answer names the methods that there are, and is the same whether there is a page or none."""
    async with httpx2.AsyncClient() as http:
        there = await http.request(method, f"{visit.pages.address}{PATH}")
        nowhere = await http.request(method, f"{visit.pages.address}/niets")

    assert (405, "GET, HEAD, POST") == (there.status_code, there.headers["allow"])
    assert there.text.replace(PATH, "/niets") == nowhere.text


async def test_what_nobody_foresaw_is_a_page_and_a_line_without_data(
    visit: Visit, caplog: pytest.LogCaptureFixture
) -> None:
    """An error inside us gives a page that says so; its words, which could be somebody's, are not on it."""
    await visit.log_in("m.dewit")

    with caplog.at_level(logging.ERROR):
        answer = await visit.get(f"{PATH}/stuk")

    assert 500 == answer.status_code
    assert "Dit ligt aan ons." in answer.text
    assert "Noor" not in answer.text
    assert ["page_failed"] == [record.getMessage() for record in caplog.records]


async def test_a_form_is_taken_with_its_token(visit: Visit) -> None:
    """A form of ours, sent from a page of ours, arrives as it was typed."""
    await visit.log_in("m.dewit")
    await visit.get(PATH)

    answer = await visit.post(PATH, {"name": " Noor \U0001f600 ", "note": "een\r\ntwee"})

    assert 200 == answer.status_code
    assert repr([("name", " Noor \U0001f600 "), ("note", "een\ntwee")]) == answer.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://elders.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "null", "sec_fetch_site": "cross-site"}, 403),
        ({"origin": "null", "sec_fetch_site": "same-origin"}, 200),
        ({"sec_fetch_site": "same-site"}, 403),
        ({}, 200),
    ],
)
async def test_a_form_from_elsewhere_does_nothing(visit: Visit, headers: dict[str, str], status: int) -> None:
    """Where the browser says that a form stands on somebody else's page, it is not taken, token or not."""
    await visit.log_in("m.dewit")
    await visit.get(PATH)

    assert status == (await visit.post(PATH, {"name": "x"}, **headers)).status_code


async def test_a_token_is_for_one_session(visit: Visit) -> None:
    """Without a token, with a made-up one or with somebody else's, a form is not taken."""
    await visit.log_in("m.dewit")
    await visit.get(PATH)
    async with Visit(visit.pages) as other:
        await other.log_in("s.yilmaz")
        await other.get(PATH)

        answers = [await visit.post(PATH, {"csrf": token}) for token in ("", "0" * 64, other.token)]

    assert [403, 403, 403] == [answer.status_code for answer in answers]
    assert "Dit formulier is verouderd" in answers[0].text


async def test_a_link_page_takes_only_its_own_form(visit: Visit) -> None:
    """Pages behind a one-time link need no login, and no form without the link's own token is taken."""
    answer = await visit.post("/k/abc", {"answer": "ja"})

    assert 403 == answer.status_code


@pytest.mark.parametrize(
    ("content", "type_", "status"),
    [
        (b'--b\r\ncontent-disposition: form-data; name="f"; filename="x.jpg"\r\n\r\n\xff\xd8\r\n--b--', "multipart/form-data; boundary=b", 415),
        (b"{}", "application/json", 415),
        (b"\xff\xd8\xff", "image/jpeg", 415),
        (b"name=" + b"x" * (64 * 1024 + 1), _FORM, 413),
        (b"name=" + b"x" * 2_000_000, _FORM, 413),
        (b"&".join([b"a=b"] * 501), _FORM, 413),
        (b"name=%ff", _FORM, 400),
        (b"name=\xff", _FORM, 400),
    ],
)  # fmt: skip
async def test_only_forms_of_a_fair_size_are_read(visit: Visit, content: bytes, type_: str, status: int) -> None:
    """Uploads, other types, fields over 64 KiB and what is no text are refused before anything looks at them."""
    await visit.log_in("m.dewit")

    answer = await visit.send(PATH, content, content_type=type_)

    assert status == answer.status_code
    assert "<html" in answer.text


async def test_a_full_field_of_emoji_is_taken(visit: Visit) -> None:
    """64 KiB counts as typed, not as encoded for the way."""
    await visit.log_in("m.dewit")
    await visit.get(PATH)

    assert 200 == (await visit.post(PATH, {"name": "\U0001f600" * (16 * 1024)})).status_code


async def test_the_language_is_chosen_and_remembered(visit: Visit) -> None:
    """Dutch, whatever the browser prefers, until English is asked for; that stays."""
    await visit.log_in("m.dewit")

    first = await visit.get(PATH, accept_language="en-GB,en;q=0.9")
    asked = await visit.get(f"{PATH}?taal=en")
    remembered = await visit.get(PATH)

    languages = [answer.text.split('<html lang="')[1][:2] for answer in (first, asked, remembered)]
    assert ["nl", "en", "en"] == languages
    assert '<html lang="nl"' in (await visit.get(f"{PATH}?taal=nl")).text
    assert '<html lang="nl"' in (await visit.get(f"{PATH}?taal=xx")).text


async def test_health_needs_no_login(visit: Visit) -> None:
    """Whoever looks after the process finds out that it works."""
    answers = [await visit.get(path) for path in ("/healthz", "/readyz")]

    assert [(200, "ok\n")] * 2 == [(answer.status_code, answer.text) for answer in answers]
