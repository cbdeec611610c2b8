"""The second factor on links: whether a region asks it, whose link needs it, and how often a code may be asked and tried."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from protocol.notices import LinkPurpose
from protocol.policy import Policy

DIGITS = 6
LASTS = timedelta(minutes=10)
"""How long a code can be given."""
TRIES = 5
"""Wrong codes, over all that were sent within the time they are counted in, after which a person's links are locked."""
LOCKED = timedelta(hours=1)
CODES = 3
"""How many codes are sent to one person within :data:`COUNTED`."""
COUNTED = timedelta(hours=1)
AGAIN = timedelta(seconds=20)
"""Asked again within this time it is the same click: no second code is sent."""
OPEN = timedelta(minutes=30)
"""How long a link stays open in the browser in which the code was given."""

_OF_PERSONS = (LinkPurpose.CONSENT, LinkPurpose.HAND_OVER)
"""Links of people in the case. A partner's link goes to an organisation's mailbox, and its answer opens nothing."""


class Door(StrEnum):
    """What stands between who holds a link and what is behind it."""

    OPEN = "open"
    CODE = "code"
    """A code has to be given that is sent to the person's other contact."""
    CALL = "call"
    """A code is asked, and there is nowhere to send it: they call who asks them."""


def door(policy: Policy, purpose: LinkPurpose, *, second_contact: bool) -> Door:
    """What a link needs before it opens.

    Args:
        policy: The region's settings of today, whichever the case was opened with.
        purpose: What the link is for.
        second_contact: Whether the file has another contact of this person, that only they read.
    """
    if not policy.second_factor_on_links or purpose not in _OF_PERSONS:
        return Door.OPEN
    return Door.CODE if second_contact else Door.CALL
