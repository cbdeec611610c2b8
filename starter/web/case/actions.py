"""What somebody can do in a case now: exactly what the protocol allows them, in the order of the page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from protocol import vocabulary as v
from protocol.case import Deadline
from protocol.deadlines import owner
from protocol.refusals import RefusalCode
from starter.fields import MESSAGES
from starter.web.case.look import Look
from starter.web.case.probe import Probe

PARTS: dict[str, tuple[str, ...]] = {
    "talks": (
        "plan_pupil_talk", "record_pupil_talk", "record_parent_talk", "record_police_contact", "add_signal",
        "set_guardians", "change_school", "cancel_case",
    ),
    "consent": ("request_consent", "answer_consent", "withdraw_consent", "ask_to_talk", "record_legal_basis"),
    "report": (
        "decide_report", "accept_report", "return_report", "forward_case", "accept_forward", "decline_forward",
        "withdraw_forward",
    ),
    "partners": ("set_severity", "engage_partners", "answer_partner_request", "finish_partner"),
    "meeting": (
        "decide_network_meeting", "plan_network_meeting", "record_network_meeting", "cancel_network_meeting",
        "complete_action", "record_evaluation",
    ),
    "escalation": (
        "escalate", "report_non_cooperation", "accept_escalation", "decline_escalation", "withdraw_escalation",
    ),
    "hand_over": (
        "de_escalate", "confirm_hand_over", "return_hand_over", "resume_coordination", "close_unconfirmed", "end_case",
    ),
    "terms": ("extend_deadline", "declare_acute", "clear_acute"),
}  # fmt: skip
"""Parts of the protocol and their messages; ``case.part_<name>`` is the heading."""

_OF_TASK: dict[v.Task, tuple[str, ...]] = {
    v.Task.PUPIL_TALK: ("record_pupil_talk", "plan_pupil_talk"),
    v.Task.PARENT_TALK: ("record_parent_talk",),
    v.Task.POLICE_CONTACT: ("record_police_contact",),
    v.Task.ASK_OR_DECIDE: ("request_consent", "decide_report"),
    v.Task.CONSENT_ANSWER: ("answer_consent",),
    v.Task.SCHOOL_DECIDES: ("decide_report", "record_legal_basis", "request_consent", "escalate"),
    v.Task.COORDINATOR_DECIDES: ("record_legal_basis", "request_consent", "engage_partners"),
    v.Task.REPORT_DECISION: ("accept_report", "return_report", "forward_case"),
    v.Task.FORWARD_ANSWER: ("accept_forward", "decline_forward"),
    v.Task.PARTNERS_DECIDED: ("engage_partners", "decide_network_meeting", "set_severity"),
    v.Task.PARTNER_ANSWER: ("answer_partner_request",),
    v.Task.NETWORK_MEETING: ("record_network_meeting", "plan_network_meeting"),
    v.Task.ACTION: ("complete_action",),
    v.Task.EVALUATION: ("record_evaluation", "de_escalate"),
    v.Task.ESCALATION_ANSWER: ("accept_escalation", "decline_escalation"),
    v.Task.HAND_OVER: ("confirm_hand_over", "return_hand_over"),
}
"""What brings a task to its end: what is offered first while that task is due."""

_WORTH_SAYING = frozenset(
    {
        RefusalCode.POLICE_CONTACT_MISSING,
        RefusalCode.PARENT_TALK_MISSING,
        RefusalCode.SEVERITY_MISSING,
        RefusalCode.MEETING_NOT_PLANNED,
        RefusalCode.OPEN_ACTIONS,
        RefusalCode.DEADLINE_NOT_PASSED,
        RefusalCode.FORWARD_OPEN,
        RefusalCode.ZVH_NOT_SILENT,
    }
)
"""What somebody can wait for or do something about; the rest only says that it is not their turn."""

_MOST_LIKELY = 3


class Part(NamedTuple):
    """The actions of one part of the protocol."""

    name: str
    messages: tuple[str, ...]


class Missing(NamedTuple):
    """An action that is not possible yet, and why."""

    message: str
    sentence: str


class Actions(NamedTuple):
    """Everything that somebody can do in a case."""

    likely: tuple[str, ...]
    parts: tuple[Part, ...]
    missing: tuple[Missing, ...]


def actions(look: Look, allowed: Iterable[str]) -> Actions:
    """Put what is allowed in order.

    Args:
        look: The case, and who looks.
        allowed: What :func:`protocol.access.allowed` says.
    """
    can = {name.replace("-", "_") for name in allowed}
    parts = (Part(name, tuple(message for message in PARTS[name] if message in can)) for name in PARTS)
    return Actions(_likely(look, can), tuple(part for part in parts if part.messages), tuple(_missing(look, can)))


def _likely(look: Look, can: set[str]) -> tuple[str, ...]:
    """What ends the tasks that wait for this visitor, the first to be due first; what others owe comes after."""
    ordered = sorted(look.case.deadlines, key=lambda deadline: (not _mine(look, deadline), deadline.due_at))
    found = (message for deadline in ordered for message in _OF_TASK[deadline.task] if message in can)
    return tuple(dict.fromkeys(found))[:_MOST_LIKELY]


def _mine(look: Look, deadline: Deadline) -> bool:
    return owner(look.case, deadline) == look.visitor.actor.organisation


def _missing(look: Look, can: set[str]) -> Iterator[Missing]:
    for messages in PARTS.values():
        for name in messages:
            code = None if name in can else Probe(look, MESSAGES[name]).now()
            if code in _WORTH_SAYING:
                yield Missing(name, look.t.refusal(code))
