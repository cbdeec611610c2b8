"""An older dump of PostgreSQL was put back: Temporal knows what the journal lacks."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from protocol import messages as m
from protocol import vocabulary as v
from protocol.messages import SYSTEM
from starter.reconcile.finding import Finding, Found
from starter.reconcile.reconciler import Reconciler
from starter.reconcile.standing_in import LOST_NOTE, LOST_PERSON
from store import AccessEntry, MessageState
from tests.reconcile.dumping import dump, put_back
from tests.workflows import stories
from tests.workflows.case import ToldCase, told
from tests.workflows.log_watch import LogWatch
from tests.workflows.names import SCHOOL
from tests.workflows.patience import eventually
from tests.workflows.town import Town

LOOK = AccessEntry(actor=SYSTEM, what="file", purpose="test")


class Disaster(NamedTuple):
    """What was there before it."""

    old: ToldCase
    """Opened before the dump, and told more afterwards."""
    new: ToldCase
    """Opened after the dump."""
    before: dict[str, object]


async def everything(town: Town, *cases: ToldCase) -> dict[str, object]:
    """What the database says of cases: events, states, messages, who was told what."""
    found: dict[str, object] = {}
    for case in cases:
        notices = await town.store.notices(case.id)
        found[case.id] = (
            await case.journal(),
            await case.state(),
            [(n.notice_id, n.party, n.kind, n.link, n.due_at, n.sent_at is not None) for n in notices],
        )
    return found


async def reconciled(town: Town, *, dry_run: bool = False) -> dict[str, Finding]:
    """Reconcile all; what was worth telling, by case."""
    found = Reconciler(town.store, town.client, dry_run=dry_run).all()
    return {finding.case_id: finding async for finding in found if finding.worth_telling}


@pytest.fixture
async def disaster(town: Town, tmp_path: Path, logs: LogWatch) -> Disaster:
    """Somebody puts yesterday's dump back while no worker runs."""
    logs.expect("asyncpg", "store_unavailable")
    old = await town.open()
    await old.notices()
    await dump(town.dsn, tmp_path / "dump")
    await old.told(SCHOOL, "record_police_contact", contact="report")
    await stories.talked(old)
    await stories.asked_only(old)
    await old.told(
        SCHOOL, "answer_consent", person="pupil", parties=["cjg"], answer="granted", channel="paper", id="yes"
    )
    new = await stories.talked(await town.open())
    await old.notices()
    await new.notices()
    await old.quiet()
    await new.quiet()
    before = await everything(town, old, new)
    await town.stop_worker()
    await put_back(town.dsn, tmp_path / "dump")
    return Disaster(old, new, before)


async def test_the_journal_is_as_it_was(town: Town, disaster: Disaster) -> None:
    """Every event, state and notice is there again, to the digest; a dry run only says so, and done again nothing is to do."""
    mails, standings = len(town.office.mails), await town.store.standings()
    would = await reconciled(town, dry_run=True)
    assert standings == await town.store.standings()
    found = await reconciled(town)
    assert would == found
    assert found.keys() == disaster.before.keys()
    assert [Found.JOURNAL_BEHIND, Found.NOT_IN_DATABASE] == [found[c.id].found for c in (disaster.old, disaster.new)]
    assert disaster.before == await everything(town, disaster.old, disaster.new)
    assert () == await town.store.verify()
    assert {} == await reconciled(town)
    assert mails == len(town.office.mails)


async def test_cases_go_on_and_say_what_is_lost(town: Town, disaster: Disaster) -> None:
    """Texts and people are not made up; no mail goes out twice, a message told before answers the same, the next one counts."""
    found = await reconciled(town)
    old, new = found[disaster.old.id], found[disaster.new.id]
    assert ({"pupil", "guardian-1", "guardian-2"}, ()) == (set(new.lost_people), old.lost_people)
    assert 1 == len(new.lost_notes) == len(old.lost_notes)
    assert {LOST_PERSON} == set((await town.store.people(disaster.new.id, LOOK)).values())
    assert LOST_PERSON not in (await town.store.people(disaster.old.id, LOOK)).values()
    assert LOST_NOTE == await town.store.note(disaster.old.id, old.lost_notes[0], LOOK)

    await town.start_worker()
    message = await town.store.message(disaster.old.id, "yes")
    assert message is not None
    assert message.answer is not None
    again = await disaster.old.told(
        SCHOOL, "answer_consent", person="pupil", parties=["cjg"], answer="granted", channel="paper", id="yes"
    )
    assert (MessageState.RECORDED, again.number) == (message.state, message.answer.number)
    for case in (disaster.old, disaster.new):
        assert "acute_declared" in (await case.told(SCHOOL, "declare_acute")).events
        await case.notices()
    ids = [str(mail["Message-ID"]) for mail in town.office.mails]
    assert len(ids) == len(set(ids))


async def test_a_case_that_stopped_goes_on_at_once(town: Town, tmp_path: Path, logs: LogWatch) -> None:
    """Workers came back before anybody reconciled: the case stopped for a missing event, and does not wait its hour."""
    logs.expect("recording stopped", "recording_gap", "asyncpg", "store_unavailable")
    case = await stories.talked(await town.open())
    await case.quiet()
    await dump(town.dsn, tmp_path / "dump")
    await case.told(SCHOOL, "record_police_contact", contact="report")
    await case.quiet()
    await town.stop_worker()
    await put_back(town.dsn, tmp_path / "dump")
    await town.start_worker()
    await case.left(SCHOOL, "declare_acute", "danger")
    await eventually(lambda: case.details_say("recording_gap"), "the console shows that recording stopped")
    assert Found.JOURNAL_BEHIND is (await reconciled(town))[case.id].found
    assert MessageState.RECORDED is (await case.settled("danger")).state
    assert v.Safety.ACUTE is (await case.state()).safety


async def test_a_case_that_was_ended_and_begun_again_is_put_back_from_both_runs(
    town: Town, tmp_path: Path, logs: LogWatch
) -> None:
    """The run that goes on does not name the one that somebody ended: it is found all the same."""
    logs.expect("asyncpg", "store_unavailable", "Task not found when completing")
    await dump(town.dsn, tmp_path / "dump")
    case = await stories.talked(await town.open())
    await case.quiet()
    await case.handle.terminate("by mistake")
    assert Found.NOT_RUNNING is (await reconciled(town))[case.id].found
    await case.told(SCHOOL, "record_police_contact", contact="report")
    await case.notices()
    await case.quiet()
    before = await everything(town, case)
    await town.stop_worker()
    await put_back(town.dsn, tmp_path / "dump")
    assert Found.NOT_IN_DATABASE is (await reconciled(town))[case.id].found
    assert before == await everything(town, case)


async def test_what_differs_is_left_to_people(town: Town, tmp_path: Path, logs: LogWatch) -> None:
    """Journal and history have other events under one number: nothing is touched, and it is said."""
    logs.expect("asyncpg", "store_unavailable")
    case = await stories.talked(await town.open())
    await case.quiet()
    await dump(town.dsn, tmp_path / "dump")
    await case.told(SCHOOL, "record_police_contact", contact="report")
    await case.quiet()
    await town.stop_worker()
    await put_back(town.dsn, tmp_path / "dump")
    await case.recorded_elsewhere(told(m.DeclareAcute(), SCHOOL))
    before = await case.journal()
    finding = (await reconciled(town))[case.id]
    assert (Found.DIFFERENT, False) == (finding.found, finding.fine)
    assert before == await case.journal()
