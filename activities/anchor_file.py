"""The file of anchors: outside of the database, a line for each, and only ever longer."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from store import AnchorLine, AnchorsDiffer


class AnchorFile:
    """A file that should hold what the database holds; whoever has the disk can make it append-only."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def check(self, lines: Iterable[AnchorLine]) -> None:
        """See that the file holds these lines, or the first of them.

        Raises:
            AnchorsDiffer: It holds another, or more: somebody changed it, or the database was put back.
        """
        self._missing(lines)

    def append(self, lines: Iterable[AnchorLine]) -> None:
        """Add the lines that are not there yet, also the rest of one that a power cut left half. Repeating adds nothing.

        Raises:
            AnchorsDiffer: It holds another, or more.
        """
        missing = self._missing(lines)
        if not missing:
            return
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        try:
            os.write(handle, missing)
            os.fsync(handle)
        finally:
            os.close(handle)

    def _missing(self, lines: Iterable[AnchorLine]) -> bytes:
        there = self._path.read_bytes() if self._path.exists() else b""
        wanted = "".join(f"{line.text}\n" for line in lines).encode()
        if not wanted.startswith(there):
            raise AnchorsDiffer(self._path.name)
        return wanted[len(there) :]
