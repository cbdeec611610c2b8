"""Both tables of access against what was written by hand; and each of their cells flipped once, which must be noticed.

A flip that changes no answer in any case that can be reached is no other table: of those there is nothing to notice.
Which relations can stand together, at which step, with cover or without, is gathered from all scenes and from
cases that were told at random.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

import pytest

from protocol import messages as m
from protocol import vocabulary as v
from protocol.access import SEEING, TABLE, Field, Glance, Grant, Relation, Row, allowed, check, relations, seen
from protocol.access.seeing import fields_of
from protocol.case import Case
from protocol.messages import Actor, Message, name_of
from protocol.refusals import Refused
from tests.protocol import access_scenes as at
from tests.protocol import needed, told
from tests.protocol import seen as hand
from tests.protocol.reached import OBSERVERS, Standing, reached
from tests.protocol.telling import POLICY, Telling, actor, person, staff

NOT_NOW = {"not_allowed", "wrong_step"}
NEVER = {*NOT_NOW, "unknown_case", "case_closed"}


# Who may tell.


def code(case: Case, telling: Telling, message: type[Message], who: Actor) -> str:
    """Why they may not tell it, by who and when alone; nothing when they may."""
    try:
        check(case, message, who, telling.now, POLICY)
    except Refused as refused:
        return refused.code.value
    return ""


def may(scene: str, message: type[Message], letter: str) -> bool:
    """Whether the product answers as the hand-written table has it."""
    telling, row, name = at.stage(told.SCENES[scene]), told.MAY[scene], name_of(message)
    who = actor(told.EVERYBODY[letter])
    found = code(telling.state, telling, message, who)
    inside = row["declare_acute"] or row["withdraw_consent"]
    if letter in row.get(name, ()):
        return found not in NEVER
    if letter not in inside:
        return found == "unknown_case"
    return found in ({"case_closed"} if not telling.state.open else NOT_NOW)


def may_besides(scene: str, message: type[Message]) -> bool:
    """The same of the system and of who only looks."""
    telling = at.stage(told.SCENES[scene])
    never = {"case_closed"} if not telling.state.open else NOT_NOW
    by_system = code(telling.state, telling, message, m.SYSTEM)
    tells = name_of(message) in told.BY_SYSTEM and telling.state.open
    if tells != (by_system not in NEVER) or (not tells and by_system not in never):
        return False
    return all(code(telling.state, telling, message, who) in never for who in OBSERVERS)


@pytest.mark.parametrize("scene", told.SCENES)
def test_who_may_tell_what(scene: str) -> None:
    """By who and when alone, each message is taken from whom the table names, and from nobody else."""
    for message in TABLE:
        for letter in told.EVERYBODY:
            assert may(scene, message, letter), (name_of(message), letter)
        assert may_besides(scene, message), name_of(message)


# What must be so besides.


def needed_wrong(message: type[Message]) -> bool:
    """Whether something is missing somewhere, and the message is taken or offered all the same."""
    name = name_of(message)
    for refused, expected, make, who in needed.NEEDED:
        telling = at.stage(make)
        if refused == name and code(telling.state, telling, message, actor(who)) != expected:
            return True
    offers = [(at.stage(make), who) for offered, make, who in needed.NOT_OFFERED if offered == name]
    return any(name in allowed(telling.state, actor(who), telling.now, POLICY) for telling, who in offers)


def test_each_requirement_is_noticed_when_it_is_left_out() -> None:
    """Every requirement of every row refuses somewhere with its own code, and without it that case is answered wrong."""
    missed = set()
    for message, row in list(TABLE.items()):
        assert not needed_wrong(message), name_of(message)
        for requirement in (*row.requires, *row.offered):
            TABLE[message] = row._replace(
                requires=tuple(r for r in row.requires if r is not requirement),
                offered=tuple(r for r in row.offered if r is not requirement),
            )
            if not needed_wrong(message):
                missed.add((name_of(message), requirement.__name__))
            TABLE[message] = row
    assert needed.UNREACHED == missed


# Flipping who may tell.


@cache
def scenes_with() -> dict[tuple[v.Step, Relation], list[tuple[str, str]]]:
    """In which scenes somebody stands so."""
    found = defaultdict(list)
    for scene, make in told.SCENES.items():
        case = at.stage(make).state
        for letter, name in told.EVERYBODY.items():
            for relation in relations(case, actor(name)):
                found[case.step, relation].append((scene, letter))
    return found


def flipped(row: Row, who: Relation, step: v.Step) -> Row:
    """The row with one cell the other way round."""
    had = any(grant.who is who and step in grant.when for grant in row.grants)
    rest = [
        grant._replace(when=tuple(when for when in grant.when if when is not step)) if grant.who is who else grant
        for grant in row.grants
    ]
    return row._replace(grants=tuple(rest) if had else (*rest, Grant(who, (step,))))


def grants(row: Row, one: Standing) -> bool:
    """Whether who stands so may tell it."""
    return any(grant.who in one.mine and one.step in grant.when for grant in row.grants)


def told_wrong(message: type[Message], who: Relation, step: v.Step) -> bool:
    """Whether some answer differs from the hand-written table."""
    if any(not may(scene, message, letter) for scene, letter in scenes_with()[step, who]):
        return True
    if who not in (Relation.SYSTEM, Relation.OBSERVER):
        return False
    return any(
        not may_besides(scene, message) for scene, make in told.SCENES.items() if at.stage(make).state.step is step
    )


def unnoticed_tellings(roads: int, seed: int = 1) -> tuple[int, list[tuple[str, str, str]]]:
    """Flip each cell of who may tell: how many change anything, and which of those nothing notices."""
    tried, missed = 0, []
    for message, row in list(TABLE.items()):
        for who in Relation:
            for step in v.Step:
                other = flipped(row, who, step)
                if all(grants(row, one) == grants(other, one) for one in reached(roads, seed)[step]):
                    continue
                tried += 1
                TABLE[message] = other
                if not told_wrong(message, who, step):
                    missed.append((name_of(message), who.value, step.value))
                TABLE[message] = row
    return tried, missed


# Flipping who sees.


@cache
def watched() -> dict[v.Step, list[tuple[Case, Actor, frozenset[str]]]]:
    """By step: who looks in which scene, and what the hand-written table lets them see."""
    found = defaultdict(list)
    for make, who in hand.SEEN.values():
        case = at.stage(make).state
        for letter, name in hand.EVERYBODY.items():
            found[case.step].append((case, staff(name), hand.VIEWS[who.get(letter, "nothing")]))
        found[case.step] += [(case, person(who), hand.VIEWS["person"]) for who in ("pupil", "guardian-1")]
        found[case.step].append((case, OBSERVERS[0], hand.VIEWS["observer"]))
    return found


def sees(glances: tuple[Glance, ...], one: Standing) -> bool:
    """Whether who stands so sees it."""
    return any(g.who in one.mine and one.step in g.when and (one.covered or not g.covered) for g in glances)


def turned(glances: tuple[Glance, ...], who: Relation, step: v.Step) -> Iterator[tuple[Glance, ...]]:
    """The row with one cell as it is not: of never, while covered and always the other two."""
    had = {g.covered for g in glances if g.who is who and step in g.when}
    rest = [g._replace(when=tuple(when for when in g.when if when is not step)) if g.who is who else g for g in glances]
    for covered in (None, True, False):
        if had != ({covered} if covered is not None else set()):
            yield (*rest, Glance(who, (step,), covered)) if covered is not None else tuple(rest)


def seen_wrong(field: Field, step: v.Step) -> bool:
    """Whether somebody sees the field who should not, or the other way round."""
    fields_of.cache_clear()
    return any((field in seen(case, who)) != (field in view) for case, who, view in watched()[step])


def unnoticed_looks(roads: int, seed: int = 1) -> tuple[int, list[tuple[str, str, str]]]:
    """Flip each cell of who sees: how many change anything, and which of those nothing notices."""
    tried, missed = 0, []
    for field, glances in list(SEEING.items()):
        for who in Relation:
            for step in v.Step:
                for other in turned(glances, who, step):
                    if who is Relation.SYSTEM or all(
                        sees(glances, one) == sees(other, one) for one in reached(roads, seed)[step]
                    ):
                        continue
                    tried += 1
                    SEEING[field] = other
                    if not seen_wrong(field, step):
                        missed.append((field.value, who.value, step.value))
                    SEEING[field] = glances
    fields_of.cache_clear()
    return tried, missed


ROADS = 60
"""Cases told at random in the ordinary run; the proof takes many more."""


def test_each_flip_of_who_may_tell_is_noticed() -> None:
    """No cell of who may tell, by which step, can be the other way round without an answer being wrong."""
    tried, missed = unnoticed_tellings(ROADS)
    assert [] == missed
    assert tried > 4500


def test_each_flip_of_who_sees_is_noticed() -> None:
    """No cell of who sees a field can be never, while covered or always where it is not so, without being seen."""
    tried, missed = unnoticed_looks(ROADS)
    assert [] == missed
    assert tried > 2000


@pytest.mark.proof
def test_each_flip_is_noticed_among_many_more_cases() -> None:
    """The same, among standings of twelve hundred cases told at random; prints what it flipped."""
    for flip in (unnoticed_tellings, unnoticed_looks):
        tried, missed = flip(1200, 7)
        sys.stdout.write(f"{flip.__name__}: {tried} flips that change something, {len(missed)} unnoticed, seed 7\n")
        assert [] == missed
