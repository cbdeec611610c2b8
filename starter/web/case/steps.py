"""The stappenplan, with where a case stands on it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from protocol import vocabulary as v
from protocol.case import Case
from protocol.events import StepEntered
from store import JournalRow

_STEPS = tuple(v.Step)


class Progress(StrEnum):
    """Where a step is; its word stands under ``case.progress_<value>``."""

    DONE = "done"
    NOW = "now"
    SKIPPED = "skipped"
    EARLIER = "earlier"
    """Done or skipped: that stands in the journal, which the visitor does not see."""
    LATER = "later"


class PageStep(NamedTuple):
    """One step of the page."""

    step: v.Step
    progress: Progress


def page_steps(case: Case, journal: Iterable[JournalRow] | None) -> tuple[PageStep, ...]:
    """Every step, in the order of the page; without the journal those before are only earlier."""
    if journal is None:
        return tuple(PageStep(step, _place(case, step)) for step in _STEPS)
    entered = {row.recorded.event.step for row in journal if isinstance(row.recorded.event, StepEntered)}
    if case.talks.pupil is v.TalkStatus.HELD:
        # Planning the talk is a step of its own; it may be held without.
        entered.add(v.Step.PUPIL_TALK)
    return tuple(PageStep(step, _progress(case, step, entered | {v.Step.SIGNAL})) for step in _STEPS)


def _place(case: Case, step: v.Step) -> Progress:
    progress = _progress(case, step, set())
    return Progress.EARLIER if progress is Progress.SKIPPED else progress


def _progress(case: Case, step: v.Step, entered: set[v.Step]) -> Progress:
    if step is case.step:
        return Progress.DONE if step is v.Step.CLOSED else Progress.NOW
    if _STEPS.index(step) > _STEPS.index(case.step):
        return Progress.LATER
    return Progress.DONE if step in entered else Progress.SKIPPED
