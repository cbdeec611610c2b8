"""An organisation's desk is told that a proposal waits, and what became of it: by a real mail, without anybody's data."""

from __future__ import annotations

from datetime import timedelta

import pytest

from activities.errors import MailUnavailable
from activities.mail import MailSettings
from activities.review_notices import ReviewNotices
from store import Store
from tests.activities.builders import PUBLIC_URL
from tests.activities.post_office import PostOffice
from tests.store import builders as b
from tests.store.test_reviews import NOTE, asked, look

COLLEAGUE = "s-collega"


@pytest.fixture
def notices(store: Store, settings: MailSettings) -> ReviewNotices:
    """To a real mail server."""
    return ReviewNotices(store, b.REGION, f"{PUBLIC_URL}/", settings)


@pytest.fixture
async def story(store: Store) -> b.Story:
    """A case of a school with a desk."""
    await b.save_directory(store)
    return await b.opened(store)


async def test_what_waits_is_told_once(
    store: Store, notices: ReviewNotices, office: PostOffice, story: b.Story
) -> None:
    """One mail to the desk with the case's number and where to decide; who asked what stands nowhere in it."""
    review = await asked(store, story)

    assert [1, 0] == [await notices.tell(), await notices.tell()]

    (mail,) = office.mails
    assert (b.DESK_ADDRESS, True) == (
        mail["To"],
        str(mail["Subject"]).endswith(f"tweede beoordelaar, casus {story.id}"),
    )
    assert f"{PUBLIC_URL}/beoordelingen/{review}" in mail.get_content().splitlines()
    everything = office.taken[0].content.decode()
    assert not [secret for secret in (*b.SECRETS, NOTE, "s-asker", "ggd") if secret in everything]


@pytest.mark.parametrize("ending", [("declined", "afgewezen"), ("refused", "kon niet meer"), ("expired", "verlopen")])
async def test_what_came_to_nothing_is_told_too(
    store: Store, notices: ReviewNotices, office: PostOffice, story: b.Story, ending: tuple[str, str]
) -> None:
    """Whoever asked hears that nothing was decided, in a mail of its own."""
    ends, says = ending
    review = await asked(store, story, within=timedelta(hours=1))
    await notices.tell()

    if ends == "declined":
        opened = await store.review(review, look())
        assert opened
        await store.decline_review(opened.row, COLLEAGUE, "Nog niet.")
    elif ends == "refused":
        await store.claim_review(review, COLLEAGUE)
        await store.settle_review(review, COLLEAGUE, "not_covered")
    else:
        await store.move_clock(story.id, timedelta(hours=2))
        await store.expire_reviews()

    assert [1, 0] == [await notices.tell(), await notices.tell()]
    waited, ended = office.mails
    assert says in ended["Subject"]
    assert waited["Message-ID"] != ended["Message-ID"]
    assert "Nog niet." not in office.taken[1].content.decode()


async def test_what_was_done_needs_no_mail(
    store: Store, notices: ReviewNotices, office: PostOffice, story: b.Story
) -> None:
    """What was confirmed the case itself tells on, and what was taken back waits for nobody."""
    review = await asked(store, story)
    await notices.tell()
    await store.claim_review(review, COLLEAGUE)
    await store.settle_review(review, COLLEAGUE)

    assert (0, 1) == (await notices.tell(), len(office.mails))


async def test_what_was_not_taken_is_told_later(
    store: Store, notices: ReviewNotices, office: PostOffice, story: b.Story
) -> None:
    """A mail server that says no delays it; an address that is none keeps nobody else's mail waiting."""
    await asked(store, story)
    office.to_data = lambda _: "451 later"
    with pytest.raises(MailUnavailable):
        await notices.tell()

    office.to_data = lambda _: "250 OK"
    assert (1, 1) == (await notices.tell(), len(office.mails))


async def test_an_organisation_without_a_desk_finds_it_on_its_list(
    store: Store, notices: ReviewNotices, office: PostOffice
) -> None:
    """There is nobody to mail: it is not tried again and again."""
    await asked(store, await b.opened(store))

    assert ([1, 0], []) == ([await notices.tell(), await notices.tell()], office.mails)
