"""Strings that stand nowhere else in the world, and the search for them in whatever is left anywhere."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from uuid import uuid4


class Canaries:
    """Strings that stand nowhere else in the world, one for each field."""

    def __init__(self) -> None:
        self.by_field: dict[str, str] = {}

    def __call__(self, field: str) -> str:
        """The canary of a field."""
        return self.by_field.setdefault(field, f"kanarie{uuid4().hex}")

    def number(self, field: str) -> str:
        """The canary of a field that takes digits only."""
        return self.by_field.setdefault(field, f"0{uuid4().int}"[:20])

    def address(self, field: str, domain: str = "thuis") -> str:
        """An address with the canary of a field."""
        return f"{self(field)}@{domain}.voorbeeld.example"

    @property
    def addresses(self) -> frozenset[str]:
        """Those that are addresses: an envelope bears them, or no mail would arrive."""
        return frozenset(field for field in self.by_field if field.endswith(("email", "safeContact")))

    def singing_in(self, data: bytes, *, without: Iterable[str] = ()) -> set[str]:
        """The fields whose canary stands in there, in any dress that text commonly wears."""
        lower = data.lower()
        return {
            field
            for field, canary in self.by_field.items()
            if field not in without and any(dress in (data if cased else lower) for dress, cased in _dresses(canary))
        }


def _dresses(canary: str) -> Iterator[tuple[bytes, bool]]:
    plain = canary.encode()
    yield plain, False
    yield canary.encode("utf-16-le"), False
    yield plain.hex().encode(), False
    for shift in range(3):  # base64 of it, wherever it stands in what was encoded
        encoded = base64.b64encode(b"\0" * shift + plain)
        yield encoded[4 if shift else 0 : -4], True
