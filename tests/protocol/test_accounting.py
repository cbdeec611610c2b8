"""On what ground somebody looks at a case, and who may read the log of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from protocol import messages as m
from protocol.accounting import Ground, ground, reads_access_log
from protocol.messages import Actor
from protocol.vocabulary import Role
from tests.protocol import access_scenes as scenes
from tests.protocol import stories as s
from tests.protocol.telling import Telling, actor

_BASIS = f"{Ground.LEGAL_BASIS}.right_to_report"


def on_a_basis() -> Telling:
    """A parent refused, the school decided to report all the same."""
    telling = s.refused().must(s.basis("cjg"), "school-de-meent")
    return telling.must(m.DecideReport(needed=True), "school-de-meent")


GROUNDS: list[tuple[Callable[[], Telling], str, str]] = [
    (s.talked, "school-de-meent", Ground.OWN_FILE),
    (s.talked, "school-het-kompas", Ground.NONE),
    (s.talked, "cjg", Ground.NONE),
    (s.at_report, "cjg", Ground.CONSENT),
    (s.at_bare_report, "cjg", Ground.TASK),
    (on_a_basis, "cjg", _BASIS),
    (on_a_basis, "zvh", Ground.NONE),
    (s.engaged, "school-de-meent", Ground.OWN_FILE),
    (lambda: scenes.withdrawn(s.engaged()), "ggd", Ground.TASK),
    (s.talked, "pupil", Ground.SUBJECT),
    (s.talked, "guardian-7", Ground.NONE),
]


@pytest.mark.parametrize(("story", "who", "expected"), GROUNDS)
def test_the_ground_of_a_look(story: Callable[[], Telling], who: str, expected: str) -> None:
    """Its own file, consent, a legal basis by its name, the task alone, or nothing: as the case stands now."""
    case = story().case

    assert expected == ground(case, actor(who))


@pytest.mark.parametrize("role", [Role.ADMIN, Role.PRIVACY, Role.OPS])
def test_who_watches_over_the_system(role: Role) -> None:
    """They look by their office, at every case and at what is about none."""
    somebody = Actor(role=role, organisation="gemeente", user="p.privacy")

    assert {Ground.OVERSIGHT} == {ground(None, somebody), ground(s.talked().case, somebody)}


def test_what_is_about_no_case() -> None:
    """A draft, a work list: somebody's own work; the protocol's rounds: the system's."""
    assert (Ground.OWN_WORK, Ground.SYSTEM) == (ground(None, actor("cjg")), ground(None, m.SYSTEM))


@pytest.mark.parametrize("role", list(Role))
def test_the_privacy_officer_alone_reads_the_access_log(role: Role) -> None:
    """Nobody else, whatever they keep."""
    assert (role is Role.PRIVACY) == reads_access_log(Actor.model_construct(role=role))
