"""Hash chains: what shows that a row was changed, taken out or put in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256

GENESIS = bytes(32)
"""What the first row of a chain follows on."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def canonical(content: Mapping[str, object]) -> str:
    """Spell a row's content in the one way that is digested."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"))


def digested(content: Mapping[str, object]) -> bytes:
    """Digest a row's content."""
    return sha256(canonical(content).encode()).digest()


def chained(previous: bytes, digest: bytes, written_at: datetime) -> bytes:
    """Compute a row's hash, as the database does when it writes the row."""
    microseconds = (written_at - _EPOCH) // timedelta(microseconds=1)
    return sha256(previous + digest + microseconds.to_bytes(8, "big", signed=True)).digest()


def moment(at: datetime) -> str:
    """Write a moment as digests spell it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
