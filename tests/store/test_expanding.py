"""A migration runs while the release before is at work: it adds, and takes nothing away that this one still uses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from store.migrate import FOLDER

LAST_OF = {"0.1": "0021"}
"""By release: the last migration that it came with."""
BEFORE = list(LAST_OF)[-1]
TAKES_AWAY = {
    "drops": r"\bDROP\s+(?!(?:CONSTRAINT|TRIGGER|INDEX|DEFAULT|NOT\s+NULL)\b)\w+",
    "renames": r"\bRENAME\b",
    "changes a type": r"\bALTER\s+(?:COLUMN\s+)?\w+\s+(?:SET\s+DATA\s+)?TYPE\b",
    "demands a value": r"\bSET\s+NOT\s+NULL\b",
    "adds a column that has to be given": r"\bADD\s+(?:COLUMN\s+)?(?:IF\s+NOT\s+EXISTS\s+)?(?!CONSTRAINT\b)\w+\s+(?![^,;]*\bDEFAULT\b)[^,;]*\bNOT\s+NULL\b",
    "empties": r"\bTRUNCATE\s+(?:TABLE\s+)?vangnet\b",
}
CONTRACTS = re.compile(r"^-- contracts: last used by release (?P<release>\S+)$", re.MULTILINE)
"""How a migration says that it takes away what only an older release used."""


def wrong(text: str) -> list[str]:
    """What a migration does that the release before does not survive."""
    contracts = CONTRACTS.search(text)
    releases = list(LAST_OF)
    if contracts and contracts["release"] in releases and contracts["release"] != releases[-1]:
        return []
    statements = re.sub(r"--[^\n]*", "", text)
    return [name for name, pattern in TAKES_AWAY.items() if re.search(pattern, statements, re.IGNORECASE)]


@pytest.mark.parametrize(
    "file",
    [file for file in sorted(FOLDER.glob("*.sql")) if file.name[:4] > LAST_OF[BEFORE]],
    ids=lambda file: file.stem,
)
def test_a_new_migration_only_adds(file: Path) -> None:
    """What the release before reads and writes stays as it is; taking away comes one release later."""
    assert [] == wrong(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ALTER TABLE vangnet.a DROP COLUMN b;", ["drops"]),
        ("DROP TABLE vangnet.a;", ["drops"]),
        ("ALTER TABLE vangnet.a RENAME COLUMN b TO c;", ["renames"]),
        ("ALTER TABLE vangnet.a ALTER COLUMN b TYPE bigint;", ["changes a type"]),
        ("ALTER TABLE vangnet.a ALTER b SET NOT NULL;", ["demands a value"]),
        ("ALTER TABLE vangnet.a ADD COLUMN b text NOT NULL;", ["adds a column that has to be given"]),
        ("ALTER TABLE vangnet.a ADD COLUMN b text NOT NULL DEFAULT '';", []),
        ("ALTER TABLE vangnet.a ADD COLUMN b text, DROP CONSTRAINT c; -- DROP TABLE x", []),
        (f"-- contracts: last used by release {BEFORE}\nDROP TABLE vangnet.a;", ["drops"]),
    ],
)
def test_the_check_sees_what_takes_away(text: str, found: list[str]) -> None:
    """Each kind of statement is found, and nothing that only adds."""
    assert found == wrong(text)
