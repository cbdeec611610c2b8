"""The codec server over HTTP: who gets what opened, what is logged, and what gets no further."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from starlette.requests import Request
from starlette.responses import Response

from starter.codec.app import LARGEST, MOST, Stopped, _answered
from starter.codec.settings import CodecSettings
from starter.oidc.pages import CLIENT_ID
from starter.oidc.people import DEMO
from store import KeyRing
from tests.codec.serving import CONSOLE, Server, plain_payload, running_codec, texts
from tests.starter.stack import Stack, actor, an_intake

_LOOKS = """
SELECT role, organisation, user_id, what, purpose, event, access_point, outcome
FROM vangnet.access_log WHERE scope = $1 AND access_point = 'codec' ORDER BY number
"""


async def looks(codec: Server, case_id: str) -> list[asyncpg.Record]:
    """What the access log says of looks through this door."""
    connection = await asyncpg.connect(codec.stack.settings.database_url.get_secret_value())
    try:
        return list(await connection.fetch(_LOOKS, case_id))
    finally:
        await connection.close()


def _headers(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}", "x-namespace": "default"}


@pytest.mark.parametrize("user", ["m.dewit", "o.ops", "p.privacy"])
async def test_who_sees_the_case_gets_it_opened(codec: Server, case: str, user: str) -> None:
    """The school's own case, and who keeps or watches over the system: in order, each decode with its row."""
    before = len(await looks(codec, case))

    answer = await codec.decode(await codec.sealed(case, "een", "twee"), codec.token(user))

    assert ["een", "twee"] == texts(answer)
    person = next(person for person in DEMO if person.user == user)
    (row,) = (await looks(codec, case))[before:]
    assert (person.organisation, codec.stack.store.keys.pseudonym(person.organisation, user)) == row[1:3]
    assert ("history 2", "console", "decode", "codec", "shown") == row[3:]


@pytest.mark.parametrize("user", ["r.bakker", "s.yilmaz", "l.smit", "a.jansen"])
async def test_who_does_not_see_the_case_gets_nothing(codec: Server, case: str, user: str) -> None:
    """Another school, a CJG that was told nothing, a partner, the ZVH: as if the case were not there, and logged."""
    before = len(await looks(codec, case))
    refused = await codec.decode(await codec.sealed(case, "geheim"), codec.token(user))
    unknown = await codec.decode(await codec.sealed("zzzz-zzzz-zzzz", "geheim"), codec.token(user))

    assert (403, "not_allowed") == (refused.status_code, refused.text) == (unknown.status_code, unknown.text)
    (row,) = (await looks(codec, case))[before:]
    assert ("decode", "codec", "refused") == row[5:]


async def test_one_case_that_is_not_theirs_closes_all(codec: Server, case: str) -> None:
    """A request for several cases is answered whole or not at all."""
    other = await codec.stack.client.open(actor("school:school-het-kompas:r.bakker"), an_intake())
    mixed = [*await codec.sealed(case, "een"), *await codec.sealed(other, "twee")]

    assert 403 == (await codec.decode(mixed, codec.token("m.dewit"))).status_code
    assert ["een", "twee"] == texts(await codec.decode(mixed, codec.token("o.ops")))


async def test_what_is_lost_is_lost_at_once(codec: Server) -> None:
    """What consent opened to the CJG is closed by its withdrawal at the next request."""
    stack = codec.stack
    case = await stack.open()
    persons = ("pupil", "guardian-1")
    await stack.tell(case, "record_pupil_talk", held_by=["mentor"])
    await stack.tell(
        case,
        "record_parent_talk",
        existing_care=False,
        postponed_for_safety=False,
        pupil_present=True,
        note="gesproken",
    )
    await stack.tell(case, "request_consent", persons=list(persons), parties=["cjg"])
    for person in persons:
        answer = {"person": person, "answer": "granted", "channel": "link"}
        await stack.tell(case, "answer_consent", f"person:{person}", **answer)
    await stack.tell(case, "decide_report", needed=True)
    sealed = await codec.sealed(case, "een")
    assert ["een"] == texts(await codec.decode(sealed, codec.token("s.yilmaz")))

    await stack.tell(case, "withdraw_consent", "person:guardian-1", person="guardian-1", parties=["cjg"])

    assert 403 == (await codec.decode(sealed, codec.token("s.yilmaz"))).status_code


async def test_a_payload_cannot_say_that_it_is_of_another_case(codec: Server, case: str) -> None:
    """The case in the metadata is part of what is sealed: changed to one's own case, it opens for nobody."""
    other = await codec.stack.client.open(actor("school:school-het-kompas:r.bakker"), an_intake())
    (payload,) = await codec.sealed(other, "geheim")
    payload.metadata["case"] = case.encode()

    answer = await codec.decode([payload], codec.token("m.dewit"))

    assert (400, "unreadable") == (answer.status_code, answer.text)


async def test_what_is_of_no_case_stays_sealed(codec: Server) -> None:
    """Nobody can say who may see it; what was never sealed comes back as it was."""
    payloads = await codec.sealed("", "geteld", workflow="vangnet-housekeeping")

    answer = await codec.decode(payloads, codec.token("o.ops"))

    (found,) = answer.json()["payloads"]
    assert "geteld" not in answer.text
    assert "key" in found["metadata"]
    answer = await codec.http.post(
        f"{codec.address}/decode", json={"payloads": [plain_payload()]}, headers=_headers(codec.token("o.ops"))
    )
    assert {"payloads": [plain_payload()]} == answer.json()


async def test_no_row_no_data(codec: Server, case: str) -> None:
    """Where the look cannot be logged there is none."""
    connection = await asyncpg.connect(codec.stack.settings.database_url.get_secret_value())
    await connection.execute("ALTER TABLE vangnet.access_log ADD CONSTRAINT is_full CHECK (false) NOT VALID")
    try:
        answer = await codec.decode(await codec.sealed(case, "geheim"), codec.token("m.dewit"))
    finally:
        await connection.execute("ALTER TABLE vangnet.access_log DROP CONSTRAINT is_full")
        await connection.close()

    assert (503, "unavailable") == (answer.status_code, answer.text)


async def test_without_a_good_token_there_is_nothing(codec: Server, case: str, tmp_path: Path) -> None:
    """None, another word, one for another client, another issuer's, an expired one, somebody else's key."""
    sealed = await codec.sealed(case, "geheim")
    now = int(time.time())
    good = {
        "sub": "gemeente/o.ops",
        "aud": CLIENT_ID,
        "iss": codec.issuer,
        "iat": now,
        "exp": now + 60,
        "use": "access",
    }
    good["scope"] = "openid"
    assert ["geheim"] == texts(await codec.decode(sealed, codec.signed(codec.folder, **good)))
    wrong = [
        None,
        "x",
        codec.token("o.ops", client="another"),
        codec.token("o.ops", use="id"),
        codec.signed(tmp_path, **good),
        *(
            codec.signed(codec.folder, **(good | change))
            for change in ({"exp": now - 120}, {"iss": "https://elders.example"}, {"aud": "another"}, {"sub": "x"})
        ),
    ]

    for token in wrong:
        answer = await codec.decode(sealed, token)
        assert (401, "log_in", "Bearer") == (answer.status_code, answer.text, answer.headers["www-authenticate"])


async def test_who_lost_their_role_is_out_at_once(codec: Server, case: str) -> None:
    """With an access token the provider is asked at each request; no role is 403, no person 401."""
    token, sealed = codec.token("m.dewit"), await codec.sealed(case, "een")
    marloes = next(person for person in DEMO if person.user == "m.dewit")
    assert 200 == (await codec.decode(sealed, token)).status_code

    codec.people.save((marloes.model_copy(update={"roles": ()}),))
    assert 403 == (await codec.decode(sealed, token)).status_code
    codec.people.save(())
    assert 401 == (await codec.decode(sealed, token)).status_code


async def test_a_console_that_passes_id_tokens(stack: Stack, oidc_folder: Path, case: str) -> None:
    """Where the settings say so, the ID token is read, for the console's own client at the provider."""
    async with running_codec(stack, oidc_folder, codec_passes="id", codec_audience="console") as codec:
        sealed = await codec.sealed(case, "een")
        assert ["een"] == texts(await codec.decode(sealed, codec.token("m.dewit", "id", client="console")))
        assert 401 == (await codec.decode(sealed, codec.token("m.dewit", "id"))).status_code
        assert 403 == (await codec.decode(sealed, codec.token("r.bakker", "id", client="console"))).status_code


async def test_another_site_gets_no_answer(codec: Server, case: str) -> None:
    """One origin, exactly; a request without one has no page behind it, as the command line of Temporal."""
    sealed, token = await codec.sealed(case, "een"), codec.token("m.dewit")
    for origin in ("https://elders.example", "null", CONSOLE + ".elders.example", "http://127.0.0.1:8080"):
        answer = await codec.decode(sealed, token, origin=origin)
        assert (403, "foreign") == (answer.status_code, answer.text)
        assert "access-control-allow-origin" not in answer.headers
        asked = await codec.http.options(f"{codec.address}/decode", headers={"origin": origin})
        assert (403, False) == (asked.status_code, "access-control-allow-methods" in asked.headers)

    answer = await codec.http.post(
        f"{codec.address}/decode", json={"payloads": []}, headers=_headers(token) | {"x-namespace": "default"}
    )
    assert 200 == answer.status_code


async def test_the_consoles_browser_may_ask(codec: Server, case: str) -> None:
    """The preflight names the method and the headers that the console sends; every answer says whom it is for."""
    asked = await codec.http.options(
        f"{codec.address}/decode",
        headers={
            "origin": CONSOLE,
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization,content-type,x-namespace",
        },
    )
    assert (204, CONSOLE) == (asked.status_code, asked.headers["access-control-allow-origin"])
    assert "POST" in asked.headers["access-control-allow-methods"]
    assert {"authorization", "content-type", "x-namespace"} == set(
        asked.headers["access-control-allow-headers"].split(", ")
    )

    for token in (codec.token("m.dewit"), None):
        answer = await codec.decode(await codec.sealed(case, "een"), token)
        assert (CONSOLE, "Origin", "no-store") == tuple(
            answer.headers[name] for name in ("access-control-allow-origin", "vary", "cache-control")
        )


async def test_only_the_last_part_of_the_path_counts(codec: Server, case: str) -> None:
    """The protocol lets the server stand anywhere; nothing is encoded, and no other path does anything."""
    sealed, token = await codec.sealed(case, "een"), codec.token("m.dewit")
    assert ["een"] == texts(await codec.decode(sealed, token, path="/codec/default/decode"))
    assert 404 == (await codec.decode(sealed, token, path="/encode")).status_code
    assert 405 == (await codec.http.get(f"{codec.address}/decode")).status_code


async def test_another_namespace_is_not_ours(codec: Server, case: str) -> None:
    """The key ring is one namespace's."""
    sealed, token = await codec.sealed(case, "een"), codec.token("m.dewit")
    assert 403 == (await codec.decode(sealed, token, x_namespace="elders")).status_code


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        (b"{", {}, (400, "unreadable")),
        (b"\xff", {}, (400, "unreadable")),
        (b'{"payloads": 1}', {}, (400, "unreadable")),
        (b'{"payloads": [{"data": 1}]}', {}, (400, "unreadable")),
        (b"[" * 100_000, {}, (400, "unreadable")),
        (b'{"payloads": [' + b"{}," * MOST + b"{}]}", {}, (413, "too_large")),
        (b"{}", {"content-type": "text/plain"}, (415, "no_json")),
    ],
    ids=["cut", "binary", "no list", "no base64", "deep", "many", "no json"],
)
async def test_what_is_no_request_gets_no_further(
    codec: Server, body: bytes, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    """A code and nothing else; the console would take JSON for payloads."""
    sent = _headers(codec.token("o.ops")) | {"content-type": "application/json"} | headers

    answer = await codec.http.post(f"{codec.address}/decode", content=body, headers=sent)

    assert expected == (answer.status_code, answer.text)
    assert answer.headers["content-type"].startswith("text/plain")


async def test_a_large_request_is_not_read(codec: Server) -> None:
    """Neither one that says so beforehand, nor one that turns out to be."""
    host = urlsplit(codec.address)
    head = f"POST /decode HTTP/1.1\r\nHost: {host.netloc}\r\nContent-Type: application/json\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in _headers(codec.token("o.ops")).items())
    chunk = f"{LARGEST // 4:x}".encode() + b"\r\n" + b" " * (LARGEST // 4) + b"\r\n"
    for rest in (f"Content-Length: {LARGEST + 1}\r\n\r\n".encode(), b"Transfer-Encoding: chunked\r\n\r\n" + 5 * chunk):
        reader, writer = await asyncio.open_connection(host.hostname, host.port)
        try:
            writer.write(head.encode() + rest)
            async with asyncio.timeout(10):
                assert b" 413 " in await reader.readline()
        finally:
            writer.close()


async def test_a_key_that_is_gone_is_said_so(codec: Server, case: str) -> None:
    """What another ring sealed does not open, and says nothing of why."""
    payloads = await codec.sealed(case, "geheim", keys=KeyRing.generate())

    answer = await codec.decode(payloads, codec.token("o.ops"))

    assert (400, "unreadable") == (answer.status_code, answer.text)


async def test_too_many_requests_wait(stack: Stack, oidc_folder: Path) -> None:
    """Counted by address before any token is looked at."""
    async with running_codec(stack, oidc_folder, codec_rate=3) as codec:
        answers = [await codec.decode([], None) for _ in range(5)]

    assert (429, "60") == (answers[-1].status_code, answers[-1].headers["retry-after"])


async def test_who_is_kept_out_is_a_line(codec: Server, case: str, caplog: pytest.LogCaptureFixture) -> None:
    """Without a good token, and for a case of others: a fixed code, and nothing of who or what."""
    with caplog.at_level("INFO"):
        await codec.decode(await codec.sealed(case, "geheim"), "x")
        await codec.decode(await codec.sealed(case, "geheim"), codec.token("r.bakker"))

    found = [record for record in caplog.records if record.getMessage() == "security"]
    assert [("codec_refused", "log_in"), ("codec_refused", "not_allowed")] == [
        (record.__dict__["code"], record.__dict__["why"]) for record in found
    ]
    assert not [record for record in found if case in str(record.__dict__) or "bakker" in str(record.__dict__)]


async def test_the_console_stays_on_tls() -> None:
    """A console over https is told to stay there, in a refusal, too; one on this machine is not."""

    async def refused(_request: Request) -> Response:
        raise Stopped(403, "foreign")

    asked = Request({"type": "http", "headers": [], "method": "POST", "path": "/decode"})
    settings = [CodecSettings(_env_file=None, codec_origin=origin) for origin in ("https://console.example", CONSOLE)]
    headers = [(await _answered(one, refused)(asked)).headers for one in settings]

    assert ["max-age=31536000; includeSubDomains", None] == [
        found.get("strict-transport-security") for found in headers
    ]
