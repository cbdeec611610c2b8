"""As what anybody can stand in a case: gathered from all scenes, and from cases that were told at random."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from protocol import messages as m
from protocol import vocabulary as v
from protocol.access import Relation, relations
from protocol.case import Case
from protocol.messages import Actor
from tests.protocol import access_scenes as at
from tests.protocol import seen as hand
from tests.protocol import stories as s
from tests.protocol import told
from tests.protocol.samples import samples
from tests.protocol.telling import DIRECTORY, Telling, actor, organisations, person, staff

OBSERVERS = tuple(Actor(role=role, user="o") for role in (v.Role.ADMIN, v.Role.PRIVACY, v.Role.OPS))


class Standing(NamedTuple):
    """As what somebody can stand in a case."""

    step: v.Step
    mine: frozenset[Relation]
    covered: bool


def standing(case: Case, who: Actor) -> Standing:
    """As what they stand now."""
    return Standing(case.step, relations(case, who), case.covered(who.organisation or ""))


def everybody(case: Case) -> Iterator[Actor]:
    """Whoever could come."""
    for name, kind in DIRECTORY.items():
        yield staff(name)
        if kind in (v.OrganisationKind.AGENCY, v.OrganisationKind.ZVH):
            yield Actor(role=v.Role.PARTNER, organisation=name, user="anna")
    yield from (person(who) for who in (*case.persons, "guardian-9"))
    yield from (OBSERVERS[0], m.SYSTEM)


def anything(telling: Telling, dice: random.Random) -> m.Message:
    """Some message; those that bring somebody in or cover them more often than the rest."""
    some = organisations(*dice.sample(list(DIRECTORY), 2))
    more = (
        m.EngagePartners(partners=some),
        m.ForwardCase(to=some[0]),
        s.basis(*(party.id for party in some)),
        s.ask(("pupil", "guardian-1", "guardian-2"), *(party.id for party in some)),
        *(s.answer(who) for who in ("pupil", "guardian-1", "guardian-2")),
    )
    return dice.choice([*samples(telling).values(), *more, *more])


def wander(stories: list[Telling], dice: random.Random, turns: int = 14) -> Iterator[Case]:
    """A case on its way from somewhere to anywhere."""
    telling = dice.choice(stories).copy()
    for _ in range(turns):
        yield telling.state
        message = anything(telling, dice)
        for name in dice.sample([*DIRECTORY, *telling.state.persons], len(DIRECTORY)):
            events = telling.decide(message, actor(name), note=True)
            if not isinstance(events, str):
                telling.carry_out(events, actor(name))
                break


@cache
def reached(roads: int, seed: int = 1) -> dict[v.Step, frozenset[Standing]]:
    """Every standing that was met, by step."""
    dice = random.Random(seed)  # noqa: S311  # the same cases each time, no secret
    stories = [make() for make in s.STORIES.values()]
    cases = [at.stage(make).state for make in (*told.SCENES.values(), *(make for make, _ in hand.SEEN.values()))]
    cases += [case for _ in range(roads) for case in wander(stories, dice)]
    found = frozenset(standing(case, who) for case in cases for who in everybody(case))
    return {step: frozenset(one for one in found if one.step is step) for step in v.Step}
