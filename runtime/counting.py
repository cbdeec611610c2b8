"""Counting what a worker carries out: failures by code, and rounds of housekeeping by when they were done."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from runtime.metrics import Meter, Metric

ROUNDS: Final[Mapping[str, str]] = {
    "start_unstarted": "housekeeping",
    "drop_leftovers": "nightly",
    "keep_or_destroy": "retention",
    "take_anchor": "anchoring",
}
"""The activity whose end is that of a round, and what the round is called."""

_OUTCOMES: Final = ("done", "refused", "away")


class Counting(Interceptor):
    """Counts activities where they are carried out. Workflows pass it by."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        return _Counted(next, self._meter)


class _Counted(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, meter: Meter) -> None:  # noqa: A002
        super().__init__(next)
        self._meter = meter

    async def execute_activity(self, input: ExecuteActivityInput) -> object:  # noqa: A002
        name = activity.info().activity_type
        try:
            result: object = await super().execute_activity(input)
        except Exception as error:
            code = error.type if isinstance(error, ApplicationError) else None
            self._meter.count(Metric.FAILURES, activity=name, code=code or "unexpected_error")
            raise
        if name in ROUNDS:
            self._meter.set(Metric.ROUND_DONE, time.time(), round=ROUNDS[name])
        return result


class Outside:
    """Counts the calls to something outside: a mail relay, webhooks, the login provider."""

    def __init__(self, meter: Meter, to: str) -> None:
        """Make all outcomes known, so that the first failure counts as one."""
        self._meter = meter
        self._to = to
        for outcome in _OUTCOMES:
            meter.count(Metric.OUTSIDE, 0, to=to, outcome=outcome)

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Count what is done within: ``refused`` is an answer about this one call, ``away`` is none."""
        try:
            yield
        except Exception as error:
            answered = getattr(error, "for_good", False) or getattr(error, "recipient", False)
            self._meter.count(Metric.OUTSIDE, to=self._to, outcome="refused" if answered else "away")
            raise
        self._meter.count(Metric.OUTSIDE, to=self._to, outcome="done")
