"""What the Temporal console shows and filters cases by. Readable without keys: codes only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    SearchAttributeUpdate,
    TypedSearchAttributes,
)

from protocol.case import Case

STEP: Final[SearchAttributeKey[str]] = SearchAttributeKey.for_keyword("CaseStep")
KIND: Final[SearchAttributeKey[Sequence[str]]] = SearchAttributeKey.for_keyword_list("CaseKind")
COORDINATOR: Final[SearchAttributeKey[str]] = SearchAttributeKey.for_keyword("CaseCoordinator")
PROCESS_DIRECTOR: Final[SearchAttributeKey[str]] = SearchAttributeKey.for_keyword("CaseProcessDirector")
ESCALATION: Final[SearchAttributeKey[str]] = SearchAttributeKey.for_keyword("CaseEscalation")
DUE_TASK: Final[SearchAttributeKey[str]] = SearchAttributeKey.for_keyword("CaseDueTask")
DUE_AT: Final[SearchAttributeKey[datetime]] = SearchAttributeKey.for_datetime("CaseDueAt")
REGION: Final[SearchAttributeKey[str]] = SearchAttributeKey.for_keyword("CaseRegion")

# The SDK's key is generic in the value's type, and these differ.
ALL: Final[tuple[SearchAttributeKey[Any], ...]] = (
    STEP,
    KIND,
    COORDINATOR,
    PROCESS_DIRECTOR,
    ESCALATION,
    DUE_TASK,
    DUE_AT,
    REGION,
)


def of(case: Case) -> TypedSearchAttributes:
    """The attributes of a case as it stands; nothing due leaves the two of them out."""
    pairs: list[SearchAttributePair[Any]] = [
        SearchAttributePair(STEP, case.step.value),
        SearchAttributePair(KIND, [kind.value for kind in case.kinds]),
        SearchAttributePair(COORDINATOR, case.coordinator),
        SearchAttributePair(PROCESS_DIRECTOR, case.process_director),
        SearchAttributePair(ESCALATION, case.escalation.status.value),
        SearchAttributePair(REGION, case.region),
    ]
    if case.deadlines:
        first = min(case.deadlines, key=lambda deadline: deadline.due_at)
        pairs += [SearchAttributePair(DUE_TASK, first.task.value), SearchAttributePair(DUE_AT, first.due_at)]
    return TypedSearchAttributes(pairs)


def changes(shown: TypedSearchAttributes, case: Case) -> tuple[SearchAttributeUpdate[Any], ...]:
    """What has to be upserted so that the console shows the case as it stands."""
    return tuple(_changes(shown, of(case)))


def _changes(shown: TypedSearchAttributes, wanted: TypedSearchAttributes) -> Iterable[SearchAttributeUpdate[Any]]:
    for key in ALL:
        value = wanted.get(key)
        if value == shown.get(key):
            continue
        yield key.value_unset() if value is None else key.value_set(value)
