"""Each predicate of access, rights, retention and erasure turned over once in each place, which must be noticed.

The tables are turned in ``test_flips.py``. Here it is what they stand on: what somebody is to a case, what an office
may, who may ask for what and what stands in the way, until when something is kept, and what a link needs. What is
turned must be noticed by tests whose expectation is written down by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from types import ModuleType

import pytest

from protocol import accounting, erasure, proposals, retention, rights
from protocol import vocabulary as v
from protocol.access import links, offices, relation, second_factor
from protocol.access import seen as sees_now
from protocol.keeping import DEFAULT_KEEPING, Keep, Since
from tests.protocol import (
    test_accounting,
    test_flips,
    test_offices,
    test_retention,
    test_rights,
    test_second_factor,
    test_seeing,
    told,
)
from tests.protocol.turning import Judge, functions_of, judges, noticed, put, turned, turns, without

LONG = ("test_all_by_which_somebody_gets_to_read_waits_for_the_decision",)


def who_sees() -> None:
    """Everybody sees in every scene what the hand-written table has."""
    for step in v.Step:
        for case, who, view in test_flips.watched()[step]:
            assert view == sees_now(case, who)


SEEING = test_seeing.test_every_kind_of_partner_takes_part_as_itself
ACCESS: list[Judge] = [who_sees, SEEING, *(partial(test_flips.test_who_may_tell_what, scene) for scene in told.SCENES)]
"""By each scene: everybody sees, and may tell, what the hand-written tables have."""
OFFICES = judges(test_offices)
TURNED: dict[str, tuple[tuple[ModuleType, ...], list[Judge]]] = {
    "relation": ((relation,), ACCESS),
    "rights": ((rights,), [*judges(test_rights, but=LONG), *OFFICES]),
    "retention": ((retention,), [*judges(test_retention), *OFFICES]),
    "accounting": ((accounting,), [*judges(test_accounting), *OFFICES]),
    "second factor": ((second_factor,), judges(test_second_factor)),
    "offices, links, erasure and proposals": ((offices, links, erasure, proposals), OFFICES),
}


@pytest.fixture(autouse=True)
def ready() -> None:
    """The scenes stand as the product makes them, before anything is turned."""
    test_flips.watched()
    test_flips.scenes_with()


@pytest.mark.parametrize("what", TURNED)
def test_each_predicate_turned_over_is_noticed(what: str) -> None:
    """Each comparison, each ``and``, each condition: the other way round, some answer is wrong."""
    modules, judging = TURNED[what]
    assert not noticed(judging)
    missed, tried = [], 0
    for function in functions_of(*modules):
        for turn in turns(function):
            tried += 1
            with turned(turn):
                missed += [] if noticed(judging) else [turn.where]
    assert [] == missed
    assert tried >= 3


LISTS: tuple[tuple[ModuleType, str, list[Judge]], ...] = (
    (relation, "_AS_PARTNER", ACCESS),
    (relation, "_OF_A_CLOSED_CASE", ACCESS),
    (relation, "_ENGAGED", ACCESS),
    (offices, "OBSERVERS", OFFICES),
    (links, "_NEVER_BEGAN", OFFICES),
    (second_factor, "_OF_PERSONS", judges(test_second_factor)),
    (rights, "_SHARING", judges(test_rights, but=LONG)),
)


@pytest.mark.parametrize(("module", "name", "judging"), LISTS, ids=[name for _, name, _ in LISTS])
def test_each_value_left_out_of_a_list_is_noticed(module: ModuleType, name: str, judging: list[Judge]) -> None:
    """What the predicates look things up in: without any one of its values some answer is wrong."""
    missed = []
    for value, rest in without(getattr(module, name)):
        with put(module, name, rest):
            missed += [] if noticed(judging) else [value]
    assert [] == missed


def test_each_ground_left_out_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every ground to refuse by, of every right."""
    judging = judges(test_rights, but=LONG)
    for right, grounds in list(rights.GROUNDS.items()):
        for ground, rest in without(grounds):
            monkeypatch.setitem(rights.GROUNDS, right, rest)
            assert noticed(judging), (right, ground)
        monkeypatch.setitem(rights.GROUNDS, right, grounds)


def other_periods(kept: Keep) -> Iterator[Keep]:
    """The period with one thing different."""
    yield kept.model_copy(update={"months": kept.months - 1 or 2})
    yield kept.model_copy(update={"shielded": not kept.shielded})
    yield kept.model_copy(update={"duty": not kept.duty})
    yield from (kept.model_copy(update={"since": since}) for since in Since if since is not kept.since)


def test_each_period_changed_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long, since when, shielded and a duty: of every part, however its case ended."""
    judging, missed = judges(test_retention), []
    for name, kept in list(DEFAULT_KEEPING.items()):
        for other in other_periods(kept):
            monkeypatch.setitem(DEFAULT_KEEPING, name, other)
            missed += [] if noticed(judging) else [(name, other)]
        monkeypatch.setitem(DEFAULT_KEEPING, name, kept)
    assert [] == missed
