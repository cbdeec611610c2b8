"""``vangnet retention``: what is due, what was done, and when a pupil left; and the schedule that does it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue

from protocol.keeping import Part
from starter.schedule import RETENTION, ensure_schedules
from tests.command_line import Ended
from tests.starter.opened_before import opened_before
from tests.starter.stack import CJG, REGION, SCHOOL, Stack, actor

TODAY = datetime.now(UTC).date()
AS_OFFICER = ("--as", "privacy:gemeente:p.privacy")
HANDLED: tuple[tuple[str, dict[str, JsonValue]], ...] = (
    ("record_police_contact", {"contact": "report"}),
    ("record_pupil_talk", {"held_by": ["mentor"]}),
    ("record_parent_talk", {"existing_care": False, "postponed_for_safety": False, "pupil_present": True}),
    ("decide_report", {"needed": False}),
)
"""What a school tells that handles a case itself."""


async def closed(stack: Stack) -> str:
    """A case that was opened by mistake: a month later it is gone."""
    case = await stack.open()
    await stack.tell(case, "cancel_case", reason="opened_by_mistake")
    return case


async def test_the_preview_says_what_comes_by_which_rule(stack: Stack) -> None:
    """Not yet today; by the day that is asked for; nothing personal in it."""
    case = await closed(stack)
    later = (TODAY + timedelta(days=40)).isoformat()

    now = await stack.run("retention", "preview", "--json", *AS_OFFICER)
    then = await stack.run("retention", "preview", "--until", later, "--json", *AS_OFFICER)
    table = await stack.run("retention", "preview", "--until", later, *AS_OFFICER)

    assert [0, 0, 0] == [now.code, then.code, table.code]
    assert case not in now.out
    (row,) = [row for row in json.loads(then.out) if row["caseId"] == case]
    assert ("school", "destroy", "school.cancelled", "closed", None) == (
        row["part"], row["act"], row["rule"], row["since"], row["hold"],
    )  # fmt: skip
    assert case in table.out


async def test_the_log_says_what_was_done(stack: Stack) -> None:
    """What, when, and by which rule."""
    case = await closed(stack)
    privacy = actor("privacy:gemeente:p.privacy")
    assert await stack.store.erase_part(case, Part.SCHOOL, "r-1", privacy)

    found = await stack.run("retention", "log", "--json", *AS_OFFICER)

    (row,) = [row for row in json.loads(found.out) if row["caseId"] == case]
    assert ("school", "destroy", "request", "r-1") == (row["part"], row["act"], row["rule"], row["requestId"])


async def test_only_the_privacy_officer_sees_either(stack: Stack) -> None:
    """As on the pages: nobody who works on cases, nor who keeps the system, nor who does not say who they are."""
    assert 3 == (await stack.run("retention", "preview")).code
    assert 3 == (await stack.run("retention", "log", "--as", "admin:gemeente:f.admin")).code


async def left(stack: Stack, case: str, days_ago: int, acting_as: str = SCHOOL, *more: str) -> Ended:
    """Tell it on the command line."""
    day = (TODAY - timedelta(days=days_ago)).isoformat()
    return await stack.run("retention", "left", case, day, "--as", acting_as, *more)


async def test_the_school_tells_when_a_pupil_left(stack: Stack) -> None:
    """Its own pupil, between the opening and today; nobody else but the privacy officer tells it."""
    case = await closed(stack)
    await opened_before(stack.settings, case, 4)
    told = await left(stack, case, 3)
    corrected = await left(stack, case, 3, "privacy:gemeente:p.privacy")
    others = [await left(stack, case, 3, CJG), await left(stack, case, -2), await left(stack, case, 7)]

    assert [0, 0, 3, 2, 2] == [ended.code for ended in (told, corrected, *others)]
    (part,) = await stack.store.held_of(await stack.store.policy(REGION), case)
    assert TODAY - timedelta(days=3) == part.left_on


async def test_a_departure_that_destroys_tonight_is_told_with_sure(stack: Stack) -> None:
    """Refused with what would go and how to say that it is meant; nothing is noted before."""
    case = await stack.open()
    for name, fields in HANDLED:
        await stack.client.tell(case, name, fields, actor(SCHOOL))
    await opened_before(stack.settings, case, 900)
    doubted = await left(stack, case, 800)
    (before,) = await stack.store.held_of(await stack.store.policy(REGION), case)

    meant = await left(stack, case, 800, SCHOOL, "--sure")

    assert (2, 0) == (doubted.code, meant.code)
    assert "voorgoed gewist: het deel van de school. Is dat de bedoeling, zeg het dan met --sure." in doubted.err
    (after,) = await stack.store.held_of(await stack.store.policy(REGION), case)
    assert (None, TODAY - timedelta(days=800)) == (before.left_on, after.left_on)


async def test_the_schedule_is_made_once(stack: Stack) -> None:
    """Starting a second worker leaves it as it is."""
    await ensure_schedules(stack.temporal, anchors=timedelta(hours=1))
    await ensure_schedules(stack.temporal, anchors=timedelta(hours=1))

    described = await stack.temporal.get_schedule_handle(RETENTION).describe()

    assert 1 == len(described.schedule.spec.calendars)
