"""The cases of earlier releases go on with this code, and it does the same with them."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from tests.replay.commands import golden
from tests.replay.record import COMING, RELEASES, recorded
from tests.replay.stories import RESTLESS, STORIES

ENDINGS = (".json", ".txt")
RELEASED = {"0.1": "85c1f5c156785fa4d4ce6f1e808413faa3e20a2ab5d271dac91e97164d1797d4"}
"""What was recorded of each release that is out, as one digest: it is never recorded again."""


def test_every_release_is_kept() -> None:
    """Of each there are histories, with a golden text for every one; and the coming one has all stories once it is recorded."""
    releases = {folder.name: [file.name for file in folder.iterdir()] for folder in RELEASES.iterdir()}
    assert RELEASED.keys() == releases.keys() - {COMING.name}
    for release, files in releases.items():
        histories, texts = ({name.partition(".")[0] for name in files if name.endswith(end)} for end in ENDINGS)
        assert histories == texts, release
        assert histories
    if COMING.name in releases:
        assert {f"{story.__name__}.json" for story in (*STORIES, *RESTLESS)} <= {*releases[COMING.name]}


@pytest.mark.parametrize("release", RELEASED)
def test_a_release_is_never_recorded_again(release: str) -> None:
    """Its histories are those that cases of that release have: others would prove nothing about them."""
    found = sha256(b"".join(file.read_bytes() for file in sorted((RELEASES / release).glob("*.json"))))
    assert RELEASED[release] == found.hexdigest()


@pytest.mark.parametrize("history", recorded(), ids=lambda path: f"{path.parent.name}-{path.stem}")
async def test_a_recorded_case_does_what_it_did(history: Path) -> None:
    """Its history replays, and every command has the same arguments, times and recipients.

    A change that was meant is written down with ``python -m tests.replay.record golden``.
    """
    assert read(history.with_suffix(".txt")) == await golden(read(history))


def read(path: Path) -> str:
    """A file's text."""
    return path.read_text(encoding="utf-8")
