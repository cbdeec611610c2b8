"""Turns are laid out in this process for as long as they are being written."""

from __future__ import annotations

import pytest

from activities.turns import Turn, TurnGone, laid_out, lay_out
from tests.store.builders import Story, opening


def test_a_turn_is_found_while_it_is_laid_out() -> None:
    """Whoever writes it finds the very same turn, as often as it is tried, and nothing is left afterwards."""
    recording = Story(opening()).open()
    with lay_out(recording) as turn:
        assert laid_out(turn) is laid_out(turn) is recording
    with pytest.raises(TurnGone):
        laid_out(turn)


def test_a_case_that_came_back_keeps_its_own_turn() -> None:
    """The case was taken from memory and replayed: what the first one takes away is not what the second laid out."""
    first, second = Story(opening()).open(), Story(opening()).open()
    taken_away = lay_out(first)
    taken_away.__enter__()
    with lay_out(second.model_copy(update={"case": first.case})) as turn:
        taken_away.__exit__(None, None, None)
        assert laid_out(turn).events == second.events


def test_a_turn_that_nobody_laid_out_is_tried_again() -> None:
    """The worker that holds the case by then lays it out: nothing is given up."""
    with pytest.raises(TurnGone) as gone:
        laid_out(Turn(case_id="0000-0000-0000", number=1))

    assert (gone.value.code, gone.value.for_good) == ("turn_gone", False)
