"""Opening a case, and who and what it is about (step 1, part 2.4)."""

from __future__ import annotations

from protocol import events as e
from protocol import messages as m
from protocol import vocabulary as v
from protocol.refusals import RefusalCode, Refused
from protocol.turn import Turn

_WITHOUT_GUARDIAN = (v.AgeBand.FROM_16, v.AgeBand.FROM_18)
_AGES = tuple(v.AgeBand)


def check_opening(message: m.OpenCase) -> None:
    """Refuse a case that this protocol is not for, or that nobody could consent in."""
    if message.staff_involved:
        raise Refused(RefusalCode.STAFF_INVOLVED)
    if not message.signals:
        raise Refused(RefusalCode.NO_SIGNAL)
    _check_guardians(message.guardians, message.age)


def _check_guardians(guardians: tuple[m.Guardian, ...], age: v.AgeBand) -> None:
    persons = [guardian.person for guardian in guardians]
    if len(set(persons)) < len(persons):
        raise Refused(RefusalCode.PERSON_TWICE)
    if "pupil" in persons:
        raise Refused(RefusalCode.UNKNOWN_PERSON)
    if age not in _WITHOUT_GUARDIAN and not any(guardian.custody for guardian in guardians):
        raise Refused(RefusalCode.NO_GUARDIAN_WITH_CUSTODY)


def add_signal(turn: Turn, message: m.AddSignal) -> None:
    """More became known; the kinds follow from it, and the police clock may start."""
    new = tuple(signal for signal in dict.fromkeys(message.signals) if signal not in turn.case.signals)
    turn.require(bool(new), RefusalCode.NOTHING_NEW)
    turn.emit(e.SignalsAdded(signals=new))


def set_guardians(turn: Turn, message: m.SetGuardians) -> None:
    """Who must consent follows from who has custody."""
    _check_guardians(message.guardians, turn.case.age)
    turn.emit(e.GuardiansSet(guardians=message.guardians))


def change_school(turn: Turn, message: m.ChangeSchool) -> None:
    """The new school takes the old one's place, whose access ends."""
    turn.require(message.to.kind is v.OrganisationKind.SCHOOL, RefusalCode.NOT_A_SCHOOL)
    turn.require(message.to.id != turn.case.school, RefusalCode.NOTHING_NEW)
    turn.require_cover((message.to.id,))
    turn.emit(e.SchoolChanged(old=turn.case.school, new=message.to.id))


def age_reached(turn: Turn, message: m.AgeReached) -> None:
    """A birthday changes who must consent (Jeugdwet 7.3.4, 7.3.5)."""
    turn.require(_AGES.index(message.age) > _AGES.index(turn.case.age), RefusalCode.AGE_NOT_NEW)
    turn.emit(e.AgeBandReached(age=message.age))
