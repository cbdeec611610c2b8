from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runtime.errors import SettingsError


class AlreadyRunning(SettingsError):
    """Another local stack uses this folder."""

    code = "already_running"


@contextmanager
def only_one(lock: Path) -> Iterator[None]:
    """Hold a folder for one stack; the system lets go of it when this process ends, however it ends.

    Raises:
        AlreadyRunning: Another process holds it.
    """
    with lock.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise AlreadyRunning(f"draait hier al, als proces {file.read() or 'onbekend'}") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
