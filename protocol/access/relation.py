"""What somebody is to a case at this moment: both tables, who may tell what and who sees what, speak of it."""

from __future__ import annotations

from enum import StrEnum

from protocol import vocabulary as v
from protocol.access.offices import only_looks
from protocol.case import Case
from protocol.deadlines import asked_by, owner
from protocol.messages import Actor


class Relation(StrEnum):
    """What somebody is to a case at this moment."""

    SCHOOL = "school"
    CJG = "cjg"
    """The CJG to which a case is reported; later it is only what its other places in the case make it."""
    COORDINATOR = "coordinator"
    """The school itself until a report is accepted."""
    PROCESS_DIRECTOR = "process_director"
    ZVH = "zvh"
    """Asked for, or having, the direction of the process."""
    DIRECTING_ZVH = "directing_zvh"
    FORWARDER = "forwarder"
    FORWARDEE = "forwardee"
    PARTNER = "partner"
    """Asked to take part, or taking part."""
    TAKING_PART = "taking_part"
    """A partner that accepted and is not finished."""
    ACTION_OWNER = "action_owner"
    DEADLINE_OWNER = "deadline_owner"
    PERSON = "person"
    IN_CASE = "in_case"
    HOLDER = "holder"
    """Holds the file: of a closed case, or while who coordinates now is not covered."""
    KEEPER = "keeper"
    """Holds the file and is not the school: who coordinates or did, and keeps what its legal duty needs."""
    OBSERVER = "observer"
    """Sees the state, tells nothing, reads no personal data."""
    SYSTEM = "system"


_AS_PARTNER = (v.Role.PARTNER, v.Role.AGENCY, v.Role.ZVH, v.Role.CJG)
_OF_A_CLOSED_CASE = frozenset({Relation.SCHOOL, Relation.HOLDER, Relation.KEEPER})
_ACCEPTED = v.PartnerStatus.ACCEPTED
_ENGAGED = (v.PartnerStatus.REQUESTED, _ACCEPTED)


def relations(case: Case, actor: Actor) -> frozenset[Relation]:
    """What this actor is to this case now; nothing at all means that it does not exist for them."""
    if actor.role is v.Role.SYSTEM:
        return frozenset({Relation.SYSTEM})
    if only_looks(actor):
        return frozenset({Relation.OBSERVER})
    if actor.role is v.Role.PERSON:
        return _of_a_person(case, actor)
    found = _of_an_organisation(case, actor)
    if not case.open:
        return found & _OF_A_CLOSED_CASE
    return found | {Relation.IN_CASE} if found else found


def _when(holds: bool, relation: Relation) -> frozenset[Relation]:
    return frozenset({relation}) if holds else frozenset()


def _of_a_person(case: Case, actor: Actor) -> frozenset[Relation]:
    if actor.person not in case.persons:
        return frozenset()
    owns = any(a.owner == actor.person and not a.done for a in case.actions)
    return frozenset({Relation.PERSON, Relation.IN_CASE}) | _when(owns, Relation.ACTION_OWNER)


def _of_an_organisation(case: Case, actor: Actor) -> frozenset[Relation]:
    role, organisation = actor.role, actor.organisation
    partner = case.partner(organisation or "")
    active = case.escalation.status is v.EscalationStatus.ACTIVE
    is_school = role is v.Role.SCHOOL and organisation == case.school
    as_itself = role is _role_in(case, organisation)
    is_holder = as_itself and organisation == case.file_holder
    is_zvh = role is v.Role.ZVH and organisation == case.zvh and case.escalation.open
    holds = {
        Relation.SCHOOL: is_school,
        Relation.CJG: role is v.Role.CJG and organisation == case.cjg and case.step is v.Step.REPORT,
        Relation.COORDINATOR: as_itself and organisation == case.coordinator,
        Relation.ZVH: is_zvh,
        Relation.DIRECTING_ZVH: is_zvh and active,
        Relation.FORWARDEE: as_itself and organisation == case.forward.to,
        Relation.PARTNER: role in _AS_PARTNER and partner is not None and partner.status in _ENGAGED,
        Relation.TAKING_PART: role in _AS_PARTNER and partner is not None and partner.status is _ACCEPTED,
        Relation.HOLDER: is_holder,
        Relation.KEEPER: is_holder and not is_school,
    }
    found = frozenset(relation for relation, so in holds.items() if so)
    return found | _of_who_is_in(case, actor, found)


def _role_in(case: Case, organisation: str | None) -> v.Role:
    """As what an organisation coordinates or holds the file."""
    return {case.school: v.Role.SCHOOL, case.cjg: v.Role.CJG}.get(organisation or "", v.Role.AGENCY)


def _of_who_is_in(case: Case, actor: Actor, found: frozenset[Relation]) -> frozenset[Relation]:
    """What only somebody who is in the case already can be besides."""
    if not found:
        return found
    directs = Relation.DIRECTING_ZVH in found or (
        Relation.COORDINATOR in found and case.process_director == case.coordinator
    )
    owns_deadline = any(
        actor.organisation in (owner(case, d), *_waiting(case, d.task, asked_by(case, d))) for d in case.deadlines
    )
    return (
        _when(directs, Relation.PROCESS_DIRECTOR)
        | _when(actor.organisation == case.forward.by, Relation.FORWARDER)
        | _when(any(a.owner == actor.organisation and not a.done for a in case.actions), Relation.ACTION_OWNER)
        | _when(owns_deadline, Relation.DEADLINE_OWNER)
    )


def _waiting(case: Case, task: v.Task, asker: str) -> tuple[str, ...]:
    """A person has no organisation: who asked them can give them more time."""
    return (asker,) if task is v.Task.CONSENT_ANSWER else ()
