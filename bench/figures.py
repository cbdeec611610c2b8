"""The shapes of what is measured."""

from __future__ import annotations

from collections.abc import Sequence

from protocol.model import Frozen

WORKER, TEMPORAL, POSTGRES, DRIVER = "worker", "temporal", "postgres", "driver"
"""The processes whose CPU time is told apart; the driver is the measuring process itself."""


class Kept(Frozen):
    """What Temporal keeps of one whole case."""

    events: int
    transitions: int
    bytes: int


class RoundTrips(Frozen):
    """Percentiles of message round trips, in milliseconds."""

    p50: float
    p95: float
    p99: float
    count: int

    @classmethod
    def of(cls, seconds: Sequence[float]) -> RoundTrips:
        """Sum up."""
        ordered = sorted(seconds)
        p50, p95, p99 = (ordered[int(len(ordered) * share)] * 1000 for share in (0.5, 0.95, 0.99))
        return cls(p50=p50, p95=p95, p99=p99, count=len(ordered))


class Crowd(Frozen):
    """Many whole cases side by side."""

    at_once: int
    """How many really were."""
    cases: int
    cases_per_second: float
    round_trips: RoundTrips
    cpu: dict[str, float]
    """Seconds for each case, by process."""

    @property
    def worker_cpu(self) -> float:
        """Seconds of the worker for each case."""
        return self.cpu[WORKER]

    @property
    def whole_cpu(self) -> float:
        """Seconds of worker and servers for each case."""
        return self.cpu[WORKER] + self.cpu[TEMPORAL] + self.cpu[POSTGRES]


class Sample(Frozen):
    """One driver in one round."""

    alone: RoundTrips
    crowd: Crowd
    """As many at once as a region's busy hour; throughput and CPU are read here."""
    rush: Crowd
    """Twice as many at once: the round trips of a rush are read here."""
    kept: Kept


class Memory(Frozen):
    """What open cases take in a worker that carries nothing else."""

    open_cases: int
    messages: int
    """How many messages each was told after its opening."""
    bytes_per_case: float


class Grown(Frozen):
    """The same crowd of ours among few open cases and among many."""

    few: int
    many: int
    among_few: Crowd
    among_many: Crowd


class Measured(Frozen):
    """Everything; by driver."""

    rounds: tuple[dict[str, Sample], ...]
    paused: Kept
    """Of a case of ours whose messages come so far apart that each has a delivery of its own."""
    tour_events: int
    """Of the case that the README tells, to its end and with such pauses."""
    memory: dict[str, Memory]
    """Of cases that were just opened."""
    memory_told: dict[str, Memory]
    """Of cases that were told some messages, too."""
    grown: Grown | None = None
    """Only where it was asked for."""
