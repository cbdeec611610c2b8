"""The papers that a privacy officer signs: what they name as evidence is there, and nothing was left out."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parent.parent
_PAPERS = _ROOT / "docs" / "privacy"
_WITH_EVIDENCE = ("threat-model.md", "asvs.md", "dpia.md", "processing-register.md", "supply-chain.md")
_NAMED = re.compile(r"`((?:\.?[a-z][\w-]*/)[\w./-]*[\w/]|[a-z]\w*\.py)(?:::(test_\w+))?`")
_MADE = {"build/sbom.json"}
"""What a command makes, and no commit holds."""
_ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| ([^|]+) \| (.*) \|$", re.MULTILINE)
_REQUIREMENTS = 253
"""Of levels 1 and 2 in ASVS 5.0.0."""


def _text(paper: str) -> str:
    return (_PAPERS / paper).read_text(encoding="utf-8")


def _evidence(text: str) -> list[tuple[str, str]]:
    return [(found[1], found[2] or "") for found in _NAMED.finditer(text) if found[1] not in _MADE]


def _is_there(place: str, test: str) -> bool:
    file = _ROOT / place
    return file.exists() and (
        not test or re.search(rf"^(async )?def {test}\(", file.read_text(), re.MULTILINE) is not None
    )


@pytest.mark.parametrize("paper", _WITH_EVIDENCE)
def test_evidence_is_there(paper: str) -> None:
    """Each file and each test that a paper names exists, so that who signs can look."""
    named = _evidence(_text(paper))

    assert named, paper
    assert [] == [each for each in named if not _is_there(*each)]


def test_each_requirement_has_one_row() -> None:
    """Every requirement of level 1 and 2 stands in the table once, with a state and what it rests on."""
    rows = _ROW.findall(_text("asvs.md"))
    ids = [row[0] for row in rows]

    assert _REQUIREMENTS == len(ids) == len(set(ids))
    assert {"yes", "part", "gap", "inst", "idp", "n/a"} == {row[3] for row in rows}
    assert [] == [row[0] for row in rows if not row[4].strip()]
    assert [] == [row[0] for row in rows if row[3] in {"yes", "part"} and not _evidence(row[4]) and "](" not in row[4]]


def test_the_summary_counts_what_the_table_says() -> None:
    """How many requirements hold is not made nicer than the rows below are."""
    text = _text("asvs.md")
    said = {state: int(count) for state, count in re.findall(r"^\| (\S+) \| [^|]+ \| (\d+) \|$", text, re.MULTILINE)}

    assert said == Counter(row[3] for row in _ROW.findall(text))
