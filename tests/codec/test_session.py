"""The codec server for a console beside the pages: who is logged in there is known here, where that is set."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from protocol.vocabulary import Role
from starter.oidc.people import DEMO
from starter.web.login.sitting import Sitting
from starter.web.security.cookies import SESSION
from tests.codec.serving import CONSOLE, Server, running_codec, texts
from tests.starter.stack import Stack
from tests.store.raw import tampered


@pytest.fixture(scope="module")
async def beside(stack: Stack, oidc_folder: Path) -> AsyncIterator[Server]:
    """A server that takes the pages' sessions."""
    async with running_codec(stack, oidc_folder, codec_passes="session") as running:
        yield running


async def session(codec: Server, user: str) -> str:
    """Somebody is logged in at the pages; returns their cookie."""
    person = next(person for person in DEMO if person.user == user)
    sitting = Sitting(
        subject=f"{codec.issuer} {person.subject}",
        role=Role(person.roles[0]),
        organisation=person.organisation,
        user=user,
        name=person.name,
        access_token=codec.token(user),
        confirmed_at=datetime.now(UTC),
    )
    return f"{SESSION}={await codec.stack.store.begin_session(sitting.subject, sitting.model_dump_json())}"


async def test_a_session_of_the_pages_opens_what_its_owner_sees(beside: Server, case: str) -> None:
    """Without a token of the console; the same people see the same cases, and only the console's page may ask."""
    sealed = await beside.sealed(case, "een")
    mine = await beside.decode(sealed, None, cookie=await session(beside, "o.ops"))
    assert ["een"] == texts(mine)
    assert "true" == mine.headers["access-control-allow-credentials"]
    theirs = await beside.decode(sealed, None, cookie=await session(beside, "r.bakker"))
    assert 403 == theirs.status_code
    foreign = await beside.decode(
        sealed, None, cookie=await session(beside, "o.ops"), origin="https://elsewhere.example"
    )
    assert (403, "foreign") == (foreign.status_code, foreign.text)
    assert "access-control-allow-credentials" not in foreign.headers


async def test_a_session_that_is_over_opens_nothing(beside: Server, case: str) -> None:
    """Logged out, made up, left idle, or of somebody whom the provider does not know any more."""
    sealed = await beside.sealed(case, "een")
    cookie = await session(beside, "o.ops")
    await beside.stack.store.end_sessions_of(f"{beside.issuer} gemeente/o.ops")
    for no in (cookie, f"{SESSION}=none"):
        assert 401 == (await beside.decode(sealed, None, cookie=no)).status_code
    idle = await session(beside, "o.ops")
    dsn = beside.stack.settings.database_url.get_secret_value()
    await tampered(dsn, "UPDATE vangnet.sessions SET last_seen_at = last_seen_at - interval '1 hour'")
    assert 401 == (await beside.decode(sealed, None, cookie=idle)).status_code
    beside.people.save(tuple(person for person in DEMO if person.user != "o.ops"))
    assert 401 == (await beside.decode(sealed, None, cookie=await session(beside, "o.ops"))).status_code
    beside.people.save(DEMO)


async def test_a_token_still_counts(beside: Server, case: str) -> None:
    """The command line passes one, as before."""
    assert ["een"] == texts(await beside.decode(await beside.sealed(case, "een"), beside.token("o.ops")))


async def test_elsewhere_a_session_is_nothing(codec: Server, case: str) -> None:
    """Where it is not set a cookie is not looked at, and no page may send one."""
    answer = await codec.decode(await codec.sealed(case, "een"), None, cookie=await session(codec, "o.ops"))
    assert 401 == answer.status_code
    assert CONSOLE == answer.headers["access-control-allow-origin"]
    assert "access-control-allow-credentials" not in answer.headers
