"""Following one chain, row after row: the first thing in it that is not as it was written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from protocol.model import Frozen
from store.chain import GENESIS, chained

GRACE = timedelta(minutes=10)
"""A row may be committed, and so anchored, this much later than the time it bears."""


class Log(StrEnum):
    """What is chained."""

    JOURNAL = "journal"
    ACCESS_LOG = "access_log"
    ANCHOR = "anchor"


class Fault(StrEnum):
    """What is wrong with a row, or with an anchor."""

    CHANGED = "changed"
    MISSING = "missing"
    INSERTED = "inserted"
    UNCHAINED = "unchained"
    REHASHED = "rehashed"
    """The chain fits together, and is not what was anchored."""
    BACKDATED = "backdated"
    """It says to be older than an anchor that does not know it."""
    UNSIGNED = "unsigned"


class Broken(Frozen):
    """The first row of one chain that is not as it was written."""

    log: Log
    scope: str
    """A case id; of the access log also ``-``, of anchors always."""
    number: int
    fault: Fault
    anchor: int | None = None
    """The first anchor that shows it, where it takes one."""


class Link(NamedTuple):
    """A row of a chain, whatever it is about. ``number`` is none where a head has no rows."""

    scope: str
    head_number: int
    head_hash: bytes
    number: int | None
    digest: bytes
    expected: bytes
    written_at: datetime
    hash: bytes
    anchored_hash: bytes | None
    anchor: int | None


class Beginning(NamedTuple):
    """What a chain's first row follows on: nothing, or the last one that was lawfully destroyed."""

    number: int = 0
    hash: bytes = GENESIS


class Chain:
    """Follows one scope's chain, and keeps the first fault."""

    def __init__(self, log: Log, first: Link, anchored_at: Mapping[int, datetime], begins: Beginning) -> None:
        self.scope = first.scope
        self.rows = 0
        self.anchored = 0
        """How many of them are."""
        self.broken: Broken | None = None
        self._log = log
        self._head = first.head_number, first.head_hash
        self._anchored_at = anchored_at
        self._number, self._hash = begins
        self._since_anchor: list[tuple[int, datetime]] = []

    def follow(self, link: Link) -> None:
        """Check the next row."""
        if link.number is None or self.broken:
            return
        number = link.number
        fault = self._fault(link, number)
        if fault is not None:
            self._break(self._number + 1 if fault is Fault.MISSING else number, fault)
        self.rows += 1
        self._number, self._hash = number, link.hash
        self._since_anchor.append((number, link.written_at))
        if link.anchor is not None:
            self._at_anchor(link, link.anchor)

    def _fault(self, link: Link, number: int) -> Fault | None:
        if number > self._head[0]:
            return Fault.INSERTED
        if number != self._number + 1:
            return Fault.MISSING
        if link.digest != link.expected:
            return Fault.CHANGED
        return None if link.hash == chained(self._hash, link.digest, link.written_at) else Fault.UNCHAINED

    def _at_anchor(self, link: Link, anchor: int) -> None:
        """The rows up to here are what this anchor knows, and the one before did not."""
        if link.hash != link.anchored_hash:
            self._break(self._number, Fault.REHASHED, anchor)
        self.anchored = self.rows
        self._check_times(self._anchored_at.get(anchor - 1), self._anchored_at.get(anchor))

    def _check_times(self, after: datetime | None, until: datetime | None) -> None:
        wrong: Callable[[datetime], bool] = lambda at: (  # noqa: E731  # used twice, for one list
            (after is not None and at < after - GRACE) or (until is not None and at > until + GRACE)
        )
        found = next((number for number, at in self._since_anchor if wrong(at)), None)
        if found is not None:
            self._break(found, Fault.BACKDATED)
        self._since_anchor = []

    def end(self) -> Broken | None:
        """Check that the chain ends where its head says."""
        if self._number < self._head[0]:
            self._break(self._number + 1, Fault.MISSING)
        if self._number and self._hash != self._head[1]:
            self._break(self._number, Fault.UNCHAINED)
        self._check_times(self._anchored_at.get(max(self._anchored_at, default=0)), None)
        return self.broken

    def _break(self, number: int, fault: Fault, anchor: int | None = None) -> None:
        """The first fault is the one that counts."""
        if self.broken is None:
            self.broken = Broken(log=self._log, scope=self.scope, number=number, fault=fault, anchor=anchor)
