"""Logging in and out, through the real provider."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import asyncpg
import pytest
from playwright.async_api import Browser, Page

from starter.oidc.people import DEMO
from starter.web.login.attempt import own_path
from starter.web.security.cookies import LOGIN, SESSION
from tests.web.conftest import Login
from tests.web.serving import Pages, running_pages
from tests.web.specimen import PATH
from tests.web.visiting import Visit


async def test_a_page_sends_to_log_in_and_comes_back(visit: Visit) -> None:
    """Whoever asks for a page without being logged in gets to it after logging in."""
    asked = await visit.get(f"{PATH}?stap=report")
    assert (303, f"/inloggen?{urlencode({'terug': f'{PATH}?stap=report'})}") == (
        asked.status_code,
        asked.headers["location"],
    )

    back = await visit.log_in("m.dewit", asked.headers["location"])

    assert (303, f"{PATH}?stap=report") == (back.status_code, back.headers["location"])
    assert "Marloes de Wit, Scholengemeenschap De Meent" in (await visit.get(PATH)).text


@pytest.mark.parametrize("person", DEMO, ids=lambda person: person.user)
async def test_each_demo_person_comes_in_with_their_own_role(visit: Visit, person: object) -> None:
    """The roles of the provider are those of the protocol, and fit the organisation."""
    user = next(demo for demo in DEMO if demo == person)

    await visit.log_in(user.user)

    assert user.name in (await visit.get(PATH)).text


async def test_the_request_to_the_provider_is_as_the_profile_wants_it(visit: Visit) -> None:
    """Code flow with PKCE by S256, a state and a nonce; the verifier stays in a sealed cookie."""
    asked = parse_qs(urlsplit((await visit.get("/inloggen")).headers["location"]).query)

    assert (["code"], ["S256"]) == (asked["response_type"], asked["code_challenge_method"])
    assert all(len(asked[name][0]) == 43 for name in ("state", "nonce", "code_challenge"))
    assert asked["state"][0] not in visit.cookies[LOGIN]


async def test_cookies_are_bound_to_this_host_and_out_of_reach(visit: Visit) -> None:
    """``__Host-`` with Secure, Path=/ and no domain; no script reads them, no other site sends them along."""
    began = (await visit.get("/inloggen")).headers["set-cookie"]
    ended = (await visit.log_in("m.dewit")).headers.get_list("set-cookie")
    session = next(cookie for cookie in ended if cookie.startswith(SESSION + "="))

    for cookie in (began, session):
        assert cookie.startswith("__Host-")
        assert {"path=/", "secure", "httponly", "samesite=lax"} <= set(cookie.lower().split("; "))
        assert "domain" not in cookie.lower()
    assert "max-age" not in session.lower()


async def test_every_login_has_a_key_of_its_own(visit: Visit) -> None:
    """A session's key from before the login is worth nothing after it; the database holds hashes only."""
    await visit.log_in("m.dewit")
    before = visit.cookies[SESSION]
    del visit.cookies[SESSION]
    await visit.log_in("m.dewit")
    after = visit.cookies[SESSION]

    assert before != after
    connection = await asyncpg.connect(visit.pages.stack.settings.database_url.get_secret_value())
    rows = await connection.fetch("SELECT session_hash, sealed FROM vangnet.sessions")
    await connection.close()
    kept = b"".join(row["session_hash"] + row["sealed"] for row in rows)
    assert rows
    assert not any(secret.encode() in kept for secret in (before, after, "m.dewit", "Marloes"))


@pytest.mark.parametrize("changed", [{"state": "x"}, {"code": "x"}, {"code": ""}, {"iss": "https://elders.example"}])
async def test_an_answer_that_is_not_the_providers_logs_nobody_in(visit: Visit, changed: dict[str, str]) -> None:
    """Another state, another code, another provider: a kind page, and no session."""
    address = urlsplit(await visit.begin("m.dewit"))
    answer = {name: values[0] for name, values in parse_qs(address.query).items()}

    refused = await visit.finish(address._replace(query=urlencode(answer | changed)).geturl())

    assert 400 == refused.status_code
    assert "Inloggen is niet gelukt" in refused.text
    assert SESSION not in visit.cookies


async def test_an_answer_counts_once_and_in_its_own_browser(visit: Visit) -> None:
    """The address that the provider sent somebody to does nothing in another browser, nor a second time."""
    address = await visit.begin("m.dewit")
    async with Visit(visit.pages) as thief:
        assert 400 == (await thief.finish(address)).status_code
    kept = visit.cookies[LOGIN]

    assert 303 == (await visit.finish(address)).status_code
    visit.cookies[LOGIN] = kept
    assert 400 == (await visit.finish(address)).status_code


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("/zaken/4c7h?x=1", "/zaken/4c7h?x=1"),
        ("https://elders.example", "/"),
        ("//elders.example", "/"),
        ("/\\elders.example", "/"),
        ("/a\nSet-Cookie: x", "/"),
        ("/uitloggen", "/"),
        ("", "/"),
    ],
)
def test_after_logging_in_one_stays_here(path: str, own: str) -> None:
    """A link to the login leads to no other site afterwards."""
    assert own == own_path(path)


async def test_another_name_of_this_machine_leads_to_the_right_one(visit: Visit) -> None:
    """Whoever writes ``localhost`` in the trial set-up logs in all the same."""
    here = urlsplit(visit.pages.address)

    answer = await visit.get(f"http://localhost:{here.port}/inloggen?terug={PATH}")

    assert f"{visit.pages.address}/inloggen?terug={PATH}" == answer.headers["location"]


async def test_who_has_no_part_is_told_so(visit: Visit) -> None:
    """No role, a role that does not fit the organisation, or an unknown organisation: no session."""
    marloes = next(person for person in DEMO if person.user == "m.dewit")
    for change in ({"roles": ()}, {"roles": ("zvh",)}, {"roles": ("system",)}, {"organisation": "school-x"}):
        other = marloes.model_copy(update=change)
        visit.pages.people.save((other,))

        refused = await visit.log_in("m.dewit", subject=other.subject)

        assert (403, False) == (refused.status_code, SESSION in visit.cookies)
        assert "U hebt hier geen toegang" in refused.text


async def test_logging_out_ends_the_session_here_and_at_the_provider(visit: Visit) -> None:
    """The key is worth nothing afterwards, and the browser is sent on to the provider without saying who it was."""
    await visit.log_in("m.dewit")
    await visit.get(PATH)
    key = visit.cookies[SESSION]

    left = await visit.post("/uitloggen")

    there = urlsplit(left.headers["refresh"].removeprefix("0; url="))
    assert visit.pages.provider == f"{there.scheme}://{there.netloc}"
    assert {"client_id", "post_logout_redirect_uri"} == set(parse_qs(there.query))
    visit.cookies[SESSION] = key
    assert 303 == (await visit.get(PATH)).status_code


async def test_a_changed_role_counts_at_once(visit: Visit) -> None:
    """Who becomes something else at the provider is that at the next page."""
    await visit.log_in("j.vandijk")
    judith = next(person for person in DEMO if person.user == "j.vandijk")
    assert 'href="/organisaties"' not in (await visit.get(PATH)).text

    visit.pages.people.save((judith.model_copy(update={"roles": ("admin",)}),))

    assert 'href="/organisaties"' in (await visit.get(PATH)).text


@pytest.mark.parametrize("change", [{"roles": ()}, {"organisation": "cjg"}, None])
async def test_who_is_taken_out_is_out_at_once(visit: Visit, change: dict[str, object] | None) -> None:
    """Whoever loses their role, or is removed, has no session any more."""
    await visit.log_in("m.dewit")
    marloes = next(person for person in DEMO if person.user == "m.dewit")

    visit.pages.people.save((marloes.model_copy(update=change),) if change else ())

    assert 303 == (await visit.get(PATH)).status_code
    visit.pages.people.save(DEMO)
    assert 303 == (await visit.get(PATH)).status_code


async def test_tokens_are_renewed_where_roles_come_with_them(web: Pages, oidc_folder: Path) -> None:
    """With a provider that tells roles in the ID token only, a change counts just the same."""
    changed = {"oidc_fresh": "refresh", "oidc_scope": "openid offline_access"}
    async with running_pages(web.stack, oidc_folder, **changed) as pages, Visit(pages) as visit:
        await visit.log_in("m.dewit")
        assert 200 == (await visit.get(PATH)).status_code

        pages.people.save(tuple(person for person in DEMO if person.user != "m.dewit"))

        assert 303 == (await visit.get(PATH)).status_code


async def test_a_provider_that_is_away_does_not_stop_who_is_in(web: Pages, oidc_folder: Path) -> None:
    """Nobody new gets in, which is said; who was in goes on for a while."""
    async with running_pages(web.stack, oidc_folder) as pages, Visit(pages) as visit, Visit(pages) as other:
        await visit.log_in("m.dewit")
        await pages.stop_provider()

        assert 200 == (await visit.get(PATH)).status_code
        pages.services.login.provider.forget()
        refused = await other.get("/inloggen")

    assert 503 == refused.status_code
    assert "De inlogdienst antwoordt niet" in refused.text


async def test_too_many_logins_from_one_address_have_to_wait(web: Pages, oidc_folder: Path) -> None:
    """The attempts are counted in the database: a second process counts on."""
    settings = {"login_rate": 2}
    async with (
        running_pages(web.stack, oidc_folder, **settings) as one,
        running_pages(web.stack, oidc_folder, **settings) as two,
        Visit(one) as visit,
        Visit(two) as other,
    ):
        await _forget_attempts(web)
        answers = [await visit.get("/inloggen"), await other.get("/inloggen"), await other.get("/inloggen")]
        await _forget_attempts(web)

    assert [303, 303, 429] == [answer.status_code for answer in answers]
    assert "60" == answers[-1].headers["retry-after"]
    assert "Er is te vaak geprobeerd" in answers[-1].text


async def _forget_attempts(web: Pages) -> None:
    connection = await asyncpg.connect(web.stack.settings.database_url.get_secret_value())
    await connection.execute("TRUNCATE vangnet.attempts")
    await connection.close()


async def test_a_browser_logs_in_and_out(page: Page, login: Login) -> None:
    """In Chromium, over plain HTTP on this machine: cookies hold, the form and both redirects are let through."""
    await page.goto(PATH)
    await login(page, "m.dewit")
    assert page.url.endswith(PATH)

    await page.get_by_role("button", name="Uitloggen").click()
    await page.wait_for_url("**/uitgelogd")

    await page.goto(PATH)
    assert "/authorize" in page.url


async def test_a_browser_without_scripts_logs_in(browser: Browser, web: Pages, login: Login) -> None:
    """Nothing of it needs JavaScript."""
    context = await browser.new_context(base_url=web.address, java_script_enabled=False)
    page = await context.new_page()
    await page.goto(PATH)
    await login(page, "s.yilmaz")

    assert await page.get_by_text("Selin Yilmaz, Centrum voor Jeugd en Gezin").is_visible()
    await context.close()
