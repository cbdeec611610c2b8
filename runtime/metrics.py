"""What a process tells Prometheus, by the SDK's own endpoint: one address for its metrics and for ours.

Numbers and words of our own code only: no case, no person, no organisation, no address is ever a label.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from temporalio.runtime import Runtime


class Metric(StrEnum):
    """Everything that is ours; the SDK's own begin with ``temporal_``."""

    OPEN_CASES = "vangnet_open_cases"
    OVERDUE = "vangnet_deadlines_overdue"
    OVERDUE_LONGEST = "vangnet_deadline_overdue_longest_seconds"
    UNHEARD = "vangnet_deadlines_unheard"
    UNSENT = "vangnet_notices_unsent"
    UNSENT_LONGEST = "vangnet_notice_unsent_longest_seconds"
    UNSTARTED = "vangnet_openings_unstarted"
    UNSTARTED_LONGEST = "vangnet_opening_unstarted_longest_seconds"
    WAITING = "vangnet_messages_waiting"
    WAITING_LONGEST = "vangnet_message_waiting_longest_seconds"
    UNTOLD = "vangnet_emergencies_untold"
    UNTOLD_LONGEST = "vangnet_emergency_untold_longest_seconds"
    BEHIND_JOURNAL = "vangnet_cases_behind_journal"
    KEY_FAULTS = "vangnet_key_faults"
    ANCHORED_AT = "vangnet_anchored_timestamp_seconds"
    ANCHOR_INTERVAL = "vangnet_anchor_interval_seconds"
    BACKED_UP_AT = "vangnet_backed_up_timestamp_seconds"
    LOOKED_AT = "vangnet_looked_timestamp_seconds"
    DATABASE = "vangnet_database_reachable"
    TEMPORAL = "vangnet_temporal_reachable"
    CONNECTIONS = "vangnet_database_connections"
    CONNECTIONS_MOST = "vangnet_database_connections_most"
    FAILURES = "vangnet_activity_failures"
    ROUND_DONE = "vangnet_round_done_timestamp_seconds"
    STOPPED = "vangnet_recordings_stopped"
    OUTSIDE = "vangnet_outside_calls"
    REQUEST = "vangnet_web_request_seconds"


MEANING: Final[Mapping[Metric, str]] = {
    Metric.OPEN_CASES: "Open cases at each step",
    Metric.OVERDUE: "Cases whose first deadline has passed",
    Metric.OVERDUE_LONGEST: "For how long the first of them has",
    Metric.UNHEARD: "Cases in which nothing was recorded since a deadline passed minutes ago",
    Metric.UNSENT: "Notices that are not sent yet",
    Metric.UNSENT_LONGEST: "For how long the first of them waits",
    Metric.UNSTARTED: "Accepted cases whose workflow is not known to run",
    Metric.UNSTARTED_LONGEST: "For how long the first of them waits",
    Metric.WAITING: "Messages that were taken and not carried out",
    Metric.WAITING_LONGEST: "For how long the first of them waits",
    Metric.UNTOLD: "Emergencies of which the privacy officer had no mail",
    Metric.UNTOLD_LONGEST: "For how long the first of them waits",
    Metric.BEHIND_JOURNAL: "Cases whose overview is not of their last event",
    Metric.KEY_FAULTS: "Keys that are not as they have to be: unknown, lost, undone",
    Metric.ANCHORED_AT: "When the last anchor was taken",
    Metric.ANCHOR_INTERVAL: "How often anchors are meant to be taken",
    Metric.BACKED_UP_AT: "When a backup was noted last",
    Metric.LOOKED_AT: "When this process last looked how everything stands",
    Metric.DATABASE: "Whether PostgreSQL answers this process",
    Metric.TEMPORAL: "Whether Temporal answers this process",
    Metric.CONNECTIONS: "Connections of this process to PostgreSQL, in use and idle",
    Metric.CONNECTIONS_MOST: "How many it may have",
    Metric.FAILURES: "Tries of activities that failed, by fixed code",
    Metric.ROUND_DONE: "When this worker last finished a round of housekeeping",
    Metric.STOPPED: "Times that recording stopped until somebody has looked",
    Metric.OUTSIDE: "Calls to mail relay, webhooks and login provider, by what came of them",
    Metric.REQUEST: "How long pages took, by the pattern of their address",
}
"""For the endpoint itself, and for `docs/operate/watching.md`."""

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
BUCKETS: Final = {Metric.REQUEST.value: _SECONDS}


class Meter:
    """Sets, counts and times what is in :class:`Metric`."""

    def __init__(self, runtime: Runtime) -> None:
        """Tell it by this runtime's endpoint (:func:`runtime.temporal.core`)."""
        meter = runtime.metric_meter
        self._gauges = {name: meter.create_gauge_float(name, MEANING[name]) for name in Metric if name not in _NOT_SET}
        self._counters = {name: meter.create_counter(name, MEANING[name]) for name in _COUNTED}
        self._request = meter.create_histogram_float(Metric.REQUEST, MEANING[Metric.REQUEST])

    def set(self, name: Metric, value: float, **labels: str) -> None:
        """Say how something stands."""
        self._gauges[name].set(float(value), labels or None)

    def count(self, name: Metric, times: int = 1, **labels: str) -> None:
        """Count something; zero times makes it known, so that Prometheus sees the first time as one."""
        self._counters[name].add(times, labels)

    def request(self, seconds: float, route: str, method: str, status: int) -> None:
        """Time a page."""
        self._request.record(seconds, {"route": route, "method": method, "status": str(status)})


_COUNTED: Final = (Metric.FAILURES, Metric.OUTSIDE)
_NOT_SET: Final = frozenset({*_COUNTED, Metric.STOPPED, Metric.REQUEST})
"""``STOPPED`` is counted by the workflow itself, which the SDK keeps from counting again when it is replayed."""
