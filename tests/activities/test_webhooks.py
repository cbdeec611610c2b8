"""Webhooks to a real HTTP server: signed, once, and telling nothing."""

from __future__ import annotations

import asyncio
import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from activities.errors import Undeliverable, WebhookUnavailable
from activities.texts import Reader
from activities.webhooks import Webhooks, spelled
from protocol import vocabulary as v
from protocol.notices import NoticeKind
from store import KeyRing, Webhook
from tests.activities.builders import CASE, LINK, dispatch, notice
from tests.activities.desk import Desk, open_desk

SECRET = KeyRing.generate().webhook_secret("cjg")


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """A system that takes everything until a test says otherwise."""
    async with open_desk(Desk()) as opened:
        yield opened


async def test_a_notice_is_posted_signed_with_its_id_as_key(desk: Desk, webhooks: Webhooks) -> None:
    """The receiver can check who sent it, and recognises a notice that comes twice."""
    report = notice(kind=NoticeKind.REPORT, party="cjg")
    await webhooks.send(dispatch(notice=report, reader=Reader.DESK), Webhook(url=desk.url, secret=SECRET))

    ((headers, body),) = desk.posted
    signed = f"{report.id}.{headers['webhook-timestamp']}.".encode() + body
    key = b64decode(spelled(SECRET).removeprefix("whsec_"))
    assert headers["idempotency-key"] == report.id
    assert headers["webhook-id"] == report.id
    assert headers["webhook-signature"] == "v1," + b64encode(hmac.digest(key, signed, "sha256")).decode()


async def test_a_body_says_what_is_asked_and_nothing_about_whom(desk: Desk, webhooks: Webhooks) -> None:
    """Number, what is asked, deadline and link: no name, no kind of case, no role."""
    await webhooks.send(
        dispatch(notice=notice(kind=NoticeKind.PARTNER_REQUEST, party="ggd")), Webhook(url=desk.url, secret=SECRET)
    )

    assert json.loads(desk.posted[0][1]) == {
        "notice": f"{CASE}.7.1",
        "case": CASE,
        "what": "partner_request",
        "task": None,
        "deadline": "2026-11-27T23:00:00Z",
        "link": LINK,
    }


async def test_a_task_that_gives_the_kind_away_is_not_named(desk: Desk, webhooks: Webhooks) -> None:
    """Only one kind of case has to contact the police: that task stays unnamed."""
    for task in (v.Task.POLICE_CONTACT, v.Task.REPORT_DECISION):
        reminder = notice(kind=NoticeKind.REMINDER, party="cjg").model_copy(update={"task": task})
        await webhooks.send(dispatch(notice=reminder), Webhook(url=desk.url, secret=SECRET))

    assert [json.loads(body)["task"] for _, body in desk.posted] == [None, "report_decision"]


@pytest.mark.parametrize("status", [400, 401, 404, 410, 422, 301, 302, 307])
async def test_a_refusal_is_final(desk: Desk, webhooks: Webhooks, status: int) -> None:
    """A 4xx is final, and so is a redirect: it is not followed."""
    async with open_desk(Desk()) as elsewhere:
        desk.status, desk.headers = status, f"location: {elsewhere.url}\r\n"
        with pytest.raises(Undeliverable) as refused:
            await webhooks.send(dispatch(), Webhook(url=desk.url, secret=SECRET))

    assert refused.value.code == "webhook_refused"
    assert elsewhere.posted == []


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
async def test_a_busy_system_can_be_tried_again(desk: Desk, webhooks: Webhooks, status: int) -> None:
    """A system that is busy or broken for the moment is not final."""
    desk.status = status
    with pytest.raises(WebhookUnavailable):
        await webhooks.send(dispatch(), Webhook(url=desk.url, secret=SECRET))


async def test_a_system_that_is_away_can_be_tried_again(webhooks: Webhooks, unused_tcp_port: int) -> None:
    """Nobody listens: not final."""
    with pytest.raises(WebhookUnavailable):
        await webhooks.send(dispatch(), Webhook(url=f"http://127.0.0.1:{unused_tcp_port}/", secret=SECRET))


async def test_a_system_that_says_nothing_is_not_waited_for(desk: Desk) -> None:
    """A system that falls silent costs the timeout."""
    desk.silent = asyncio.Event()
    async with Webhooks(timedelta(milliseconds=100)) as webhooks:
        async with asyncio.timeout(5):
            with pytest.raises(WebhookUnavailable):
                await webhooks.send(dispatch(), Webhook(url=desk.url, secret=SECRET))
    desk.silent.set()


async def test_a_system_that_never_finishes_its_answer_is_not_waited_for(desk: Desk) -> None:
    """A system that keeps talking costs no more than one that falls silent."""
    desk.endless = True
    async with Webhooks(timedelta(milliseconds=200)) as webhooks, asyncio.timeout(5):
        with pytest.raises(WebhookUnavailable):
            await webhooks.send(dispatch(), Webhook(url=desk.url, secret=SECRET))


@pytest.mark.parametrize(
    "url",
    [
        "http://desk.example/",
        "http://127.0.0.1.desk.example/",
        "ftp://desk.example/",
        "file:///etc/passwd",
        "https://user:secret@desk.example/",
        "https://",
        "https://[::1/",
        "",
    ],
)
async def test_an_unsafe_address_is_never_called(webhooks: Webhooks, url: str) -> None:
    """Only https leaves this machine, and no address carries a password."""
    with pytest.raises(Undeliverable) as refused:
        await webhooks.send(dispatch(), Webhook(url=url, secret=SECRET))

    assert refused.value.code == "webhook_invalid"
