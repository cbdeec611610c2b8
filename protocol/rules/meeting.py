"""The network meeting, its agreements, and evaluations (steps 6 and 7)."""

from __future__ import annotations

from protocol import events as e
from protocol import messages as m
from protocol import vocabulary as v
from protocol.refusals import RefusalCode
from protocol.rules.dates import require_day, require_moment
from protocol.turn import Turn, ids


def decide_network_meeting(turn: Turn, message: m.DecideNetworkMeeting) -> None:
    """If needed step 6, else step 7."""
    turn.emit(e.NetworkMeetingDecided(needed=message.needed))
    turn.enter(v.Step.NETWORK_MEETING if message.needed else v.Step.COORDINATION)


def plan_network_meeting(turn: Turn, message: m.PlanNetworkMeeting) -> None:
    """Invitations, again when re-planned; the parents included unless two people decide otherwise."""
    require_moment(turn, message.at)
    invitees = ids(message.invitees)
    persons = tuple(p for p in message.invitees if isinstance(p, str))
    turn.require_persons(persons)
    turn.require_cover(p.id for p in message.invitees if isinstance(p, m.Organisation))
    if message.parents_excluded:
        turn.require_second_reviewer(message.second_reviewer)
    _check_parents(turn, persons, excluded=message.parents_excluded)
    turn.emit(
        e.NetworkMeetingPlanned(
            at=message.at,
            invitees=invitees,
            parents_excluded=message.parents_excluded,
            second_reviewer=message.second_reviewer if message.parents_excluded else None,
        )
    )


def _check_parents(turn: Turn, persons: tuple[str, ...], *, excluded: bool) -> None:
    """Invariant 6: no parent is passed by without a reason, or told what the pupil keeps."""
    guardians = {guardian.person for guardian in turn.case.guardians}
    if turn.case.parents_need_pupil:
        turn.require(guardians.isdisjoint(persons), RefusalCode.PUPIL_HAS_NOT_CONSENTED)
        return
    turn.require(excluded or set(turn.case.parents) <= set(persons), RefusalCode.PARENTS_NOT_INVITED)


def cancel_network_meeting(turn: Turn, message: m.CancelNetworkMeeting) -> None:
    """No meeting after all; those who were invited are told."""
    if turn.case.meeting.status is v.MeetingStatus.PLANNED:
        turn.cancel_meeting()
    else:
        turn.emit(e.NetworkMeetingCancelled(invitees=()))
    turn.enter(v.Step.PARTNERS)


def record_network_meeting(turn: Turn, message: m.RecordNetworkMeeting) -> None:
    """Who came, who did not, and who does what by when; what that is stands in the minutes."""
    attendees, invited = ids(message.attendees), turn.case.meeting.invitees
    turn.require(set(attendees) <= set(invited), RefusalCode.NOT_INVITED)
    absent = tuple(invitee for invitee in invited if invitee not in attendees)
    turn.emit(e.NetworkMeetingRecorded(attendees=attendees, absent=absent))
    for action in message.actions:
        _agree(turn, action)
    turn.enter(v.Step.COORDINATION)


def _agree(turn: Turn, action: m.PlannedAction) -> None:
    owner = m.party_id(action.owner)
    case = turn.case
    turn.require(owner in (*case.organisations, *case.persons), RefusalCode.OWNER_NOT_IN_CASE)
    require_day(turn, action.due)
    name = f"action-{len(case.actions) + 1}"
    turn.emit(e.ActionAgreed(action=name, owner=owner, due=action.due))


def complete_action(turn: Turn, message: m.CompleteAction) -> None:
    """By its owner, or by who coordinates or directs."""
    case = turn.case
    action = next((a for a in case.actions if a.action == message.action and not a.done), None)
    turn.require(action is not None, RefusalCode.NO_OPEN_ACTION)
    who = (action.owner if action else "", case.coordinator, case.process_director)
    acting = turn.actor.person or turn.organisation
    turn.require(acting in who, RefusalCode.NO_OPEN_ACTION)
    turn.emit(e.ActionCompleted(action=message.action))


def record_evaluation(turn: Turn, message: m.RecordEvaluation) -> None:
    """Go on, engage other partners, or meet again."""
    turn.emit(e.EvaluationRecorded(next=message.next))
    turn.enter(v.Step(message.next.value))
