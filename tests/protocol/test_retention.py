"""How long each part of a closed case is kept: the periods, written down by hand, and the days they lead to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import vocabulary as v
from protocol.keeping import DEFAULT_KEEPING, STAY, Keep, Part, Since, limits, rule
from protocol.messages import Actor
from protocol.policy import Policy
from protocol.retention import (
    Act,
    Held,
    Hold,
    destroyed_by,
    due,
    keep,
    lost_by_leaving,
    lost_by_letting_go,
    may_have_left,
    months_after,
    next_round,
    opens_shielded,
    periods,
    steps,
    under_duty,
)

POLICY = Policy(region="demo")
OUTCOME = v.OutcomeKind
CLOSED = datetime(2026, 11, 23, 10, tzinfo=UTC)
FIRST = datetime(2025, 3, 31, 10, tzinfo=UTC)
CHANGED = datetime(2027, 1, 5, 10, tzinfo=UTC)

EXPECTED = {
    (Part.SCHOOL, OUTCOME.HANDLED_AT_SCHOOL): date(2034, 11, 23),
    (Part.SCHOOL, OUTCOME.RETURNED): date(2034, 11, 23),
    (Part.SCHOOL, OUTCOME.ENDED): date(2034, 11, 23),
    (Part.SCHOOL, OUTCOME.CANCELLED): date(2026, 12, 23),
    (Part.COORDINATOR, OUTCOME.HANDLED_AT_SCHOOL): date(2027, 11, 23),
    (Part.COORDINATOR, OUTCOME.RETURNED): date(2047, 1, 5),
    (Part.COORDINATOR, OUTCOME.ENDED): date(2047, 1, 5),
    (Part.COORDINATOR, OUTCOME.CANCELLED): date(2026, 12, 23),
    (Part.ZVH, OUTCOME.HANDLED_AT_SCHOOL): date(2030, 3, 31),
    (Part.ZVH, OUTCOME.RETURNED): date(2030, 3, 31),
    (Part.ZVH, OUTCOME.ENDED): date(2030, 3, 31),
    (Part.ZVH, OUTCOME.CANCELLED): date(2026, 12, 23),
}
"""The day on which each part goes: without a date of leaving a pupil is thought to stay six years more."""


def held(part: Part, outcome: OUTCOME = OUTCOME.RETURNED, **changed: object) -> Held:
    """A part of a case that began in March 2025, was closed in November 2026 and touched in January 2027."""
    facts = {"case_id": "c", "part": part, "outcome": outcome, "closed_at": CLOSED, "changed_at": CHANGED}
    return Held.model_validate(facts | {"first_at": FIRST} | changed)


def gone_on(part: Held, policy: Policy = POLICY) -> date:
    """When it is destroyed."""
    return next(step.due_on for step in steps(part, policy) if step.act is Act.DESTROY)


def test_every_part_and_outcome_has_a_period() -> None:
    """There is no closed case of which nobody knows how long it is kept."""
    assert {rule(part, outcome) for part, outcome in product(Part, OUTCOME)} == set(DEFAULT_KEEPING)
    assert set(product(Part, OUTCOME)) == set(EXPECTED)


@pytest.mark.parametrize(("part", "outcome"), EXPECTED)
def test_the_day_on_which_a_part_goes(part: Part, outcome: OUTCOME) -> None:
    """By the defaults, as the law has them."""
    assert EXPECTED[part, outcome] == gone_on(held(part, outcome))


def test_a_part_is_due_on_its_day_and_not_before() -> None:
    """The day before there is nothing to do."""
    coordinator = held(Part.COORDINATOR)

    assert [] == list(due(coordinator, POLICY, date(2047, 1, 4)))
    assert [Act.DESTROY] == [step.act for step in due(coordinator, POLICY, date(2047, 1, 5))]


def test_the_school_counts_from_when_the_pupil_left() -> None:
    """Two years after leaving, where somebody told when that was."""
    left = held(Part.SCHOOL, left_on=date(2027, 7, 15))

    step = list(steps(left, POLICY))[-1]

    assert (date(2029, 7, 15), "school.returned", Since.LEFT_SCHOOL) == (step.due_on, step.rule, step.since)


def test_a_pupil_leaves_between_the_opening_and_today() -> None:
    """On the first and on the last of these days, too; no day before, none to come."""
    opened_on, today = date(2026, 3, 2), date(2026, 11, 23)

    assert [may_have_left(day, opened_on, today) for day in (opened_on, today)] == [True, True]
    assert [may_have_left(day, opened_on, today) for day in (date(2026, 3, 1), date(2026, 11, 24))] == [False, False]


TODAY = date(2029, 7, 14)


def test_what_is_destroyed_by_a_day() -> None:
    """By the coming round the day after, too; what is only shielded is not destroyed, and what is held stays."""
    school = held(Part.SCHOOL, left_on=date(2027, 7, 15))

    assert date(2029, 7, 15) == next_round(TODAY)
    assert () == destroyed_by((school, held(Part.ZVH)), POLICY, TODAY)
    assert ["school.returned"] == [
        step.rule for step in destroyed_by((school, held(Part.ZVH)), POLICY, next_round(TODAY))
    ]
    for waiting in ({"on_hold": True}, {"request_open": True}):
        assert () == destroyed_by((school.model_copy(update=waiting),), POLICY, next_round(TODAY))


def test_what_a_day_of_leaving_destroys_the_coming_night() -> None:
    """Only what would not go anyway, and nothing of what is held; a later day takes nothing with it."""
    school, others = held(Part.SCHOOL), (held(Part.COORDINATOR), held(Part.ZVH))
    gone_anyway = held(Part.SCHOOL, left_on=date(2027, 6, 1))

    def lost(*parts: Held, left_on: date = date(2027, 7, 15)) -> list[Part]:
        return [step.part for step in lost_by_leaving(parts, left_on, POLICY, TODAY)]

    assert [Part.SCHOOL] == lost(school, *others)
    assert [] == lost(school, *others, left_on=date(2027, 7, 16))
    assert [] == lost(gone_anyway)
    assert [] == lost(school.model_copy(update={"on_hold": True}))
    assert [] == lost(school.model_copy(update={"request_open": True}))


def test_what_letting_a_case_go_destroys_the_coming_night() -> None:
    """What is due and waited for that only; what waits for an answer to somebody's request waits on."""
    school = held(Part.SCHOOL, left_on=date(2027, 7, 15), on_hold=True)
    later = held(Part.COORDINATOR, on_hold=True)

    def lost(*parts: Held) -> list[Part]:
        return [step.part for step in lost_by_letting_go(parts, POLICY, TODAY)]

    assert [Part.SCHOOL] == lost(school, later)
    assert [] == lost(later)
    assert [] == lost(school.model_copy(update={"request_open": True}))
    assert [] == lost(school.model_copy(update={"on_hold": False}))


@pytest.mark.parametrize("part", list(Part))
def test_only_the_zvh_part_is_shielded_at_closing(part: Part) -> None:
    """Wgs 2.31 lid 8; what was shielded before is not shielded again."""
    today = CLOSED.date()

    acts = [step.act for step in due(held(part), POLICY, today)]
    again = [step.act for step in due(held(part, shielded=True), POLICY, today)]

    assert ([Act.SHIELD] if part is Part.ZVH else []) == acts
    assert [] == again


_C, _F, _L, _G = Since.CLOSED, Since.FIRST_PROCESSED, Since.LAST_CHANGED, Since.LEFT_SCHOOL
SINCE = {
    (part, outcome): since
    for part, sinces in {
        # handled at school, returned, ended, cancelled
        Part.SCHOOL: (_G, _G, _G, _C),
        Part.COORDINATOR: (_C, _L, _L, _C),
        Part.ZVH: (_F, _F, _F, _C),
    }.items()
    for outcome, since in zip(
        (OUTCOME.HANDLED_AT_SCHOOL, OUTCOME.RETURNED, OUTCOME.ENDED, OUTCOME.CANCELLED), sinces, strict=True
    )
}
"""From when each period counts."""


def test_what_each_part_is_besides_kept() -> None:
    """However a case ended: the ZVH's part is shielded, and the school's is a duty unless there was no case."""
    kept = {(part, outcome): keep(POLICY, part, outcome) for part, outcome in product(Part, OUTCOME)}

    assert {place for place in kept if place[0] is Part.ZVH} == {place for place, one in kept.items() if one.shielded}
    assert {(Part.SCHOOL, outcome) for outcome in OUTCOME if outcome is not OUTCOME.CANCELLED} == {
        place for place, one in kept.items() if one.duty
    }
    assert SINCE == {place: one.since for place, one in kept.items()}


SOONEST = {
    # (part, outcome): months after opening at which it can be due, and after leaving where that was told
    (Part.SCHOOL, OUTCOME.RETURNED): (96, 24),
    (Part.SCHOOL, OUTCOME.CANCELLED): (1, 1),
    (Part.COORDINATOR, OUTCOME.HANDLED_AT_SCHOOL): (12, 12),
    (Part.COORDINATOR, OUTCOME.ENDED): (240, 240),
    (Part.ZVH, OUTCOME.RETURNED): (60, 60),
    (Part.ZVH, OUTCOME.CANCELLED): (1, 1),
}


def test_how_soon_a_part_can_be_due() -> None:
    """The pupil's file counts from leaving, which nobody is thought to do before six years; the law bounds the ZVH."""
    found = {(one.part, one.outcome): one for one in periods(POLICY)}
    longer = Policy(region="demo", retention={"zvh.returned": Keep(months=600, since=Since.LEFT_SCHOOL)})
    (zvh,) = (one for one in periods(longer) if (one.part, one.outcome) == (Part.ZVH, OUTCOME.RETURNED))

    assert SOONEST == {place: (found[place].months, found[place].when_left) for place in SOONEST}
    assert (60, 60) == (zvh.months, zvh.when_left)


def test_no_region_keeps_the_zvh_part_longer_than_the_law() -> None:
    """Five years after the first processing, whatever the settings say."""
    endless = Policy(region="demo", retention={"zvh.returned": Keep(months=1200, since=Since.LAST_CHANGED)})

    assert date(2030, 3, 31) == gone_on(held(Part.ZVH), endless)


def test_a_region_sets_a_period_of_its_own() -> None:
    """Only that one differs."""
    own = Policy(region="demo", retention={"coordinator.returned": Keep(months=6, since=Since.CLOSED)})

    assert date(2027, 5, 23) == gone_on(held(Part.COORDINATOR), own)
    assert keep(POLICY, Part.COORDINATOR, OUTCOME.ENDED) == keep(own, Part.COORDINATOR, OUTCOME.ENDED)


@pytest.mark.parametrize(("part", "outcome"), EXPECTED)
def test_no_region_destroys_at_once_what_it_has_a_duty_to_keep(part: Part, outcome: OUTCOME) -> None:
    """By a slip of the hand, that is: a nought counts as a month from where it counts, and as the whole of a duty."""
    name = rule(part, outcome)
    nothing = DEFAULT_KEEPING[name].model_copy(update={"months": 0})
    slip = Policy(region="demo", retention={name: nothing}, longest_stay=0)
    first = {
        Since.CLOSED: date(2026, 12, 23),
        Since.LAST_CHANGED: date(2027, 2, 5),
        Since.FIRST_PROCESSED: date(2025, 4, 30),
    }

    expected = first[nothing.since] if not nothing.duty else date(2032, 11, 23)

    assert expected == gone_on(held(part, outcome), slip)
    assert (24 if nothing.duty else 1) == limits(name).least
    assert (48, 60 if part is Part.ZVH else 1200) == (limits(STAY).least, limits(name).most)


def test_an_open_request_holds_what_is_due() -> None:
    """The answer needs the data; shielding goes on."""
    found = list(due(held(Part.ZVH, request_open=True), POLICY, date(2040, 1, 1)))

    assert [(Act.SHIELD, None), (Act.DESTROY, Hold.REQUEST_OPEN)] == [(step.act, step.hold) for step in found]


def test_the_last_day_of_a_month_stays_the_last() -> None:
    """31 August and six months is the end of February."""
    assert date(2027, 2, 28) == months_after(date(2026, 8, 31), 6)
    assert date(2028, 2, 29) == months_after(date(2026, 8, 31), 18)
    assert date(2026, 12, 31) == months_after(date(2026, 11, 30), 1).replace(day=31)


def test_a_duty_to_keep_ends_with_its_period() -> None:
    """The school has to keep the pupil's file; the others erase when they are asked to."""
    assert under_duty(held(Part.SCHOOL), POLICY, date(2034, 11, 22))
    assert not under_duty(held(Part.SCHOOL), POLICY, date(2034, 11, 23))
    assert not under_duty(held(Part.COORDINATOR), POLICY, date(2027, 1, 1))
    assert not under_duty(held(Part.ZVH), POLICY, date(2027, 1, 1))


@pytest.mark.parametrize("role", list(v.Role))
def test_only_the_privacy_officer_opens_what_is_shielded(role: v.Role) -> None:
    """Nobody who worked on the case, and nobody who looks after the system."""
    assert (role is v.Role.PRIVACY) == opens_shielded(Actor(role=role, organisation="x", user="s-1"))


@given(
    part=st.sampled_from(Part),
    outcome=st.sampled_from(OUTCOME),
    kept=st.builds(Keep, months=st.integers(0, 300), since=st.sampled_from(Since), shielded=st.booleans()),
    days=st.tuples(st.integers(0, 2000), st.integers(0, 2000), st.integers(0, 2000)),
    left_on=st.none() | st.dates(date(2010, 1, 1), date(2040, 1, 1)),
)
def test_the_sieve_lets_everything_through_that_is_due(
    part: Part, outcome: OUTCOME, kept: Keep, days: tuple[int, int, int], left_on: date | None
) -> None:
    """Whatever a region sets: nothing is due earlier than the periods say by which the store looks for it."""
    opened = date(2015, 1, 31)
    first, closed, changed = (
        datetime.combine(opened, datetime.min.time(), UTC) + timedelta(days=sum(days[: place + 1]))
        for place in range(3)
    )
    policy = Policy(region="demo", retention={rule(part, outcome): kept})
    facts = held(part, outcome, first_at=first, closed_at=closed, changed_at=changed, left_on=left_on)
    period = next(found for found in periods(policy) if (found.part, found.outcome) == (part, outcome))

    start, months = (opened, period.months) if left_on is None else (min(opened, left_on), period.when_left)

    assert gone_on(facts, policy) >= months_after(start, months)
    assert period.shielded == kept.shielded
