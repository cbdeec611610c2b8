"""Actions by their forms: what is timed is from sending the form to having read the page that it leads to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bench.pages_load import Taken
from bench.pages_visitor import Visitor, fields_of

_NOTE = ("note", "Een notitie zoals mensen die schrijven: wat er is gezegd en wie wat doet.")
_IN_A_WEEK = f"{datetime.now(UTC) + timedelta(days=7):%Y-%m-%dT10:00}"
ACTIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "record-police-contact": (("contact", "anonymous_consult"),),
    "plan-pupil-talk": (("held_by", "mentor"), ("at", _IN_A_WEEK)),
    "record-pupil-talk": (("held_by", "mentor"), _NOTE),
    "record-parent-talk": (("existing_care", "no"), ("postponed_for_safety", "no"), ("pupil_present", "yes"), _NOTE),
    "declare-acute": (),
}
"""What a school tells a case that was just opened."""


async def act(visitor: Visitor, cases: Sequence[str]) -> Taken:
    """Carry every action out in every case, one after the other, as somebody without JavaScript does."""
    taken: Taken = defaultdict(list)
    for case in cases:
        for name, typed in ACTIONS.items():
            path = f"/zaken/{case}/{name}"
            form = await visitor.get(path)
            sent = await visitor.post(path, [*fields_of(form.text), *typed])
            shown = await visitor.get(sent.leads_to)
            taken[name].append(sent.seconds + shown.seconds)
    return taken
