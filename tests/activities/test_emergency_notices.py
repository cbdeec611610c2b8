"""The privacy officer is told of each emergency: by a real mail, without anybody's data."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest

from activities.emergency_notices import EmergencyNotices, PrivacyOfficer
from activities.errors import MailUnavailable
from activities.mail import MailSettings
from store import Store
from tests.activities.builders import PUBLIC_URL
from tests.activities.post_office import PostOffice
from tests.store import builders as b
from tests.store.test_emergencies import HOUR, LOOK, REASON, uncovered

__all__ = ["uncovered"]

OFFICER = PrivacyOfficer(region=b.REGION, address="privacy@gemeente.example", public_url=f"{PUBLIC_URL}/")
SOON = timedelta(milliseconds=10)


@pytest.fixture
def notices(store: Store, settings: MailSettings) -> EmergencyNotices:
    """To a real mail server."""
    return EmergencyNotices(store, OFFICER, settings)


async def test_each_is_told_once(
    store: Store, notices: EmergencyNotices, office: PostOffice, uncovered: b.Story
) -> None:
    """One mail with the case's number and where to read more; when it was taken stands with the emergency."""
    await store.break_glass(uncovered.id, b.AT_CJG, REASON, HOUR)

    assert [1, 0] == [await notices.tell(), await notices.tell()]

    (mail,) = office.mails
    (row,) = await store.emergencies(b.REGION, LOOK)
    text = mail.get_content()
    assert (OFFICER.address, f"Vangnet: noodtoegang in casus {uncovered.id}") == (mail["To"], mail["Subject"])
    assert f"{PUBLIC_URL}/toegang/noodtoegang" in text.splitlines()
    assert f"<{row.emergency_id}@mail.regio.example>" == mail["Message-ID"]
    assert row.told_at
    everything = office.taken[0].content.decode()
    assert not [secret for secret in (*b.SECRETS, REASON, "s-coordinator", "meisje") if secret in everything]


async def test_what_was_not_taken_is_told_later(
    store: Store, notices: EmergencyNotices, office: PostOffice, uncovered: b.Story
) -> None:
    """With a mail server that says no it stays untold; afterwards the same mail goes."""
    await store.break_glass(uncovered.id, b.AT_CJG, REASON, HOUR)
    office.to_data = lambda _: "451 later"
    with pytest.raises(MailUnavailable):
        await notices.tell()
    (row,) = await store.emergencies(b.REGION, LOOK)
    assert None is row.told_at

    office.to_data = lambda _: "250 OK"
    assert 1 == await notices.tell()
    assert 1 == len(office.mails)


async def until_told(store: Store) -> None:
    """The mail server took it, and soon that stands with the emergency."""
    async with asyncio.timeout(20):
        while await store.untold_emergencies(b.REGION):
            await asyncio.sleep(0)  # one turn of the loop


async def test_a_worker_looks_all_the_time(
    store: Store, notices: EmergencyNotices, office: PostOffice, uncovered: b.Story, caplog: pytest.LogCaptureFixture
) -> None:
    """It goes on after a round that failed, tells what comes later, and leaves at once."""
    refused, taken = asyncio.Event(), asyncio.Event()

    def answer(_: object) -> str:
        (taken if refused.is_set() else refused).set()
        return "250 OK" if taken.is_set() else "451 later"

    office.to_data = answer
    async with notices.watching(SOON):
        await store.break_glass(uncovered.id, b.AT_CJG, REASON, HOUR)
        await asyncio.wait_for(taken.wait(), 20)
        await until_told(store)
    assert "privacy officer not told yet" in caplog.text


async def test_without_an_address_it_is_said(
    store: Store, settings: MailSettings, uncovered: b.Story, caplog: pytest.LogCaptureFixture
) -> None:
    """An emergency is not refused for it: it waits for an address, and the worker warns at its start."""
    await store.break_glass(uncovered.id, b.AT_CJG, REASON, HOUR)
    nobody = EmergencyNotices(store, None, settings)
    with caplog.at_level(logging.WARNING):
        async with nobody.watching():
            assert 0 == await nobody.tell()
    assert "nobody is mailed about emergencies" in caplog.text
    assert 1 == len(await store.untold_emergencies(b.REGION))


async def test_a_round_that_falls_does_not_end_the_others(
    store: Store, notices: EmergencyNotices, office: PostOffice, uncovered: b.Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something that nobody foresaw happens once: the next round tells the privacy officer all the same."""
    await store.break_glass(uncovered.id, b.AT_CJG, REASON, HOUR)
    tell, fallen = notices.tell, asyncio.Event()

    async def falls_once() -> int:
        if fallen.is_set():
            return await tell()
        fallen.set()
        raise RuntimeError

    monkeypatch.setattr(notices, "tell", falls_once)
    async with notices.watching(timedelta(milliseconds=10)):
        await until_told(store)
    assert 1 == len(office.mails)


async def test_a_mail_server_that_hangs_keeps_no_worker(
    store: Store, settings: MailSettings, uncovered: b.Story
) -> None:
    """Told to stop while it says nothing, the rounds end at once; the mail stays to be told."""
    met = asyncio.Event()

    async def says_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        met.set()
        await reader.read()
        writer.close()

    async with await asyncio.start_server(says_nothing, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        notices = EmergencyNotices(store, OFFICER, settings.model_copy(update={"port": port}))
        await store.break_glass(uncovered.id, b.AT_CJG, REASON, HOUR)
        async with asyncio.timeout(5):
            async with notices.watching(SOON, SOON):
                await met.wait()
    assert 1 == len(await store.untold_emergencies(b.REGION))
