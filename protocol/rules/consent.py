"""Consent to exchange what is needed to help, and disclosure without it (step 3, part 2.4)."""

from __future__ import annotations

from protocol import events as e
from protocol import messages as m
from protocol import vocabulary as v
from protocol.refusals import RefusalCode
from protocol.turn import Turn, consents_in, ids

_S = v.ConsentStatus
_STAYS = (_S.GRANTED, _S.REQUESTED)


def request_consent(turn: Turn, message: m.RequestConsent) -> None:
    """A link to each person. What was granted stays, and so does what is being asked."""
    turn.require_persons(message.persons)
    asked = [
        e.ConsentRequested(person=person, parties=parties, asked_by=turn.organisation)
        for person in dict.fromkeys(message.persons)
        if (parties := _to_ask(turn, person, ids(message.parties)))
    ]
    turn.require(bool(asked), RefusalCode.NOTHING_TO_ASK)
    for event in asked:
        turn.emit(event)


def _to_ask(turn: Turn, person: str, parties: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(party for party in parties if party != turn.case.school and not _stays(turn, person, party))


def _stays(turn: Turn, person: str, party: str) -> bool:
    consent = turn.case.consent(person, party)
    if consent is None or consent.status not in _STAYS:
        return False
    return consent.delivered or consent.status is _S.GRANTED


def answer_consent(turn: Turn, message: m.AnswerConsent) -> None:
    """By the person through the link, or by who holds the evidence on paper or by mouth."""
    turn.require_persons((message.person,))
    if turn.actor.person is not None:
        turn.require(turn.actor.person == message.person, RefusalCode.NOT_YOUR_ANSWER)
    by_link = message.channel is v.Channel.LINK
    turn.require(by_link == (turn.actor.person is not None), RefusalCode.WRONG_CHANNEL)
    parties = _named(turn, message.person, message.parties, (_S.REQUESTED, _S.NO_ANSWER))
    turn.require(bool(parties), RefusalCode.NOTHING_ASKED)
    turn.emit(e.ConsentAnswered(person=message.person, parties=parties, answer=message.answer, channel=message.channel))


def _named(
    turn: Turn, person: str, named: tuple[m.Organisation, ...] | None, statuses: tuple[v.ConsentStatus, ...]
) -> tuple[str, ...]:
    """The parties that the message is about; all of them must be open to it, or none is."""
    open_to_it = consents_in(turn.case, person, statuses)
    if named is None:
        return open_to_it
    return ids(named) if set(ids(named)) <= set(open_to_it) else ()


def ask_to_talk(turn: Turn, message: m.AskToTalk) -> None:
    """The clock goes on and the link stays; who asked is told."""
    person = turn.actor.person or ""
    asked_by = tuple(
        dict.fromkeys(c.asked_by for c in turn.case.consents if c.person == person and c.status is _S.REQUESTED)
    )
    turn.emit(e.TalkAskedFor(person=person, asked_by=asked_by))


def withdraw_consent(turn: Turn, message: m.WithdrawConsent) -> None:
    """Disclosure to these parties stops now (AVG 7, third paragraph), in a closed case too."""
    turn.require_persons((message.person,))
    if turn.actor.person is not None:
        turn.require(turn.actor.person == message.person, RefusalCode.NOT_YOUR_ANSWER)
    parties = _named(turn, message.person, message.parties, (_S.GRANTED,))
    turn.require(bool(parties), RefusalCode.NOTHING_GRANTED)
    turn.emit(e.ConsentWithdrawn(person=message.person, parties=parties))


def record_legal_basis(turn: Turn, message: m.RecordLegalBasis) -> None:
    """Disclosure without consent; a conflict of duties answers its six questions in the note."""
    turn.require_second_reviewer(message.second_reviewer)
    turn.emit(
        e.LegalBasisRecorded(
            basis=message.basis,
            parties=ids(message.parties),
            second_reviewer=message.second_reviewer,
        )
    )
