"""The clocks of the page (part 2.5): one runs exactly while the state asks for it."""

from __future__ import annotations

from datetime import date, datetime

from tests.protocol.days import end_of, morning_of, working_day
from tests.protocol.page import COORDINATED, Clock, Page

ACUTE = ("loverboy",)
"""The kinds that meet within three days in acute danger: the table has that in one column."""

Key = tuple[str, str | None, int]

TERMS: dict[str, dict[str, tuple[int, int | None]]] = {
    "pupil_talk": {"sexting": (1, None), "loverboy": (2, None)},
    "police_contact": {"sexting": (1, None)},
    "evaluation": {"sexting": (30, 25), "loverboy": (30, 25)},
}
ALIKE: dict[str, tuple[int, int | None]] = {
    "parent_talk": (3, None),
    "ask_or_decide": (2, None),
    "consent_answer": (5, 3),
    "school_decides": (2, None),
    "coordinator_decides": (2, None),
    "report_decision": (5, 1),
    "forward_answer": (5, 3),
    "partners_decided": (10, 5),
    "partner_answer": (3, 2),
    "network_meeting": (10, 5),
    "escalation_answer": (10, 5),
    "hand_over": (5, 3),
}


def term(page: Page, task: str) -> tuple[int, int | None]:
    """Working days, and the day of the reminder; the shorter for a case of both kinds."""
    by_kind = dict(TERMS.get(task, {"sexting": ALIKE.get(task, (0, None)), "loverboy": ALIKE.get(task, (0, None))}))
    if task == "evaluation" and not page.evaluations:
        by_kind["loverboy"] = (20, 15)
    if task == "network_meeting" and page.acute:
        by_kind |= dict.fromkeys(ACUTE, (3, None))
    return min((by_kind[kind] for kind in page.kinds if kind in by_kind), key=lambda term: term[0])


def wanted(page: Page) -> set[Key]:
    """The clocks that the state asks for: task, whose, and which time round."""
    if page.step == "closed":
        return set()
    if page.step == "hand_over":
        return {("hand_over", None, page.visit)}
    return at_school(page) | asked_of_others(page) | of_the_step(page)


def at_school(page: Page) -> set[Key]:
    """Steps 1 to 3 and the asterisk."""
    after_talk = page.parent_talk != "none" or page.returned
    here = page.step
    asking = any(task == "consent_answer" for task, _, _ in consent_clocks(page))
    running = {
        "pupil_talk": here in ("signal", "pupil_talk"),
        "parent_talk": here == "parent_talk" and not after_talk,
        "police_contact": page.asterisk,
        "school_decides": page.lacking and here == "parent_talk",
        "coordinator_decides": page.lacking and here != "parent_talk",
        "ask_or_decide": here == "parent_talk" and after_talk and not asking and not page.lacking,
    }
    return {(task, None, 0) for task, runs in running.items() if runs}


def consent_clocks(page: Page) -> set[Key]:
    """One for each asking of a person that arrived and is not answered."""
    return {
        ("consent_answer", person, page.asks[person, party])
        for (person, party), said in page.pairs.items()
        if said == "requested" and page.asks[person, party] not in page.lost and person in page.persons
    }


def asked_of_others(page: Page) -> set[Key]:
    """Persons, partners, an agency, the ZVH, and who agreed to do something."""
    found = consent_clocks(page)
    found |= {
        ("partner_answer", who, page.engaged[who])
        for who, said in page.partners.items()
        if said == "requested" and who not in page.unreached
    }
    found |= {("action", action, 0) for action in page.open_actions()}
    found |= {("forward_answer", None, page.engaged["forward"])} if page.forward else set()
    found |= {("escalation_answer", None, page.engaged["escalation"])} if page.escalation == "requested" else set()
    return found


def of_the_step(page: Page) -> set[Key]:
    """One for each step from the report on."""
    if page.step == "report":
        return {("report_decision", None, page.visit)}
    if page.step not in COORDINATED:
        return set()
    task = {"partners": "partners_decided", "coordination": "evaluation"}.get(page.step, page.step)
    return {(task, None, page.visit * 1000 + (page.evaluations if task == "evaluation" else 0))}


def start(page: Page, key: Key) -> Clock:
    """A clock that starts today; an action has its own date."""
    if key[0] == "action":
        _, due = page.actions[str(key[1])]
        return Clock(due, working_day(due, -2))
    days, reminder = term(page, key[0])
    return Clock(working_day(page.today, days), working_day(page.today, reminder) if reminder else None)


def run_clocks(page: Page) -> None:
    """Stop what is no longer asked for, start what is new, leave the others alone."""
    asked_for = wanted(page)
    running = {key: clock for key, clock in page.clocks.items() if key in asked_for}
    page.clocks = running | {key: start(page, key) for key in asked_for - set(running)}


def owner(page: Page, key: Key) -> str:
    """Who has to do it."""
    task, subject, _ = key
    return {
        "police_contact": page.coordinator,
        "consent_answer": subject,
        "partner_answer": subject,
        "report_decision": "cjg",
        "forward_answer": page.forward,
        "escalation_answer": "zvh",
        "action": page.actions.get(str(subject), (None,))[0],
        "coordinator_decides": page.coordinator,
        "partners_decided": page.coordinator,
        "network_meeting": page.coordinator,
        "evaluation": page.coordinator,
    }.get(task, page.school) or page.school


def rung_at(clock: Clock) -> tuple[datetime, str]:
    """When the next rung of this clock's ladder is reached, and which that is."""
    if clock.rung == 0:
        waiting = clock.reminder is not None and not clock.reminded
        return (
            (morning_of(clock.reminder), "reminder") if waiting and clock.reminder else (end_of(clock.due), "deadline")
        )
    return end_of(working_day(clock.due, 2 * clock.rung)), f"overdue-{clock.rung}"


def climb(clock: Clock) -> str:
    """Walk one rung."""
    _, rung = rung_at(clock)
    if rung == "reminder":
        clock.reminded = True
    else:
        clock.rung += 1
    return rung


def due_days(page: Page) -> list[tuple[str, str | None, date]]:
    """What is due, whose and when, in order."""
    return sorted(((task, subject, clock.due) for (task, subject, _), clock in page.clocks.items()), key=str)
