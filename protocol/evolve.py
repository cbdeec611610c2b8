"""What each event does to the state of a case. Nothing here decides; nothing here can refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from protocol import events as e
from protocol import vocabulary as v
from protocol.case import (
    Action,
    Basis,
    Case,
    Consent,
    Deadline,
    Escalation,
    Forward,
    Heard,
    Meeting,
    Outcome,
    Partner,
    Talks,
)

Applies = Callable[[Case, Any, e.Recorded], dict[str, Any]]
"""From a state and an event to the fields that change. The table below pairs each function with
the event it is written for; mypy checks the function, :func:`evolve` keeps the pairing."""

_S = v.ConsentStatus
REMEMBERED = 50
"""So many messages a case remembers by itself; PostgreSQL remembers them all."""


def evolve(case: Case | None, recorded: e.Recorded) -> Case:
    """The state after this event.

    Args:
        case: The state before it; None only before ``case_opened``.
        recorded: The event in its place: number, moment, actor.
    """
    if isinstance(recorded.event, e.CaseOpened):
        return _open(recorded, recorded.event)
    case = cast("Case", case)
    apply: Applies = _APPLIES.get(type(recorded.event), _unchanged)
    changed = apply(case, recorded.event, recorded)
    changed |= {"number": recorded.number, "at": recorded.at, "heard": _heard(case, recorded)}
    if recorded.actor.organisation == case.zvh and case.escalation.open:
        escalation = cast("Escalation", changed.get("escalation", case.escalation))
        changed["escalation"] = escalation.model_copy(update={"heard_at": recorded.at})
    after = case.model_copy(update=changed)
    if after.lacking_since and after.covered(after.coordinator_to_be):
        return after.model_copy(update={"lacking_since": 0})
    return after


def _open(recorded: e.Recorded, event: e.CaseOpened) -> Case:
    case = Case(
        id=event.case,
        region=event.region,
        number=recorded.number,
        at=recorded.at,
        cjg=event.cjg,
        zvh=event.zvh,
        school=event.school,
        file_holder=event.school,
        coordinator=event.school,
        process_director=event.school,
        signals=event.signals,
        age=event.age,
        guardians=event.guardians,
        incident=event.incident,
    )
    since = _sexting_since(case, recorded.number)
    return case.model_copy(update={"sexting_since": since, "heard": _heard(case, recorded)})


def _heard(case: Case, recorded: e.Recorded) -> tuple[Heard, ...]:
    """The last messages that counted: told again, they change nothing."""
    if recorded.message_id is None or recorded.digest is None:
        return case.heard
    heard = Heard(id=recorded.message_id, digest=recorded.digest, number=recorded.number)
    others = case.heard[:-1] if case.heard and case.heard[-1].id == heard.id else case.heard
    return (*others, heard)[-REMEMBERED:]


def _unchanged(case: Case, event: e.Event, recorded: e.Recorded) -> dict[str, Any]:
    return {}


def _sexting_since(case: Case, number: int) -> int:
    known = v.Kind.SEXTING in case.kinds
    return (case.sexting_since or number) if known else 0


def _signals_added(case: Case, event: e.SignalsAdded, recorded: e.Recorded) -> dict[str, Any]:
    signals = tuple(dict.fromkeys((*case.signals, *event.signals)))
    after = case.model_copy(update={"signals": signals})
    return {"signals": signals, "sexting_since": _sexting_since(after, recorded.number)}


def _guardians_set(case: Case, event: e.GuardiansSet, recorded: e.Recorded) -> dict[str, Any]:
    persons = ("pupil", *(guardian.person for guardian in event.guardians))
    return {
        "guardians": event.guardians,
        "consents": tuple(consent for consent in case.consents if consent.person in persons),
    }


def _school_changed(case: Case, event: e.SchoolChanged, recorded: e.Recorded) -> dict[str, Any]:
    places = ("school", "file_holder", "coordinator", "process_director")
    taken = {place: event.new for place in places if getattr(case, place) == event.old}
    owned = tuple(a.model_copy(update={"owner": event.new}) if a.owner == event.old else a for a in case.actions)
    return taken | _succeeded(case, event.old, event.new) | {"actions": owned}


def _succeeded(case: Case, old: str, new: str) -> dict[str, Any]:
    """Who takes somebody's place waits for the answers to what they asked."""
    asks = {"asked_by": new}
    return {
        "consents": tuple(c.model_copy(update=asks) if c.asked_by == old else c for c in case.consents),
        "partners": tuple(
            p.model_copy(update={"engaged_by": new}) if p.engaged_by == old else p for p in case.partners
        ),
    }


def _coordinator_changed(case: Case, event: e.CoordinatorChanged, recorded: e.Recorded) -> dict[str, Any]:
    """A school that reported stays in the case; a coordinator that forwarded it does not."""
    leaves = event.old != case.school
    return {"coordinator": event.new} | (_succeeded(case, event.old, event.new) if leaves else {})


def _pupil_talk(status: v.TalkStatus) -> Applies:
    def apply(case: Case, event: e.Event, recorded: e.Recorded) -> dict[str, Any]:
        return {"talks": case.talks.model_copy(update={"pupil": status})}

    return apply


def _parent_talk_recorded(case: Case, event: e.ParentTalkRecorded, recorded: e.Recorded) -> dict[str, Any]:
    status = v.TalkStatus.POSTPONED if event.postponed_for_safety else v.TalkStatus.HELD
    return {"talks": Talks(pupil=case.talks.pupil, parents=status)}


def _consent_requested(case: Case, event: e.ConsentRequested, recorded: e.Recorded) -> dict[str, Any]:
    asked = tuple(
        Consent(
            person=event.person,
            party=party,
            status=_S.REQUESTED,
            request=recorded.number,
            asked_by=event.asked_by,
        )
        for party in event.parties
    )
    kept = tuple(c for c in case.consents if c.person != event.person or c.party not in event.parties)
    asks_again = case.coordinator_to_be in event.parties
    return {"consents": kept + asked} | ({"lacking_since": 0} if asks_again else {})


def _consent_becomes(status: v.ConsentStatus | None) -> Applies:
    """The person's status for the event's parties; None takes it from the answer."""

    def apply(case: Case, event: e.ConsentAnswered, recorded: e.Recorded) -> dict[str, Any]:
        new = status or _S(event.answer.value)
        return {
            "consents": tuple(
                c.model_copy(update={"status": new}) if c.person == event.person and c.party in event.parties else c
                for c in case.consents
            )
        }

    return apply


def _legal_basis_recorded(case: Case, event: e.LegalBasisRecorded, recorded: e.Recorded) -> dict[str, Any]:
    return {"legal_bases": (*case.legal_bases, Basis(basis=event.basis, parties=event.parties))}


def _consent_lacks(case: Case, event: e.ConsentLacks, recorded: e.Recorded) -> dict[str, Any]:
    return {"lacking_since": recorded.number, "lacking_request": event.request}


def _decided(case: Case, event: e.Event, recorded: e.Recorded) -> dict[str, Any]:
    """The school decided how to go on: nobody has to any more."""
    return {"lacking_since": 0}


def _coordinator_acted(case: Case, recorded: e.Recorded) -> dict[str, Any]:
    return {"lacking_since": 0} if recorded.actor.organisation == case.coordinator else {}


def _coordinator_decided(case: Case, event: e.Event, recorded: e.Recorded) -> dict[str, Any]:
    return _coordinator_acted(case, recorded)


def _case_forwarded(case: Case, event: e.CaseForwarded, recorded: e.Recorded) -> dict[str, Any]:
    return {"forward": Forward(status=v.ForwardStatus.REQUESTED, to=event.to, by=event.by, since=recorded.number)}


def _forward_over(case: Case, event: e.Event, recorded: e.Recorded) -> dict[str, Any]:
    return {"forward": Forward()}


def _severity_set(case: Case, event: e.SeveritySet, recorded: e.Recorded) -> dict[str, Any]:
    return {"severity": event.severity}


def _partner_engaged(case: Case, event: e.PartnerEngaged, recorded: e.Recorded) -> dict[str, Any]:
    partner = Partner(
        organisation=event.organisation,
        status=v.PartnerStatus.REQUESTED,
        since=recorded.number,
        engaged_by=event.engaged_by,
    )
    others = tuple(p for p in case.partners if p.organisation != event.organisation)
    return {"partners": (*others, partner)} | _coordinator_acted(case, recorded)


def _partner_becomes(case: Case, organisation: str, status: v.PartnerStatus) -> dict[str, Any]:
    return {
        "partners": tuple(
            p.model_copy(update={"status": status}) if p.organisation == organisation else p for p in case.partners
        )
    }


def _partner_answered(case: Case, event: e.PartnerAnswered, recorded: e.Recorded) -> dict[str, Any]:
    accepted = event.answer is v.PartnerAnswer.ACCEPT
    status = v.PartnerStatus.ACCEPTED if accepted else v.PartnerStatus.DECLINED
    return _partner_becomes(case, event.organisation, status)


def _partner_finished(case: Case, event: e.PartnerFinished, recorded: e.Recorded) -> dict[str, Any]:
    return _partner_becomes(case, event.organisation, v.PartnerStatus.FINISHED)


def _partner_request_ended(case: Case, event: e.PartnerRequestEnded, recorded: e.Recorded) -> dict[str, Any]:
    return _partner_becomes(case, event.organisation, v.PartnerStatus.ENDED)


def _network_meeting_decided(case: Case, event: e.NetworkMeetingDecided, recorded: e.Recorded) -> dict[str, Any]:
    needed = {"meeting": Meeting(status=v.MeetingStatus.NEEDED)} if event.needed else {}
    return needed | _coordinator_acted(case, recorded)


def _network_meeting_planned(case: Case, event: e.NetworkMeetingPlanned, recorded: e.Recorded) -> dict[str, Any]:
    return {
        "meeting": Meeting(
            status=v.MeetingStatus.PLANNED,
            at=event.at,
            invitees=event.invitees,
            parents_excluded=event.parents_excluded,
        )
    }


def _network_meeting_is(status: v.MeetingStatus) -> Applies:
    def apply(case: Case, event: e.Event, recorded: e.Recorded) -> dict[str, Any]:
        return {"meeting": case.meeting.model_copy(update={"status": status})}

    return apply


def _action_agreed(case: Case, event: e.ActionAgreed, recorded: e.Recorded) -> dict[str, Any]:
    return {"actions": (*case.actions, Action(action=event.action, owner=event.owner, due=event.due))}


def _action_completed(case: Case, event: e.ActionCompleted, recorded: e.Recorded) -> dict[str, Any]:
    return {
        "actions": tuple(a.model_copy(update={"done": True}) if a.action == event.action else a for a in case.actions)
    }


def _evaluation_recorded(case: Case, event: e.EvaluationRecorded, recorded: e.Recorded) -> dict[str, Any]:
    counted = {"evaluations": case.evaluations + 1, "evaluation_since": recorded.number}
    meets = event.next is v.NextStep.NETWORK_MEETING
    needed = {"meeting": Meeting(status=v.MeetingStatus.NEEDED)} if meets else {}
    return counted | needed | _coordinator_acted(case, recorded)


def _escalation_requested(case: Case, event: e.EscalationRequested, recorded: e.Recorded) -> dict[str, Any]:
    asked = Escalation(status=v.EscalationStatus.REQUESTED, reason=event.reason, since=recorded.number)
    return {"escalation": asked, "lacking_since": 0}


def _escalation_is(status: v.EscalationStatus) -> Applies:
    def apply(case: Case, event: e.Event, recorded: e.Recorded) -> dict[str, Any]:
        end = getattr(event, "end", None)
        return {"escalation": case.escalation.model_copy(update={"status": status, "end": end})}

    return apply


def _hand_over_begun(case: Case, event: e.HandOverBegun, recorded: e.Recorded) -> dict[str, Any]:
    outcome = Outcome(kind=event.outcome, reason=event.reason)
    return {"handing_over": outcome} | _coordinator_acted(case, recorded)


def _hand_over_off(case: Case, event: e.Event, recorded: e.Recorded) -> dict[str, Any]:
    return {"handing_over": None}


def _case_closed(case: Case, event: e.CaseClosed, recorded: e.Recorded) -> dict[str, Any]:
    return {"outcome": Outcome(kind=event.outcome, reason=event.reason), "handing_over": None}


def _step_entered(case: Case, event: e.StepEntered, recorded: e.Recorded) -> dict[str, Any]:
    returned = event.step is v.Step.PARENT_TALK and case.step is v.Step.REPORT
    back = {"lacking_since": 0} if event.step is v.Step.PARENT_TALK else {}
    return back | {"step": event.step, "step_since": recorded.number, "report_returned": returned}


def _place(place: str) -> Applies:
    def apply(case: Case, event: e.ProcessDirectorChanged, recorded: e.Recorded) -> dict[str, Any]:
        return {place: event.new}

    return apply


def _police_contact_recorded(case: Case, event: e.PoliceContactRecorded, recorded: e.Recorded) -> dict[str, Any]:
    return {"police_contact": event.contact}


def _acute_declared(case: Case, event: e.AcuteDeclared, recorded: e.Recorded) -> dict[str, Any]:
    return {"safety": v.Safety.ACUTE, "acute_since": recorded.number}


def _acute_cleared(case: Case, event: e.AcuteCleared, recorded: e.Recorded) -> dict[str, Any]:
    return {"safety": v.Safety.NORMAL}


def _age_band_reached(case: Case, event: e.AgeBandReached, recorded: e.Recorded) -> dict[str, Any]:
    return {"age": event.age}


def _deadlines_changed(case: Case, event: e.DeadlinesChanged, recorded: e.Recorded) -> dict[str, Any]:
    running = tuple(d for d in case.deadlines if d.key not in event.stopped)
    return {"deadlines": running + event.started}


def _deadline_becomes(case: Case, key: tuple[v.Task, str | None, int], change: dict[str, Any]) -> dict[str, Any]:
    changed: tuple[Deadline, ...] = tuple(d.model_copy(update=change) if d.key == key else d for d in case.deadlines)
    return {"deadlines": changed}


def _deadline_extended(case: Case, event: e.DeadlineExtended, recorded: e.Recorded) -> dict[str, Any]:
    key = (event.task, event.subject, event.since)
    times = next(d.extensions for d in case.deadlines if d.key == key) + 1
    return _deadline_becomes(case, key, {"due_at": event.due_at, "extensions": times, "rungs": 0})


def _rung_reached(case: Case, event: e.RungReached, recorded: e.Recorded) -> dict[str, Any]:
    key = (event.task, event.subject, event.since)
    return _deadline_becomes(case, key, {"reminded": True, "rungs": event.rung})


def _delivery_failed(case: Case, event: e.DeliveryFailed, recorded: e.Recorded) -> dict[str, Any]:
    """A link that did not arrive starts no clock."""
    lost = {"delivered": False}
    return {
        "consents": tuple(c.model_copy(update=lost) if c.request == event.number else c for c in case.consents),
        "partners": tuple(p.model_copy(update=lost) if p.since == event.number else p for p in case.partners),
    }


_APPLIES: dict[type[e.Event], Applies] = {
    e.SignalsAdded: _signals_added,
    e.GuardiansSet: _guardians_set,
    e.SchoolChanged: _school_changed,
    e.PoliceContactRecorded: _police_contact_recorded,
    e.PupilTalkPlanned: _pupil_talk(v.TalkStatus.PLANNED),
    e.PupilTalkRecorded: _pupil_talk(v.TalkStatus.HELD),
    e.ParentTalkRecorded: _parent_talk_recorded,
    e.ConsentRequested: _consent_requested,
    e.ConsentAnswered: _consent_becomes(None),
    e.ConsentNotAnswered: _consent_becomes(_S.NO_ANSWER),
    e.ConsentRequestEnded: _consent_becomes(_S.NOT_ASKED),
    e.ConsentWithdrawn: _consent_becomes(_S.WITHDRAWN),
    e.LegalBasisRecorded: _legal_basis_recorded,
    e.ConsentLacks: _consent_lacks,
    e.ReportDecided: _decided,
    e.CaseForwarded: _case_forwarded,
    e.ForwardAccepted: _forward_over,
    e.ForwardDeclined: _forward_over,
    e.ForwardWithdrawn: _forward_over,
    e.ForwardEnded: _forward_over,
    e.SeveritySet: _severity_set,
    e.PartnerEngaged: _partner_engaged,
    e.PartnerAnswered: _partner_answered,
    e.PartnerFinished: _partner_finished,
    e.PartnerRequestEnded: _partner_request_ended,
    e.NetworkMeetingDecided: _network_meeting_decided,
    e.NetworkMeetingPlanned: _network_meeting_planned,
    e.NetworkMeetingCancelled: _network_meeting_is(v.MeetingStatus.CANCELLED),
    e.NetworkMeetingRecorded: _network_meeting_is(v.MeetingStatus.HELD),
    e.ActionAgreed: _action_agreed,
    e.ActionCompleted: _action_completed,
    e.EvaluationRecorded: _evaluation_recorded,
    e.EscalationRequested: _escalation_requested,
    e.EscalationAccepted: _escalation_is(v.EscalationStatus.ACTIVE),
    e.EscalationDeclined: _escalation_is(v.EscalationStatus.DECLINED),
    e.EscalationEnded: _escalation_is(v.EscalationStatus.ENDED),
    e.CaseDeEscalated: _coordinator_decided,
    e.HandOverBegun: _hand_over_begun,
    e.HandOverReturned: _hand_over_off,
    e.CoordinationResumed: _hand_over_off,
    e.CaseEnded: _coordinator_decided,
    e.CaseClosed: _case_closed,
    e.StepEntered: _step_entered,
    e.CoordinatorChanged: _coordinator_changed,
    e.ProcessDirectorChanged: _place("process_director"),
    e.FileHolderChanged: _place("file_holder"),
    e.PoliceContactRecorded: _police_contact_recorded,
    e.AcuteDeclared: _acute_declared,
    e.AcuteCleared: _acute_cleared,
    e.AgeBandReached: _age_band_reached,
    e.DeadlinesChanged: _deadlines_changed,
    e.DeadlineExtended: _deadline_extended,
    e.RungReached: _rung_reached,
    e.DeliveryFailed: _delivery_failed,
}
