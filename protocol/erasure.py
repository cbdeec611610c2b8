"""Destroying a part of a file by hand: what neither a period nor a request of somebody in the case brings about."""

from __future__ import annotations

from enum import StrEnum

from protocol import vocabulary as v
from protocol.case import Case
from protocol.messages import Actor
from protocol.refusals import RefusalCode, Refused


class ErasureReason(StrEnum):
    """Why it is destroyed. Periods and requests have a way of their own, which looks at duties to keep."""

    ORDER = "order"
    """Of a court or of the data protection authority."""
    WRONGLY_OPENED = "wrongly_opened"
    """The case should never have been there."""
    DUPLICATE = "duplicate"
    """The same is in another case."""


def check_erasure(case: Case, actor: Actor) -> None:
    """Refuse to destroy what is in use, or by somebody else than the privacy officer.

    Raises:
        Refused: ``not_allowed`` or ``wrong_step``.
    """
    if actor.role is not v.Role.PRIVACY:
        raise Refused(RefusalCode.NOT_ALLOWED)
    if case.open:
        raise Refused(RefusalCode.WRONG_STEP, case.step)
