"""What the tests of the activities start."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from activities.hand_over import HandOvers
from activities.mail import Mailer, MailSettings, Tls
from activities.outbox import Outbox
from activities.webhooks import Webhooks
from store import Store
from tests.activities.builders import NO_LINGER, PUBLIC_URL
from tests.activities.post_office import PostOffice, open_office
from tests.postgres import database, key_ring, postgres, store

__all__ = ["database", "key_ring", "postgres", "store"]


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    """A post office that takes everything until a test says otherwise."""
    async with open_office(PostOffice()) as opened:
        yield opened


@pytest.fixture
def settings(office: PostOffice) -> MailSettings:
    """Settings that reach that post office."""
    return mail_settings(office.port)


@pytest.fixture(scope="session")
async def webhooks() -> AsyncIterator[Webhooks]:
    """The way out by webhook; to begin it reads all certificates of the system."""
    async with Webhooks() as opened:
        yield opened


@pytest.fixture
def outbox(store: Store, settings: MailSettings, webhooks: Webhooks) -> Outbox:
    """The way out, to that post office."""
    return Outbox(store, Mailer(settings), webhooks, HandOvers(store), PUBLIC_URL, linger=NO_LINGER)


def mail_settings(port: int) -> MailSettings:
    """Settings that reach a post office on this machine."""
    return MailSettings(
        host="127.0.0.1",
        port=port,
        sender="Vangnet <vangnet@regio.example>",
        domain="mail.regio.example",
        tls=Tls.NONE,
    )
