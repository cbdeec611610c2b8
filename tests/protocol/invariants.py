"""The invariants of part 2.6, each a sentence that holds of every case at every moment."""

from __future__ import annotations

from protocol import events as e
from protocol import messages as m
from protocol import vocabulary as v
from protocol.access import allowed
from protocol.case import Case
from protocol.deadlines import owner
from protocol.evolve import evolve
from protocol.notices import NoticeKind
from protocol.notify import notices
from tests.protocol.telling import DIRECTORY, POLICY, Telling, actor

GUARDED = ("network_meeting", "coordination", "hand_over", "closed")


def check(telling: Telling) -> None:
    """All that can be seen in one state, and in the turn that led to it."""
    case = telling.state
    roles_are_filled(case)
    director_follows_escalation(case)
    clocks_have_owners(case)
    rungs_are_walked_once(telling)
    if case.open:
        somebody_can_act(telling)
    else:
        closed_stays_closed(telling)
    if telling.before:
        of_the_turn(telling, telling.before)


def of_the_turn(telling: Telling, before: Case) -> None:
    """What may change in one turn, and why."""
    coordination_is_accepted(telling, before)
    asterisk_guards(telling, before)
    file_moves_to_covered(telling, before)
    parents_are_left_out_for_a_reason(telling, before)
    the_school_hears_of_changes_once(telling, before)
    notices_go_to_those_in_the_case(telling, before)


def the_school_hears_of_changes_once(telling: Telling, before: Case) -> None:
    """8: each turn that changes step, coordinator or direction tells the school so once, other turns not."""
    case = telling.state
    changed = (before.step, before.coordinator, before.process_director, before.school) != (
        case.step,
        case.coordinator,
        case.process_director,
        case.school,
    )
    found = notices(before, case, telling.turn)
    told = [notice for notice in found if (notice.party, notice.kind) == (case.school, NoticeKind.CASE_CHANGED)]
    assert len(told) == changed
    assert len({notice.id for notice in found}) == len(found)


def notices_go_to_those_in_the_case(telling: Telling, before: Case) -> None:
    """4: nobody hears of a case that they were not in before or after."""
    case = telling.state
    inside = {*before.organisations, *case.organisations, *before.persons, *case.persons, case.cjg}
    inside |= set(before.meeting.invitees) | set(case.meeting.invitees) | {p.organisation for p in case.partners}
    assert {notice.party for notice in notices(before, case, telling.turn)} <= inside


def happened(telling: Telling) -> tuple[e.Event, ...]:
    """The events of the last turn."""
    return tuple(entry.event for entry in telling.turn)


def roles_are_filled(case: Case) -> None:
    """1: exactly one file holder, coordinator and process director at all times."""
    assert all(name in DIRECTORY for name in (case.file_holder, case.coordinator, case.process_director))


def coordination_is_accepted(telling: Telling, before: Case) -> None:
    """1: coordination moves only when the receiver accepts, or takes the old school's place."""
    if telling.state.coordinator == before.coordinator:
        return
    receiver, events = telling.state.coordinator, happened(telling)
    took = [event.by for event in events if isinstance(event, (e.ReportAccepted, e.ForwardAccepted))]
    took += [event.new for event in events if isinstance(event, e.SchoolChanged)]
    assert took == [receiver]
    assert receiver in (telling.turn[0].actor.organisation, telling.state.school)


def director_follows_escalation(case: Case) -> None:
    """2: the ZVH directs exactly while the escalation is active, and never coordinates."""
    expected = case.zvh if case.escalation.status is v.EscalationStatus.ACTIVE else case.coordinator
    assert case.process_director == expected
    assert case.coordinator != case.zvh


def asterisk_guards(telling: Telling, before: Case) -> None:
    """3: with sexting and without police contact a case does not move to four of the steps."""
    case = telling.state
    if case.step == before.step or case.step not in GUARDED:
        return
    excepted = any(isinstance(event, e.CaseCancelled) for event in happened(telling))
    ending = any(isinstance(event, e.CaseEnded) for event in happened(telling)) and case.step is v.Step.HAND_OVER
    unknown = v.Kind.SEXTING in case.kinds and case.police_contact is v.PoliceContact.NONE
    assert not unknown or excepted or ending


def file_moves_to_covered(telling: Telling, before: Case) -> None:
    """4: the file never moves to a party that is not covered."""
    case = telling.state
    assert case.file_holder == before.file_holder or case.covered(case.file_holder)


def parents_are_left_out_for_a_reason(telling: Telling, before: Case) -> None:
    """6: parents are left out only by two people, or because the pupil is 16 and has not consented."""
    grown = before.parents_need_pupil
    for event in happened(telling):
        if isinstance(event, e.NetworkMeetingPlanned):
            left_out = set(before.parents) - set(event.invitees)
            assert not left_out or grown or (event.parents_excluded and event.second_reviewer)
            assert not (grown and set(event.invitees) & {g.person for g in before.guardians})
        if isinstance(event, e.HandOverBegun):
            left_out = set(before.parents) - set(event.parents)
            assert not left_out or grown or (event.parents_excluded and event.second_reviewer)
            assert not (grown and event.parents)
        if isinstance(event, e.NetworkMeetingRecorded):
            assert set(event.absent) == set(before.meeting.invitees) - set(event.attendees)


def clocks_have_owners(case: Case) -> None:
    """7: every open deadline has an owner; an open case has an open deadline, a closed one has none."""
    assert bool(case.deadlines) == case.open
    assert len({deadline.key for deadline in case.deadlines}) == len(case.deadlines)
    for deadline in case.deadlines:
        assert owner(case, deadline) in (*DIRECTORY, *case.persons)


def rungs_are_walked_once(telling: Telling) -> None:
    """7: each rung of a ladder once."""
    rungs = [
        (entry.event.task, entry.event.subject, entry.event.since, entry.event.rung)
        for entry in telling.journal
        if isinstance(entry.event, e.RungReached)
    ]
    assert len(set(rungs)) == len(rungs)


def somebody_can_act(telling: Telling) -> None:
    """9: from every open state somebody can act."""
    case = telling.state
    assert any(allowed(case, actor(who), telling.now, POLICY) for who in (*DIRECTORY, *case.persons))


def closed_stays_closed(telling: Telling) -> None:
    """9: a closed case changes no more; only consent can be withdrawn, at the store."""
    case = telling.state
    told: tuple[m.Message, ...] = (
        m.DeclareAcute(),
        m.RecordPoliceContact(contact=v.PoliceContact.REPORT),
        m.ConfirmHandOver(),
        m.AgeReached(age=v.AgeBand.FROM_18),
    )
    for message in told:
        who = m.SYSTEM if isinstance(message, m.AgeReached) else actor(case.school)
        assert telling.decide(message, who, note=True) in ("case_closed", "not_allowed")
    for name in (*DIRECTORY, *case.persons):
        assert set(allowed(case, actor(name), telling.now, POLICY)) <= {"withdraw_consent"}


def replays(telling: Telling) -> None:
    """9: the journal replays to the same state, after a trip through its written form too."""
    case: Case | None = None
    for entry in telling.journal:
        case = evolve(case, e.Recorded.model_validate_json(entry.model_dump_json()))
    assert case == telling.case
    assert [entry.number for entry in telling.journal] == [*range(1, len(telling.journal) + 1)]
