"""The work list by what the overview says, and whose turn it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import asyncpg

from protocol import messages as m
from protocol import vocabulary as v
from protocol.deadlines import owner
from store import Content, Store
from store.migrate import FOLDER
from store.worklist import Place, WorkFilter
from tests.store import builders as b

_NOW = datetime.now(UTC)


async def _listed(store: Store, organisation: str, **wanted: object) -> set[str]:
    found = await store.worklist(b.REGION, organisation, WorkFilter.model_validate(wanted), limit=50)
    return {line.case.id for line in found}


async def _reported(store: Store) -> b.Story:
    """A case that waits for the CJG."""
    story = await b.opened(store)
    basis = m.RecordLegalBasis(basis=v.LegalBasis.ACUTE_DANGER, parties=(b.CJG,), second_reviewer="s-second")
    police = m.RecordPoliceContact(contact=v.PoliceContact.REPORT)
    for message in (police, b.pupil_talk(), b.parent_talk(), basis, m.DecideReport(needed=True)):
        await b.told_and_recorded(store, story, message, content=Content(note=b.NOTE))
    return story


async def _due_owners(database: str) -> dict[str, list[str]]:
    connection = await asyncpg.connect(database)
    try:
        return dict(await connection.fetch("SELECT case_id, due_owners FROM vangnet.overview"))
    finally:
        await connection.close()


def _owners(story: b.Story) -> list[str]:
    assert story.case is not None
    return sorted({owner(story.case, deadline) for deadline in story.case.deadlines})


async def test_whose_turn_it_is_chooses_cases(store: Store) -> None:
    """Ours are those in which the organisation has a deadline, theirs all others in which it is."""
    at_school, at_cjg = await b.opened(store), await _reported(store)
    assert {at_school.id} == await _listed(store, b.SCHOOL, turn=True)
    assert {at_cjg.id} == await _listed(store, b.SCHOOL, turn=False)
    assert {at_cjg.id} == await _listed(store, "cjg", turn=True)
    assert set() == await _listed(store, "cjg", turn=False)
    assert {at_school.id, at_cjg.id} == await _listed(store, b.SCHOOL)


async def test_the_turn_goes_with_what_is_recorded(store: Store, database: str) -> None:
    """Whoever has a deadline stands in the overview, people too, and nobody once there is none."""
    asked, reported, cancelled = await b.asked(store), await _reported(store), await b.opened(store)
    await b.told_and_recorded(
        store, cancelled, m.CancelCase(reason=v.CancelReason.DUPLICATE), content=Content(note="x")
    )
    found = await _due_owners(database)
    assert {story.id: _owners(story) for story in (asked, reported, cancelled)} == found
    assert {"guardian-1", "pupil"} < set(found[asked.id])
    assert [] == found[cancelled.id]


async def test_cases_from_before_get_their_turn(store: Store, database: str) -> None:
    """The migration says of cases that were there what their next recording says."""
    stories = [await b.opened(store), await b.asked(store), await _reported(store)]
    text = (FOLDER / "0013_due_owners.sql").read_text(encoding="utf-8")
    backfill = text[text.index("UPDATE vangnet.overview") :].partition(";")[0]
    connection = await asyncpg.connect(database)
    try:
        await connection.execute("UPDATE vangnet.overview SET due_owners = '{}'")
        await connection.execute(backfill)
    finally:
        await connection.close()
    assert {story.id: _owners(story) for story in stories} == await _due_owners(database)


async def test_a_closed_case_is_listed_for_its_holders_only(store: Store, database: str) -> None:
    """The school finds it; an organisation that was in it besides does not."""
    closed = await b.opened(store)
    await b.told_and_recorded(store, closed, m.CancelCase(reason=v.CancelReason.DUPLICATE), content=Content(note="x"))
    connection = await asyncpg.connect(database)
    try:
        await connection.execute("UPDATE vangnet.overview SET organisations = organisations || ARRAY['ggd']")
    finally:
        await connection.close()
    assert {closed.id} == await _listed(store, b.SCHOOL, step=v.Step.CLOSED)
    assert set() == await _listed(store, "ggd", step=v.Step.CLOSED)
    assert set() == await _listed(store, b.SCHOOL)


async def test_filters_of_the_list_can_be_combined(store: Store) -> None:
    """All of them must hold."""
    at_cjg = await _reported(store)
    await b.opened(store)
    common = {"step": v.Step.REPORT, "kind": v.Kind.SEXTING, "turn": True}
    assert {at_cjg.id} == await _listed(store, "cjg", **common, due_after=_NOW, due_until=_NOW + timedelta(days=30))
    assert set() == await _listed(store, "cjg", **common, due_until=_NOW)
    assert set() == await _listed(store, "cjg", **common, place=Place.COORDINATOR)
    assert set() == await _listed(store, "cjg", **(common | {"kind": v.Kind.LOVERBOY}))
