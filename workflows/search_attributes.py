"""What the Temporal console shows and filters cases by. Readable without keys: codes only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
    return TypedSearchAttributes(list(_pairs(case)))


def changes(shown: TypedSearchAttributes, case: Case) -> tuple[SearchAttributeUpdate[Any], ...]:
    """What has to be upserted so that the console shows the case as it stands."""
    return tuple(_changes(dict(shown), dict(_pairs(case))))


def _pairs(case: Case) -> Iterable[SearchAttributePair[Any]]:
    yield SearchAttributePair(STEP, case.step.value)
    yield SearchAttributePair(KIND, [kind.value for kind in case.kinds])
    yield SearchAttributePair(COORDINATOR, case.coordinator)
    yield SearchAttributePair(PROCESS_DIRECTOR, case.process_director)
    yield SearchAttributePair(ESCALATION, case.escalation.status.value)
    yield SearchAttributePair(REGION, case.region)
    if case.deadlines:
        first = min(case.deadlines, key=lambda deadline: deadline.due_at)
        yield SearchAttributePair(DUE_TASK, first.task.value)
        yield SearchAttributePair(DUE_AT, first.due_at)


_Values = Mapping[SearchAttributeKey[Any], Any]


def _changes(shown: _Values, wanted: _Values) -> Iterable[SearchAttributeUpdate[Any]]:
    for key in ALL:
        value = wanted.get(key)
        if value == shown.get(key):
            continue
        yield key.value_unset() if value is None else key.value_set(value)
