"""Who may tell what at every point of a case, by who and when alone: written by hand, beside protocol.md 2.3.

The rows of ``test_who_and_when`` are its base. Added here: what depends on who owns an action or a deadline, and the
points at which somebody has another place in the case than usual, each as what differs from an ordinary point.
"""

from __future__ import annotations

from collections.abc import Callable

from protocol import messages as m
from protocol.messages import name_of
from tests.protocol import access_scenes as at
from tests.protocol import stories as s
from tests.protocol.seen import EVERYBODY as ORGANISATIONS
from tests.protocol.telling import Telling
from tests.protocol.test_who_and_when import MAY as BASE
from tests.protocol.test_who_and_when import SCENES as BASE_SCENES

EVERYBODY = {**ORGANISATIONS, "H": "pupil", "G": "guardian-1"}
Row = dict[str, set[str]]

# As in the base table: the steps in order, then where the ZVH directs, then where the case is forwarded.
_OWNERS = """
complete_action           S    S    S      S    C    C    C     .     .     SZ   CZ   CZ   CZ      S    C
extend_deadline           S    S    S      SC   CW   CW   CW    SC    .     SCZ  CZW  CZW  CZW     SCA  CAW
"""
_ALSO_W = ("answer_partner_request", "finish_partner", "declare_acute")
"""Who was asked to take part may tell what a partner may: the base table has no W."""


def _base() -> dict[str, Row]:
    rows = {row.split()[0]: row.split()[1:] for row in _OWNERS.strip().splitlines()}
    found: dict[str, Row] = {}
    for place, scene in enumerate(BASE_SCENES):
        row = {name: set(cells[scene]) for name, cells in BASE.items()}
        row |= {name: set(cells[place]) - {"."} for name, cells in rows.items()}
        if scene in _WITH_W:
            row |= {name: row[name] | {"W"} if "P" in row[name] else row[name] for name in _ALSO_W}
        found[scene] = row
    return found


_WITH_W = [scene for scene in BASE_SCENES if scene.split(",")[0] in at.ROADS]


def _like(scene: str, *, without: str = "", swap: str = "", **more: str) -> Row:
    """A point like another: somebody is not there, somebody has another's place (``CA``: A has C's), some may more."""
    given = str.maketrans(swap[:1], swap[1:]) if swap else {}
    row = {name: set("".join(sorted(who - set(without))).translate(given)) for name, who in MAY[scene].items()}
    return row | {name: row[name] | set(who) for name, who in more.items()}


MAY: dict[str, Row] = _base()
SCENES: dict[str, Callable[[], Telling]] = dict(BASE_SCENES)
_ANSWER_ZVH = {"accept_escalation": "Z", "decline_escalation": "Z", "declare_acute": "Z", "extend_deadline": "Z"}
_ANSWER_FORWARD = {
    "accept_forward": "A", "decline_forward": "A", "withdraw_forward": "C", "declare_acute": "A", "extend_deadline": "A",
}  # fmt: skip
_KEEPS = {"declare_acute": "C", "withdraw_consent": "C"}
_STILL_ASKED = {"extend_deadline": "S"}
"""Where somebody has not answered the school yet: who asked can give them more time."""


def _add(name: str, make: Callable[[], Telling], row: Row) -> None:
    SCENES[name], MAY[name] = make, row


def _on(road: str, make: Callable[[str], Telling]) -> Callable[[], Telling]:
    return lambda: make(road)


_add("report, ZVH asked", s.escalated_at_school, _like("report", **_ANSWER_ZVH))
_add(
    "report, ZVH directs, nobody asked",
    lambda: at.zvh_directs(s.at_report().must(s.escalate(), "cjg")),
    MAY["report, ZVH directs"] | {"extend_deadline": set("CZ")},
)
for _road in at.ROADS:
    _add(f"{_road}, ZVH asked", _on(_road, at.asked_zvh), _like(_road, **_ANSWER_ZVH))
    _add(f"{_road}, without cover", _on(_road, at.bare), _like(_road, without="PW", **_STILL_ASKED))
    _add(f"{_road}, acting", _on(_road, at.acting), _like(_road, complete_action="PG", extend_deadline="P"))
    _add(
        f"{_road}, the CJG keeps the file",
        _on(_road, at.bare_agency),
        _like(_road, without="PW", swap="CA", **_KEEPS, **_STILL_ASKED),
    )
    _add(
        f"{_road}, the CJG takes part",
        _on(_road, at.cjg_takes_part),
        _like(_road, without="PW", swap="CA", **dict.fromkeys(_ALSO_W, "C")),
    )
    _add(
        f"{_road}, forwarded, ZVH directs",
        _on(_road, at.forwarded_from_zvh),
        _like(f"{_road}, ZVH directs", **_ANSWER_FORWARD),
    )
for _road in ("network_meeting", "coordination"):
    _add(f"{_road}, forwarded", _on(_road, at.forwarded), _like(_road, **_ANSWER_FORWARD))
_add("hand_over, without cover", at.bare_hand_over, _like("hand_over", without="PW"))
_add("closed, unconfirmed", lambda: at.unconfirmed(s.at_hand_over()), _like("closed", withdraw_consent="C"))

BY_SYSTEM = {name_of(message) for message in (m.DeadlinePassed, m.AgeReached, m.DeliveryFailed)}
"""What the system alone tells, in every step but closed; it tells nothing else."""
