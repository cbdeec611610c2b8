"""Webhooks: a notice as a signed message to an organisation's own system.

The signature follows the scheme of Standard Webhooks: the headers ``webhook-id``,
``webhook-timestamp`` (seconds) and ``webhook-signature``, which is ``v1,`` and the base64 of
HMAC-SHA256 over ``id.timestamp.body`` under the organisation's secret.
"""

from __future__ import annotations

import asyncio
import hmac
from base64 import b64encode
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx2

from activities.dispatch import Dispatch
from activities.errors import DeliveryCode, Undeliverable, WebhookUnavailable
from activities.mail import Around
from protocol import vocabulary as v
from protocol.model import Frozen
from protocol.notices import Notice, NoticeKind
from store import Webhook

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_TAKEN = range(200, 300)
_COME_BACK = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
_TELLS_THE_KIND = frozenset({v.Task.POLICE_CONTACT})
"""Tasks that only one kind of case has: their name would give the kind away."""


class Body(Frozen):
    """What an organisation's system is told; nothing in it says whom or what a case is about."""

    notice: str
    case: str
    what: NoticeKind
    task: v.Task | None
    deadline: datetime | None
    link: str | None


def spelled(secret: str) -> str:
    """An organisation's secret (hexadecimal in the store) as Standard Webhooks writes it."""
    return f"whsec_{b64encode(bytes.fromhex(secret)).decode()}"


class Webhooks:
    """The way out by webhook; use it as an asynchronous context, or close it."""

    def __init__(self, timeout: timedelta = timedelta(seconds=10), around: Around = nullcontext) -> None:
        self._timeout = timeout
        self._around = around
        self._client = httpx2.AsyncClient(timeout=timeout.total_seconds(), follow_redirects=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections that are kept for a next notice."""
        await self._client.aclose()

    async def send(self, dispatch: Dispatch, webhook: Webhook) -> None:
        """Post one notice; returns when the other system has taken it.

        The notice's id is the idempotency key: a notice that comes twice is the same one.

        Raises:
            Undeliverable: The address is not one to send to, or it refuses.
            WebhookUnavailable: Not now.
        """
        with self._around():
            await self._send(dispatch, webhook)

    async def _send(self, dispatch: Dispatch, webhook: Webhook) -> None:
        body = _body(dispatch).model_dump_json(by_alias=True).encode()
        headers = _headers(dispatch.notice, body, bytes.fromhex(webhook.secret))
        status = await self._posted(_checked(webhook.url), headers, body)
        if status in _TAKEN:
            return
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _COME_BACK:
            raise WebhookUnavailable
        # A redirect too: whoever moves has to tell the directory.
        raise Undeliverable(DeliveryCode.WEBHOOK_REFUSED)

    async def _posted(self, url: str, headers: dict[str, str], body: bytes) -> int:
        try:
            # The client's own limit is for each read or write; this one is for all of it.
            async with (
                asyncio.timeout(self._timeout.total_seconds()),
                self._client.stream("POST", url, content=body, headers=headers) as response,
            ):
                return response.status_code
        except httpx2.InvalidURL:
            raise Undeliverable(DeliveryCode.WEBHOOK_INVALID) from None
        except (httpx2.HTTPError, OSError, TimeoutError):
            raise WebhookUnavailable from None


def _headers(notice: Notice, body: bytes, secret: bytes) -> dict[str, str]:
    at = str(int(datetime.now(UTC).timestamp()))
    signed = hmac.digest(secret, f"{notice.id}.{at}.".encode() + body, "sha256")
    return {
        "content-type": "application/json",
        "idempotency-key": notice.id,
        "webhook-id": notice.id,
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{b64encode(signed).decode()}",
    }


def _checked(url: str) -> str:
    """Refuse what would travel in the clear, or carries a name and password."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        raise Undeliverable(DeliveryCode.WEBHOOK_INVALID) from None
    safe = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    if not host or not safe or parts.username or parts.password:
        raise Undeliverable(DeliveryCode.WEBHOOK_INVALID)
    return url


def _body(dispatch: Dispatch) -> Body:
    notice = dispatch.notice
    return Body(
        notice=notice.id,
        case=dispatch.case_id,
        what=notice.kind,
        task=None if notice.task in _TELLS_THE_KIND else notice.task,
        deadline=notice.due_at,
        link=dispatch.link,
    )
