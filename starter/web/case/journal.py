"""The journal as people read it: what somebody told, and in sentences what followed from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from protocol.events import Event, Recorded, event_name
from protocol.messages import Actor, Guardian
from protocol.refusals import RefusalCode
from protocol.vocabulary import Role
from starter.web.case.names import Names
from starter.web.texts import Texts
from store import JournalRow, NoteRow

SILENT = frozenset({"deadlines_changed"})
"""Events that say nothing which does not stand elsewhere on the page."""


class Turn(NamedTuple):
    """What one message led to."""

    at: datetime
    """By the case's own clock."""
    who: str
    sentences: tuple[str, ...]
    note_id: str | None
    """A note that can be opened."""


def turns(rows: Iterable[JournalRow], t: Texts, names: Names, notes: Iterable[NoteRow] = ()) -> tuple[Turn, ...]:
    """Read the journal, the latest on top.

    Args:
        rows: The events, in order.
        t: The language.
        names: What everybody is called.
        notes: The notes that the reader may open.
    """
    filed = {note.note_id for note in notes}
    told = (tuple(recorded) for _, recorded in groupby((row.recorded for row in rows), _same_turn))
    found = [_turn(recorded, t, names, filed) for recorded in told]
    return tuple(turn for turn in reversed(found) if turn.sentences)


def _same_turn(recorded: Recorded) -> tuple[str | None, datetime]:
    return recorded.message_id, recorded.at


def _turn(recorded: tuple[Recorded, ...], t: Texts, names: Names, filed: set[str]) -> Turn:
    first = recorded[0]
    note = next((r.note_id for r in recorded if r.note_id in filed), None)
    return Turn(first.at, who(first.actor, t, names), sentences(recorded, t, names), note)


def who(actor: Actor, t: Texts, names: Names) -> str:
    """Who told something: a member of staff where that is known, and their organisation."""
    if actor.person is not None:
        return names(actor.person)
    if actor.role is Role.SYSTEM:
        return t.word(Role.SYSTEM)
    organisation = names(actor.organisation) or t.word(actor.role)
    person = names(actor.user)
    return f"{person}, {organisation}" if person and person != actor.user else organisation


def sentences(recorded: Iterable[Recorded], t: Texts, names: Names) -> tuple[str, ...]:
    """What happened, without what goes without saying."""
    return tuple(sentence(r.event, t, names) for r in recorded if event_name(r.event) not in SILENT)


def sentence(event: Event, t: Texts, names: Names) -> str:
    """One event: the text under ``event.<name>``, with what its fields say in words."""
    values = {name: _worded(name, value, t, names) for name, value in event if name != "event"}
    return t(f"event.{event_name(event)}", **values)


def _worded(name: str, value: object, t: Texts, names: Names) -> str:
    own = _OF_FIELD.get(name)
    if own is not None and isinstance(value, str) and not isinstance(value, StrEnum):
        return own(value, t)
    match value:
        case bool():
            return t("case.yes" if value else "case.no")
        case Guardian():
            return names(value.person)
        case tuple():
            return ", ".join(_worded("", part, t, names) for part in value) or t("case.nobody")
    return _word(value, t, names)


def _word(value: object, t: Texts, names: Names) -> str:
    match value:
        case StrEnum():
            return t.word(value)
        case datetime():
            return t.moment(value)
        case date():
            return t.date(value)
        case str():
            return names(value)
    return ""


def _refusal(code: str, t: Texts) -> str:
    return t.refusal(RefusalCode(code))


def _about(kind: str, t: Texts) -> str:
    return t(f"notice.{kind}")


def _message(name: str, t: Texts) -> str:
    return t.message(name)


def reason_word(reason: str, t: Texts) -> str:
    """Some events hold a reason as a bare code: each is a word of one list only."""
    found = (key for key in t.keys if key.startswith("words.") and key.endswith(f"_reason.{reason}"))
    return t(min(found, default="case.nobody"))


_OF_FIELD: Mapping[str, Callable[[str, Texts], str]] = {
    "code": _refusal,
    "about": _about,
    "message": _message,
    "reason": reason_word,
}
