"""How long each part of a closed case's file is kept: the defaults **(set)**, each with its source.

The file lies in parts, one for each controller, and each part has a clock of its own: there is no
common pile (AVG 5 lid 1 e). A region sets what differs in its policy.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import Field

from protocol import vocabulary as v
from protocol.model import Frozen


class Part(StrEnum):
    """Whose part of a file."""

    SCHOOL = "school"
    COORDINATOR = "coordinator"
    ZVH = "zvh"


class Since(StrEnum):
    """From when a period counts."""

    CLOSED = "closed"
    """The case was closed."""
    FIRST_PROCESSED = "first_processed"
    """The controller came into the case: earlier than closing."""
    LAST_CHANGED = "last_changed"
    """The last thing that happened in the case."""
    LEFT_SCHOOL = "left_school"
    """The pupil left the school; where nobody told when, the longest stay is assumed."""


class Keep(Frozen):
    """How long a part is kept."""

    months: Annotated[int, Field(ge=0, le=1200)]
    since: Since
    shielded: bool = False
    """From closing on nobody reads it but the privacy officer, for who asks for their rights."""
    duty: bool = False
    """The period is a duty, too: erasure is refused until it is over."""


def rule(part: Part, outcome: v.OutcomeKind) -> str:
    """What a period is called in a policy and in the record: ``zvh.returned``."""
    return f"{part}.{outcome}"


_PUPILS_FILE = Keep(months=24, since=Since.LEFT_SCHOOL, duty=True)
"""The pupil's file: two years after leaving (Rijksoverheid, leerlingdossier)."""
_YOUTH_CARE = Keep(months=240, since=Since.LAST_CHANGED)
"""Youth care's file: twenty years after its last change (Jeugdwet 7.3.8 lid 3); on request it goes earlier (7.3.9)."""
_NEVER_TAKEN = Keep(months=12, since=Since.CLOSED)
"""A report that was given back: no file of care began. No law names a period; this one is a choice."""
_ZVH = Keep(months=60, since=Since.FIRST_PROCESSED, shielded=True)
"""Shielded at closing (Wgs 2.31 lid 8), gone at most five years after the first processing (Wgs 1.8 lid 7)."""
_MISTAKE = Keep(months=1, since=Since.CLOSED)
"""There was no case: a month to notice that closing it was the mistake. A choice."""

_O = v.OutcomeKind

DEFAULT_KEEPING: dict[str, Keep] = {
    rule(Part.SCHOOL, _O.HANDLED_AT_SCHOOL): _PUPILS_FILE,
    rule(Part.SCHOOL, _O.RETURNED): _PUPILS_FILE,
    rule(Part.SCHOOL, _O.ENDED): _PUPILS_FILE,
    rule(Part.SCHOOL, _O.CANCELLED): _MISTAKE,
    rule(Part.COORDINATOR, _O.HANDLED_AT_SCHOOL): _NEVER_TAKEN,
    rule(Part.COORDINATOR, _O.RETURNED): _YOUTH_CARE,
    rule(Part.COORDINATOR, _O.ENDED): _YOUTH_CARE,
    rule(Part.COORDINATOR, _O.CANCELLED): _MISTAKE,
    rule(Part.ZVH, _O.HANDLED_AT_SCHOOL): _ZVH,
    rule(Part.ZVH, _O.RETURNED): _ZVH,
    rule(Part.ZVH, _O.ENDED): _ZVH,
    rule(Part.ZVH, _O.CANCELLED): _ZVH.model_copy(update={"months": 1, "since": Since.CLOSED}),
}

NO_OTHERS: dict[str, Keep] = {}
"""A region that keeps everything as long as the defaults say."""
ZVH_MOST = 60
"""Months after the first processing beyond which no region can keep the ZVH's part (Wgs 1.8 lid 7)."""
LOGS = 60
"""Months after the last part of a case is gone, and after a row was anchored, that journal and access log are kept (NEN 7513)."""
LONGEST_STAY = 72
"""Months: the longest course of a secondary school. Nobody who told a date is assumed to have stayed so long."""
LEAST_STAY = 48
"""Months: the shortest course. Assumed to have stayed shorter, pupils' files would go while they are at school."""
STAY = "longest_stay"
"""What the longest stay is called in a policy."""
_MOST = 1200


class Limits(NamedTuple):
    """What a region can set, in months."""

    least: int
    most: int


def limits(name: str) -> Limits:
    """Between what a region sets a rule's period, or the longest stay.

    Nothing goes on the day that a case is closed, and a duty to keep is not shortened: a mistake in one field would
    destroy files of the whole region in one night.
    """
    if name == STAY:
        return Limits(LEAST_STAY, _MOST)
    kept = DEFAULT_KEEPING[name]
    return Limits(kept.months if kept.duty else 1, ZVH_MOST if name.startswith(f"{Part.ZVH}.") else _MOST)
