"""What a run of a case begins with."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator

from protocol.case import Case
from protocol.messages import Told
from protocol.model import Frozen
from protocol.policy import Policy

_KNOWN: dict[tuple[str, int], Policy] = {}


def _shared(policy: Policy) -> Policy:
    """The equal policy that this process has already: it is half of what an open case takes in memory."""
    known = _KNOWN.setdefault((policy.region, policy.version), policy)
    return known if known == policy else policy


class CaseInput(Frozen):
    """The message that opens the case, or the state of the run before this one."""

    policy: Annotated[Policy, AfterValidator(_shared)]
    opening: Told | None = None
    opened_at: datetime | None = None
    """When the school opened it: its first deadlines count from then, also when Temporal was away."""
    case: Case | None = None
    mailbox: tuple[Told, ...] = ()
    unsent: bool = False
    """Notices are waiting that the run before did not get delivered."""

    def let_go(self) -> None:
        """Forget what the case has taken over: the SDK keeps its run's input for as long as the case is cached."""
        self.__dict__.update(opening=None, case=None, mailbox=())
