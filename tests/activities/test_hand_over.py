"""The hand-over: its document is there before anybody is told of it, and holds the minimum."""

from __future__ import annotations

import json
from datetime import timedelta

import asyncpg
import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.dispatch import Delivery
from activities.hand_over import HandOvers
from activities.outbox import Outbox
from protocol import messages as m
from protocol import vocabulary as v
from protocol.messages import SYSTEM, Actor, Organisation
from protocol.notices import Contact
from store import AccessEntry, ContactPerson, Content, Controller, OrganisationRow, Store
from tests.activities.builders import PUBLIC_URL
from tests.activities.post_office import PostOffice
from tests.activities.test_mail import plain
from tests.store.builders import (
    AT_CJG,
    AT_SCHOOL,
    GUARDIAN_ADDRESS,
    REGION,
    SCHOOL,
    Story,
    asked,
    told_and_recorded,
)

GGD = Organisation(id="ggd", kind=v.OrganisationKind.PARTNER)
AT_GGD = Actor(role=v.Role.PARTNER, organisation="ggd", user="s-arts")
CJG = Organisation(id="cjg", kind=v.OrganisationKind.CJG)
MINUTES = "Partner zei in vertrouwen iets wat niet naar school mag"


def told_until_hand_over(story: Story) -> list[tuple[m.Message, Actor, bool]]:
    """Everything between the question for consent and the hand-over: message, who, with a note."""
    due = story.now.date() + timedelta(days=7)
    meeting = story.now + timedelta(days=3)
    return [
        (m.RecordPoliceContact(contact=v.PoliceContact.REPORT), AT_SCHOOL, False),
        (granted("guardian-1"), AT_SCHOOL, True),
        (granted("pupil"), AT_SCHOOL, True),
        (m.DecideReport(needed=True), AT_SCHOOL, False),
        (m.AcceptReport(), AT_CJG, False),
        (m.RecordLegalBasis(basis=v.LegalBasis.OTHER, parties=(GGD,), second_reviewer="s-ander"), AT_CJG, True),
        (m.SetSeverity(severity=v.Severity.HIGH), AT_CJG, False),
        (m.EngagePartners(partners=(GGD,)), AT_CJG, False),
        (m.AnswerPartnerRequest(answer=v.PartnerAnswer.ACCEPT), AT_GGD, False),
        (m.DecideNetworkMeeting(needed=True), AT_CJG, False),
        (m.PlanNetworkMeeting(at=meeting, invitees=("pupil", "guardian-1", GGD)), AT_CJG, True),
        (
            m.RecordNetworkMeeting(attendees=("guardian-1", GGD), actions=(m.PlannedAction(owner=GGD, due=due),)),
            AT_CJG,
            True,
        ),
        (m.CompleteAction(action="action-1"), AT_GGD, False),
        (m.DeEscalate(reason=v.DeEscalationReason.GOAL_REACHED), AT_CJG, True),
    ]


def granted(person: str) -> m.AnswerConsent:
    """A yes on paper."""
    return m.AnswerConsent(person=person, answer=v.ConsentAnswer.GRANTED, channel=v.Channel.PAPER)


@pytest.fixture
async def story(store: Store) -> Story:
    """A case whose hand-over has just begun; nothing was sent yet."""
    for name in (SCHOOL, "cjg", "ggd"):
        row = OrganisationRow(region=REGION, id=name, kind=v.OrganisationKind.PARTNER, name=name)
        desk = ContactPerson(name="Balie", email=f"balie@{name}.example")
        await store.save_organisation(row, {Contact.DESK: desk})
    case = await asked(store)
    for message, actor, with_note in told_until_hand_over(case):
        await told_and_recorded(store, case, message, actor, Content(note=MINUTES) if with_note else None)
    return case


async def document(store: Store, story: Story) -> dict[str, object]:
    """The one hand-over document that there is."""
    (number,) = await store.hand_over_numbers(story.id, Controller.SCHOOL)
    look = AccessEntry(actor=SYSTEM, case_id=story.id, what="hand_over", purpose="test")
    text = await store.hand_over(story.id, number, Controller.SCHOOL, look)
    assert text is not None
    assert MINUTES not in text
    found = json.loads(text)
    assert isinstance(found, dict)
    return found


async def test_the_document_holds_outcome_agreements_what_goes_on_and_whom_to_call(store: Store, story: Story) -> None:
    """What goes back is the minimum; what partners wrote stays where it is."""
    await HandOvers(store).prepare(story.id)

    found = await document(store, story)
    due = (story.now.date() + timedelta(days=7)).isoformat()
    assert found["outcome"] == "returned"
    assert found["reason"] == "goal_reached"
    assert found["agreements"] == [{"action": "action-1", "owner": "ggd", "due": due, "done": True}]
    assert found["goesOn"] == ["ggd"]
    assert found["call"] == "cjg"
    assert found["forPersons"] == ["guardian-1"]


async def test_preparing_again_changes_nothing(store: Store, story: Story) -> None:
    """The first document of a hand-over stays, whatever happens in the case afterwards."""
    await HandOvers(store).prepare(story.id)
    first = await document(store, story)
    await told_and_recorded(store, story, m.ConfirmHandOver(), AT_SCHOOL)
    await HandOvers(store).prepare(story.id)

    assert await document(store, story) == first


async def test_the_document_is_there_before_anybody_is_told(
    store: Store, story: Story, outbox: Outbox, office: PostOffice
) -> None:
    """School and parent are told by mail once there is something to read, the parent by a one-time link."""
    await ActivityEnvironment().run(outbox.deliver, Delivery(case_id=story.id, more_may_come=True))

    await document(store, story)
    kinds = {row.notice_id: row.kind for row in await store.notices(story.id)}
    order = [kinds[mail["Message-ID"].strip("<>").partition("@")[0]] for mail in office.mails]
    assert order[-2:] == ["hand_over", "hand_over"]
    assert "hand_over" not in order[:-2]
    (parent,) = (plain(mail) for mail in office.mails[-2:] if mail["To"] == GUARDIAN_ADDRESS)
    assert f"{PUBLIC_URL}/k/" in parent
    assert all(row.sent_at for row in await store.notices(story.id))


async def test_of_an_erased_file_nothing_is_handed_over(
    store: Store, story: Story, outbox: Outbox, office: PostOffice
) -> None:
    """Where the document and addresses belong is destroyed: those notices end with a fixed code, the others go."""
    await store.destroy_key(story.id, Controller.SCHOOL)
    delivered = await ActivityEnvironment().run(outbox.deliver, Delivery(case_id=story.id, more_may_come=True))

    rows = await store.notices(story.id)
    assert office.taken
    assert all(row.sent_at or row.failed_code for row in rows)
    ended = {row.notice_id for row in rows if row.failed_code == "part_erased"}
    assert {row.notice_id for row in rows if row.kind == "hand_over" or row.party in {"pupil", "guardian-1"}} == ended
    assert (ended, 0) == ({failed.notice for failed in delivered.failed}, delivered.waiting)
    again = await ActivityEnvironment().run(outbox.deliver, Delivery(case_id=story.id))
    assert 0 == again.waiting


async def test_with_its_key_missing_a_hand_over_waits(
    store: Store, story: Story, outbox: Outbox, database: str
) -> None:
    """Missing is not destroyed: it is tried again, and nothing is marked as failed."""
    connection = await asyncpg.connect(database)
    await connection.execute("DELETE FROM keystore.data_keys WHERE scope = $1", story.id)
    await connection.close()

    with pytest.raises(ApplicationError) as stopped:
        await ActivityEnvironment().run(outbox.deliver, Delivery(case_id=story.id, more_may_come=True))

    assert ("key_missing", False) == (stopped.value.type, stopped.value.non_retryable)
    assert not any(row.failed_code for row in await store.notices(story.id))
