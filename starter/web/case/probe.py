"""What the protocol would answer: the rules themselves are asked, so that no page knows one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from pydantic import ValidationError

from protocol import messages as m
from protocol import vocabulary as v
from protocol.access import check
from protocol.decide import decide
from protocol.messages import Message, Organisation
from protocol.refusals import RefusalCode, Refused
from starter.web.case.look import Look

SOMEBODY_ELSE = "somebody-else"
"""Stands for the second reviewer that will be there when the message is told."""


class Probe:
    """Asks of one message, for one case and one visitor."""

    def __init__(self, look: Look, message: type[Message]) -> None:
        self._look = look
        self._message = message

    def now(self) -> RefusalCode | None:
        """Why the message cannot be told now, whatever its fields say; None when it can."""
        look = self._look
        try:
            check(look.case, self._message, look.visitor.staff, look.found.now, look.found.policy)
        except Refused as refused:
            return refused.code
        return None

    def option(self, **fields: object) -> RefusalCode | None:
        """Why this value of a field would be refused; None when it would not, or that is not known yet."""
        try:
            message = self._message.model_validate({**self._besides(), **fields})
        except ValidationError:
            return None
        look = self._look
        try:
            decide(look.case, message, look.visitor.staff, look.found.now, look.found.policy, note=True)
        except Refused as refused:
            return refused.code
        return None

    def _besides(self) -> dict[str, object]:
        """Values for the other fields that leave it to the one in question whether the message is refused."""
        make = _BESIDES.get(self._message)
        return make(self._look) if make else {}


def _elsewhere(look: Look) -> tuple[Organisation, ...]:
    return tuple(Organisation(id=row.id, kind=row.kind) for row in look.directory if row.id != look.case.school)


_BESIDES: dict[type[Message], Callable[[Look], dict[str, object]]] = {
    m.RequestConsent: lambda look: {"persons": look.case.persons, "parties": _elsewhere(look)},
    m.AnswerConsent: lambda _: {"answer": v.ConsentAnswer.GRANTED, "channel": v.Channel.PAPER},
    m.PlanNetworkMeeting: lambda look: {
        "at": look.found.now + timedelta(days=1),
        "parents_excluded": True,
        "second_reviewer": SOMEBODY_ELSE,
    },
    m.EndCase: lambda _: {"second_reviewer": SOMEBODY_ELSE},
    m.ExtendDeadline: lambda look: {"until": (look.found.now + timedelta(days=look.found.policy.furthest - 2)).date()},
}
