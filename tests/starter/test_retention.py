"""``vangnet retention``: what is due, what was done, and when a pupil left; and the schedule that does it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from protocol.keeping import Part
from starter.schedule import RETENTION, ensure_schedules
from tests.starter.stack import CJG, REGION, SCHOOL, Stack, actor

TODAY = datetime.now(UTC).date()
AS_OFFICER = ("--as", "privacy:gemeente:p.privacy")


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


async def test_the_school_tells_when_a_pupil_left(stack: Stack) -> None:
    """Its own pupil, on a day that has been; nobody else but the privacy officer tells it."""
    case = await closed(stack)
    left = (TODAY - timedelta(days=3)).isoformat()
    told = await stack.run("retention", "left", case, left, "--as", SCHOOL)
    corrected = await stack.run("retention", "left", case, left, "--as", "privacy:gemeente:p.privacy")
    by_cjg = await stack.run("retention", "left", case, left, "--as", CJG)
    tomorrow = await stack.run("retention", "left", case, (TODAY + timedelta(days=2)).isoformat(), "--as", SCHOOL)

    assert [0, 0, 3, 2] == [told.code, corrected.code, by_cjg.code, tomorrow.code]
    (part,) = await stack.store.held_of(await stack.store.policy(REGION), case)
    assert left == str(part.left_on)


async def test_the_schedule_is_made_once(stack: Stack) -> None:
    """Starting a second worker leaves it as it is."""
    await ensure_schedules(stack.temporal, anchors=timedelta(hours=1))
    await ensure_schedules(stack.temporal, anchors=timedelta(hours=1))

    described = await stack.temporal.get_schedule_handle(RETENTION).describe()

    assert 1 == len(described.schedule.spec.calendars)
