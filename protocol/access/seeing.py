"""Who sees what of a case, and when (parts 2.3 and 2.4, invariant 4): the table beside that of who may tell.

A row is a field; it says who sees it (by their relation to the case), in which steps, and whether only while
consent or a legal basis covers them. Pages, command line and lists show what :func:`seen` gives at that moment, so what
a hand-over, a withdrawal or the end of a partnership takes away is gone with the next look.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from protocol import messages as m
from protocol import vocabulary as v
from protocol.access.relation import Relation, relations
from protocol.case import STEPS_COORDINATED, Case, Deadline
from protocol.deadlines import owner
from protocol.keeping import Part
from protocol.messages import Actor, Message, name_of


class Field(StrEnum):
    """A part of what there is to see of a case."""

    NUMBER = "number"
    """That the case exists, and what its number is."""
    STEP = "step"
    KIND = "kind"
    DEADLINES = "deadlines"
    OWN_DEADLINES = "own_deadlines"
    """Only what waits for oneself."""
    SAFETY = "safety"
    """Acute danger: every organisation in the case is warned."""
    CALL = "call"
    """Whom to call at the school."""
    STATE = "state"
    """Signals, talks, consents, partners, meeting, agreements, escalation, and who holds and directs."""
    PEOPLE = "people"
    """Names, dates of birth and addresses; the names of members of staff, too."""
    SCHOOL_NOTES = "school_notes"
    COORDINATOR_NOTES = "coordinator_notes"
    PARTNER_NOTES = "partner_notes"
    ZVH_NOTES = "zvh_notes"
    SHARED_NOTES = "shared_notes"
    """What partners are asked, and the network meeting: invitation and minutes."""
    FEEDBACK = "feedback"
    """What is told back to the school: why a report was taken or returned, advice, why the case is handed over."""
    OWN_NOTES = "own_notes"
    """What one's own organisation wrote."""
    JOURNAL = "journal"
    HAND_OVER = "hand_over"
    """The document that goes back to the school."""


class Glance(NamedTuple):
    """Who, in which steps, and whether only while they are covered."""

    who: Relation
    when: tuple[v.Step, ...]
    covered: bool


Whose = tuple[Relation, tuple[v.Step, ...]]
_S = v.Step
_ANY = tuple(v.Step)
_DIRECTED = (_S.REPORT, *STEPS_COORDINATED)
_HANDED_OVER = (*STEPS_COORDINATED, _S.HAND_OVER)

_SCHOOL: Whose = (Relation.SCHOOL, _ANY)
_REPORTED_TO: Whose = (Relation.CJG, (_S.REPORT,))
_COORDINATOR: Whose = (Relation.COORDINATOR, _HANDED_OVER)  # before, it is the school
_KEEPER: Whose = (Relation.KEEPER, (*_HANDED_OVER, _S.CLOSED))
_ZVH: Whose = (Relation.ZVH, _DIRECTED)
_FORWARDEE: Whose = (Relation.FORWARDEE, _DIRECTED)
_PARTNER: Whose = (Relation.PARTNER, _HANDED_OVER)
_TAKING_PART: Whose = (Relation.TAKING_PART, _HANDED_OVER)
_PERSON: Whose = (Relation.PERSON, _ANY)
_OBSERVER: Whose = (Relation.OBSERVER, _ANY)

_WITH_A_TASK = (_SCHOOL, _REPORTED_TO, _COORDINATOR, _KEEPER, _ZVH, _FORWARDEE, _PARTNER)
_BROUGHT_IN = (_REPORTED_TO, _COORDINATOR, _ZVH, _FORWARDEE)


def _row(*always: Whose, covered: tuple[Whose, ...] = ()) -> tuple[Glance, ...]:
    given = [Glance(who, when, covered=False) for who, when in always]
    return (*given, *(Glance(who, when, covered=True) for who, when in covered))


SEEING: dict[Field, tuple[Glance, ...]] = {
    Field.NUMBER: _row(*_WITH_A_TASK, _PERSON, _OBSERVER),
    Field.STEP: _row(*_WITH_A_TASK, _OBSERVER),
    Field.KIND: _row(*_WITH_A_TASK, _OBSERVER),
    Field.DEADLINES: _row(*_WITH_A_TASK, _OBSERVER),
    Field.OWN_DEADLINES: _row(_PERSON),
    Field.SAFETY: _row(*_WITH_A_TASK, _OBSERVER),
    Field.CALL: _row(*_WITH_A_TASK, _PERSON),
    Field.STATE: _row(_SCHOOL, _KEEPER, _OBSERVER, covered=(*_BROUGHT_IN, _TAKING_PART)),
    Field.PEOPLE: _row(_SCHOOL, _KEEPER, covered=(*_BROUGHT_IN, _TAKING_PART)),
    Field.SCHOOL_NOTES: _row(_SCHOOL, covered=(*_BROUGHT_IN, _KEEPER)),
    Field.COORDINATOR_NOTES: _row(_KEEPER, covered=_BROUGHT_IN),
    Field.PARTNER_NOTES: _row(_KEEPER, covered=(_COORDINATOR, _ZVH)),
    Field.ZVH_NOTES: _row(covered=(_REPORTED_TO, _COORDINATOR, _ZVH)),
    Field.SHARED_NOTES: _row(_KEEPER, covered=(*_BROUGHT_IN, _TAKING_PART)),
    Field.FEEDBACK: _row(_SCHOOL, _KEEPER, covered=_BROUGHT_IN),
    Field.OWN_NOTES: _row(_SCHOOL, _KEEPER, covered=(*_BROUGHT_IN, _TAKING_PART)),
    Field.JOURNAL: _row(_SCHOOL, _KEEPER, _OBSERVER, covered=(*_BROUGHT_IN, _TAKING_PART)),
    Field.HAND_OVER: _row(_SCHOOL, _KEEPER, covered=(_COORDINATOR,)),
}
"""Who sees what, and when. A person gets what their link leads to, which the asking decided."""


_IN_HISTORY = frozenset({Field.STATE, Field.DEADLINES, Field.JOURNAL})


class Sight(NamedTuple):
    """What somebody sees of a case now."""

    now: frozenset[Field]
    in_emergency: frozenset[Field] | None
    """What an emergency of theirs would give them; None where they could not begin one."""


def sight(case: Case, actor: Actor) -> Sight:
    """What this actor sees, and would see in an emergency: what cover would give them, no more.

    An emergency is for whom there is a task and only cover is missing: who was asked as a partner and did not accept
    yet gets nothing by it.
    """
    mine = relations(case, actor)
    without, with_cover = (fields_of(case.step, mine, covered=covered) for covered in (False, True))
    if actor.organisation is None:
        return Sight(without, None)
    if case.covered(actor.organisation):
        return Sight(with_cover, None)
    return Sight(without, with_cover if Field.PEOPLE in with_cover - without else None)


def seen(case: Case, actor: Actor, *, emergency: bool = False) -> frozenset[Field]:
    """What this actor sees of this case now; nothing at all means that it does not exist for them.

    Args:
        case: How the case stands.
        actor: Who looks.
        emergency: Whether an emergency of theirs runs. It counts only while they could begin one.
    """
    now, in_emergency = sight(case, actor)
    return in_emergency if emergency and in_emergency is not None else now


def may_break_glass(case: Case, actor: Actor) -> bool:
    """Whether this actor may open the file in an emergency."""
    return sight(case, actor).in_emergency is not None


@lru_cache(maxsize=1024)
def fields_of(step: v.Step, mine: frozenset[Relation], *, covered: bool) -> frozenset[Field]:
    """What the table gives who stands so; there are few ways to stand, and they are asked for all the time."""
    return frozenset(
        field
        for field, glances in SEEING.items()
        if any(g.who in mine and step in g.when and (covered or not g.covered) for g in glances)
    )


def sees(case: Case, actor: Actor) -> bool:
    """Whether the case exists for this actor."""
    return bool(relations(case, actor))


def reads_file(case: Case, actor: Actor) -> bool:
    """Whether this actor may know who the people of this case are."""
    return Field.PEOPLE in seen(case, actor)


def reads_history(case: Case, actor: Actor) -> bool:
    """Whether this actor may open the payloads of a case's workflow: they see all that its history shows.

    Of people there is nothing in it, nor of what they wrote.
    """
    return seen(case, actor) >= _IN_HISTORY


def deadlines_seen(case: Case, actor: Actor) -> tuple[Deadline, ...]:
    """The deadlines that this actor sees."""
    fields = seen(case, actor)
    if Field.DEADLINES in fields:
        return case.deadlines
    own = actor.person if Field.OWN_DEADLINES in fields else None
    return tuple(deadline for deadline in case.deadlines if own is not None and owner(case, deadline) == own)


class Filed(NamedTuple):
    """What is known of a note without opening it."""

    part: Part
    by: Actor
    message: str
    """The name of the message that it was told with."""


def _names(*messages: type[Message]) -> frozenset[str]:
    return frozenset(map(name_of, messages))


_SHARED = _names(m.EngagePartners, m.PlanNetworkMeeting, m.CancelNetworkMeeting, m.RecordNetworkMeeting)
_TOLD_BACK = {
    Part.COORDINATOR: _names(m.AcceptReport, m.ReturnReport, m.DeEscalate, m.EndCase),
    Part.ZVH: _names(m.DeclineEscalation),
}
_OF_PARTNERS = _names(m.AnswerPartnerRequest)
_OF_PART = {
    Part.SCHOOL: Field.SCHOOL_NOTES,
    Part.COORDINATOR: Field.COORDINATOR_NOTES,
    Part.ZVH: Field.ZVH_NOTES,
}


def filed_as(note: Filed) -> Field:
    """Which field of the table a note belongs to, by who wrote it with what."""
    if note.part is Part.SCHOOL:
        return Field.SCHOOL_NOTES
    if note.message in _OF_PARTNERS or note.by.role is v.Role.PARTNER:
        return Field.PARTNER_NOTES
    if note.message in _SHARED:
        return Field.SHARED_NOTES
    return Field.FEEDBACK if note.message in _TOLD_BACK[note.part] else _OF_PART[note.part]


def note_field(case: Case, note: Filed) -> Field:
    """The same as the case stands: another agency may take part under its own role; who coordinates is no partner."""
    writer, field = note.by, filed_as(note)
    as_agency = writer.role in (v.Role.AGENCY, v.Role.CJG) and writer.organisation != case.coordinator
    took_part = as_agency and case.partner(writer.organisation or "") is not None
    return Field.PARTNER_NOTES if took_part else field


def reads_note(case: Case, actor: Actor, note: Filed, *, emergency: bool = False) -> bool:
    """Whether this actor may open this note now."""
    fields = seen(case, actor, emergency=emergency)
    if actor.organisation is not None and actor.organisation == note.by.organisation and Field.OWN_NOTES in fields:
        return True
    return note_field(case, note) in fields


def reads_review(
    case: Case, actor: Actor, message: type[Message], *, asked_covered: bool, emergency: bool = False
) -> bool:
    """Whether this actor may open what a colleague proposes to tell: it is as much as a note of their organisation.

    A legal basis is weighed by two when there is no cover yet, and cover is what it would give: that they read, where
    it was asked without cover, too, so that nothing of the file can be in it.

    Args:
        case: How the case stands.
        actor: Who looks.
        message: What is proposed.
        asked_covered: Whether the asker read their organisation's notes when they asked.
        emergency: Whether an emergency of the actor's runs.
    """
    if reads_own_notes(case, actor, emergency=emergency):
        return True
    return message is m.RecordLegalBasis and not asked_covered and sees(case, actor)


def reads_own_notes(case: Case, actor: Actor, *, emergency: bool = False) -> bool:
    """Whether this actor may open what their own organisation wrote."""
    return Field.OWN_NOTES in seen(case, actor, emergency=emergency)
