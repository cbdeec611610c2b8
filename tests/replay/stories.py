"""The cases whose histories are kept: between them, everything that a case does in Temporal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue

from protocol import messages as m
from protocol import vocabulary as v
from runtime.temporal import TASK_QUEUE
from tests.protocol.telling import actor
from tests.store.raw import tampered
from tests.workflows import stories
from tests.workflows.case import told
from tests.workflows.names import CJG, GGD, MOTHER, SCHOOL, SEXTING, VEILIG_THUIS, ZVH
from tests.workflows.town import Town, intake
from workflows.housekeeping import HousekeepingInput, HousekeepingWorkflow

T = v.Task
Story = Callable[[Town], Awaitable[str]]
"""Tells a case; returns the id of the workflow whose history is kept."""


async def returned(town: Town) -> str:
    """Consent, report, coordination, hand-over, closed."""
    case = await stories.closed(await town.open(id="returned"))
    await case.ended()
    return case.handle.id


async def silent(town: Town) -> str:
    """Nobody answers: reminders, no answer, escalated by itself; the ZVH directs and steps back."""
    case = await town.open(id="silent")
    await stories.asked(case)
    for task in (T.CONSENT_ANSWER, T.CONSENT_ANSWER, T.SCHOOL_DECIDES):
        await case.silence(task)
        await case.notices()
    await case.told(CJG, "accept_report")
    await case.told(ZVH, "accept_escalation")
    await case.told(ZVH, "de_escalate", reason="fewer_partners_needed")
    await case.notices()
    return case.handle.id


async def forwarded(town: Town) -> str:
    """Veilig Thuis is asked, reminded, and takes the coordination."""
    case = await stories.reported(await town.open(id="forwarded"))
    await case.told(CJG, "forward_case", to=VEILIG_THUIS)
    await case.silence(T.FORWARD_ANSWER)
    await case.told(VEILIG_THUIS, "accept_forward")
    await case.notices()
    return case.handle.id


async def met(town: Town) -> str:
    """Sexting: police, a partner, a network meeting, an action that is reminded of and done."""
    case = await stories.coordinated(await town.open(SEXTING, id="met"))
    await case.told(CJG, "record_police_contact", contact="report")
    await case.told(CJG, "engage_partners", partners=[GGD])
    await case.told(GGD, "answer_partner_request", answer="accept")
    await case.told(CJG, "decide_network_meeting", needed=True)
    at = await case.now() + timedelta(days=5)
    await case.told(CJG, "plan_network_meeting", at=at.isoformat(), invitees=[MOTHER, "guardian-2", GGD])
    due = (at + timedelta(days=10)).date().isoformat()
    actions: list[JsonValue] = [{"owner": GGD, "due": due}]
    await case.told(CJG, "record_network_meeting", attendees=[MOTHER, GGD], actions=actions)
    await case.silence(T.ACTION)
    (action,) = (await case.state()).actions
    await case.told(GGD, "complete_action", action=action.action)
    await case.notices()
    return case.handle.id


async def by_signal(town: Town) -> str:
    """Told by signals: one that counts, one that is refused, a birthday; and a link that does not arrive."""
    town.office.to_recipient = lambda to: "550 unknown" if to == "moeder@thuis.example" else "250 OK"
    case = await town.open(age=10, id="by-signal")
    await stories.asked(case)
    await case.eventually_happened("delivery_failed")
    for one in (
        told(m.DeclareAcute(), SCHOOL, "signal-1"),
        told(m.AcceptReport(), SCHOOL, "signal-2"),
        told(m.AgeReached(age=v.AgeBand.FROM_12), "system", "age_reached.from_12"),
    ):
        await case.signal(one)
        await case.recorded(one)
    await case.notices()
    return case.handle.id


async def slow_mail(town: Town) -> str:
    """A reminder takes the mail server longer than a workflow task has: a delivery of its own sends it."""
    case = await town.open(id="slow-mail")
    await stories.asked(case)
    await case.notices()
    town.office.delay = 5
    await case.silence(T.CONSENT_ANSWER)
    await case.notices()
    town.office.delay = 0
    await case.told(MOTHER, "answer_consent", person=MOTHER, answer="granted", channel="link")
    await case.notices()
    return case.handle.id


async def begun_anew(town: Town) -> str:
    """A run that took a case over from the run before, and hands it to the next."""
    case = await town.open(id="begun-anew")
    first = (await case.handle.describe()).run_id
    await stories.coordinated(case)
    await case.began_anew_since(first)
    await case.silence(T.PARTNERS_DECIDED)
    await case.notices()
    return case.handle.id


async def caught_up(town: Town) -> str:
    """A turn is in the journal that the workflow never heard of: it goes on from there, and decides anew."""
    case = await town.open(id="caught-up")
    await case.notices()
    await case.recorded_elsewhere(told(m.DeclareAcute(), SCHOOL, "elsewhere"))
    await case.update(told(m.RecordPupilTalk(held_by=(v.Talker.MENTOR,)), SCHOOL, "talk"))
    await case.recorded_elsewhere(told(m.ClearAcute(), SCHOOL, "elsewhere-again"))
    await stories.parents_talked(case)  # told by somebody who has seen more in the journal than the case knows
    await case.notices()
    return case.handle.id


async def housekeeping(town: Town) -> str:
    """A round by night: a start that did not get through, notices that nobody sends any more, a birthday."""
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    young = intake(age=11)
    young["pupil"] = {"name": "Noor Proef", "dateOfBirth": tomorrow.replace(year=tomorrow.year - 12).isoformat()}
    await town.cases.open(actor(SCHOOL), young, "birthday")
    closed = await stories.closed(await town.open(id="closed"))
    await closed.ended()
    await closed.told(MOTHER, "withdraw_consent", person=MOTHER, id="withdrawn")
    await town.cases.accept(actor(SCHOOL), intake(), "not-started")
    for late in (
        "UPDATE vangnet.cases SET opened_at = opened_at - interval '1 hour' WHERE started_at IS NULL",
        "UPDATE vangnet.notices SET created_at = created_at - interval '2 hours' WHERE sent_at IS NULL",
    ):
        await tampered(town.dsn, late)
    night = await town.client.start_workflow(
        HousekeepingWorkflow.run,
        HousekeepingInput(daily=True),
        id="housekeeping",
        task_queue=TASK_QUEUE,
        start_delay=timedelta(days=2),
    )
    await town.skipper.fast_forward(night, timedelta(days=2))
    await night.result()
    return night.id


STORIES: tuple[Story, ...] = (returned, silent, forwarded, met, by_signal, caught_up, housekeeping, slow_mail)
RESTLESS: tuple[Story, ...] = (begun_anew,)
"""Told on a server that suggests to begin anew all the time; the second run is kept."""
