"""What processes use, read from the system."""

from __future__ import annotations

import os
from collections.abc import Mapping

import psutil


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, of its children and of those it had; of this process only its own."""
    process = psutil.Process(pid)
    if pid == os.getpid():
        return _own(process)
    own = process.cpu_times()
    total: float = own.user + own.system + own.children_user + own.children_system
    return total + sum(_own(child) for child in process.children(recursive=True))


def _own(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def resident_bytes(pid: int) -> int:
    """Memory that a process holds."""
    return int(psutil.Process(pid).memory_info().rss)


class Meter:
    """CPU time from here on, of processes by name."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._pids = dict(pids)
        self._before = {name: cpu_seconds(pid) for name, pid in self._pids.items()}

    def used(self) -> dict[str, float]:
        """Seconds since the beginning, by name."""
        return {name: cpu_seconds(pid) - self._before[name] for name, pid in self._pids.items()}
