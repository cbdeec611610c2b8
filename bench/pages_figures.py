"""The shapes of what is measured of the pages, and what has to be reached."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from protocol.model import Frozen

MOST_MS: Final = 150
"""95 of 100 pages are there within this."""
MOST_MS_ACTING: Final = 300
"""The same from sending a form to the page that says what came of it."""
MOST_BYTES: Final = 100_000
"""Of a page, its style and its scripts, compressed."""


class PagesPlan(Frozen):
    """How much is measured.

    Attributes:
        cases: In the overview.
        people: At work at the same time.
        seconds: For how long.
        pause: Seconds that somebody reads a page, on average.
        acted: Cases in which actions are carried out, one after the other.
        counted: Workflows over which Temporal's visibility counts.
        seed: Of who reads how long.
    """

    cases: int
    people: int
    seconds: float
    pause: float
    acted: int
    counted: int
    seed: int = 3


class Times(Frozen):
    """How long something took, in milliseconds."""

    p50: float
    p95: float
    worst: float
    count: int

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Times:
        """Sum up."""
        ordered = sorted(seconds)
        p50, p95 = (ordered[int(len(ordered) * share)] * 1000 for share in (0.5, 0.95))
        return cls(p50=p50, p95=p95, worst=ordered[-1] * 1000, count=len(ordered))


class Weight(Frozen):
    """Bytes of a page that somebody opens for the first time."""

    page: int
    """As it is sent: pages are not compressed."""
    page_compressed: int
    files: int
    """Its style, scripts and pictures, compressed as they are sent."""

    @property
    def compressed(self) -> int:
        """What is judged."""
        return self.page_compressed + self.files


class PagesMeasured(Frozen):
    """Everything; by page or action."""

    plan: PagesPlan
    at_work: dict[str, Times]
    """With everybody reading for a moment between two pages."""
    in_a_flood: dict[str, Times]
    """With nobody reading anything: everybody asks for the next page at once."""
    pages_a_second: dict[str, float]
    """At work, and in a flood."""
    cpu: dict[str, float]
    """Milliseconds for each page while everybody is at work, by process."""
    others: float
    """Processors that this machine gave meanwhile to what was not measured: with any, times are longer than they are."""
    acting: dict[str, Times]
    """From sending a form to the last byte of the page that it leads to, by one person alone."""
    acting_at_work: dict[str, Times]
    """The same while everybody is at work."""
    weights: dict[str, Weight]
    counts: dict[str, Times]
    """The counts of today by our overview, and one such count by Temporal's visibility over ``plan.counted`` workflows."""


class PagesVerdict(Frozen):
    """A target, and where this run stands: the worst page of it."""

    what: str
    worst: str
    value: float
    must: float
    passed: bool


def judged(found: PagesMeasured) -> tuple[PagesVerdict, ...]:
    """Every target."""
    return (
        _of_times("page p95 (ms)", found.at_work, MOST_MS),
        _of_times("action to new page p95 (ms)", found.acting, MOST_MS_ACTING),
        _worst("page with style and scripts (bytes)", {n: w.compressed for n, w in found.weights.items()}, MOST_BYTES),
    )


def _of_times(what: str, times: dict[str, Times], must: float) -> PagesVerdict:
    return _worst(what, {name: taken.p95 for name, taken in times.items()}, must)


def _worst(what: str, values: dict[str, float] | dict[str, int], must: float) -> PagesVerdict:
    worst = max(values, key=lambda name: values[name])
    value = values[worst]
    return PagesVerdict(what=what, worst=worst, value=value, must=must, passed=value <= must)
