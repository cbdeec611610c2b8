"""What whoever watches over the system reads in the log, and what holds back a login that is too weak or a copying program."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from itertools import count
from pathlib import Path

import httpx2
import pytest
from pydantic import JsonValue, ValidationError
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from runtime.errors import SettingsError
from starter.web.login import strength
from starter.web.login.strength import TooWeak
from starter.web.security.headers import Headers
from starter.web.security.pace import Pace
from starter.web.security.transport import protected
from starter.web.serving import opened as services_opened
from starter.web.settings import WebSettings
from tests.web.serving import Pages, running_pages
from tests.web.told import opened, sent, talked
from tests.web.visiting import Visit

_ABOUT = ("code", "why", "role", "organisation")
_AT_DE_MEENT = ("school", "school-de-meent")


def lines(caplog: pytest.LogCaptureFixture) -> list[tuple[object, ...]]:
    """The lines about security, and what each says."""
    found = [record for record in caplog.records if record.getMessage() == "security"]
    return [tuple(getattr(record, name, None) for name in _ABOUT) for record in found]


async def test_coming_and_going_are_lines(visit: Visit, caplog: pytest.LogCaptureFixture) -> None:
    """Who logs in and out, by role and organisation and never by name; one session's lines belong together."""
    with caplog.at_level(logging.INFO):
        await visit.log_in("m.dewit")
        await visit.get("/organisaties")
        await visit.get("/zaken")
        await visit.post("/uitloggen")

    assert [
        ("logged_in", None, *_AT_DE_MEENT),
        ("denied", "not_found", *_AT_DE_MEENT),
        ("logged_out", None, *_AT_DE_MEENT),
    ] == lines(caplog)
    said = [str(record.__dict__) for record in caplog.records if record.getMessage() == "security"]
    assert not [line for line in said if "dewit" in line.lower()]
    assert 1 == len({getattr(record, "session", None) for record in caplog.records} - {None})


async def test_who_is_kept_out_is_a_line(visit: Visit, caplog: pytest.LogCaptureFixture) -> None:
    """A login that comes to nothing, a form of another site, one without a token, a link that does not work."""
    with caplog.at_level(logging.INFO):
        await visit.get("/inloggen/terug?code=x&state=y")
        await visit.post("/zaken/nieuw", origin="https://elders.example")
        await visit.get(f"/k/{'x' * 43}")
        await visit.get("/zomaar")
        await visit.log_in("m.dewit")
        await visit.post("/zaken/nieuw", {"csrf": "0" * 64})

    assert [
        ("login_refused", "login_failed", None, None),
        ("form_refused", "foreign", None, None),
        ("link_closed", "link", None, None),
        ("logged_in", None, *_AT_DE_MEENT),
        ("form_refused", "stale_form", *_AT_DE_MEENT),
    ] == lines(caplog)


async def test_a_case_of_others_is_a_line(web: Pages, visit: Visit, caplog: pytest.LogCaptureFixture) -> None:
    """Another school that asks for a case is denied, which is said without the case's number."""
    case = await opened(web)
    await visit.log_in("r.bakker")
    with caplog.at_level(logging.INFO):
        await visit.get(f"/zaken/{case}")

    assert [("denied", "not_found", "school", "school-het-kompas")] == lines(caplog)
    assert not [
        record for record in caplog.records if record.getMessage() == "security" and case in str(record.__dict__)
    ]


async def test_what_the_protocol_refuses_is_a_line(web: Pages, visit: Visit, caplog: pytest.LogCaptureFixture) -> None:
    """A date in the past: the refusal's code, without what was typed."""
    case = await talked(web)
    await visit.log_in("m.dewit")
    fields = (("task", "ask_or_decide"), ("until", "2020-01-01"), ("note", "geheim"))
    with caplog.at_level(logging.INFO):
        await sent(visit, f"/zaken/{case}/extend-deadline", *fields)

    assert [("refused", "date_in_past", *_AT_DE_MEENT)] == lines(caplog)
    assert not [record for record in caplog.records if "geheim" in str(record.__dict__)]


async def test_a_program_that_copies_is_slowed_down(web: Pages, oidc_folder: Path) -> None:
    """One session's requests beyond the rate wait for the next minute; another session goes on."""
    async with running_pages(web.stack, oidc_folder, session_rate=3) as pages, Visit(pages) as one, Visit(pages) as two:
        await one.log_in("m.dewit")
        await two.log_in("r.bakker")
        answers = [await one.get("/zaken") for _ in range(4)]
        other = await two.get("/zaken")

    assert [200, 200, 200, 429] == [answer.status_code for answer in answers]
    assert "60" == answers[-1].headers["retry-after"]
    assert 200 == other.status_code


def test_a_minute_later_it_goes_on() -> None:
    """Counting begins anew each minute, for every session."""
    clock = count(0, 25)
    pace = Pace(1, lambda: float(next(clock)))

    assert [True, False, True, True] == [pace.allows(session) for session in ("a", "a", "a", "b")]


_STRONG = {"oidc_acr": "hoog middel", "oidc_amr": "mfa hwk", "oidc_max_age_seconds": 600, "oidc_skew_seconds": 30}
_SAID: dict[str, JsonValue] = {"acr": "hoog", "amr": ["pwd", "mfa"], "auth_time": 1_000}


def _settings(web: Pages, **changed: object) -> WebSettings:
    return web.services.web.model_copy(update=changed)


@pytest.mark.parametrize(
    ("said", "late"),
    [
        ({"acr": "laag"}, 0), ({"acr": None}, 0), ({"acr": ["hoog"]}, 0), ({"amr": ["pwd"]}, 0), ({"amr": "mfa"}, 0),
        ({"amr": None}, 0), ({"auth_time": None}, 0), ({"auth_time": True}, 0), ({"auth_time": "1000"}, 0), ({}, 631),
    ],
)  # fmt: skip
def test_a_login_that_says_less_is_too_weak(whole_web: Pages, said: Mapping[str, JsonValue], late: float) -> None:
    """Each of what the region asks has to stand in the token, and be what was asked."""
    settings = _settings(whole_web, **_STRONG)
    strength.check(_SAID, settings, 1_630)
    strength.check({}, whole_web.services.web)

    with pytest.raises(TooWeak):
        strength.check({**_SAID, **said}, settings, 1_000 + late)


async def test_a_weak_login_gets_nobody_in(web: Pages, oidc_folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The provider is asked for it, and who comes without it is told what to do."""
    strong = {"oidc_acr": "hoog", "oidc_max_age_seconds": 600}
    with caplog.at_level(logging.INFO):
        async with running_pages(web.stack, oidc_folder, **strong) as pages, Visit(pages) as visit:
            asked_for = (await visit.get("/inloggen")).headers["location"]
            answer = await visit.log_in("m.dewit")

    assert [True, True] == [part in asked_for for part in ("acr_values=hoog", "max_age=600")]
    assert (403, True) == (answer.status_code, "U moet sterker inloggen" in answer.text)
    assert [("login_refused", "login_weak", None, None)] == lines(caplog)


@pytest.mark.parametrize(
    ("address", "fine"),
    [
        ("https://login.regio.example", True), ("http://127.0.0.1:8080/x", True), ("http://localhost", True),
        ("http://[::1]:80", True), ("http://login.regio.example", False), ("http://10.0.0.1", False),
        ("http://127.0.0.1.elders.example", False), ("ftp://127.0.0.1", False),
    ],
)  # fmt: skip
def test_only_over_tls_but_here(address: str, fine: bool) -> None:
    """Plain HTTP is for one's own machine."""
    assert fine is protected(address)


async def test_a_process_does_not_begin_without_tls(web: Pages) -> None:
    """Neither with a provider over plain HTTP, nor as pages that people come to over it."""
    with pytest.raises(ValidationError, match="https is needed"):
        WebSettings.model_validate(dict(web.services.web) | {"oidc_issuer": "http://login.regio.example"})
    elsewhere = web.services.settings.model_copy(update={"public_url": "http://pages.regio.example"})
    with pytest.raises(SettingsError, match="VANGNET_PUBLIC_URL"):
        async with services_opened(elsewhere, web.services.web):
            pass


async def test_browsers_stay_on_tls(web: Pages) -> None:
    """Where people come over https every answer says so for a year; on one's own machine none does."""

    async def answered(*, https: bool) -> str:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(Headers(health, https=https))) as http:
            answer = await http.get("https://pages.example/")
        return str(answer.headers.get("strict-transport-security", ""))

    async def health(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("ok")(scope, receive, send)

    assert ["max-age=31536000; includeSubDomains", ""] == [await answered(https=True), await answered(https=False)]
    async with Visit(web) as visit:
        assert "strict-transport-security" not in (await visit.get("/healthz")).headers
