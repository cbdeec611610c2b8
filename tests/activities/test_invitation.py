"""A network meeting in the calendar: asked for, moved and taken out, and nobody learns anything from it."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

import pytest
from icalendar import Calendar, Event
from temporalio.testing import ActivityEnvironment

from activities.dispatch import Delivery, Meeting
from activities.letter import mail
from activities.outbox import Outbox
from protocol import messages as m
from protocol import vocabulary as v
from protocol.messages import Actor
from protocol.notices import NoticeKind
from store import Content, Store
from tests.activities.builders import DUE, dispatch, notice
from tests.activities.post_office import PostOffice
from tests.activities.test_hand_over import granted
from tests.activities.test_mail import without_date
from tests.activities.test_texts import TELLING
from tests.store.builders import AT_CJG, AT_SCHOOL, GUARDIAN_ADDRESS, Story, asked, told_and_recorded

PLACE = "Raadhuisplein 1, kamer 12"


async def tell(store: Store, story: Story, message: m.Message, actor: Actor = AT_CJG, *, note: bool = False) -> None:
    """Tell the case something, with a note that may not leave the file."""
    await told_and_recorded(store, story, message, actor, Content(note=PLACE) if note else None)


@pytest.fixture
async def story(store: Store) -> Story:
    """A case for which a network meeting is needed."""
    story = await asked(store)
    await tell(store, story, m.RecordPoliceContact(contact=v.PoliceContact.REPORT), AT_SCHOOL)
    await tell(store, story, granted("guardian-1"), AT_SCHOOL, note=True)
    await tell(store, story, granted("pupil"), AT_SCHOOL, note=True)
    await tell(store, story, m.DecideReport(needed=True), AT_SCHOOL)
    await tell(store, story, m.AcceptReport())
    await tell(store, story, m.SetSeverity(severity=v.Severity.HIGH))
    await tell(store, story, m.DecideNetworkMeeting(needed=True))
    return story


async def plan(store: Store, story: Story, days: int, *invitees: str) -> None:
    """Plan the meeting, so many days from now."""
    at = story.now.replace(microsecond=0) + timedelta(days=days)
    await tell(store, story, m.PlanNetworkMeeting(at=at, invitees=invitees or ("pupil", "guardian-1")), note=True)


async def sent(outbox: Outbox, story: Story, office: PostOffice) -> list[EmailMessage]:
    """The mails about meetings that go to the guardian now."""
    before = len(office.mails)
    await ActivityEnvironment().run(outbox.deliver, Delivery(case_id=story.id, more_may_come=True))
    return [one for one in office.mails[before:] if one["To"] == GUARDIAN_ADDRESS and part(one) is not None]


def part(letter: EmailMessage) -> EmailMessage | None:
    """The part that a calendar reads."""
    return next((one for one in letter.walk() if one.get_content_type() == "text/calendar"), None)


def entry(letter: EmailMessage) -> tuple[str, Event]:
    """What the calendar is to do, and with what."""
    found = part(letter)
    assert found is not None
    calendar = Calendar.from_ical(found.get_content())
    assert isinstance(calendar, Calendar)
    assert found.get_param("method") == calendar["method"]
    (event,) = calendar.events
    return str(calendar["method"]), event


async def test_an_invitation_has_the_time_and_the_number_only(
    store: Store, story: Story, outbox: Outbox, office: PostOffice
) -> None:
    """When, and under which number: no place, no kind of case, nobody else who comes."""
    await plan(store, story, 3)

    (invited,) = await sent(outbox, story, office)

    method, event = entry(invited)
    written = event.to_ical().decode()
    assert "REQUEST" == method
    assert (story.now + timedelta(days=3)).replace(microsecond=0) == event.start
    assert f"Overleg over nummer {story.id}" == event["summary"]
    assert f"mailto:{GUARDIAN_ADDRESS}" == event["attendee"]
    assert {"location", "description"}.isdisjoint(name.lower() for name in event)
    assert PLACE not in written
    assert not TELLING.search(written.replace(GUARDIAN_ADDRESS, ""))


async def test_a_new_date_moves_the_same_entry(store: Store, story: Story, outbox: Outbox, office: PostOffice) -> None:
    """The UID stays and the sequence grows, so that a calendar moves what it has."""
    await plan(store, story, 3)
    (first,) = await sent(outbox, story, office)
    await plan(store, story, 5)
    (second,) = await sent(outbox, story, office)

    (_, before), (method, after) = entry(first), entry(second)

    assert "REQUEST" == method
    assert before.uid == after.uid
    assert before.sequence < after.sequence
    assert before.start + timedelta(days=2) == after.start


async def test_a_cancelled_meeting_is_taken_out(store: Store, story: Story, outbox: Outbox, office: PostOffice) -> None:
    """The entry that was sent is cancelled; a later meeting of the case is another entry."""
    await plan(store, story, 3)
    (planned,) = await sent(outbox, story, office)
    await tell(store, story, m.CancelNetworkMeeting(), note=True)
    (cancelled,) = await sent(outbox, story, office)
    await tell(store, story, m.DecideNetworkMeeting(needed=True))
    await plan(store, story, 9)
    (again,) = await sent(outbox, story, office)

    (_, before), (method, taken_out), (_, other) = entry(planned), entry(cancelled), entry(again)

    assert "CANCEL" == method
    assert "CANCELLED" == taken_out["status"]
    assert (before.uid, before.start) == (taken_out.uid, taken_out.start)
    assert before.sequence < taken_out.sequence
    assert before.uid != other.uid


async def test_who_is_not_invited_any_more_loses_the_entry(
    store: Store, story: Story, outbox: Outbox, office: PostOffice
) -> None:
    """Re-planned without somebody, their entry of the old date is cancelled."""
    await plan(store, story, 3, "pupil", "guardian-1")
    (planned,) = await sent(outbox, story, office)
    message = m.PlanNetworkMeeting(
        at=story.now + timedelta(days=4), invitees=("pupil",), parents_excluded=True, second_reviewer="s-ander"
    )
    await tell(store, story, message, note=True)
    (dropped,) = await sent(outbox, story, office)

    method, event = entry(dropped)

    assert "CANCEL" == method
    assert entry(planned)[1].uid == event.uid
    assert entry(planned)[1].start == event.start


def test_a_resend_is_the_same_mail() -> None:
    """A mail that is sent again because its answer was lost is the same, calendar and all."""
    about = dispatch(notice=notice(kind=NoticeKind.MEETING_INVITATION), meeting=Meeting(place=1, revision=7, at=DUE))

    first, again = (mail(about, "v@regio.example", "ouder@post.example", "mail.example") for _ in range(2))

    assert b"text/calendar" in first
    assert without_date(first) == without_date(again)


async def test_other_notices_have_no_entry(story: Story, outbox: Outbox, office: PostOffice) -> None:
    """Only what is about a meeting goes to a calendar."""
    await ActivityEnvironment().run(outbox.deliver, Delivery(case_id=story.id, more_may_come=True))

    assert office.mails
    assert not [one for one in office.mails if part(one) is not None]
