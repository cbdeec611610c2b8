"""Recording: a turn of a case is written whole, once, in one round trip."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta

from protocol.access import readers
from protocol.case import Case
from protocol.deadlines import owner
from protocol.notices import LinkPurpose, Notice
from protocol.recording import Recording
from store.database import Database
from store.errors import CaseUnknown, RecordingGap, RecordingMismatch
from store.journal import journal_row
from store.keys import KeyRing, token_hash
from store.queries import query

_RECORD = query("record")

_TRIES = 5
"""A verdict is stale when somebody else recorded in between; more often than this, rows are missing."""

LATE = timedelta(days=30)
"""How long after its deadline a link still works: a late yes counts (part 2.4)."""

WITHOUT_DEADLINE = timedelta(days=90)
"""How long a link works that has no deadline."""

WITHDRAWAL = timedelta(days=365)
"""How long after its deadline a consent link works: by it consent is also withdrawn (AVG 7, third paragraph)."""


class Recordings(Database):
    """The writing side of journal, overview and notices."""

    async def record(self, recording: Recording) -> None:
        """Write a turn; keyed by (case, event number), so that writing it again changes nothing.

        Raises:
            CaseUnknown: The case was never opened.
            RecordingMismatch: An event number was recorded with other content. Nothing is written.
            RecordingGap: Events before these are missing. Nothing is written.
            StoreUnavailable: The database does not answer. Either all of it is written, or nothing.
        """
        case = recording.case
        _check_numbers(recording)
        row = _arguments(recording, self._keys)
        for _ in range(_TRIES):
            async with self._connection() as connection:
                verdict = await connection.fetchval(_RECORD, *row)
            match verdict:
                case "recorded":
                    return
                case "gap":
                    raise RecordingGap(f"{case.id}/{recording.events[0].number}")
                case "mismatch":
                    break
                case None:
                    raise CaseUnknown(case.id)
        raise RecordingMismatch(f"{case.id}/{recording.events[0].number}")


def _check_numbers(recording: Recording) -> None:
    numbers = [event.number for event in recording.events]
    if numbers and numbers != list(range(numbers[0], recording.case.number + 1)):
        raise RecordingGap(f"{recording.case.id}/{numbers[0]}")


def _arguments(recording: Recording, keys: KeyRing) -> tuple[object, ...]:
    case = recording.case
    return (
        case.id,
        f"[{','.join(journal_row(case.id, event) for event in recording.events)}]",
        overview_row(case),
        json.dumps([_notice(place, notice) for place, notice in enumerate(recording.notices)]),
        json.dumps(list(_links(case, recording.notices, keys))),
        recording.refused,
        case.persons,
    )


def overview_row(case: Case) -> str:
    """The overview's columns of a case, as JSON."""
    due = min(case.deadlines, key=lambda deadline: deadline.due_at, default=None)
    columns = {
        "number": case.number,
        "at": case.at.isoformat(),
        "region": case.region,
        "step": case.step,
        "kinds": case.kinds,
        "school": case.school,
        "file_holder": case.file_holder,
        "coordinator": case.coordinator,
        "process_director": case.process_director,
        "escalation": case.escalation.status,
        "safety": case.safety,
        "organisations": case.organisations,
        "due_task": due and due.task,
        "due_at": due and due.due_at.isoformat(),
        "readers": readers(case),
        "due_owners": sorted({owner(case, deadline) for deadline in case.deadlines}),
    }
    # The state is JSON already: it is put in as it is.
    return f'{json.dumps(columns)[:-1]}, "state": {case.model_dump_json()}}}'


def _notice(place: int, notice: Notice) -> dict[str, object]:
    return {"place": place, "number": _number(notice), **notice.model_dump(mode="json")}


def _links(case: Case, notices: Iterable[Notice], keys: KeyRing) -> Iterable[dict[str, object]]:
    for notice in notices:
        if notice.link is not None:
            late = WITHDRAWAL if notice.link is LinkPurpose.CONSENT else LATE
            expires_at = notice.due_at + late if notice.due_at else case.at + WITHOUT_DEADLINE
            yield {
                "token_hash": token_hash(keys.link_token(notice.id)).hex(),
                "notice_id": notice.id,
                "party": notice.party,
                "purpose": notice.link,
                "number": _number(notice),
                "expires_at": expires_at.isoformat(),
            }


def _number(notice: Notice) -> int:
    """The event that a notice is about stands in its id."""
    return int(notice.id.split(".")[1])
