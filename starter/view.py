"""How a case stands, as programs and people read it: what ``vangnet case show`` prints.

Everything in it is an id, a code or a date; no name, address or date of birth of anybody.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime

from pydantic import ConfigDict

from protocol import vocabulary as v
from protocol.access import Field, allowed, deadlines_seen, seen
from protocol.case import Basis, Case, Outcome, Talks
from protocol.deadlines import owner
from protocol.messages import Actor
from protocol.model import Frozen
from protocol.policy import Policy


class _View(Frozen):
    model_config = ConfigDict(serialize_by_alias=True)


class EscalationView(_View):
    status: v.EscalationStatus
    reason: v.EscalationReason | None


class ForwardView(_View):
    status: v.ForwardStatus
    to: str | None


class ConsentView(_View):
    """One person towards one party; ``required``: whether this party is covered only with their yes."""

    person: str
    party: str
    status: v.ConsentStatus
    required: bool


class PartnerView(_View):
    organisation: str
    status: v.PartnerStatus


class MeetingView(_View):
    status: v.MeetingStatus
    at: datetime | None
    parents_excluded: bool


class ActionView(_View):
    action: str
    owner: str
    due: date
    done: bool


class DueView(_View):
    task: v.Task
    owner: str
    at: datetime
    subject: str | None


class CaseView(_View):
    """The state of one case; organisations are their ids, people are ``pupil`` and ``guardian-1``.

    What the reader does not see of it is ``null``.
    """

    case_id: str
    status: str
    """``open`` or ``closed``."""
    step: v.Step | None
    kinds: tuple[v.Kind, ...] | None
    file_holder: str | None
    coordinator: str | None
    process_director: str | None
    school: str | None
    escalation: EscalationView | None
    forward: ForwardView | None
    consents: tuple[ConsentView, ...] | None
    legal_bases: tuple[Basis, ...] | None
    police_contact: v.PoliceContact | None
    severity: v.Severity | None
    talks: Talks | None
    partners: tuple[PartnerView, ...] | None
    meeting: MeetingView | None
    actions: tuple[ActionView, ...] | None
    due: tuple[DueView, ...]
    """What is waited for, the first to be due first."""
    safety: v.Safety | None
    outcome: Outcome | None
    """Only of a closed case."""
    allowed: tuple[str, ...]
    """The messages that the reader may tell the case now, as the command line names them."""


def view(case: Case, actor: Actor, now: datetime, policy: Policy, *, emergency: bool = False) -> CaseView:
    """Show a case to somebody, as far as the protocol lets them see it.

    Args:
        case: The case as it was recorded last.
        actor: Who looks; what they may do is in ``allowed``. That the case exists for them is for the caller to know.
        now: The case's own time.
        policy: The settings of the case's region.
        emergency: Whether an emergency of theirs runs.
    """
    fields = seen(case, actor, emergency=emergency)
    shown = {name: value for field, part in _PARTS.items() if field in fields for name, value in part(case).items()}
    hidden = dict.fromkeys(CaseView.model_fields)
    return CaseView.model_validate(
        {
            **hidden,
            "case_id": case.id,
            "status": "open" if case.open else "closed",
            "due": tuple(sorted(_due(case, actor), key=lambda due: due.at)),
            "allowed": tuple(name.replace("_", "-") for name in allowed(case, actor, now, policy)),
            **shown,
        }
    )


def _state(case: Case) -> dict[str, object]:
    return {
        "file_holder": case.file_holder,
        "coordinator": case.coordinator,
        "process_director": case.process_director,
        "escalation": EscalationView(status=case.escalation.status, reason=case.escalation.reason),
        "forward": ForwardView(status=case.forward.status, to=case.forward.to),
        "consents": tuple(consents(case)),
        "legal_bases": case.legal_bases,
        "police_contact": case.police_contact,
        "severity": case.severity,
        "talks": case.talks,
        "partners": tuple(PartnerView(organisation=p.organisation, status=p.status) for p in case.partners),
        "meeting": MeetingView(**case.meeting.model_dump(exclude={"invitees"})),
        "actions": tuple(ActionView(**action.model_dump()) for action in case.actions),
        "outcome": case.outcome,
    }


_PARTS: dict[Field, Callable[[Case], dict[str, object]]] = {
    Field.STEP: lambda case: {"step": case.step},
    Field.KIND: lambda case: {"kinds": case.kinds},
    Field.CALL: lambda case: {"school": case.school},
    Field.SAFETY: lambda case: {"safety": case.safety},
    Field.STATE: lambda case: {"school": case.school, **_state(case)},
}
"""Which fields of the protocol's table show what."""


def _due(case: Case, actor: Actor) -> Iterator[DueView]:
    for deadline in deadlines_seen(case, actor):
        yield DueView(task=deadline.task, owner=owner(case, deadline), at=deadline.due_at, subject=deadline.subject)


def consents(case: Case) -> Iterator[ConsentView]:
    """Every person towards every party that matters now."""
    for party in _parties(case):
        for person in case.persons:
            asked, required = case.consent(person, party), person in case.who_must_consent
            nothing = v.ConsentStatus.NOT_ASKED if required else v.ConsentStatus.NOT_REQUIRED
            status = asked.status if asked else nothing
            yield ConsentView(person=person, party=party, status=status, required=required)


def _parties(case: Case) -> tuple[str, ...]:
    matter = [case.coordinator_to_be, *(consent.party for consent in case.consents)]
    matter += [party for basis in case.legal_bases for party in basis.parties]
    matter += [organisation for organisation in case.organisations if organisation != case.school]
    return tuple(dict.fromkeys(matter))
