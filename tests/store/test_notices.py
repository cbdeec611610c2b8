"""Notices: claimed by one sender at a time, counted before they are sent; and their links."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from protocol import messages as m
from protocol import vocabulary as v
from protocol.notices import LinkPurpose, Notice, NoticeKind
from store import Claim, Content, Controller, KeyRing, Person, Store, StoreUnavailable
from tests.store import builders as b
from tests.store.raw import connected, dump


async def _sent(store: Store, story: b.Story) -> list[Claim]:
    """Send everything that is unsent."""
    claimed = []
    async with store.claim_unsent(story.id) as claims:
        async for claim in claims:
            claimed.append(claim)
            await claim.sent()
    return claimed


async def _first(store: Store, story: b.Story) -> Claim:
    """Claim one notice and give it back unsent."""
    async with store.claim_unsent(story.id) as claims:
        return await anext(claims)


async def test_every_notice_is_claimed_once_in_order(store: Store) -> None:
    """What was sent is not claimed again."""
    story = await b.opened(store)
    await b.save_directory(store)
    ids = [f"{story.id}.{number}.{place}" for number, place in ((9, 1), (9, 0), (10, 0), (2, 0))]
    turn = story.tell(b.told(b.pupil_talk()))
    notices = tuple(Notice(id=ident, party=b.SCHOOL, kind=NoticeKind.CASE_CHANGED) for ident in ids)
    await store.record(turn.model_copy(update={"notices": notices}))
    rows = [row for row in await store.notices(story.id) if row.number > 1]
    assert ids == [row.notice_id for row in rows]
    claimed = await _sent(store, story)
    assert [row.notice_id for row in rows] == [claim.notice.notice_id for claim in claimed]
    assert [] == await _sent(store, story)
    assert all(row.sent_at and row.attempts == 1 for row in await store.notices(story.id))


async def test_two_senders_never_hold_the_same_notice(store: Store) -> None:
    """Many senders at once send each notice exactly once."""
    story = await b.asked(store)
    expected = len(await store.notices(story.id))
    claimed = [claim for part in await asyncio.gather(*(_sent(store, story) for _ in range(5))) for claim in part]
    assert expected == len(claimed) == len({claim.notice.notice_id for claim in claimed})


async def test_a_held_case_is_left_to_its_sender(store: Store) -> None:
    """While one sender holds a case another finds nothing to send, tries nothing, and the count shows what is left."""
    story = await b.asked(store)
    total = await store.unsent(story.id)
    async with store.claim_unsent(story.id) as claims:
        held = await anext(claims)
        assert [] == await _sent(store, story)
        assert total == await store.unsent(story.id)
    assert {1} == {row.attempts for row in await store.notices(story.id)}
    assert held.notice.notice_id in {claim.notice.notice_id for claim in await _sent(store, story)}


async def test_a_sender_that_was_stopped_holds_nothing(store: Store, database: str, key_ring: KeyRing) -> None:
    """Stopped between two notices, a sender leaves its case to another at once, though its connection lives on."""
    story = await b.asked(store)
    holds = asyncio.Event()

    async def hold() -> None:
        async with store.claim_unsent(story.id) as claims:
            await anext(claims)
            holds.set()
            await asyncio.Event().wait()

    stopped = asyncio.create_task(hold())
    await holds.wait()
    other = await Store.connect(database, key_ring)
    assert [] == await _sent(other, story)
    stopped.cancel()
    await asyncio.wait([stopped])
    assert len(await store.notices(story.id)) == len(await _sent(other, story))
    await other.close()


async def test_slow_senders_leave_connections_for_recording(database: str, key_ring: KeyRing) -> None:
    """While senders hold all that they may, a turn is still recorded, and the next sender waits."""
    store = await Store.connect(database, key_ring, largest=2)
    one, other = await b.asked(store), await b.asked(store)
    async with store.claim_unsent(one.id) as claims:
        await anext(claims)
        assert store._holding.locked()
        waiting = asyncio.create_task(_sent(store, other))
        await store.record(one.tell(b.told(m.AddSignal(signals=(v.Signal.RECRUITMENT,)))))
        assert 0 < await store.unsent(other.id)
        assert not waiting.done()
    assert await waiting
    await store.close()


async def test_senders_that_wait_get_their_turn_between_two_notices(
    database: str, key_ring: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where mail is slow, a case with many notices does not keep the connection from the next case."""
    monkeypatch.setattr("store.outbox._TURN", 0)
    store = await Store.connect(database, key_ring, largest=2)
    one, other = await b.asked(store), await b.asked(store)
    order: list[str] = []

    async def send(story: b.Story) -> None:
        async with store.claim_unsent(story.id) as claims:
            async for claim in claims:
                order.append(story.id)
                await claim.sent()

    await asyncio.gather(send(one), send(other))
    assert 0 == await store.unsent(one.id) + await store.unsent(other.id)
    assert [one.id, other.id, one.id, other.id] == order[:4]
    await store.close()


async def _break_senders(database: str) -> None:
    """Cut off everybody who holds a case."""
    async with connected(database) as connection:
        await connection.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory'"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )


async def test_what_was_noted_as_sent_stays_even_if_the_sender_dies(store: Store, database: str) -> None:
    """Sent is committed before the next notice is asked for; what was only claimed is claimed again."""
    story = await b.asked(store)
    async with store.claim_unsent(story.id) as claims:
        done = await anext(claims)
        await done.sent()
        await _break_senders(database)
        held = await anext(claims)
        with pytest.raises(StoreUnavailable):
            await held.sent()
    again = [claim.notice for claim in await _sent(store, story)]
    assert done.notice.notice_id not in {notice.notice_id for notice in again}
    assert {2} == {notice.attempts for notice in again}
    assert len(await store.notices(story.id)) == len(again) + 1


async def test_an_attempt_counts_even_if_the_sender_dies(store: Store, database: str) -> None:
    """A sender whose connection breaks has tried; the notice is free for the next."""
    story = await b.asked(store)
    async with store.claim_unsent(story.id) as claims:
        held = await anext(claims)
        await _break_senders(database)
        with pytest.raises(Exception, match="store_unavailable"):
            await held.sent()
    again = await _first(store, story)
    assert (held.notice.notice_id, 2) == (again.notice.notice_id, again.notice.attempts)
    assert held.token == again.token


async def test_an_error_of_the_sender_gives_the_notice_back(store: Store) -> None:
    """Leaving by an exception frees the notice at once."""
    story = await b.asked(store)

    async def clumsy() -> None:
        async with store.claim_unsent(story.id) as claims:
            async for claim in claims:
                raise LookupError(claim.notice.notice_id)

    with pytest.raises(LookupError):
        await clumsy()
    assert len(await store.notices(story.id)) == len(await _sent(store, story))


async def test_a_person_is_written_to_at_the_safe_contact(store: Store) -> None:
    """The safe contact takes the place of the ordinary address, in the person's language."""
    story = await b.opened(store)
    safe = Person(name=b.GUARDIAN_NAME, email="gewoon@x.example", safe_contact="veilig@x.example", language="en")
    guardians = m.SetGuardians(guardians=(m.Guardian(person="guardian-1", custody=True),))
    await b.told_and_recorded(store, story, guardians, content=Content(guardians={"guardian-1": safe}))
    for message in (b.pupil_talk(), b.parent_talk(), b.ask_consent()):
        await b.told_and_recorded(store, story, message)
    found = {claim.notice.party: claim.recipient for claim in await _sent(store, story) if claim.recipient.person}
    assert ("veilig@x.example", "en") == (found["guardian-1"].address, found["guardian-1"].language)
    assert ("r@scherpenzeel.example", "nl") == (found["pupil"].address, found["pupil"].language)


async def test_looking_an_address_up_is_logged(store: Store, database: str) -> None:
    """Each address that was opened stands in the access log, also when sending then fails."""
    story = await b.asked(store)
    async with store.claim_unsent(story.id) as claims:
        people = {claim.notice.party async for claim in claims if claim.recipient.person}
    async with connected(database) as connection:
        rows = await connection.fetch("SELECT what, purpose, role FROM vangnet.access_log WHERE scope = $1", story.id)
    assert {(f"address {person}", "notice consent_request", "system") for person in people} == {tuple(r) for r in rows}
    assert people


async def test_an_organisation_is_written_to_at_its_desk_or_webhook(store: Store) -> None:
    """A webhook is for the desk only, and is signed with a secret of its own."""
    story = await b.opened(store)
    await b.save_directory(store, webhook_url="https://meent.example/in")
    recording = story.tell(b.told(b.pupil_talk()))
    base = {"kind": NoticeKind.DEADLINE, "party": b.SCHOOL}
    desk = {"id": f"{story.id}.{recording.case.number}.90", "contact": "desk", **base}
    lead = {"id": f"{story.id}.{recording.case.number}.91", "contact": "team_lead", **base}
    given = recording.model_validate({**dict(recording), "notices": (desk, lead)})
    await store.record(given)
    found = {claim.notice.notice_id[-2:]: claim.recipient for claim in await _sent(store, story)}
    assert (b.DESK_ADDRESS, b.LEAD_ADDRESS) == (found["90"].address, found["91"].address)
    assert found["90"].webhook is not None
    assert store.keys.webhook_secret(b.SCHOOL) == found["90"].webhook.secret
    assert found["91"].webhook is None


async def test_nobody_to_write_to_is_no_error(store: Store) -> None:
    """An organisation outside of the directory, or an erased file, gives a recipient without address."""
    story = await b.asked(store)
    await store.destroy_key(story.id, Controller.SCHOOL)
    assert {None} == {claim.recipient.address for claim in await _sent(store, story)}


async def test_what_failed_for_good_is_told_once(store: Store) -> None:
    """A failure is listed until an event of the case tells of it; it is not tried again."""
    story = await b.asked(store)
    async with store.claim_unsent(story.id) as claims:
        async for claim in claims:
            if claim.notice.party == "guardian-1":
                await claim.failed("mailbox_unknown")
            else:
                await claim.sent()
    (failed,) = await store.failures(story.id)
    assert ("guardian-1", "mailbox_unknown") == (failed.party, failed.failed_code)
    assert 0 == await store.unsent(story.id)
    message = m.DeliveryFailed(notice=failed.notice_id, party="guardian-1", about=failed.kind)
    await store.record(story.tell_from_system(message))
    assert () == await store.failures(story.id)


async def test_cases_with_something_left_to_send_are_found(store: Store) -> None:
    """Until everything is sent."""
    story = await b.asked(store)
    assert () == await store.undelivered(timedelta(hours=1))
    assert (story.id,) == await store.undelivered(timedelta(0))
    await _sent(store, story)
    assert () == await store.undelivered(timedelta(0))


async def test_a_link_is_found_by_its_token_only(store: Store, database: str) -> None:
    """The token stands nowhere, is the same at every attempt, and cannot be made from the notice's id."""
    story = await b.asked(store)
    claim = next(claim for claim in await _sent(store, story) if claim.notice.party == "guardian-1")
    assert claim.token
    link = await store.link(claim.token)
    assert link is not None
    assert (story.id, "guardian-1", LinkPurpose.CONSENT) == (link.case_id, link.party, link.purpose)
    assert claim.notice.number == link.number
    assert claim.token.encode() not in await dump(database)
    assert await store.link(claim.notice.notice_id) is None


async def test_a_link_is_used_for_one_message(store: Store) -> None:
    """Looking does not use it; using it twice for the same message does not hurt; another message is too late."""
    story = await b.asked(store)
    token = next(claim.token for claim in await _sent(store, story) if claim.token)
    assert (True, True, False) == (
        await store.use_link(token, "m-1"),
        await store.use_link(token, "m-1"),
        await store.use_link(token, "m-2"),
    )
    link = await store.link(token)
    assert link is not None
    assert "m-1" == link.used_for
    assert not await store.use_link("unknown", "m-1")


async def test_a_link_is_used_by_one_of_many(store: Store) -> None:
    """Of answers that come in at the same moment one gets the link."""
    story = await b.asked(store)
    token = next(claim.token for claim in await _sent(store, story) if claim.token)
    used = await asyncio.gather(*(store.use_link(token, f"m-{number}") for number in range(8)))
    assert 1 == sum(used)


async def test_a_consent_link_works_for_a_year_after_its_deadline(store: Store) -> None:
    """A late yes counts, and by the same link consent is withdrawn; by the case's own clock."""
    story = await b.asked(store)
    token = next(claim.token for claim in await _sent(store, story) if claim.token)
    assert story.case is not None
    due = next(d.due_at for d in story.case.deadlines if d.task is v.Task.CONSENT_ANSWER)
    link = await store.link(token)
    assert link is not None
    assert due + timedelta(days=365) == link.expires_at
    assert not link.expired
    await store.move_clock(story.id, timedelta(days=400))
    link = await store.link(token)
    assert link is not None
    assert link.expired
