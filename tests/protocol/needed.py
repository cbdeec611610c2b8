"""What must be so before a message is taken, whatever its fields say: a case in which it is not, written by hand."""

from __future__ import annotations

from collections.abc import Callable

from protocol import messages as m
from protocol import vocabulary as v
from tests.protocol import access_scenes as at
from tests.protocol import stories as s
from tests.protocol.telling import Telling


def sexting() -> Telling:
    """A case with the asterisk, and without the police."""
    return s.at_signal(s.SEXTING)


def weighed_nothing() -> Telling:
    """The report is accepted, and the severity is not set."""
    return s.at_report().must(m.AcceptReport(), "cjg")


def sexting_planned() -> Telling:
    """It turns out to be sexting when the meeting is planned already."""
    return s.planned().must(m.AddSignal(signals=(v.Signal.NUDE_PHOTOS,)), "cjg")


def sexting_handed_over() -> Telling:
    """The pupil moved away before anybody called the police."""
    return s.ended_hand_over(sexting())


def acute() -> Telling:
    """Acute danger was declared."""
    return s.at_signal().must(m.DeclareAcute(), "school-de-meent")


MEENT = "school-de-meent"
NEEDED: list[tuple[str, str, Callable[[], Telling], str]] = [
    ("record_parent_talk", "talk_already_held", s.talked, MEENT),
    ("answer_consent", "nothing_asked", s.at_signal, "pupil"),
    ("ask_to_talk", "nothing_asked", s.at_signal, "pupil"),
    ("withdraw_consent", "nothing_granted", s.at_signal, "pupil"),
    ("decide_report", "parent_talk_missing", s.at_parent_talk, MEENT),
    ("accept_report", "forward_open", s.forwarded_in_report, "cjg"),
    ("return_report", "forward_open", s.forwarded_in_report, "cjg"),
    ("return_report", "escalation_open", s.escalated_at_school, "cjg"),
    ("forward_case", "forward_open", s.forwarded, "cjg"),
    ("engage_partners", "severity_missing", weighed_nothing, "cjg"),
    ("answer_partner_request", "partner_not_requested", s.engaged, "ggd"),
    ("finish_partner", "partner_not_accepted", s.at_partners, "cjg"),
    ("decide_network_meeting", "severity_missing", weighed_nothing, "cjg"),
    ("decide_network_meeting", "police_contact_missing", lambda: s.at_partners(sexting()), "cjg"),
    ("record_network_meeting", "meeting_not_planned", s.at_network_meeting, "cjg"),
    ("record_network_meeting", "police_contact_missing", sexting_planned, "cjg"),
    ("complete_action", "no_open_action", s.at_coordination, "cjg"),
    ("escalate", "escalation_open", s.asked_zvh, "cjg"),
    ("report_non_cooperation", "escalation_open", s.asked_zvh, "cjg"),
    ("withdraw_escalation", "no_escalation", s.at_partners, "cjg"),
    ("withdraw_escalation", "zvh_not_silent", s.escalated, "cjg"),
    ("accept_escalation", "no_escalation", s.escalated, "zvh"),
    ("decline_escalation", "no_escalation", s.escalated, "zvh"),
    ("de_escalate", "open_actions", s.agreed, "cjg"),
    ("de_escalate", "police_contact_missing", lambda: s.at_partners(sexting()), "cjg"),
    ("confirm_hand_over", "police_contact_missing", sexting_handed_over, MEENT),
    ("return_hand_over", "police_contact_missing", sexting_handed_over, MEENT),
    ("resume_coordination", "police_contact_missing", sexting_handed_over, "cjg"),
    ("close_unconfirmed", "deadline_not_passed", s.at_hand_over, "cjg"),
    ("close_unconfirmed", "police_contact_missing", lambda: sexting_handed_over().wait(20), "cjg"),
    ("end_case", "open_actions", s.agreed, "cjg"),
    ("end_case", "police_contact_missing", lambda: at.zvh_directs(s.escalated_at_school(sexting())), "zvh"),
    ("declare_acute", "already_acute", acute, MEENT),
    ("clear_acute", "not_acute", s.at_signal, MEENT),
]
"""Message, refusal, a case, and who would otherwise be taken at their word."""

NOT_OFFERED = [("escalate", s.at_signal, MEENT)]
"""What is known well enough to not offer it, though only its fields decide."""

UNREACHED = {("decide_report", "not_escalated"), ("cancel_case", "not_escalated"), ("withdraw_forward", "forwarded")}
"""Written in protocol.md, and so in the table. Whoever escalates in steps 1 to 3 is in step report at once, and who
forwarded is nobody any more when the forward is over."""
