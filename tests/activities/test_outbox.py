"""The outbox on a real database: each notice once, and what cannot be delivered is said."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.bell import Bell
from activities.case_file import CaseFile
from activities.dispatch import Delivered, Delivery
from activities.hand_over import HandOvers
from activities.mail import Mailer, MailSettings
from activities.outbox import Outbox
from activities.turns import lay_out
from activities.webhooks import Webhooks
from protocol import messages as m
from protocol import vocabulary as v
from protocol.messages import SYSTEM
from protocol.notices import Contact, NoticeKind
from store import ContactPerson, Content, OrganisationRow, Store
from tests.activities.builders import NO_LINGER, PUBLIC_URL
from tests.activities.conftest import mail_settings
from tests.activities.desk import Desk, open_desk
from tests.activities.post_office import PostOffice, open_office
from tests.activities.test_mail import plain, without_date
from tests.store.builders import (
    GUARDIAN_ADDRESS,
    REGION,
    SCHOOL,
    Story,
    ask_consent,
    asked,
    intake,
    opened,
    opening,
    parent_talk,
    plan_talk,
    pupil_talk,
    told,
    told_and_recorded,
)

PUPIL_ADDRESS = "r@scherpenzeel.example"


async def deliver(outbox: Outbox, story: Story) -> Delivered:
    """Run the activity as a worker does."""
    return await ActivityEnvironment().run(outbox.deliver, Delivery(case_id=story.id, more_may_come=True))


async def deliver_when_let_go(outbox: Outbox, story: Story) -> None:
    """Try as the workflow does, until the database has noticed that the sender before is gone."""
    async with asyncio.timeout(20):
        while await unsent(outbox._store, story):
            with suppress(ApplicationError):
                await deliver(outbox, story)


async def delivered_all(outbox: Outbox, story: Story) -> bool:
    """Run the activity; whether nothing failed and nothing waits."""
    delivered = await deliver(outbox, story)
    assert story.case is not None
    return delivered == Delivered(through=story.case.number)


async def organisation(store: Store, name: str, *, webhook: str | None = None, address: str | None = None) -> None:
    """An organisation in the directory, with a desk and a team lead when there is an address."""
    contacts = {
        Contact.DESK: ContactPerson(name="Balie", email=f"balie@{address}"),
        Contact.TEAM_LEAD: ContactPerson(name="Teamleider", email=f"teamleider@{address}"),
    }
    row = OrganisationRow(
        region=REGION, id=name, kind=v.OrganisationKind.SCHOOL, name="Een organisatie", webhook_url=webhook
    )
    await store.save_organisation(row, contacts if address else {})


@pytest.fixture
async def story(store: Store) -> Story:
    """A case whose guardian and pupil are asked for consent; the school hears of its steps."""
    await organisation(store, SCHOOL, address="school.example")
    return await asked(store)


def to(office: PostOffice, address: str) -> list[str]:
    """The texts of the mails to one address."""
    return [plain(mail) for mail in office.mails if mail["To"] == address]


async def unsent(store: Store, story: Story) -> list[str]:
    """For whom something still waits."""
    return [row.party for row in await store.notices(story.id) if row.sent_at is None and row.failed_code is None]


async def test_who_is_asked_gets_a_link_and_staff_gets_the_page(
    store: Store, outbox: Outbox, story: Story, office: PostOffice
) -> None:
    """A person answers by a one-time link; the school opens the case behind its login."""
    assert await delivered_all(outbox, story)

    (asked_guardian,) = to(office, GUARDIAN_ADDRESS)
    token = asked_guardian.partition(f"{PUBLIC_URL}/k/")[2].split()[0]
    link = await store.link(token)
    assert link is not None
    assert link.party == "guardian-1"
    school = to(office, "balie@school.example")
    assert school
    assert all(f"{PUBLIC_URL}/zaken/{story.id}" in text.splitlines() for text in school)
    assert await unsent(store, story) == []


async def test_a_safe_contact_is_written_to_in_their_own_language(
    store: Store, outbox: Outbox, office: PostOffice
) -> None:
    """Who has a safe contact gets nothing at the ordinary address, and reads mail and page in the language they read."""
    told_by_school = intake()
    guardian = told_by_school.guardians[0].model_copy(update={"safe_contact": "veilig@post.example", "language": "en"})
    story = Story(opening())
    await store.open_case(story.opening, told_by_school.model_copy(update={"guardians": (guardian,)}))
    await store.record(story.open())
    for message in (pupil_talk(), parent_talk(), ask_consent()):
        await told_and_recorded(store, story, message)
    await deliver(outbox, story)

    assert to(office, GUARDIAN_ADDRESS) == []
    (text,) = to(office, "veilig@post.example")
    assert "We would like to ask you something." in text
    token, _, asked_for = text.partition(f"{PUBLIC_URL}/k/")[2].split()[0].partition("?")
    assert asked_for == "taal=en"
    assert await store.link(token) is not None


async def test_delivering_again_sends_nothing_again(outbox: Outbox, story: Story, office: PostOffice) -> None:
    """What is sent stays sent."""
    await deliver(outbox, story)
    sent = len(office.taken)

    assert await delivered_all(outbox, story)
    assert len(office.taken) == sent


async def test_each_notice_has_a_message_id_of_its_own(
    store: Store, outbox: Outbox, story: Story, office: PostOffice
) -> None:
    """A mail can be found back by the id of its notice."""
    await deliver(outbox, story)

    expected = {f"<{row.notice_id}@mail.regio.example>" for row in await store.notices(story.id)}
    assert {mail["Message-ID"] for mail in office.mails} == expected
    assert len(office.taken) == len(expected)


async def test_no_mail_holds_personal_data(outbox: Outbox, story: Story, office: PostOffice) -> None:
    """No name is in any mail, and no address but that of who gets it."""
    await deliver(outbox, story)

    for taken in office.taken:
        told = taken.content.decode().replace(taken.recipients[0], "")
        assert "cherpenzeel" not in told
        assert "balie" not in told.lower()


async def test_a_refused_recipient_is_reported_until_the_case_was_told(
    store: Store, outbox: Outbox, story: Story, office: PostOffice
) -> None:
    """A worker that dies before its answer arrives loses no failure: it is reported until it is journaled."""
    office.to_recipient = lambda address: "550 no" if address == GUARDIAN_ADDRESS else "250 OK"
    first = await deliver(outbox, story)
    again = await deliver(outbox, story)

    (failed,) = first.failed
    assert (failed.party, failed.kind, failed.code) == ("guardian-1", "consent_request", "recipient_refused")
    assert again == first
    assert await unsent(store, story) == []
    report = m.DeliveryFailed(notice=failed.notice, party=failed.party, about=failed.kind)
    await told_and_recorded(store, story, report, SYSTEM)
    office.to_recipient = lambda _: "250 OK"
    assert (await deliver(outbox, story)).failed == ()
    assert len(to(office, GUARDIAN_ADDRESS)) == 0


async def test_an_organisation_without_an_address_is_reported(store: Store, outbox: Outbox, office: PostOffice) -> None:
    """An organisation that the directory does not know cannot be reached, and that is said."""
    failed = (await deliver(outbox, await asked(store))).failed

    assert {(notice.party, notice.code) for notice in failed} == {(SCHOOL, "address_missing")}
    assert len(to(office, PUPIL_ADDRESS)) == 1


async def test_what_can_be_sent_is_sent_before_trying_again(
    store: Store, outbox: Outbox, story: Story, office: PostOffice
) -> None:
    """One busy mailbox holds nobody else up; the next try sends to that one alone."""
    office.to_recipient = lambda address: "451 later" if address == GUARDIAN_ADDRESS else "250 OK"
    with pytest.raises(ApplicationError) as waits:
        await deliver(outbox, story)

    assert (waits.value.type, waits.value.non_retryable) == ("mail_unavailable", False)
    assert await unsent(store, story) == ["guardian-1"]
    others = len(office.taken)
    office.to_recipient = lambda _: "250 OK"
    await deliver(outbox, story)
    assert len(office.taken) == others + 1


async def test_a_failure_is_told_before_the_rest_is_tried_again(
    outbox: Outbox, story: Story, office: PostOffice
) -> None:
    """With one refused and one busy the case hears of the first at once, and that more waits."""
    answers = {GUARDIAN_ADDRESS: "550 no", PUPIL_ADDRESS: "451 later"}
    office.to_recipient = lambda address: answers.get(address, "250 OK")
    delivered = await deliver(outbox, story)

    assert [failed.party for failed in delivered.failed] == ["guardian-1"]
    assert delivered.waiting == 1
    # Nothing new failed: now it waits as any other, and does not ask for another round at once.
    with pytest.raises(ApplicationError):
        await deliver(outbox, story)


async def test_a_mail_that_was_taken_unheard_comes_again_as_the_same_mail(
    outbox: Outbox, story: Story, office: PostOffice
) -> None:
    """The server takes a mail and dies: it goes out twice, under one Message-ID, with one text."""
    lost = iter([None])
    office.to_data = lambda envelope: next(lost, "250 OK") if envelope.rcpt_tos == [GUARDIAN_ADDRESS] else "250 OK"
    with pytest.raises(ApplicationError, match="mail_unavailable"):
        await deliver(outbox, story)
    await deliver(outbox, story)

    first, second = (taken.content for taken in office.taken if taken.recipients == (GUARDIAN_ADDRESS,))
    assert without_date(first) == without_date(second)


async def test_a_worker_that_dies_before_noting_it_sends_the_same_mail_again(
    database: str, store: Store, outbox: Outbox, story: Story, office: PostOffice
) -> None:
    """The mail is out and the database is gone before that is noted: the next worker sends the same mail."""
    dying = await Store.connect(database, store.keys)

    def cut_off(_: object) -> str:
        dying._pool.terminate()
        return "250 OK"

    office.to_data = cut_off
    async with Webhooks() as webhooks:
        mailer = Mailer(mail_settings(office.port))
        with pytest.raises(ApplicationError) as gone:
            await deliver(Outbox(dying, mailer, webhooks, HandOvers(dying), PUBLIC_URL, linger=NO_LINGER), story)
    assert (gone.value.type, gone.value.non_retryable) == ("store_unavailable", False)
    office.to_data = lambda _: "250 OK"
    await deliver_when_let_go(outbox, story)

    lost = office.mails[0]["Message-ID"]
    first, second = (taken.content for taken in office.taken if lost.encode() in taken.content)
    assert without_date(first) == without_date(second)


async def test_who_is_told_to_stop_notes_the_mail_that_is_out(outbox: Outbox, story: Story, office: PostOffice) -> None:
    """Stopped just when the server takes a mail: that one is noted, the next one sends the others, each goes once."""

    def stopped(_: object) -> str:
        office.to_data = lambda _: "250 OK"
        sending.cancel()
        return "250 OK"

    office.to_data = stopped
    sending = asyncio.create_task(deliver(outbox, story))
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert len(office.taken) == 1
    await deliver(outbox, story)

    ids = [mail["Message-ID"] for mail in office.mails]
    assert len(ids) == len(set(ids)) > 1


async def test_who_is_told_to_stop_before_a_mail_is_begun_stops_at_once(
    database: str, store: Store, settings: MailSettings, webhooks: Webhooks, story: Story
) -> None:
    """Somebody else has the only connection for senders: who waits for it is not kept."""
    narrow = await Store.connect(database, store.keys, largest=2)
    try:
        outbox = Outbox(narrow, Mailer(settings), webhooks, HandOvers(narrow), PUBLIC_URL, linger=NO_LINGER)
        async with asyncio.timeout(20), narrow._holding:
            sending = asyncio.create_task(deliver(outbox, story))
            while not narrow._holding._waiters:
                await asyncio.sleep(0)  # one turn of the loop
            sending.cancel()
            done, _ = await asyncio.wait((sending,), timeout=5)
            assert {sending} == done
            assert sending.cancelled()
    finally:
        await narrow.close()


async def test_workers_that_deliver_at_once_send_each_notice_once(
    store: Store, outbox: Outbox, story: Story, office: PostOffice
) -> None:
    """Four deliver the same case at the same time: every mail goes once, nobody reports false success."""
    outcomes = await asyncio.gather(*(deliver(outbox, story) for _ in range(4)), return_exceptions=True)

    ids = [mail["Message-ID"] for mail in office.mails]
    assert len(ids) == len(set(ids)) == len(await store.notices(story.id))
    waiting = [outcome.type for outcome in outcomes if isinstance(outcome, ApplicationError)]
    assert set(waiting) <= {"notices_waiting"}
    assert story.case is not None
    assert Delivered(through=story.case.number) in outcomes


async def test_without_a_mail_server_everything_waits(
    store: Store, story: Story, webhooks: Webhooks, settings: MailSettings, unused_tcp_port: int
) -> None:
    """The mail server is away: nothing is lost, and nothing is called a failure."""
    away = Mailer(settings.model_copy(update={"port": unused_tcp_port}))
    outbox = Outbox(store, away, webhooks, HandOvers(store), PUBLIC_URL, linger=NO_LINGER)
    with pytest.raises(ApplicationError, match="mail_unavailable"):
        await deliver(outbox, story)

    waiting = await unsent(store, story)
    async with open_office(PostOffice(), port=unused_tcp_port) as back:
        await deliver(outbox, story)
    assert len(back.taken) == len(waiting) == len(await store.notices(story.id))


async def test_an_organisation_with_a_webhook_gets_no_mail(store: Store, outbox: Outbox, office: PostOffice) -> None:
    """Its desk's notices go to its own system, signed with its own secret, the page's address in them."""
    async with open_desk(Desk()) as desk:
        await organisation(store, SCHOOL, webhook=desk.url, address="school.example")
        story = await asked(store)
        await deliver(outbox, story)

    assert desk.posted
    assert all(f"{PUBLIC_URL}/zaken/{story.id}".encode() in body for _, body in desk.posted)
    assert to(office, "balie@school.example") == []


async def test_a_webhook_that_refuses_falls_back_to_mail(store: Store, outbox: Outbox, office: PostOffice) -> None:
    """A system that refuses its notices does not keep them from the organisation."""
    async with open_desk(Desk(status=410)) as desk:
        await organisation(store, SCHOOL, webhook=desk.url, address="school.example")
        assert await delivered_all(outbox, await asked(store))

    assert len(to(office, "balie@school.example")) == len(desk.posted)


async def test_a_webhook_that_refuses_without_an_address_is_reported(store: Store, outbox: Outbox) -> None:
    """Neither way leads there: the case is told."""
    async with open_desk(Desk(status=410)) as desk:
        await organisation(store, SCHOOL, webhook=desk.url)
        failed = (await deliver(outbox, await asked(store))).failed

    assert {(notice.party, notice.code) for notice in failed} == {(SCHOOL, "webhook_refused")}


async def test_a_silent_webhook_is_tried_again_and_then_passed_by(
    store: Store, outbox: Outbox, office: PostOffice
) -> None:
    """A system that is down is waited for a few tries; then its notices go by mail."""
    async with open_desk(Desk(status=503)) as desk:
        await organisation(store, SCHOOL, webhook=desk.url, address="school.example")
        story = await asked(store)
        for _ in range(4):
            with pytest.raises(ApplicationError, match="webhook_unavailable"):
                await deliver(outbox, story)
        assert to(office, "balie@school.example") == []
        assert await delivered_all(outbox, story)

    assert len(to(office, "balie@school.example")) == len(desk.posted) / 5


async def test_a_team_lead_hears_what_is_overdue(store: Store, outbox: Outbox, office: PostOffice) -> None:
    """When a deadline passes, the owner's team lead is told what has not been done, in their own words."""
    await organisation(store, SCHOOL, address="school.example")
    story = await asked(store)
    assert story.case is not None
    await told_and_recorded(store, story, overdue(story), SYSTEM)
    assert NoticeKind.DEADLINE in {row.kind for row in await store.notices(story.id)}
    await deliver(outbox, story)

    (text,) = to(office, "teamleider@school.example")
    assert "Er is nog een taak bij stap 1 open." in text
    assert f"{PUBLIC_URL}/zaken/{story.id}" in text


def overdue(story: Story) -> m.DeadlinePassed:
    """The police contact's deadline passes; the case's clock goes to that moment."""
    assert story.case is not None
    deadline = next(d for d in story.case.deadlines if d.task is v.Task.POLICE_CONTACT)
    story.now = deadline.due_at
    return m.DeadlinePassed(task=deadline.task, subject=deadline.subject, since=deadline.since)


async def test_what_is_recorded_while_sending_goes_along(
    store: Store, settings: MailSettings, webhooks: Webhooks, office: PostOffice
) -> None:
    """Somebody does two steps in a row: one delivery sends what follows from both."""
    await organisation(store, SCHOOL, address="school.example")
    story = await opened(store)
    await told_and_recorded(store, story, plan_talk())
    bell = Bell()
    outbox = Outbox(
        store, Mailer(settings), webhooks, HandOvers(store), PUBLIC_URL, bell=bell, linger=timedelta(seconds=4)
    )
    delivering = asyncio.create_task(deliver(outbox, story))
    await office_has(office, 1)

    closing = told(m.CancelCase(reason=v.CancelReason.DUPLICATE))
    await store.stage(story.id, closing, Content())
    with lay_out(story.tell(closing)) as turn:
        await CaseFile(store, bell).record(turn)

    async with asyncio.timeout(20):
        assert story.case is not None
        assert await delivering == Delivered(through=story.case.number)
    assert len(office.taken) == len(await store.notices(story.id))


@pytest.mark.parametrize("begun", [True, False], ids=["while it lingers", "before it begins"])
async def test_what_a_closed_case_tells_is_sent_at_once(
    store: Store, settings: MailSettings, webhooks: Webhooks, office: PostOffice, *, begun: bool
) -> None:
    """Nothing more comes: who lingers for an hour between people's steps does not for a case that is closed."""
    await organisation(store, SCHOOL, address="school.example")
    story, bell = await opened(store), Bell()
    await told_and_recorded(store, story, plan_talk())
    closing = told(m.CancelCase(reason=v.CancelReason.DUPLICATE))
    await store.stage(story.id, closing, Content())
    hour = timedelta(hours=1)
    outbox = Outbox(store, Mailer(settings), webhooks, HandOvers(store), PUBLIC_URL, bell=bell, linger=hour)
    delivering = asyncio.create_task(deliver(outbox, story)) if begun else None
    async with asyncio.timeout(20):
        while begun and story.id not in bell._listening:
            await asyncio.sleep(0)  # one turn of the loop
    with lay_out(story.tell(closing)) as turn:
        await CaseFile(store, bell).record(turn)

    async with asyncio.timeout(20):
        await (delivering or deliver(outbox, story))
    assert len(office.taken) == len(await store.notices(story.id))


async def office_has(office: PostOffice, mails: int) -> None:
    """Wait until the office was handed so many mails."""
    async with asyncio.timeout(20):
        while len(office.taken) < mails:
            await asyncio.sleep(0)  # one turn of the loop
