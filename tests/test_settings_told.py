"""Every setting stands in the page for who operates it."""

from __future__ import annotations

from pathlib import Path

from runtime.setting_names import ELSEWHERE
from runtime.settings import PREFIX, Ports, Settings
from starter.web.settings import WebSettings

_PAGE = Path(__file__).parent.parent / "docs" / "operate" / "README.md"


def test_every_setting_stands_in_the_table() -> None:
    """What the worker, the pages and everything else read is a row, or part of one, of ``docs/operate/README.md``."""
    rows = [line for line in _PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    told = {name for row in rows for name in row.split("`")[1::2]}
    read = {name.upper() for kind in (Settings, Ports, WebSettings) for name in kind.model_fields} | {*ELSEWHERE}
    assert set() == {PREFIX + name for name in read} - told
