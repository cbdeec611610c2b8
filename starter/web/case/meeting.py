"""The network meeting on the page of a case: who came, where the minutes are, and what became of what was agreed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from protocol.calendar import end_of
from protocol.case import Action
from protocol.events import NetworkMeetingRecorded, Recorded
from protocol.messages import CompleteAction, RecordNetworkMeeting, name_of
from starter.web.case.look import Look
from starter.web.case.probe import Probe
from starter.web.due import Due, Urgency, due
from store import JournalRow, NoteRow

_MINUTES = name_of(RecordNetworkMeeting)
_COMPLETE = name_of(CompleteAction)


class Held(NamedTuple):
    """The last meeting that was held."""

    at: datetime
    """When it was recorded."""
    attendees: tuple[str, ...]
    absent: tuple[str, ...]
    minutes: str | None
    """The note, for who may open it."""


class Agreement(NamedTuple):
    """What somebody was to do."""

    action: str
    owner: str
    due: Due
    done: bool
    can_complete: bool
    """The visitor may say that it is carried out."""

    @property
    def late(self) -> bool:
        """Open after its last day."""
        return not self.done and self.due.urgency is Urgency.OVERDUE


def held(journal: Iterable[JournalRow], notes: Iterable[NoteRow]) -> Held | None:
    """The last meeting of a case, as far as somebody sees it.

    Args:
        journal: What they see of it.
        notes: Those that they may open.
    """
    meetings = tuple(_meetings(row.recorded for row in journal))
    if not meetings:
        return None
    recorded, event = meetings[-1]
    ids = (n.note_id for n in notes if n.message == _MINUTES and n.message_id == recorded.message_id)
    return Held(recorded.at, event.attendees, event.absent, next(ids, None))


def _meetings(journal: Iterable[Recorded]) -> Iterator[tuple[Recorded, NetworkMeetingRecorded]]:
    for recorded in journal:
        if isinstance(recorded.event, NetworkMeetingRecorded):
            yield recorded, recorded.event


def agreements(look: Look, allowed: Iterable[str]) -> tuple[Agreement, ...]:
    """What was agreed, with what the visitor can do about it.

    Args:
        look: The case, and who looks.
        allowed: The messages that they may tell now.
    """
    probe = Probe(look, CompleteAction) if _COMPLETE in allowed else None
    return tuple(_agreement(look, action, probe) for action in look.case.actions)


def _agreement(look: Look, action: Action, probe: Probe | None) -> Agreement:
    calendar = look.found.policy.calendar
    when = due(look.t, calendar, end_of(calendar, action.due), look.found.now)
    can = probe is not None and not action.done and probe.option(action=action.action) is None
    return Agreement(action.action, action.owner, when, action.done, can)
