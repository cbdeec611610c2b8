"""Severity and partners (step 5)."""

from __future__ import annotations

from protocol import events as e
from protocol import messages as m
from protocol import vocabulary as v
from protocol.refusals import RefusalCode
from protocol.turn import Turn

_TAKING_PART = (v.PartnerStatus.REQUESTED, v.PartnerStatus.ACCEPTED)


def set_severity(turn: Turn, message: m.SetSeverity) -> None:
    """How heavy the case weighs."""
    turn.emit(e.SeveritySet(severity=message.severity))


def engage_partners(turn: Turn, message: m.EngagePartners) -> None:
    """A request with a response link to each; nobody who is not covered."""
    partners = {partner.id: partner for partner in message.partners}
    turn.require(all(_can_be_partner(turn, partner) for partner in partners.values()), RefusalCode.NOT_A_PARTNER)
    turn.require(not any(_takes_part(turn, id_) for id_ in partners), RefusalCode.PARTNER_ALREADY_ENGAGED)
    turn.require_cover(partners)
    for organisation in partners:
        turn.emit(e.PartnerEngaged(organisation=organisation, engaged_by=turn.organisation))


def _can_be_partner(turn: Turn, partner: m.Organisation) -> bool:
    """A school has its own place in the case, and so has who coordinates or directs it."""
    directing = (turn.case.coordinator, turn.case.process_director)
    return partner.kind is not v.OrganisationKind.SCHOOL and partner.id not in directing


def _takes_part(turn: Turn, organisation: str) -> bool:
    partner = turn.case.partner(organisation)
    return partner is not None and partner.status in _TAKING_PART and partner.delivered


def answer_partner_request(turn: Turn, message: m.AnswerPartnerRequest) -> None:
    """Declining is always possible; accepting needs the cover to be there still."""
    if message.answer is v.PartnerAnswer.ACCEPT:
        turn.require_cover((turn.organisation,))
    turn.emit(e.PartnerAnswered(organisation=turn.organisation, answer=message.answer))


def finish_partner(turn: Turn, message: m.FinishPartner) -> None:
    """The partner's work is done, and its access ends."""
    partner = turn.case.partner(message.partner.id)
    turn.require(partner is not None and partner.status is v.PartnerStatus.ACCEPTED, RefusalCode.PARTNER_NOT_ACCEPTED)
    own = turn.organisation in (message.partner.id, turn.case.coordinator)
    turn.require(own, RefusalCode.NOT_ALLOWED)
    turn.emit(e.PartnerFinished(organisation=message.partner.id))
