"""What has to be reached: the *must* that fails the run, and the *aim* whose distance is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from bench.figures import Measured
from bench.ratios import ratio
from protocol.model import Frozen

JUDGED: Final = "update"
"""The driver that is judged: an update's round trip beside an update's. ``door`` adds what the front door reads and
checks before it asks the case, which a bare workflow has nothing of; it is shown and not judged."""

_KB: Final = 1000


class Verdict(Frozen):
    """A target, and where this run stands."""

    number: int | None
    """As the targets are counted; what the whole case may leave as history is not one of them."""
    what: str
    value: float
    must: float
    aim: float
    more_is_better: bool
    passed: bool
    from_aim: float
    """How much is lacking, as a share of the aim; 0 when it is reached."""


class Target(NamedTuple):
    """One line of the targets."""

    number: int | None
    what: str
    read: Callable[[Measured], float]
    must: float
    aim: float
    more_is_better: bool = False

    def judge(self, measured: Measured) -> Verdict:
        """See where a run stands."""
        value = self.read(measured)
        lacking = (self.aim - value if self.more_is_better else value - self.aim) / self.aim
        return Verdict(
            number=self.number,
            what=self.what,
            value=value,
            must=self.must,
            aim=self.aim,
            more_is_better=self.more_is_better,
            passed=value >= self.must if self.more_is_better else value <= self.must,
            from_aim=max(0.0, lacking),
        )


def _ratio(name: str) -> Callable[[Measured], float]:
    def read(measured: Measured) -> float:
        found = ratio(measured, name, JUDGED)
        if found is None:
            raise ValueError(name)
        return found

    return read


def _memory(measured: Measured) -> float:
    return measured.memory[JUDGED].bytes_per_case / _KB


def _throughput_among_many(measured: Measured) -> float:
    if measured.grown is None:
        raise ValueError
    return measured.grown.among_many.cases_per_second / measured.grown.among_few.cases_per_second


def _round_trip_among_many(measured: Measured) -> float:
    if measured.grown is None:
        raise ValueError
    return measured.grown.among_many.round_trips.p50 / measured.grown.among_few.round_trips.p50


def _tour_events(measured: Measured) -> float:
    return measured.tour_events


TARGETS: Final = (
    Target(1, "cases per second ÷ bare", _ratio("cases per second"), 0.7, 1.0, more_is_better=True),
    Target(2, "worker CPU a case ÷ bare", _ratio("CPU a case, worker (ms)"), 1.5, 1.1),
    Target(3, "round trip alone, p50 ÷ bare", _ratio("round trip alone p50 (ms)"), 1.4, 1.15),
    Target(3, "round trip alone, p95 ÷ bare", _ratio("round trip alone p95 (ms)"), 1.5, 1.25),
    Target(4, "state transitions ÷ bare", _ratio("state transitions"), 1.0, 0.5),
    Target(5, "worker memory per open case (kB)", _memory, 80, 55),
    Target(None, "history events of the README's case, with pauses", _tour_events, 200, 200),
)
GROWN: Final = (
    Target(6, "cases per second, many open ÷ few", _throughput_among_many, 0.8, 0.95, more_is_better=True),
    Target(6, "round trip p50, many open ÷ few", _round_trip_among_many, 1.25, 1.10),
)
"""Judged only where it was measured, at the number of open cases that the report names."""


def judged(measured: Measured) -> Iterable[Verdict]:
    """Every target."""
    targets = TARGETS if measured.grown is None else (*TARGETS, *GROWN)
    return [target.judge(measured) for target in targets]
