"""Retention: what is due of closed cases is shielded and destroyed once, with a record and nobody's data in it."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime

import pytest

from protocol.keeping import Part
from protocol.retention import Act, Due, due
from store import Controller, KeyDestroyed, PartShielded, Store
from tests.store.builders import NOTE, POLICY, PUPIL_NAME, REGION, SCHOOL, SECRETS, intake, opened
from tests.store.closed_cases import AT_ZVH, CJG_NOTE, LOOK, PRIVACY, ZVH_NOTE, closed, readable_notes
from tests.store.raw import connected, dump, tampered

TODAY = date(2026, 11, 22)


async def all_due(store: Store, today: date = TODAY) -> list[Due]:
    """What is due today, as the schedule finds it."""
    return [step async for part in store.held_parts(POLICY, today) for step in due(part, POLICY, today)]


async def test_each_controller_has_a_clock_of_its_own(store: Store) -> None:
    """One case, three parts, each with its own day; an open case is not among them."""
    story = await closed(store)
    await opened(store)

    found = await all_due(store, date(2011, 3, 1))
    later = await all_due(store, date(2018, 3, 1))

    assert [(story.id, Part.COORDINATOR, Act.DESTROY), (story.id, Part.ZVH, Act.SHIELD)] == [
        (step.case_id, step.part, step.act) for step in found
    ]
    assert {Part.COORDINATOR, Part.SCHOOL, Part.ZVH} == {step.part for step in later if step.act is Act.DESTROY}


async def test_what_is_destroyed_cannot_be_read_and_the_rest_can(store: Store) -> None:
    """The ZVH's part goes; school and CJG keep theirs."""
    story = await closed(store)
    step = next(step for step in await all_due(store) if step.part is Part.ZVH and step.act is Act.DESTROY)

    assert await store.carry_out(step)

    assert [NOTE, CJG_NOTE] == await readable_notes(store, story.id)
    assert PUPIL_NAME == (await store.people(story.id, LOOK))["pupil"].name


async def test_the_same_pupil_is_not_recognised_after_the_schools_part_is_gone(store: Store) -> None:
    """The fingerprint, the links and every person go with it, and nothing is written to that part again."""
    story = await closed(store)
    for step in await all_due(store):
        await store.carry_out(step)

    pupil = intake().pupil
    assert () == await store.same_pupil(REGION, SCHOOL, pupil.name, pupil.date_of_birth)
    with pytest.raises(KeyDestroyed):
        await store.people(story.id, LOOK)
    with pytest.raises(KeyDestroyed):
        await store.save_hand_over(story.id, 99, "tekst")


async def test_it_is_done_once_also_by_two_at_a_time(store: Store) -> None:
    """Repeating changes nothing, and the record has one row for each act."""
    story = await closed(store)
    steps = await all_due(store)

    done = await asyncio.gather(*(store.carry_out(step) for step in steps * 3))

    rows = await store.retention_log(REGION)
    assert len(steps) == sum(done) == len(rows)
    assert {(story.id, step.part, step.act, step.rule, step.due_on) for step in steps} == {
        (row.case_id, row.part, row.act, row.rule, row.due_on) for row in rows
    }
    assert [] == await all_due(store)


async def test_a_round_that_was_killed_goes_on(store: Store) -> None:
    """What was done stays done, what was not is still due."""
    await closed(store)
    first, *others = await all_due(store)
    await store.carry_out(first)

    assert others == await all_due(store)


async def test_an_open_case_is_left_alone(store: Store) -> None:
    """Even when somebody asks for it by hand."""
    story = await opened(store)
    part = Due.model_validate(
        {"case_id": story.id, "part": "school", "act": "destroy", "rule": "school.returned", "since": "closed",
         "started_on": TODAY, "due_on": TODAY}
    )  # fmt: skip

    assert not await store.carry_out(part)
    assert not await store.erase_part(story.id, Part.SCHOOL, "r-1", PRIVACY)
    assert [NOTE] == await readable_notes(store, story.id)


async def test_the_record_and_the_access_log_hold_nobodys_data(store: Store, database: str) -> None:
    """They say what, when and by which rule; the chain is intact, and no row can be changed."""
    story = await closed(store)
    for step in await all_due(store):
        await store.carry_out(step)

    written = await dump(database)

    assert [] == [secret for secret in (*SECRETS, CJG_NOTE, ZVH_NOTE) if secret.encode() in written]
    assert () == await store.verify()
    async with connected(database) as connection:
        erased = await connection.fetch(
            "SELECT what, purpose FROM vangnet.access_log WHERE scope = $1 AND event = 'erase'", story.id
        )
        with pytest.raises(Exception, match="append-only"):
            await connection.execute("DELETE FROM vangnet.retention_log")
    assert {("part school", "retention school.handled_at_school")} < {tuple(row) for row in erased}


async def test_what_a_restore_brings_back_is_blanked_again(store: Store, database: str) -> None:
    """The rows of destroyed parts are emptied once more; those of others stay."""
    story, neighbour = await closed(store), await closed(store)
    for step in await all_due(store):
        if step.case_id == story.id:
            await store.carry_out(step)
    assert 0 == await store.blank_destroyed()
    await tampered(
        database, f"UPDATE vangnet.notes SET sealed = 'back' WHERE case_id = '{story.id}'"  # noqa: S608  # our own id
    )  # fmt: skip

    assert 3 == await store.blank_destroyed()
    assert [NOTE, CJG_NOTE, ZVH_NOTE] == await readable_notes(store, neighbour.id)


async def test_a_shielded_part_is_read_by_the_privacy_officer_alone(store: Store) -> None:
    """At closing the ZVH's notes are out of sight for everybody else; the other parts stay as they are."""
    story = await closed(store)
    shield = next(step for step in await all_due(store) if step.act is Act.SHIELD)
    await store.carry_out(shield)
    officer = LOOK.model_copy(update={"actor": PRIVACY})
    notes = {row.controller: row.note_id for row in await store.notes(story.id)}

    assert [NOTE, CJG_NOTE, ZVH_NOTE] == await readable_notes(store, story.id, officer)
    for reader in (LOOK.actor, AT_ZVH):
        with pytest.raises(PartShielded):
            await store.note(story.id, notes[Controller.ZVH], LOOK.model_copy(update={"actor": reader}))
        assert NOTE == await store.note(
            story.id, notes[Controller.SCHOOL], LOOK.model_copy(update={"actor": reader})
        )  # fmt: skip


async def test_a_departure_moves_the_schools_day(store: Store) -> None:
    """Told again it is the later date that counts; the access log has both."""
    story = await closed(store, parts=())
    await store.told_departure(story.id, date(2012, 7, 1), PRIVACY)
    await store.told_departure(story.id, date(2011, 7, 1), PRIVACY)

    (found,) = await all_due(store)

    assert (Part.SCHOOL, date(2013, 7, 1)) == (found.part, found.due_on)


async def test_the_zvh_counts_from_when_it_was_first_asked(store: Store, database: str) -> None:
    """Not from closing (Wgs 1.8 lid 7)."""
    await closed(store, parts=(AT_ZVH,))
    # The story has no escalation: the record of one is put where its note stands.
    await tampered(
        database,
        "UPDATE vangnet.journal SET name = 'escalation_requested', at = '2008-01-01' WHERE name = 'acute_cleared'",
    )

    found = {part.part: part.first_at.date() async for part in store.held_parts(POLICY, TODAY)}

    assert {Part.SCHOOL: date(2010, 3, 1), Part.ZVH: date(2008, 1, 1)} == found


async def test_one_case_can_be_looked_at_alone(store: Store) -> None:
    """Also when nothing of it is due for years; an open one has nothing to show."""
    story, young, running = await closed(store), await closed(store, datetime.now(UTC)), await opened(store)

    everything = [part async for part in store.held_parts(POLICY, TODAY)]

    assert [story.id] * 3 == [part.case_id for part in everything if part.case_id != young.id]
    assert list(Part) == sorted((part.part for part in await store.held_of(POLICY, young.id)), key=list(Part).index)
    assert () == await store.held_of(POLICY, running.id)
