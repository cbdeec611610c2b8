"""Who is told what (part 2.7): the notices that follow from a turn's events.

Notices hold no text and no address. Their ids follow from the event that they are about, so that
a turn that is carried out twice gives the same notices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from protocol import deadlines
from protocol import events as e
from protocol import vocabulary as v
from protocol.case import Case, Deadline
from protocol.notices import Contact, LinkPurpose, Notice, NoticeKind


class Scene(NamedTuple):
    """A turn as the notices see it."""

    before: Case | None
    after: Case
    number: int
    """Of the event that is looked at."""
    actor: str | None
    """The organisation or person that told the message."""
    turn: tuple[e.Recorded, ...]
    """Everything that happened in the turn."""

    def deadline(self, task: v.Task, subject: str | None = None) -> Deadline | None:
        """The clock of this task, if it runs after the turn."""
        found = [d for d in self.after.deadlines if d.task is task and d.subject == subject]
        return next((d for d in found if d.since == self.number), found[-1] if found else None)


Draft = dict[str, Any]
"""A notice's fields but its id; :class:`Notice` checks them."""
Tells = Callable[[Scene, Any], Iterable[Draft]]

_K = NoticeKind


def notices(before: Case | None, after: Case, recorded: tuple[e.Recorded, ...]) -> tuple[Notice, ...]:
    """The notices of one turn; whoever would hear the same thing twice hears it once."""
    found: dict[tuple[object, ...], Notice] = {}
    for row in recorded:
        scene = Scene(before, after, row.number, row.actor.organisation or row.actor.person, recorded)
        for place, draft in enumerate(_TELLS.get(type(row.event), _nobody)(scene, row.event)):
            notice = Notice(id=f"{after.id}.{row.number}.{place}", **draft)
            same = (notice.party, notice.contact, notice.kind, notice.task, notice.rung, notice.link)
            found.setdefault(same, notice)
    return tuple(found.values())


def _nobody(scene: Scene, event: e.Event) -> Iterable[Draft]:
    return ()


def _asking(scene: Scene, draft: Draft, task: v.Task, subject: str | None = None) -> Draft:
    """Somebody has to do something by a date."""
    deadline = scene.deadline(task, subject)
    return draft | {"task": task, "due_at": deadline.due_at if deadline else None}


def _changed(scene: Scene, event: e.Event) -> Iterator[Draft]:
    """Invariant 8: every change of step, coordinator or direction is told to the school.

    Who coordinates hears it too, unless it was their own doing: timely communication is their task.
    """
    yield {"party": scene.after.school, "kind": _K.CASE_CHANGED}
    if scene.after.coordinator not in (scene.after.school, scene.actor):
        yield {"party": scene.after.coordinator, "kind": _K.CASE_CHANGED}


def _step_entered(scene: Scene, event: e.StepEntered) -> Iterator[Draft]:
    if event.step is v.Step.CLOSED:
        yield {"party": scene.after.school, "kind": _K.CASE_CHANGED}
        yield from ({"party": party, "kind": _K.REQUEST_ENDED} for party in _who_lose_access(scene))
        return
    yield from _changed(scene, event)
    if event.step is v.Step.REPORT:
        yield _asking(scene, {"party": scene.after.cjg, "kind": _K.REPORT}, v.Task.REPORT_DECISION)


def _who_lose_access(scene: Scene) -> tuple[str, ...]:
    """Who coordinates, who takes part, and the CJG that a report still waited for."""
    case = scene.after
    partners = (p.organisation for p in case.partners if p.status is v.PartnerStatus.ACCEPTED)
    reported = (case.cjg,) if scene.before and scene.before.step is v.Step.REPORT else ()
    found = dict.fromkeys((case.coordinator, *partners, *reported))
    return tuple(party for party in found if party not in (case.school, scene.actor))


def _consent_requested(scene: Scene, event: e.ConsentRequested) -> Iterator[Draft]:
    person = event.person
    draft = {"party": person, "kind": _K.CONSENT_REQUEST, "link": LinkPurpose.CONSENT}
    yield _asking(scene, draft, v.Task.CONSENT_ANSWER, person)


def _consent_answered(scene: Scene, event: e.ConsentAnswered) -> Iterator[Draft]:
    yield from _answered(scene, _askers(scene, event.person, event.parties))


def _askers(scene: Scene, person: str, parties: tuple[str, ...]) -> tuple[str, ...]:
    found = (scene.after.consent(person, party) for party in parties)
    return tuple(dict.fromkeys(consent.asked_by for consent in found if consent))


def _answered(scene: Scene, parties: Iterable[str | None]) -> Iterator[Draft]:
    """Who asked hears that there is an answer, unless they brought it themselves."""
    for party in dict.fromkeys(parties):
        if party and party != scene.actor:
            yield {"party": party, "kind": _K.ANSWERED}


def _talk_asked_for(scene: Scene, event: e.TalkAskedFor) -> Iterator[Draft]:
    for party in event.asked_by:
        yield {"party": party, "kind": _K.TALK_ASKED_FOR}


def _consent_withdrawn(scene: Scene, event: e.ConsentWithdrawn) -> Iterator[Draft]:
    """Who coordinates, and every receiver that is in the case: nothing new goes to them."""
    inside = [party for party in event.parties if party in scene.after.organisations]
    for party in dict.fromkeys((scene.after.coordinator, *inside)):
        yield {"party": party, "kind": _K.CONSENT_WITHDRAWN}


def _cover_lost(scene: Scene, event: e.CoverLost) -> Iterator[Draft]:
    """By a birthday or another guardian; a withdrawal says it by itself."""
    if not any(isinstance(row.event, e.ConsentWithdrawn) for row in scene.turn):
        yield {"party": scene.after.coordinator, "kind": _K.COVER_LOST}


def _ended(field: str) -> Tells:
    """Who was asked hears that nothing is asked any more; the event names them in this field."""

    def tells(scene: Scene, event: e.Event) -> Iterator[Draft]:
        yield {"party": getattr(event, field), "kind": _K.REQUEST_ENDED}

    return tells


def _case_forwarded(scene: Scene, event: e.CaseForwarded) -> Iterator[Draft]:
    yield _asking(scene, {"party": event.to, "kind": _K.FORWARD_REQUEST}, v.Task.FORWARD_ANSWER)


def _forward_answered(scene: Scene, event: e.Event) -> Iterator[Draft]:
    yield from _answered(scene, (scene.before.forward.by if scene.before else None,))


def _partner_engaged(scene: Scene, event: e.PartnerEngaged) -> Iterator[Draft]:
    partner = event.organisation
    draft = {"party": partner, "kind": _K.PARTNER_REQUEST, "link": LinkPurpose.PARTNER_ANSWER}
    yield _asking(scene, draft, v.Task.PARTNER_ANSWER, partner)


def _partner_answered(scene: Scene, event: e.PartnerAnswered) -> Iterator[Draft]:
    partner = scene.after.partner(event.organisation)
    yield from _answered(scene, (partner.engaged_by if partner else None,))


def _network_meeting_planned(scene: Scene, event: e.NetworkMeetingPlanned) -> Iterator[Draft]:
    """Invitations, again when re-planned; who is not invited any more does not keep the old date."""
    for party in event.invitees:
        yield {"party": party, "kind": _K.MEETING_INVITATION, "due_at": event.at}
    earlier = scene.before.meeting if scene.before else None
    if earlier and earlier.status is v.MeetingStatus.PLANNED:
        for party in earlier.invitees:
            if party not in event.invitees:
                yield {"party": party, "kind": _K.MEETING_CANCELLED}


def _network_meeting_cancelled(scene: Scene, event: e.NetworkMeetingCancelled) -> Iterator[Draft]:
    for party in event.invitees:
        yield {"party": party, "kind": _K.MEETING_CANCELLED}


def _escalation_requested(scene: Scene, event: e.EscalationRequested) -> Iterator[Draft]:
    yield _asking(scene, {"party": scene.after.zvh, "kind": _K.ESCALATION_REQUEST}, v.Task.ESCALATION_ANSWER)
    if event.by_itself:
        for party in (scene.after.school, scene.after.cjg):
            yield {"party": party, "kind": _K.ESCALATED_BY_ITSELF}


def _escalation_declined(scene: Scene, event: e.Event) -> Iterator[Draft]:
    yield from _answered(scene, (scene.after.coordinator, scene.after.school))


def _escalation_ended(scene: Scene, event: e.EscalationEnded) -> Iterator[Draft]:
    if scene.actor != scene.after.zvh:
        yield {"party": scene.after.zvh, "kind": _K.REQUEST_ENDED}


def _hand_over_begun(scene: Scene, event: e.HandOverBegun) -> Iterator[Draft]:
    yield _asking(scene, {"party": scene.after.school, "kind": _K.HAND_OVER}, v.Task.HAND_OVER)
    for parent in event.parents:
        yield {"party": parent, "kind": _K.HAND_OVER, "link": LinkPurpose.HAND_OVER}


def _hand_over_returned(scene: Scene, event: e.HandOverReturned) -> Iterator[Draft]:
    yield {"party": scene.after.coordinator, "kind": _K.CASE_CHANGED}


def _acute_declared(scene: Scene, event: e.AcuteDeclared) -> Iterator[Draft]:
    for party in scene.after.organisations:
        yield {"party": party, "kind": _K.ACUTE}


_LINK_OF = {
    v.Task.CONSENT_ANSWER: LinkPurpose.CONSENT,
    v.Task.PARTNER_ANSWER: LinkPurpose.PARTNER_ANSWER,
}


def _rung_reached(scene: Scene, event: e.RungReached) -> Iterator[Draft]:
    """The ladder of part 2.5: owner; owner and team lead; team lead and coordinator again."""
    case = scene.before or scene.after
    key = (event.task, event.subject, event.since)
    deadline = next((d for d in case.deadlines if d.key == key), None)
    if deadline is None:
        return
    same = {"task": event.task, "due_at": deadline.due_at}
    owner = deadlines.owner(case, deadline)
    asker = deadlines.asked_by(case, deadline)
    lead = _lead(owner, asker, case)
    if event.rung == deadlines.REMINDER:
        link = _LINK_OF.get(event.task)
        yield same | {"party": owner, "kind": _K.REMINDER, "rung": "reminder", "link": link}
    elif event.rung == deadlines.DEADLINE:
        link = _LINK_OF.get(event.task)
        yield same | {"party": owner, "kind": _K.DEADLINE, "rung": "deadline", "link": link}
        yield same | lead | {"kind": _K.DEADLINE, "rung": "deadline"}
    else:
        rung = f"overdue-{event.rung - deadlines.DEADLINE}"
        yield same | lead | {"kind": _K.OVERDUE, "rung": rung}
        yield same | {"party": case.coordinator, "kind": _K.OVERDUE, "rung": rung}


def _lead(owner: str, asker: str, case: Case) -> Draft:
    """The owner's team lead; for a person the organisation that waits for them."""
    if owner in case.persons:
        return {"party": asker}
    return {"party": owner, "contact": Contact.TEAM_LEAD}


def _delivery_failed(scene: Scene, event: e.DeliveryFailed) -> Iterator[Draft]:
    for party in event.tell:
        yield {"party": party, "kind": _K.DELIVERY_FAILED}


def _message_refused(scene: Scene, event: e.MessageRefused) -> Iterator[Draft]:
    if event.sender:
        yield {"party": event.sender, "kind": _K.MESSAGE_REFUSED, "code": event.code}


_TELLS: dict[type[e.Event], Tells] = {
    e.StepEntered: _step_entered,
    e.CoordinatorChanged: _changed,
    e.ProcessDirectorChanged: _changed,
    e.SchoolChanged: _changed,
    e.ConsentRequested: _consent_requested,
    e.ConsentAnswered: _consent_answered,
    e.ConsentRequestEnded: _ended("person"),
    e.TalkAskedFor: _talk_asked_for,
    e.ConsentWithdrawn: _consent_withdrawn,
    e.CoverLost: _cover_lost,
    e.CaseForwarded: _case_forwarded,
    e.ForwardAccepted: _forward_answered,
    e.ForwardDeclined: _forward_answered,
    e.ForwardWithdrawn: _ended("to"),
    e.ForwardEnded: _ended("to"),
    e.PartnerEngaged: _partner_engaged,
    e.PartnerAnswered: _partner_answered,
    e.PartnerRequestEnded: _ended("organisation"),
    e.NetworkMeetingPlanned: _network_meeting_planned,
    e.NetworkMeetingCancelled: _network_meeting_cancelled,
    e.EscalationRequested: _escalation_requested,
    e.EscalationDeclined: _escalation_declined,
    e.EscalationEnded: _escalation_ended,
    e.HandOverBegun: _hand_over_begun,
    e.HandOverReturned: _hand_over_returned,
    e.AcuteDeclared: _acute_declared,
    e.RungReached: _rung_reached,
    e.DeliveryFailed: _delivery_failed,
    e.MessageRefused: _message_refused,
}
