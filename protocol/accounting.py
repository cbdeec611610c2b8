"""Accounting for looks: on what ground somebody may look, and who may read what was looked at."""

from __future__ import annotations

from enum import StrEnum

from protocol import vocabulary as v
from protocol.access import OBSERVERS, Relation, may_break_glass, reads_file, relations
from protocol.case import Case
from protocol.messages import Actor


class Ground(StrEnum):
    """What a look rested on."""

    OWN_FILE = "own_file"
    """The school brought the case in, or the organisation holds the file."""
    CONSENT = "consent"
    LEGAL_BASIS = "legal_basis"
    EMERGENCY = "emergency"
    """There was no cover, and somebody said in writing why it could not wait."""
    TASK = "task"
    """There is something to do, and no cover: the task was seen, nobody's data."""
    SUBJECT = "subject"
    """A person in the case, behind a link of their own."""
    OVERSIGHT = "oversight"
    """Keeps or watches over the system."""
    SYSTEM = "system"
    """The protocol itself was carried out."""
    OWN_WORK = "own_work"
    """About no case: what somebody wrote or may look up for their work."""
    NONE = "none"
    """There was no ground, and nothing was shown."""


_BY_ROLE = {
    v.Role.SYSTEM: Ground.SYSTEM,
    v.Role.PERSON: Ground.SUBJECT,
    **dict.fromkeys(OBSERVERS, Ground.OVERSIGHT),
}
_OWN = frozenset({Relation.SCHOOL, Relation.HOLDER})


def ground(case: Case | None, actor: Actor, *, emergency: bool = False) -> str:
    """On what somebody's look at a case rests now: a :class:`Ground`, of a legal basis with a dot and which one."""
    if case is None:
        return _BY_ROLE.get(actor.role, Ground.OWN_WORK)
    mine = relations(case, actor)
    if not mine:
        return Ground.NONE
    if actor.role in _BY_ROLE:
        return _BY_ROLE[actor.role]
    if mine & _OWN:
        return Ground.OWN_FILE
    if emergency and may_break_glass(case, actor):
        return Ground.EMERGENCY
    return _cover(case, actor.organisation or "") if reads_file(case, actor) else Ground.TASK


def _cover(case: Case, organisation: str) -> str:
    """A legal basis counts where there is one: it was recorded because consent was not to be had."""
    basis = next((basis.basis for basis in case.legal_bases if organisation in basis.parties), None)
    return f"{Ground.LEGAL_BASIS}.{basis}" if basis else Ground.CONSENT


def reads_access_log(actor: Actor) -> bool:
    """Whether this actor may read who looked at what, and give a data subject their extract: the privacy officer."""
    return actor.role is v.Role.PRIVACY
