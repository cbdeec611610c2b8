"""What the proof by hostile input once found: each a request that no page of ours sends."""

from __future__ import annotations

import asyncio
import logging

import pytest
from pydantic import JsonValue

from proofs import wire
from starter.client import CaseClient
from store import StoredMessage
from tests.starter.stack import GGD, actor
from tests.web.link_cases import engaged, events
from tests.web.serving import Pages
from tests.web.told import coordinated
from tests.web.visiting import Visit
from workflows.hearing import Answer

_NO_NUMBER = "9" * 4301


async def test_a_number_too_long_to_be_one_is_none(web: Pages, visit: Visit) -> None:
    """Python reads no number of that many digits; the pages do not try."""
    case = await coordinated(web)
    await visit.log_in("s.yilmaz")
    await visit.get("/zaken")

    polled = await visit.get(f"/zaken/{case}/stand?nummer={_NO_NUMBER}")
    sent = await visit.post(f"/zaken/{case}/engage-partners", {"rows": _NO_NUMBER, "number": _NO_NUMBER})

    assert [204, 422] == [polled.status_code, sent.status_code]


async def test_a_nul_names_nothing(visit: Visit) -> None:
    """PostgreSQL is not asked for what it cannot hold, wherever it stands in an address."""
    await visit.log_in("m.dewit")
    await visit.get("/zaken/nieuw")
    addresses = ["/zaken/nieuw?bewaard=a%00b", "/zaken?na=a%00b", "/beoordelingen/a%00b", "/zaken/nieuw/a%00b/leerling"]

    answers = [await visit.get(address) for address in addresses]
    answers.append(await visit.post("/zaken/nieuw/a%00b/controle", {"a": "b"}))

    assert {404} == {answer.status_code for answer in answers}


async def test_who_leaves_in_the_middle_is_no_fault(web: Pages, visit: Visit, caplog: pytest.LogCaptureFixture) -> None:
    """A form that breaks off writes no line about a page that failed."""
    port = int(web.address.rpartition(":")[2])
    cut = wire.written("POST", "/uitloggen", {"Host": f"127.0.0.1:{port}", "Content-Length": "9"}, b"a=1")

    with caplog.at_level(logging.ERROR):
        await asyncio.gather(*(wire.ask(port, cut, listens=False) for _ in range(20)))
        assert 200 == (await visit.get("/healthz")).status_code

    assert [] == [record.getMessage() for record in caplog.records if record.name.startswith("starter")]


async def test_the_same_no_that_came_a_moment_later_is_answered_the_same(
    web: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first takes the partner out of the case; the second looked before that, and still hears that it was done."""
    case = await engaged(web)
    looked_up = CaseClient._known
    looks = 0

    async def early(client: CaseClient, case_id: str, message_id: str) -> StoredMessage | None:
        nonlocal looks
        looks += 1
        return None if looks == 1 else await looked_up(client, case_id, message_id)

    async def declines() -> Answer:
        said: dict[str, JsonValue] = {"answer": "decline"}
        return await web.cases.tell(case, "answer-partner-request", said, actor(GGD), "Geen plaats.", "no")

    first = await declines()
    monkeypatch.setattr(CaseClient, "_known", early)
    second = await declines()

    assert first == second
    assert 1 == await events(web, case, "partner_answered")
