"""What somebody gets who asks which of their data are held (AVG 15): of others as little as it can be."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from protocol.case import Case
from protocol.keeping import Part
from protocol.messages import Actor
from protocol.model import Frozen
from protocol.retention import Act, steps
from protocol.rights import concerns, kept_back
from protocol.vocabulary import ConsentStatus, Role
from starter.web.case.journal import sentences
from starter.web.case.names import Names
from starter.web.rights.asked import Asked
from starter.web.texts import Texts
from store import JournalRow, NoteRow, Person

_REACHED = ("email", "safe_contact", "second_contact")


class Told(NamedTuple):
    """Something with a text of its own: a note or a statement."""

    part: Part
    at: datetime
    by: str
    text: str


class Happened(Frozen):
    """An event of the journal that is about this person."""

    at: datetime
    by: str
    what: tuple[str, ...]


class Answered(Frozen):
    """What this person said of sharing with a party."""

    party: str
    status: ConsentStatus


class Kept(Frozen):
    """Until when a controller keeps its part; open cases have no day yet."""

    controller: str
    until: date | None


class Written(Frozen):
    """A note or statement that is handed out."""

    controller: str
    at: datetime
    by: str
    text: str


class Export(Frozen):
    """The answer to a request for access, as JSON and as a page."""

    request_id: str
    case_id: str
    made_at: datetime
    person: str
    controllers: tuple[str, ...]
    data: dict[str, str]
    source: str
    consents: tuple[Answered, ...]
    receivers: tuple[str, ...]
    happened: tuple[Happened, ...]
    kept_back: bool
    """What the child told or answered is left out: a parent asked."""
    notes: tuple[Written, ...]
    notes_left_out: int
    statements: tuple[Written, ...]
    kept: tuple[Kept, ...]


class Opened(NamedTuple):
    """What was read of the file for it."""

    journal: tuple[JournalRow, ...]
    notes: tuple[Told, ...]
    left_out: int
    statements: tuple[Told, ...]


def export(found: Asked, opened: Opened, t: Texts, made_at: datetime) -> Export:
    """Put the answer together; everybody but the subject stands in it by their role only."""
    case, subject = found.found.case, found.row.subject
    back = kept_back(found.row.requester, subject)
    people = {subject: found.people[subject]} if subject in found.people else {}
    names = Names(t, found.organisations, people)
    return Export(
        request_id=found.row.request_id,
        case_id=case.id,
        made_at=made_at,
        person=names(subject),
        controllers=tuple(found.controller(part) for part in found.row.parts),
        data=_data(people.get(subject), t, own=not back),
        source=names(case.school),
        consents=tuple(
            Answered(party=names(consent.party), status=consent.status)
            for consent in case.consents if consent.person == subject and not back
        ),
        receivers=tuple(map(names, receivers(case))),
        happened=() if back else tuple(_happened(opened.journal, subject, t, names)),
        kept_back=back,
        notes=tuple(_written(found, opened.notes)),
        notes_left_out=opened.left_out,
        statements=tuple(_written(found, opened.statements)),
        kept=tuple(_kept(found)),
    )  # fmt: skip


def receivers(case: Case) -> tuple[str, ...]:
    """The organisations that may have read of it: who coordinated, took part or was covered, beside the school."""
    parties = [consent.party for consent in case.consents if consent.status is ConsentStatus.GRANTED]
    parties += [party for basis in case.legal_bases for party in basis.parties]
    parties += [case.coordinator, case.file_holder, *(partner.organisation for partner in case.partners)]
    return tuple(party for party in dict.fromkeys(parties) if party != case.school)


def about(rows: Iterable[NoteRow], parts: Iterable[Part]) -> tuple[NoteRow, ...]:
    """The notes in the parts that are asked for."""
    wanted = {part.value for part in parts}
    return tuple(row for row in rows if row.controller.value in wanted)


def _data(person: Person | None, t: Texts, *, own: bool) -> dict[str, str]:
    """A person's fields; where they are reached is for themselves alone."""
    if person is None:
        return {}
    return {
        t(f"rights.field_{name}"): t.date(value) if isinstance(value, date) else str(value)
        for name, value in person
        if value is not None and (own or name not in _REACHED)
    }


def _happened(rows: Iterable[JournalRow], subject: str, t: Texts, names: Names) -> Iterable[Happened]:
    for recorded in (row.recorded for row in rows):
        said = sentences((recorded,), t, names) if concerns(recorded.event, subject) else ()
        if said:
            yield Happened(at=recorded.at, by=_by(recorded.actor, t, names), what=said)


def _by(actor: Actor, t: Texts, names: Names) -> str:
    """An organisation, never one of its staff."""
    if actor.role is Role.SYSTEM:
        return t.word(Role.SYSTEM)
    return names(actor.person or actor.organisation)


def _written(found: Asked, told: Iterable[Told]) -> Iterable[Written]:
    for one in told:
        yield Written(
            controller=found.controller(one.part), at=one.at, by=found.names.role(one.by) or one.by, text=one.text
        )


def _kept(found: Asked) -> Iterable[Kept]:
    ends = {
        part.part: step.due_on for part in found.held for step in steps(part, found.policy) if step.act is Act.DESTROY
    }
    for part in found.row.parts:
        yield Kept(controller=found.controller(part), until=ends.get(part))
