"""The rights of the people in a case (AVG 15 to 22, Jeugdwet 7.3.8 to 7.3.10).

Who may ask for what, by when it is answered, and what stands in the way.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum

from protocol import messages as m
from protocol import vocabulary as v
from protocol.case import Case
from protocol.events import Event
from protocol.messages import Actor, Message
from protocol.retention import months_after


class Right(StrEnum):
    """What is asked for."""

    ACCESS = "access"
    CORRECTION = "correction"
    OBJECTION = "objection"
    ERASURE = "erasure"


class RequestState(StrEnum):
    """How far a request has come."""

    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class RefusalGround(StrEnum):
    """Why a request is refused."""

    NOT_ENTITLED = "not_entitled"
    """Who asks may not ask it for this person (Jeugdwet 7.3.4, 7.3.5)."""
    CASE_OPEN = "case_open"
    """The data are needed as long as the case runs (AVG 17 lid 1 a)."""
    RETENTION_DUTY = "retention_duty"
    """The law wants it kept (AVG 17 lid 3 b)."""
    OTHERS_INTEREST = "others_interest"
    """Somebody else's interest weighs more (Jeugdwet 7.3.9, 7.3.10; AVG 15 lid 4)."""
    LEGAL_CLAIM = "legal_claim"
    """It is needed in a legal procedure (AVG 17 lid 3 e, 21 lid 1)."""
    COMPELLING = "compelling"
    """The child's safety weighs more than the objection (AVG 21 lid 1)."""
    NOT_WRONG = "not_wrong"
    """What stands there is right; a statement can be added to it."""
    UNFOUNDED = "unfounded"
    """Asked again and again without reason (AVG 12 lid 5)."""


class Extension(StrEnum):
    """Why there is more time (AVG 12 lid 3)."""

    COMPLEX = "complex"
    MANY = "many"


GROUNDS: dict[Right, tuple[RefusalGround, ...]] = {
    Right.ACCESS: (RefusalGround.NOT_ENTITLED, RefusalGround.OTHERS_INTEREST, RefusalGround.UNFOUNDED),
    Right.CORRECTION: (RefusalGround.NOT_ENTITLED, RefusalGround.NOT_WRONG, RefusalGround.UNFOUNDED),
    Right.OBJECTION: (
        RefusalGround.NOT_ENTITLED, RefusalGround.COMPELLING, RefusalGround.LEGAL_CLAIM, RefusalGround.UNFOUNDED,
    ),
    Right.ERASURE: (
        RefusalGround.NOT_ENTITLED, RefusalGround.CASE_OPEN, RefusalGround.RETENTION_DUTY,
        RefusalGround.OTHERS_INTEREST, RefusalGround.LEGAL_CLAIM, RefusalGround.UNFOUNDED,
    ),
}  # fmt: skip
"""Which grounds there are for each right."""

_ANSWER = 1
_EXTENDED = 3
_LONG_AGO = 12
"""Months after which a day of receipt must be a mistake: its answer would be due long ago."""
_PERSON = re.compile(r"pupil|guardian-\d+")
_NAMING = ("person", "persons", "subject", "party", "owner")

_SHARING: frozenset[type[Message]] = frozenset({
    m.ChangeSchool, m.ForwardCase, m.AcceptForward, m.EngagePartners, m.PlanNetworkMeeting,
    m.Escalate, m.ReportNonCooperation, m.AcceptEscalation,
})  # fmt: skip
"""By these somebody else gets to read the file, whatever their fields say."""


def may_ask(case: Case, requester: str, subject: str, age: v.AgeBand) -> bool:
    """Whether this person may ask it for that one.

    From 12 the pupil asks; until 16 a parent with custody does too, from 16 the young person alone.
    Nobody asks for another adult.

    Args:
        case: Whose people.
        requester: Who asks.
        subject: Whose data it is about.
        age: How old the pupil is today; a closed case hears of no birthdays.
    """
    if requester == subject:
        return requester != "pupil" or age is not v.AgeBand.UNDER_12
    return subject == "pupil" and requester in case.parents and age in {v.AgeBand.UNDER_12, v.AgeBand.FROM_12}


def answer_by(received_on: date, *, extended: bool = False) -> date:
    """Until when there is to be an answer: a month, or with a notice of why two months more (AVG 12 lid 3)."""
    return months_after(received_on, _EXTENDED if extended else _ANSWER)


def can_have_come_in(received_on: date, today: date) -> bool:
    """Whether a request can have come in on this day: in the past year."""
    return months_after(today, -_LONG_AGO) <= received_on <= today


def in_the_way(
    right: Right, *, entitled: bool, case_open: bool, duty: bool, held: bool = False
) -> RefusalGround | None:
    """What makes that a request cannot be granted, whoever decides.

    Args:
        right: What is asked for.
        entitled: Of :func:`may_ask`.
        case_open: Whether the case still runs.
        duty: Whether a duty to keep holds for any part that is asked for.
        held: Whether the case is held for a criminal case.
    """
    if not entitled:
        return RefusalGround.NOT_ENTITLED
    if right is not Right.ERASURE:
        return None
    if case_open:
        return RefusalGround.CASE_OPEN
    if held:
        return RefusalGround.LEGAL_CLAIM
    return RefusalGround.RETENTION_DUTY if duty else None


def handles_requests(actor: Actor) -> bool:
    """Who decides on requests: the privacy officer."""
    return actor.role is v.Role.PRIVACY


def reads_for_request(actor: Actor, right: Right, state: RequestState) -> bool:
    """Whether this actor opens the file to answer: while the request is open, and to hand out what was granted."""
    handed_out = right is Right.ACCESS and state is RequestState.GRANTED
    return handles_requests(actor) and (state is RequestState.OPEN or handed_out)


def hands_out(actor: Actor, right: Right, state: RequestState, obstacle: RefusalGround | None) -> bool:
    """Whether this actor makes the overview of somebody's data: only where the request for it can be granted.

    Args:
        actor: Who.
        right: What was asked for.
        state: How far the request has come.
        obstacle: Of :func:`in_the_way`, now: also what was granted is not handed out to who may not ask it any more.
    """
    return right is Right.ACCESS and obstacle is None and reads_for_request(actor, right, state)


def blocked_by_objection(case: Case, message: Message) -> bool:
    """Whether an objection that nobody has decided on stops this message: sharing waits, help in danger does not.

    What people consent to themselves is no matter for an objection (AVG 21 lid 1, 6 lid 1 a), nor is what saves
    somebody from danger (6 lid 1 d).
    """
    return case.safety is not v.Safety.ACUTE and _shares(case, message)


def _shares(case: Case, message: Message) -> bool:
    match message:
        case m.DecideReport():
            return message.needed
        case m.AnswerPartnerRequest():
            return message.answer is v.PartnerAnswer.ACCEPT
        case m.RecordLegalBasis():
            return message.basis is not v.LegalBasis.ACUTE_DANGER
        case m.SetGuardians():
            return _covers_more(case, message)
        case _:
            return type(message) in _SHARING


def _covers_more(case: Case, message: m.SetGuardians) -> bool:
    """Whether consent is complete for somebody once a parent who did not give it is no longer asked."""
    after = case.model_copy(update={"guardians": message.guardians})
    return any(after.covered(consent.party) and not case.covered(consent.party) for consent in case.consents)


def kept_back(requester: str, subject: str) -> bool:
    """Whether what a child told, answered or is protected by stands in no overview by itself: a parent asks for it.

    The parent may be who the child is kept safe from. What they get beside the bare data is chosen by the officer.
    """
    return requester != subject


def concerns(event: Event, subject: str) -> bool:
    """Whether an event is about this person: of the pupil everything that is not about somebody else alone."""
    named = {person for value in _named(event) for person in _PERSON.findall(value)}
    return subject in named or (subject == "pupil" and not named)


def _named(event: Event) -> list[str]:
    found: list[str] = []
    for name in _NAMING:
        value = getattr(event, name, None)
        found += [value] if isinstance(value, str) else [one for one in value or () if isinstance(one, str)]
    return found
