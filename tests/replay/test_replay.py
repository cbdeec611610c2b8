"""The cases of earlier releases go on with this code, and it does the same with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.replay.commands import golden
from tests.replay.record import GOLDEN, HISTORIES

RECORDED = sorted(HISTORIES.glob("*.json"))


def test_histories_are_kept() -> None:
    """There is something to replay, and a golden text for each."""
    assert RECORDED
    assert [history.stem for history in RECORDED] == sorted(text.stem for text in GOLDEN.glob("*.txt"))


@pytest.mark.parametrize("history", RECORDED, ids=lambda path: path.stem)
async def test_a_recorded_case_does_what_it_did(history: Path) -> None:
    """Its history replays, and every command has the same arguments, times and recipients.

    A change that was meant is written down with ``python -m tests.replay.record golden``.
    """
    recorded, expected = read(history), read(GOLDEN / f"{history.stem}.txt")
    assert expected == await golden(recorded)


def read(path: Path) -> str:
    """A file's text."""
    return path.read_text(encoding="utf-8")
