"""What is compared: each figure beside the bare workflow's of the same round, and the median of these ratios."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from typing import Final

from bench.figures import Measured, Sample

Figure = Callable[[Sample], float]

FIGURES: Final[dict[str, Figure]] = {
    "cases per second": lambda sample: sample.crowd.cases_per_second,
    "CPU a case, worker (ms)": lambda sample: sample.crowd.worker_cpu * 1000,
    "CPU a case, Temporal (ms)": lambda sample: sample.crowd.cpu["temporal"] * 1000,
    "CPU a case, PostgreSQL (ms)": lambda sample: sample.crowd.cpu["postgres"] * 1000,
    "CPU a case, all three (ms)": lambda sample: sample.crowd.whole_cpu * 1000,
    "round trip alone p50 (ms)": lambda sample: sample.alone.p50,
    "round trip alone p95 (ms)": lambda sample: sample.alone.p95,
    "round trip alone p99 (ms)": lambda sample: sample.alone.p99,
    "cases at once in a rush": lambda sample: sample.rush.at_once,
    "round trip in a rush p50 (ms)": lambda sample: sample.rush.round_trips.p50,
    "round trip in a rush p95 (ms)": lambda sample: sample.rush.round_trips.p95,
    "round trip in a rush p99 (ms)": lambda sample: sample.rush.round_trips.p99,
    "history events": lambda sample: sample.kept.events,
    "state transitions": lambda sample: sample.kept.transitions,
    "history (bytes)": lambda sample: sample.kept.bytes,
}
BARE: Final = "bare"


def figure(measured: Measured, name: str, driver: str) -> float:
    """The median over the rounds."""
    return float(median(FIGURES[name](found[driver]) for found in measured.rounds))


def ratio(measured: Measured, name: str, driver: str) -> float | None:
    """The median of the rounds' ratios to bare; None where bare has nothing of it."""
    pairs = [(FIGURES[name](found[driver]), FIGURES[name](found[BARE])) for found in measured.rounds]
    if not all(beside for _, beside in pairs):
        return None
    return float(median(ours / beside for ours, beside in pairs))
