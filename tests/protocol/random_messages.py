"""Fields for any message: mostly such that it could be accepted, sometimes not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from protocol import messages as m
from protocol import vocabulary as v
from tests.protocol.days import working_day
from tests.protocol.telling import DIRECTORY, Telling, organisation, organisations

PERSONS = ("pupil", "guardian-1", "guardian-2", "guardian-3")
ANYBODY = (*DIRECTORY, *PERSONS)
PARTNERS = ("ggd", "wijkagent", "veilig-thuis", "zvh", "cjg")
REVIEWERS = ("bert", "bert", "bert", "anna")

Fields = st.SearchStrategy[dict[str, Any]]


def some(of: tuple[str, ...] | list[str], most: int = 3) -> st.SearchStrategy[tuple[str, ...]]:
    """A few different ones."""
    return st.lists(st.sampled_from(of), min_size=1, max_size=most, unique=True).map(tuple)


def parties(of: tuple[str, ...] = tuple(DIRECTORY)) -> st.SearchStrategy[tuple[m.Organisation, ...]]:
    """A few organisations."""
    return some(of).map(lambda names: organisations(*names))


def persons_of(telling: Telling) -> list[str]:
    """The persons of the case, with a stranger among them now and then."""
    return [*sorted(telling.model.persons)] * 4 + ["guardian-9"]


def moments(telling: Telling) -> st.SearchStrategy[Any]:
    """Mostly soon; sometimes in the past or absurdly far."""
    days = st.sampled_from([-3, 2, 2, 4, 4, 9, 30, 1000])
    return days.map(lambda count: telling.now + timedelta(days=count))


def participants(telling: Telling) -> st.SearchStrategy[tuple[Any, ...]]:
    """Persons and organisations, mostly with the parents."""
    parents = tuple(sorted(telling.model.parents))
    other = some(["cjg", "ggd", "veilig-thuis", "school-de-meent", "pupil", "guardian-9"], 2)
    with_parents = st.sampled_from([parents, parents, parents[:1], ()])
    return st.tuples(with_parents, other).map(
        lambda both: tuple(organisation(who) if who in DIRECTORY else who for who in dict.fromkeys(both[0] + both[1]))
    )


def invited(telling: Telling) -> st.SearchStrategy[tuple[Any, ...]]:
    """Who came: mostly who was invited."""
    names = sorted(telling.model.invitees) or ["pupil"]
    return some(names * 3 + ["wijkagent"] if len(names) == 1 else [*names, "wijkagent"][: len(names) + 1], 2).map(
        lambda found: tuple(organisation(who) if who in DIRECTORY else who for who in found)
    )


def owners(telling: Telling) -> list[str]:
    """Who can be given something to do."""
    page = telling.model
    partners = [who for who, said in page.partners.items() if said == "accepted"]
    return [page.school, page.coordinator, *partners, "guardian-1", "pupil", "guardian-9"]


def agreements(telling: Telling) -> st.SearchStrategy[tuple[m.PlannedAction, ...]]:
    """Up to two actions."""
    days = st.sampled_from([-2, 1, 3, 8])
    one = st.tuples(st.sampled_from(owners(telling)), days).map(
        lambda both: m.PlannedAction(
            owner=organisation(both[0]) if both[0] in DIRECTORY else both[0],
            due=working_day(telling.model.today, both[1]),
        )
    )
    return st.lists(one, max_size=2).map(tuple)


def guardians(telling: Telling) -> st.SearchStrategy[tuple[m.Guardian, ...]]:
    """Those who own something to do stay; custody changes, another comes."""
    names = sorted(telling.model.guardians)
    fresh = [f"guardian-{len(names) + 1}"] if len(names) < 3 else []
    custody = st.lists(st.booleans(), min_size=len(names) + 1, max_size=len(names) + 1)
    return custody.map(
        lambda held: tuple(
            m.Guardian(person=who, custody=has) for who, has in zip([*names, *fresh], held, strict=False)
        )
    )


def deadlines(telling: Telling) -> Fields:
    """More time for one of the clocks that run."""
    running = sorted((task, subject) for task, subject, _ in telling.model.clocks) if telling.model.clocks else []
    chosen = st.sampled_from(running or [("evaluation", None)])
    days = st.sampled_from([1, 6, 15, 40, 700])
    return st.tuples(chosen, days).map(
        lambda both: {
            "task": v.Task(both[0][0]),
            "subject": both[0][1],
            "until": working_day(telling.model.today, both[1]),
        }
    )


def fields(telling: Telling, name: str) -> Fields:
    """The fields of a message by its name."""
    page = telling.model
    person = st.sampled_from(persons_of(telling))
    none_or_parties = st.one_of(st.none(), st.none(), parties(("cjg", "cjg", "ggd", "veilig-thuis")[1:]))
    excluded = st.sampled_from([(False, None), (False, None), (True, "bert"), (True, None), (True, "anna")])
    reviewer = st.sampled_from(REVIEWERS)
    table: dict[str, dict[str, st.SearchStrategy[Any]]] = {
        "add_signal": {"signals": st.lists(st.sampled_from([*v.Signal]), min_size=1, max_size=2).map(tuple)},
        "set_guardians": {"guardians": guardians(telling)},
        "change_school": {"to": st.sampled_from(organisations("school-het-kompas", "school-de-meent", "ggd"))},
        "record_police_contact": {"contact": st.sampled_from([*v.PoliceContact][1:])},
        "plan_pupil_talk": {"held_by": st.just((v.Talker.MENTOR,)), "at": moments(telling)},
        "record_pupil_talk": {"held_by": st.just((v.Talker.SUPPORTER,))},
        "record_parent_talk": dict.fromkeys(("existing_care", "postponed_for_safety", "pupil_present"), st.booleans()),
        "request_consent": {
            "persons": some(persons_of(telling)[: len(page.persons)] + ["guardian-9"][: page.visit % 5 == 4]),
            "parties": parties(),
        },
        "answer_consent": {
            "person": person,
            "answer": st.sampled_from([*v.ConsentAnswer]),
            "channel": st.sampled_from([*v.Channel]),
            "parties": none_or_parties,
        },
        "withdraw_consent": {"person": person, "parties": none_or_parties},
        "record_legal_basis": {
            "basis": st.sampled_from([*v.LegalBasis]),
            "parties": parties(),
            "second_reviewer": reviewer,
        },
        "decide_report": {"needed": st.booleans()},
        "forward_case": {"to": st.sampled_from(organisations(*DIRECTORY))},
        "set_severity": {"severity": st.sampled_from([*v.Severity])},
        "engage_partners": {"partners": parties(PARTNERS)},
        "answer_partner_request": {"answer": st.sampled_from([*v.PartnerAnswer])},
        "finish_partner": {"partner": st.sampled_from(organisations(*(list(page.partners) or ["ggd"])))},
        "decide_network_meeting": {"needed": st.booleans()},
        "record_network_meeting": {"attendees": invited(telling), "actions": agreements(telling)},
        "complete_action": {"action": st.sampled_from(sorted(page.actions) or ["action-1"])},
        "record_evaluation": {"next": st.sampled_from([*v.NextStep])},
        "escalate": {
            "reason": st.sampled_from([r for r in v.EscalationReason if r is not v.EscalationReason.NO_COOPERATION])
        },
        "report_non_cooperation": {"who": st.sampled_from([*v.Who])},
        "close_unconfirmed": {"second_reviewer": reviewer},
        "end_case": {"reason": st.sampled_from([*v.EndReason]), "second_reviewer": reviewer},
        "cancel_case": {"reason": st.sampled_from([*v.CancelReason])},
    }
    if name == "extend_deadline":
        return deadlines(telling)
    if name in ("plan_network_meeting", "de_escalate"):
        return with_exclusion(telling, name, excluded)
    return st.fixed_dictionaries(table.get(name, {}))


def with_exclusion(telling: Telling, name: str, excluded: st.SearchStrategy[tuple[bool, str | None]]) -> Fields:
    """Messages that can leave the parents out."""
    own: dict[str, st.SearchStrategy[Any]] = {"reason": st.sampled_from([*v.DeEscalationReason])}
    if name == "plan_network_meeting":
        own = {"at": moments(telling), "invitees": participants(telling)}
    return st.tuples(st.fixed_dictionaries(own), excluded).map(
        lambda both: both[0] | {"parents_excluded": both[1][0], "second_reviewer": both[1][1]}
    )
