"""Images are never kept (invariant 10): one that was pasted as text is known by its content, not by a name."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error

_ADDRESS = re.compile(r"data:\s*(image|video|application/octet-stream)[/;,]", re.IGNORECASE)
_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{60,}")
"""Long enough for what a mail breaks into lines, too: those have 64 or 76 signs."""
_BEGINNING = slice(60)
_BEGINNINGS = (
    b"\xff\xd8\xff",  # JPEG
    b"\x89PNG",
    b"GIF8",
    b"BM",
    b"II*\x00",  # TIFF
    b"MM\x00*",
    b"RIFF",  # WebP, AVI
    b"\x1aE\xdf\xa3",  # WebM
    b"\x00\x00\x01\xba",  # MPEG
)
_TYPE_AT = slice(4, 8)
"""Where MP4, MOV, HEIC and AVIF say what they are."""


def holds_picture(text: str) -> bool:
    """Whether an image or a video stands in a text."""
    return bool(_ADDRESS.search(text)) or any(_is_picture(run) for run in _ENCODED.findall(text))


def _is_picture(run: str) -> bool:
    try:
        start = b64decode(run[_BEGINNING].replace("-", "+").replace("_", "/"))
    except Error:
        return False
    return start.startswith(_BEGINNINGS) or start[_TYPE_AT] == b"ftyp"
