"""What the machine does beside the pages: a busy one makes every page late, and no page slow."""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter

import psutil

from bench.usage import Meter


class Machine:
    """From here on: the CPU time of what is measured, and how much went to everything else."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        """Begin.

        Args:
            pids: Every process that belongs to the measurement, by name.
        """
        self._meter = Meter(pids)
        self._began, self._busy = perf_counter(), _busy()
        self.used: dict[str, float] = {}
        """Seconds by name, once it is read."""
        self.others = 0.0
        """Processors that were busy with anything else, once it is read."""

    def read(self) -> None:
        """Stop counting."""
        self.used = self._meter.used()
        took = perf_counter() - self._began
        self.others = max(0.0, (_busy() - self._busy - sum(self.used.values())) / took)


def _busy() -> float:
    """Seconds that all processors together have worked, for anybody."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0))
