"""Sessions that end by themselves, and what was typed when one did."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import asyncpg
from playwright.async_api import Page

from starter.web.security.cookies import SESSION
from store import KeyRing, Limits
from store.keys import token_hash
from tests.web.conftest import Login
from tests.web.serving import Pages
from tests.web.specimen import PATH
from tests.web.visiting import Visit

_IDLE = timedelta(minutes=31)
_LONG = timedelta(hours=11)


async def _age(web: Pages, token: str, column: str, by: timedelta) -> None:
    """Let time pass for a session."""
    connection = await asyncpg.connect(web.stack.settings.database_url.get_secret_value())
    statement = f"UPDATE vangnet.sessions SET {column} = {column} - $2::interval WHERE session_hash = $1"  # noqa: S608  # ours
    await connection.execute(statement, token_hash(token), by)
    await connection.close()


async def test_a_session_ends_when_nothing_is_done(visit: Visit) -> None:
    """After half an hour without a sign one logs in again; before that each page is a sign."""
    await visit.log_in("m.dewit")
    for _ in range(2):
        await _age(visit.pages, visit.cookies[SESSION], "last_seen_at", timedelta(minutes=20))
        assert 200 == (await visit.get(PATH)).status_code

    await _age(visit.pages, visit.cookies[SESSION], "last_seen_at", _IDLE)

    assert 303 == (await visit.get(PATH)).status_code


async def test_what_a_page_asks_by_itself_is_no_sign(visit: Visit) -> None:
    """A page that looks for news every few seconds keeps nobody logged in; when it is over it hears how to go on."""
    await visit.log_in("m.dewit")
    await _age(visit.pages, visit.cookies[SESSION], "last_seen_at", timedelta(minutes=20))
    assert 200 == (await visit.get(PATH, hx_request="true")).status_code
    await _age(visit.pages, visit.cookies[SESSION], "last_seen_at", timedelta(minutes=20))

    polls = {"hx_request": "true", "hx_current_url": f"{visit.pages.address}/zaken/x?y=1"}
    answer, form = await visit.get(PATH, **polls), await visit.get(f"{PATH}?formulier=ja", **polls)

    assert (401, 401) == (answer.status_code, form.status_code)
    assert 'href="/inloggen?terug=%2Fzaken%2Fx"' in answer.text
    assert "Verstuur het: het wordt bewaard" in form.text
    del visit.cookies[SESSION]
    assert "wordt niet bewaard" in (await visit.get(f"{PATH}?formulier=ja", **polls)).text


async def test_a_session_lasts_a_working_day_at_most(visit: Visit) -> None:
    """However busy somebody is, after ten hours they log in again."""
    await visit.log_in("m.dewit")

    await _age(visit.pages, visit.cookies[SESSION], "created_at", _LONG)

    assert 303 == (await visit.get(PATH)).status_code


def forms_fields(page: str) -> dict[str, str]:
    """What a form brings by itself."""
    return dict(re.findall(r'name="(csrf|whose)" value="([0-9a-f]{64})"', page))


async def _expired(visit: Visit) -> str:
    """Type something and send it after the session has expired; returns where one logs in again."""
    await visit.log_in("m.dewit")
    await visit.get(PATH)
    await _age(visit.pages, visit.cookies[SESSION], "last_seen_at", _IDLE)
    answer = await visit.post(PATH, {"name": "Noor", "note": "een lang verhaal"})
    assert 401 == answer.status_code
    assert "Wat u typte is bewaard" in answer.text
    return answer.text.split('action" href="')[1].split('"')[0].replace("&amp;", "&")


async def test_nothing_typed_is_lost_when_a_session_expires(visit: Visit) -> None:
    """After logging in again the form shows what was typed; nothing was sent meanwhile, and no address tells it."""
    address = await _expired(visit)
    assert "Noor" not in address

    back = await visit.log_in("m.dewit", address)
    page = await visit.get(back.headers["location"])

    assert "Wat u typte staat er nog" in page.text
    assert 'value="Noor"' in page.text
    assert "een lang verhaal</textarea>" in page.text


async def test_nothing_typed_is_lost_when_one_logged_in_again_meanwhile(visit: Visit) -> None:
    """A form of a session before, sent in a newer one of the same person, is carried out by nobody and kept."""
    await visit.log_in("m.dewit")
    older = forms_fields((await visit.get(PATH)).text)
    await _age(visit.pages, visit.cookies[SESSION], "last_seen_at", _IDLE)
    await visit.log_in("m.dewit")

    answer = await visit.post(PATH, {"name": "Noor", "note": "een lang verhaal", **older})

    assert 403 == answer.status_code
    assert "Wat u typte is bewaard" in answer.text
    address = answer.text.split('action" href="')[1].split('"')[0].replace("&amp;", "&")
    assert 'value="Noor"' in (await visit.get(address)).text
    stale = await visit.post(PATH, {"name": "Noor", **older, "whose": "0" * 64})
    assert "Dit formulier is verouderd" in stale.text


async def test_a_form_of_somebody_else_is_kept_for_nobody(visit: Visit) -> None:
    """What a colleague left open at the same computer is not kept for who is logged in now."""
    await visit.log_in("m.dewit")
    theirs = forms_fields((await visit.get(PATH)).text)
    del visit.cookies[SESSION]
    await visit.log_in("l.hendriks")

    answer = await visit.post(PATH, {"name": "Noor", **theirs})

    assert (403, True) == (answer.status_code, "Dit formulier is verouderd" in answer.text)


async def test_who_logged_out_is_told_that_nothing_is_kept(visit: Visit) -> None:
    """Without any session there is nobody to keep it for, and the page says so while one can still go back."""
    await visit.log_in("m.dewit")
    older = forms_fields((await visit.get(PATH)).text)
    del visit.cookies[SESSION]

    answer = await visit.post(PATH, {"name": "Noor", **older})

    assert 401 == answer.status_code
    assert "Wat u typte is niet bewaard" in answer.text


async def test_what_was_typed_is_for_who_typed_it(visit: Visit) -> None:
    """A colleague who logs in at the same computer does not see it, nor does it show on another page."""
    address = await _expired(visit)
    kept = parse_qs(urlsplit(address).query)["terug"][0]

    await visit.log_in("l.hendriks", address)
    assert "Noor" not in (await visit.get(kept)).text

    del visit.cookies[SESSION]
    await visit.log_in("m.dewit", address)
    assert "Noor" not in (await visit.get(f"/zaken?{urlsplit(kept).query}")).text
    assert "Noor" in (await visit.get(kept)).text


async def test_what_was_typed_is_sealed(visit: Visit) -> None:
    """The database does not hold it in the clear."""
    await _expired(visit)
    connection = await asyncpg.connect(visit.pages.stack.settings.database_url.get_secret_value())
    rows = await connection.fetch("SELECT sealed FROM vangnet.typed")
    await connection.close()

    assert rows
    assert not any(b"verhaal" in row["sealed"] for row in rows)


async def test_a_form_of_an_expired_session_from_elsewhere_is_not_kept(visit: Visit) -> None:
    """What has no token of the expired session is no form of ours."""
    await visit.log_in("m.dewit")
    await _age(visit.pages, visit.cookies[SESSION], "last_seen_at", _IDLE)

    assert 403 == (await visit.post(PATH, {"name": "Noor", "csrf": "0" * 64})).status_code


async def test_a_form_of_nobody_asks_to_log_in(visit: Visit) -> None:
    """Without any session nothing is known of who sent it, and nothing is kept."""
    answer = await visit.post(PATH, {"name": "Noor"})

    assert 401 == answer.status_code
    assert "is bewaard" not in answer.text


async def test_keys_may_change_while_people_are_logged_in(web: Pages, key_ring: KeyRing) -> None:
    """With a new current key sessions go on; once the old key is gone they are over, without an error."""
    token = await web.store.begin_session("somebody", "content")
    store = type(web.store)
    rotated, other = key_ring.rotated("key-2"), KeyRing.generate()

    found = []
    for keys in (rotated, other):
        opened = await store.connect(web.stack.settings.database_url.get_secret_value(), keys)
        found.append(await opened.session(token, Limits(*[timedelta(hours=1)] * 3)))
        await opened.close()

    assert "content" == (found[0].content if found[0] else None)
    assert found[1] is None


async def test_a_browser_gets_back_what_was_typed(page: Page, login: Login, web: Pages) -> None:
    """In Chromium: the form, the page that says so, logging in, and the form again."""
    await login(page, "m.dewit")
    await page.goto(PATH)
    await page.get_by_label("Notitie").fill("Gezien op het plein.")
    cookies = {cookie["name"]: cookie["value"] for cookie in await page.context.cookies()}
    await _age(web, cookies[SESSION], "last_seen_at", _IDLE)

    await page.get_by_role("button", name="Versturen").click()
    await page.get_by_role("link", name="Inloggen").click()
    await login(page, "m.dewit")

    assert "Gezien op het plein." == await page.get_by_label("Notitie").input_value()
