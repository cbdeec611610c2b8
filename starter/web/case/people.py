"""People and consents: who has to answer, and how everybody stands towards each party."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from protocol import vocabulary as v
from protocol.case import Case
from starter.view import ConsentView


class PartyConsents(NamedTuple):
    """One party, and what everybody said of it."""

    party: str
    covered: bool
    basis: v.LegalBasis | None
    answers: tuple[ConsentView, ...]


def party_consents(case: Case, consents: Iterable[ConsentView]) -> tuple[PartyConsents, ...]:
    """Every party that matters to the case now, in the order in which they came in."""
    by_party: dict[str, list[ConsentView]] = {}
    for found in consents:
        by_party.setdefault(found.party, []).append(found)
    return tuple(
        PartyConsents(party, case.covered(party), _basis(case, party), tuple(answers))
        for party, answers in by_party.items()
    )


def _basis(case: Case, party: str) -> v.LegalBasis | None:
    return next((basis.basis for basis in case.legal_bases if party in basis.parties), None)
