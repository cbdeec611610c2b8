"""Intake, and birthdays that matter."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from protocol import messages as m
from protocol import vocabulary as v
from store import CaseExists, Controller, Intake, NoteWithoutId, Store, age_band
from tests.store import builders as b
from tests.store.raw import connected, counts


async def test_a_case_is_accepted_once(store: Store, database: str) -> None:
    """Opening the same case again, also at the same moment, changes nothing."""
    first = b.opening()
    await asyncio.gather(*(store.open_case(first, b.intake()) for _ in range(5)))
    once = await counts(database)
    assert {"cases": 1, "messages": 1, "notes": 1, "people": 2, "data_keys": 1} == {
        table: once[table] for table in ("cases", "messages", "notes", "people", "data_keys")
    }


async def test_a_taken_case_id_is_refused(store: Store, database: str) -> None:
    """Another opening cannot take over a case."""
    first = b.opening()
    await store.open_case(first, b.intake())
    before = await counts(database)
    with pytest.raises(CaseExists):
        await store.open_case(b.opening(case_id=first.case_id), b.intake())
    assert before == await counts(database)


async def test_a_note_of_the_intake_needs_its_id(store: Store, database: str) -> None:
    """Nothing is accepted of an intake whose note would be lost."""
    first = b.opening()
    without = first.model_copy(update={"told": first.told.model_copy(update={"note_id": None})})
    with pytest.raises(NoteWithoutId):
        await store.open_case(without, b.intake())
    assert 0 == (await counts(database))["cases"]


async def test_cases_that_did_not_start_are_found(store: Store) -> None:
    """With all that is needed to start them; the oldest first, until they are started."""
    openings = [b.opening(), b.opening()]
    for opening in openings:
        await store.open_case(opening, b.intake())
    assert () == await store.unstarted(timedelta(hours=1))
    assert tuple(openings) == await store.unstarted(timedelta(0))
    await store.mark_started(openings[0].case_id)
    assert (openings[1],) == await store.unstarted(timedelta(0))


async def test_the_same_pupil_is_recognised_without_decrypting(store: Store) -> None:
    """At the same school, however the name is spelled; a closed case does not count."""
    story = await b.opened(store)
    birthday = b.intake().pupil.date_of_birth
    found = await store.same_pupil(b.REGION, b.SCHOOL, f"  {b.PUPIL_NAME.upper()} ", birthday)
    assert (story.id,) == found
    assert () == await store.same_pupil(b.REGION, "school-het-kompas", b.PUPIL_NAME, birthday)
    assert () == await store.same_pupil(b.REGION, b.SCHOOL, b.PUPIL_NAME, birthday + timedelta(days=1))
    await b.told_and_recorded(store, story, m.CancelCase(reason=v.CancelReason.DUPLICATE))
    assert () == await store.same_pupil(b.REGION, b.SCHOOL, b.PUPIL_NAME, birthday)


@pytest.mark.parametrize(
    ("born", "today", "expected"),
    [
        (date(2014, 11, 23), date(2026, 11, 22), v.AgeBand.UNDER_12),
        (date(2014, 11, 22), date(2026, 11, 22), v.AgeBand.FROM_12),
        (date(2010, 11, 23), date(2026, 11, 22), v.AgeBand.FROM_12),
        (date(2010, 11, 22), date(2026, 11, 22), v.AgeBand.FROM_16),
        (date(2008, 11, 22), date(2026, 11, 22), v.AgeBand.FROM_18),
        (date(2012, 2, 29), date(2028, 2, 28), v.AgeBand.FROM_12),
        (date(2012, 2, 29), date(2028, 2, 29), v.AgeBand.FROM_16),
        (date(2012, 2, 29), date(2030, 2, 28), v.AgeBand.FROM_16),
        (date(2012, 2, 29), date(2030, 3, 1), v.AgeBand.FROM_18),
    ],
)
def test_an_age_band_begins_on_the_birthday(born: date, today: date, expected: v.AgeBand) -> None:
    """Who was born on 29 February turns on 1 March in other years."""
    assert expected is age_band(born, today)


async def test_birthdays_are_found_in_open_cases(store: Store) -> None:
    """Only who reached a band that the case does not know yet, and not in closed or erased cases."""
    leap = date(2012, 2, 29)
    stories = [b.Story(b.opening()) for _ in range(4)]
    for story, born in zip(stories, (leap, date(2012, 5, 1), leap, leap), strict=True):
        await store.open_case(story.opening, b.intake(date_of_birth=born))
        await store.record(story.open())
    await b.told_and_recorded(store, stories[2], m.CancelCase(reason=v.CancelReason.DUPLICATE))
    await store.destroy_key(stories[3].id, Controller.SCHOOL)
    assert () == await store.ages(date(2028, 2, 28))
    assert ((stories[0].id, v.AgeBand.FROM_16),) == await store.ages(date(2028, 2, 29))
    await store.record(stories[0].tell_from_system(m.AgeReached(age=v.AgeBand.FROM_16)))
    assert () == await store.ages(date(2028, 3, 1))
    assert {story.id for story in stories[:2]} == {case for case, _ in await store.ages(date(2030, 6, 1))}


async def test_looking_for_birthdays_is_logged_once(store: Store, database: str) -> None:
    """One entry stands for the whole look, which no person sees."""
    await b.opened(store)
    await store.ages(date(2028, 1, 1))
    async with connected(database) as connection:
        rows = await connection.fetch("SELECT scope, role, what FROM vangnet.access_log")
    assert [("-", "system", "dates of birth")] == [tuple(row) for row in rows]


@pytest.mark.parametrize(
    "address",
    ["a@b\r\nBcc: x@y.nl", "a b@c.nl", "a@b@c", "<a@b.nl>", "a@b.nl,c@d.nl", "zonder-apenstaart", "a" * 300 + "@b.nl"],
)
def test_an_odd_address_is_not_taken_and_not_repeated(address: str) -> None:
    """No second recipient and no header can be put in; the error does not show what was typed."""
    text = b.intake().model_dump(mode="json")
    text["pupil"]["email"] = address
    with pytest.raises(ValidationError) as caught:
        Intake.model_validate(text)
    assert address not in str(caught.value)
    assert "Scherpenzeel" not in str(caught.value)


def test_an_intake_is_read_as_it_is_documented() -> None:
    """The spelling of ``intake.json``; an unknown field is an error."""
    text = """{"signals": ["nude_photos"], "staffInvolved": false,
      "pupil": {"name": "P", "dateOfBirth": "2012-04-03", "email": "p@x.example", "safeContact": null},
      "guardians": [{"name": "G", "email": "g@x.example", "custody": true, "language": "nl"}],
      "note": "wat er gezien is"}"""
    assert ["pupil", "guardian-1"] == list(Intake.model_validate_json(text).people)
    with pytest.raises(ValidationError):
        Intake.model_validate_json(text.replace("safeContact", "safeContract"))
