"""The second factor on links: which link needs a code, and who has to call instead."""

from __future__ import annotations

import pytest

from protocol.access.second_factor import Door, door
from protocol.notices import LinkPurpose
from protocol.policy import Policy

_OFF, _ON = Policy(region="r"), Policy(region="r", second_factor_on_links=True)
_DOORS = [
    # region asks it, link, another contact: what stands before it
    (_OFF, LinkPurpose.CONSENT, False, Door.OPEN),
    (_OFF, LinkPurpose.HAND_OVER, True, Door.OPEN),
    (_ON, LinkPurpose.CONSENT, True, Door.CODE),
    (_ON, LinkPurpose.HAND_OVER, True, Door.CODE),
    (_ON, LinkPurpose.CONSENT, False, Door.CALL),
    (_ON, LinkPurpose.HAND_OVER, False, Door.CALL),
    (_ON, LinkPurpose.PARTNER_ANSWER, False, Door.OPEN),
    (_ON, LinkPurpose.PARTNER_ANSWER, True, Door.OPEN),
]


@pytest.mark.parametrize(("policy", "purpose", "second_contact", "expected"), _DOORS)
def test_each_link_has_its_door(policy: Policy, purpose: LinkPurpose, second_contact: bool, expected: Door) -> None:
    """Links of people need a code where the region asks it, or a call where a code cannot be sent; partners' never."""
    assert expected == door(policy, purpose, second_contact=second_contact)


def test_release_0_1_reads_settings_that_ask_no_code() -> None:
    """What an older release does not know is left out while it is not asked, so that both run beside each other."""
    assert "secondFactor" not in _OFF.model_dump_json(by_alias=True)
    assert Policy.model_validate_json(_ON.model_dump_json()) == _ON
