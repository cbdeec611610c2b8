"""Codes of links are mailed: by a real mail to the other contact, with nothing in it but the code."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest

from activities.link_codes import LinkCodeMails
from activities.mail import MailSettings
from protocol import messages as m
from store import Behind, Content, Giving, Person, Store
from tests.activities.post_office import PostOffice
from tests.store import builders as b

_SECOND = "alleen-van-mij@post.example"
_SOON = timedelta(milliseconds=10)


async def asked(store: Store, address: str = _SECOND, language: str = "nl") -> Behind:
    """Somebody with another mailbox who asked for a code."""
    story = await b.opened(store)
    data = Person(name=b.GUARDIAN_NAME, email="thuis@post.example", second_contact=address, language=language)
    set_again = m.SetGuardians(guardians=(m.Guardian(person="guardian-1", custody=True),))
    await b.told_and_recorded(store, story, set_again, content=Content(guardians={"guardian-1": data}))
    link = Behind(case_id=story.id, person="guardian-1", token="een-link")
    await store.ask_code(link)
    return link


@pytest.mark.parametrize(("language", "subject"), [("nl", "Uw code"), ("en", "Your code"), ("xx", "Uw code")])
async def test_the_mail_has_the_code_and_nothing_else(
    store: Store, settings: MailSettings, office: PostOffice, language: str, subject: str
) -> None:
    """One mail, to the other contact alone, in the person's language; its code opens the link."""
    link = await asked(store, language=language)

    assert [1, 0] == [await LinkCodeMails(store, settings).send() for _ in range(2)]

    (mail,) = office.mails
    assert ((_SECOND,), subject) == (office.taken[0].recipients, mail["Subject"])
    everything = office.taken[0].content.decode()
    assert not [secret for secret in (*b.SECRETS, link.case_id, "thuis@post.example", "/k/") if secret in everything]
    code = next(line for line in mail.get_content().splitlines() if line.isdigit())
    assert Giving.RIGHT == await store.give_code(link, code)


async def test_what_was_not_taken_is_mailed_again(
    store: Store, settings: MailSettings, office: PostOffice, caplog: pytest.LogCaptureFixture
) -> None:
    """A mail server that says no for now gets the same mail later; the log says so with codes only."""
    await asked(store)
    office.to_data = lambda _: "451 later"
    with caplog.at_level(logging.DEBUG, "activities"):
        assert 0 == await LinkCodeMails(store, settings).send()
    assert [_SECOND in record.getMessage() for record in caplog.records] == [False]

    office.to_data = lambda _: "250 OK"
    assert 1 == await LinkCodeMails(store, settings).send()


async def test_an_address_that_is_none_does_not_stop_the_others(
    store: Store, settings: MailSettings, office: PostOffice
) -> None:
    """What can never be mailed is let go, and the next code goes."""
    await asked(store, "a..b@post.example")
    await asked(store)

    assert 1 == await LinkCodeMails(store, settings).send()
    assert 1 == len(office.mails)


async def test_the_watch_mails_what_is_asked_meanwhile(
    store: Store, settings: MailSettings, office: PostOffice
) -> None:
    """Round after round, until it is left; afterwards nothing is mailed."""
    async with LinkCodeMails(store, settings).watching(_SOON):
        await asked(store)
        async with asyncio.timeout(20):
            while not office.taken:
                await asyncio.sleep(0)  # one turn of the loop
    await asked(store)

    assert 1 == len(office.taken)
