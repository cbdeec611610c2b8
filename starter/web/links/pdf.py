"""A sheet as a PDF that lasts (PDF/A-2a) and that a screen reader can read (PDF/UA-1)."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources

import typst

from starter.web.links.sheet import Sheet

_NO_LETTER_FOR = re.compile(r"[^\x20-\u024f\u0370-\u052f\u1e00-\u1eff\u2010-\u203a\u20ac]")
"""Outside of the Latin, Greek and Cyrillic letters of the font that comes along."""


@cache
def _template() -> bytes:
    return (resources.files("starter.web.links") / "hand_over.typ").read_bytes()


def pdf(sheet: Sheet) -> bytes:
    """Make the PDF; the same sheet gives the same bytes. What the font cannot show becomes a question mark."""
    said = sheet.model_dump(mode="json", exclude={"day"})
    dated = said | {"year": sheet.day.year, "month": sheet.day.month, "day": sheet.day.day}
    # As data, never as markup: whatever a name has in it is only ever text.
    text = _NO_LETTER_FOR.sub("?", json.dumps(dated, ensure_ascii=False))
    return typst.compile(
        _template(), format="pdf", sys_inputs={"said": text}, pdf_standards=["a-2a", "ua-1"], ignore_system_fonts=True
    )
