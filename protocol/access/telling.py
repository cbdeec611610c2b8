"""Who may tell a case what, and when: the table of part 2.3.

A row says who (by their relation to the case), in which steps, and what must be so before the
fields of the message matter. Pages and the command line offer what :func:`allowed` gives.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from protocol import messages as m
from protocol import requirements as r
from protocol import vocabulary as v
from protocol.access.relation import Relation, relations
from protocol.case import OPEN_STEPS, STEPS_AT_SCHOOL, STEPS_BEFORE_HAND_OVER, STEPS_COORDINATED, Case
from protocol.messages import Actor, Message
from protocol.policy import Policy
from protocol.refusals import RefusalCode, Refused


class Grant(NamedTuple):
    """Who, in which steps."""

    who: Relation
    when: tuple[v.Step, ...]


class Row(NamedTuple):
    """One message of the table."""

    grants: tuple[Grant, ...]
    requires: tuple[r.Requirement, ...] = ()
    offered: tuple[r.Requirement, ...] = ()
    """What the message's fields decide when it is told, known well enough to not offer it."""


_S = v.Step
_TALKING = (_S.PARENT_TALK, _S.REPORT, *STEPS_COORDINATED)
_ANY = tuple(v.Step)
_DIRECTED = (_S.REPORT, *STEPS_COORDINATED)


def _row(
    *grants: tuple[tuple[Relation, ...], tuple[v.Step, ...]],
    requires: tuple[r.Requirement, ...] = (),
    offered: tuple[r.Requirement, ...] = (),
) -> Row:
    given = tuple(Grant(who, when) for whose, when in grants for who in whose)
    return Row(given, requires, offered)


_BOTH = (Relation.SCHOOL, Relation.COORDINATOR)
_DIRECTION = (Relation.COORDINATOR, Relation.PROCESS_DIRECTOR)

TABLE: dict[type[Message], Row] = {
    m.AddSignal: _row((_BOTH, STEPS_BEFORE_HAND_OVER)),
    m.SetGuardians: _row((_BOTH, STEPS_BEFORE_HAND_OVER)),
    m.ChangeSchool: _row((_BOTH, STEPS_BEFORE_HAND_OVER)),
    m.RecordPoliceContact: _row((_BOTH, OPEN_STEPS)),
    m.PlanPupilTalk: _row(((Relation.SCHOOL,), (_S.SIGNAL,))),
    m.RecordPupilTalk: _row(((Relation.SCHOOL,), (_S.SIGNAL, _S.PUPIL_TALK))),
    m.RecordParentTalk: _row(((Relation.COORDINATOR,), _TALKING), requires=(r.parent_talk_not_held,)),
    m.RequestConsent: _row(((Relation.COORDINATOR,), _TALKING)),
    m.AnswerConsent: _row(((Relation.PERSON, *_BOTH), OPEN_STEPS), requires=(r.consent_asked,)),
    m.AskToTalk: _row(((Relation.PERSON,), OPEN_STEPS), requires=(r.consent_requested,)),
    m.WithdrawConsent: _row(((Relation.PERSON, *_BOTH, Relation.HOLDER), _ANY), requires=(r.consent_granted,)),
    m.RecordLegalBasis: _row((_BOTH, OPEN_STEPS)),
    m.DecideReport: _row(((Relation.SCHOOL,), (_S.PARENT_TALK,)), requires=(r.parent_talk_recorded, r.not_escalated)),
    m.AcceptReport: _row(((Relation.CJG,), (_S.REPORT,)), requires=(r.not_forwarded,)),
    m.ReturnReport: _row(((Relation.CJG,), (_S.REPORT,)), requires=(r.not_forwarded, r.not_escalated)),
    m.ForwardCase: _row(
        ((Relation.CJG,), (_S.REPORT,)),
        ((Relation.COORDINATOR,), (_S.PARTNERS, _S.COORDINATION)),
        requires=(r.not_forwarded,),
    ),
    m.AcceptForward: _row(((Relation.FORWARDEE,), STEPS_BEFORE_HAND_OVER)),
    m.DeclineForward: _row(((Relation.FORWARDEE,), STEPS_BEFORE_HAND_OVER)),
    m.WithdrawForward: _row(((Relation.FORWARDER,), STEPS_BEFORE_HAND_OVER), requires=(r.forwarded,)),
    m.SetSeverity: _row((_DIRECTION, STEPS_COORDINATED)),
    m.EngagePartners: _row((_DIRECTION, STEPS_COORDINATED), requires=(r.severity_set,)),
    m.AnswerPartnerRequest: _row(((Relation.PARTNER,), STEPS_BEFORE_HAND_OVER), requires=(r.partner_requested,)),
    m.FinishPartner: _row(((Relation.PARTNER, Relation.COORDINATOR), OPEN_STEPS), requires=(r.some_partner,)),
    m.DecideNetworkMeeting: _row(
        (_DIRECTION, (_S.PARTNERS, _S.COORDINATION)), requires=(r.severity_set, r.police_contact_unless_there)
    ),
    m.PlanNetworkMeeting: _row((_DIRECTION, (_S.NETWORK_MEETING,))),
    m.CancelNetworkMeeting: _row((_DIRECTION, (_S.NETWORK_MEETING,))),
    m.RecordNetworkMeeting: _row((_DIRECTION, (_S.NETWORK_MEETING,)), requires=(r.meeting_planned, r.police_contact)),
    m.CompleteAction: _row(
        ((Relation.ACTION_OWNER, *_DIRECTION), STEPS_BEFORE_HAND_OVER), requires=(r.some_open_action,)
    ),
    m.RecordEvaluation: _row((_DIRECTION, (_S.COORDINATION,))),
    m.Escalate: _row(
        ((Relation.SCHOOL,), STEPS_BEFORE_HAND_OVER),
        ((Relation.CJG,), (_S.REPORT,)),
        ((Relation.COORDINATOR,), STEPS_COORDINATED),
        requires=(r.not_escalated,),
        offered=(r.some_reason_to_escalate,),
    ),
    m.ReportNonCooperation: _row(
        ((Relation.SCHOOL,), STEPS_AT_SCHOOL),
        ((Relation.COORDINATOR,), _DIRECTED),
        requires=(r.not_escalated,),
    ),
    m.WithdrawEscalation: _row(((Relation.COORDINATOR,), _DIRECTED), requires=(r.escalated, r.zvh_silent_if_active)),
    m.AcceptEscalation: _row(((Relation.ZVH,), _DIRECTED), requires=(r.escalation_requested,)),
    m.DeclineEscalation: _row(((Relation.ZVH,), _DIRECTED), requires=(r.escalation_requested,)),
    m.DeEscalate: _row(
        ((Relation.PROCESS_DIRECTOR,), STEPS_COORDINATED),
        ((Relation.DIRECTING_ZVH,), (_S.REPORT,)),
        requires=(r.no_open_actions, r.police_contact_to_de_escalate),
    ),
    m.ConfirmHandOver: _row(((Relation.SCHOOL,), (_S.HAND_OVER,)), requires=(r.police_contact,)),
    m.ReturnHandOver: _row(((Relation.SCHOOL,), (_S.HAND_OVER,)), requires=(r.police_contact,)),
    m.ResumeCoordination: _row(((Relation.COORDINATOR,), (_S.HAND_OVER,)), requires=(r.police_contact,)),
    m.CloseUnconfirmed: _row(
        ((Relation.COORDINATOR,), (_S.HAND_OVER,)), requires=(r.hand_over_overdue, r.police_contact)
    ),
    m.EndCase: _row(
        ((Relation.PROCESS_DIRECTOR,), _DIRECTED), requires=(r.no_open_actions, r.police_contact_in_report)
    ),
    m.ExtendDeadline: _row(((Relation.DEADLINE_OWNER, Relation.PROCESS_DIRECTOR), OPEN_STEPS)),
    m.DeclareAcute: _row(((Relation.IN_CASE,), OPEN_STEPS), requires=(r.not_acute,)),
    m.ClearAcute: _row((_DIRECTION, OPEN_STEPS), requires=(r.acute,)),
    m.CancelCase: _row(((Relation.SCHOOL,), (_S.SIGNAL, _S.PUPIL_TALK)), requires=(r.not_escalated,)),
    m.DeadlinePassed: _row(((Relation.SYSTEM,), OPEN_STEPS)),
    m.AgeReached: _row(((Relation.SYSTEM,), OPEN_STEPS)),
    m.DeliveryFailed: _row(((Relation.SYSTEM,), OPEN_STEPS)),
}
"""Who may tell a case what, and when. Read it beside protocol.md, part 2.3."""


def check(case: Case, message: type[Message], actor: Actor, now: datetime, policy: Policy) -> None:
    """Refuse what this actor may not tell this case now, whatever the message's fields say.

    Raises:
        Refused: ``unknown_case`` to who has nothing to do with it, as if it did not exist.
    """
    code = _refusal(case, message, actor, now, policy)
    if code:
        raise Refused(code, case.step)


def _refusal(case: Case, message: type[Message], actor: Actor, now: datetime, policy: Policy) -> RefusalCode | None:
    row = TABLE[message]
    mine = relations(case, actor)
    if not mine:
        return RefusalCode.UNKNOWN_CASE
    grants = [grant for grant in row.grants if grant.who in mine]
    if not any(case.step in grant.when for grant in grants):
        if not case.open:
            return RefusalCode.CASE_CLOSED
        return RefusalCode.WRONG_STEP if grants else RefusalCode.NOT_ALLOWED
    return _unmet(row.requires, r.Asked(case, actor, now, policy))


def _unmet(requirements: tuple[r.Requirement, ...], asked: r.Asked) -> RefusalCode | None:
    return next((code for requirement in requirements if (code := requirement(asked))), None)


def allowed(case: Case, actor: Actor, now: datetime, policy: Policy) -> tuple[str, ...]:
    """The names of the messages that this actor may tell this case now."""
    return tuple(
        m.name_of(message)
        for message in m.TOLD_BY_PEOPLE
        if _refusal(case, message, actor, now, policy) is None
        and _unmet(TABLE[message].offered, r.Asked(case, actor, now, policy)) is None
    )
