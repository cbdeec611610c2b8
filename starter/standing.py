"""How a case stands for somebody: what is recorded of it, if it exists for them at all."""

import re
from datetime import UTC, datetime
from typing import NamedTuple

from protocol.access import sees
from protocol.case import Case
from protocol.decide import take
from protocol.messages import Actor
from protocol.policy import Policy
from protocol.refusals import RefusalCode, Refused
from protocol.vocabulary import OrganisationKind
from starter.actors import check_actor
from starter.case_ids import ALPHABET
from store import Store

_GROUP, _GROUPS = 4, 3
CASE_ID = re.compile("-".join([f"[{ALPHABET}]{{{_GROUP}}}"] * _GROUPS))
"""Only what can be a number: it has no vowels, so that hardly anybody's name is one."""
_NOT_IN_A_NUMBER = re.compile(r"[^0-9a-z]")


class Standing(NamedTuple):
    """A case as far as it is known here."""

    case: Case
    now: datetime
    """By the case's own clock."""
    policy: Policy
    """What the case was opened with: it decides by that as long as it runs."""
    carried_out: bool = True
    """False for a case that was accepted, and of which no worker has carried out anything yet."""


def case_number(typed: str) -> str | None:
    """The number of a case, however it was typed; None for what can be none."""
    bare = _NOT_IN_A_NUMBER.sub("", typed.lower())
    number = "-".join(bare[place : place + _GROUP] for place in range(0, len(bare), _GROUP))
    return number if CASE_ID.fullmatch(number) else None


async def known(store: Store, typed: str | None) -> str | None:
    """The number that was typed, where there is such a case, whoever's: anything else may be somebody's name.

    Logs keep this and nothing that was merely typed.
    """
    number = case_number(typed) if typed else None
    return number if number and await store.is_case(number) else None


async def find(store: Store, case_id: str) -> Standing | None:
    """Read how a case stands, for whoever may see it; None when there is no such case."""
    if not CASE_ID.fullmatch(case_id):
        return None
    overview = await store.overview(case_id)
    now = datetime.now(UTC)
    if overview is not None:
        policy = await store.policy(overview.case.region, overview.policy_version)
        return Standing(overview.case, now + overview.clock_offset, policy)
    opening = await store.opening(case_id)
    if opening is None:
        return None
    opened = take(None, opening.told, opening.opened_at or now, opening.policy).case
    return Standing(opened, now, opening.policy, carried_out=False)


async def find_for(store: Store, case_id: str, actor: Actor) -> Standing:
    """Read how a case stands for this actor.

    Raises:
        Refused: ``unknown_case`` when there is none, or none for them; nobody can tell which.
    """
    standing = await find(store, case_id)
    if standing is None or not sees(standing.case, actor):
        raise Refused(RefusalCode.UNKNOWN_CASE)
    return standing


async def directory(store: Store, region: str) -> dict[str, OrganisationKind]:
    """The organisations of a region, and what each is."""
    return {row.id: row.kind for row in await store.organisations(region)}


async def check_in_directory(store: Store, region: str, actor: Actor) -> None:
    """Refuse somebody who acts for an organisation that is unknown, or as what it is not.

    Raises:
        Refused: ``unknown_case`` or ``not_allowed``.
    """
    check_actor(actor, await directory(store, region), RefusalCode.UNKNOWN_CASE)
