"""How long files are kept, on the pages: what comes, when a pupil left, what is held, and the region's periods."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape

from protocol.keeping import Keep, Since
from protocol.retention import HoldGround
from protocol.rights import Right
from tests.starter.opened_before import opened_before
from tests.starter.stack import REGION
from tests.web.serving import Pages
from tests.web.test_rights import OFFICER, TODAY, at_school, does, requested
from tests.web.told import CJG, by, hidden_fields, opened
from tests.web.visiting import Visit


async def left_on(web: Pages, case: str) -> date | None:
    """When the pupil left, as it is noted."""
    (part,) = await web.store.held_of(await web.store.policy(REGION), case)
    return part.left_on


async def test_when_a_pupil_left_is_noted_and_the_preview_follows(web: Pages, visit: Visit) -> None:
    """Two years after leaving is within the coming months: the case is on the list; no day before it was opened is taken."""
    case = await at_school(web)
    await opened_before(web.stack.settings, case, 701)
    await visit.log_in(OFFICER)
    path = "/rechten/bewaartermijnen"
    assert case not in (await visit.get(path)).text
    left = TODAY - timedelta(days=700)

    days = "morgen", (left - timedelta(days=3)).isoformat(), (TODAY + timedelta(days=2)).isoformat()
    wrong = [await visit.post(path, {"zaak": case, "left_on": day}) for day in days]
    noted = await visit.post(path, {"zaak": case.upper(), "left_on": left.isoformat()})

    assert [422, 422, 422, 303] == [answer.status_code for answer in (*wrong, noted)]
    assert case in (await visit.get(path)).text
    assert left == await left_on(web, case)


async def test_a_departure_that_destroys_tonight_is_asked_once_more(web: Pages, visit: Visit) -> None:
    """With what goes; nothing is noted until yes is said, and by no it is all still there to correct."""
    case, path = await at_school(web), "/rechten/bewaartermijnen"
    await opened_before(web.stack.settings, case, 900)
    await visit.log_in(OFFICER)
    await visit.get(path)
    mistyped = (TODAY - timedelta(days=800)).isoformat()

    asked = await visit.post(path, {"zaak": case, "left_on": mistyped})
    fields = dict(hidden_fields(asked.text))
    back = await visit.post(path, fields | {"terug": "ja"})
    more = await visit.post(path, fields | {"gewist": "0"})

    assert (200, 200, 200) == (asked.status_code, back.status_code, more.status_code)
    assert f"School, casus {case}" in unescape(asked.text)
    assert ("1", mistyped) == (fields["gewist"], fields["left_on"])
    assert f'value="{mistyped}"' in back.text
    assert more.text.count("Dit wordt gewist:") == 1
    assert await left_on(web, case) is None
    assert 303 == (await visit.post(path, fields)).status_code
    assert mistyped == str(await left_on(web, case))
    corrected = {"zaak": case, "left_on": (TODAY - timedelta(days=80)).isoformat()}
    assert 303 == (await visit.post(path, corrected)).status_code


async def test_a_closed_case_is_held_and_let_go(web: Pages, visit: Visit) -> None:
    """The officer places it and lifts it; while it lasts a request for erasure cannot be granted, and the page says why."""
    await visit.log_in(OFFICER)
    case, running = await at_school(web), await opened(web)
    path = "/rechten/bewaartermijnen"
    await visit.get(path)

    terms = {"ground": "police_report", "review_on": (TODAY + timedelta(days=90)).isoformat()}
    late, gone = (TODAY + timedelta(days=400)).isoformat(), TODAY.isoformat()

    without = ({"ground": ""}, {"ground": "x"}, {"review_on": ""}, {"review_on": late}, {"review_on": gone})
    sent_in = [{"vast": number} for number in (running, "zzzz-zzzz-zzzz", "\0")] + [
        {"vast": case, **each} for each in without
    ]
    wrong = [await visit.post(f"{path}/vasthouden", terms | each) for each in sent_in]
    assert case not in {row.case_id for row in await web.store.holds(REGION)}
    placed = await visit.post(f"{path}/vasthouden", terms | {"vast": case.upper()})
    page = (await visit.follow(placed)).text

    assert [422] * 8 == [answer.status_code for answer in wrong]
    assert "Deze casus loopt nog" in wrong[0].text
    assert f"Laat casus {case} los" in page
    assert "er is aangifte gedaan" in page
    assert "Opnieuw bekijken op" in page
    await web.store.place_hold(case, by(CJG), HoldGround.POLICE_REPORT, TODAY)
    assert "Had op" in (await visit.get(path)).text
    address = await requested(visit, case, Right.ERASURE, subject="guardian-1")
    assert 422 == await does(visit, address, "toewijzen")
    await visit.get(path)
    assert 303 == (await visit.post(f"{path}/vasthouden", {"vast": case, "doen": "loslaten"})).status_code
    assert f"Laat casus {case} los" not in (await visit.get(path)).text


async def test_letting_a_case_go_that_is_due_is_asked_once_more(web: Pages, visit: Visit) -> None:
    """With what goes by it tonight; by no it is held as before."""
    case, path = await at_school(web), "/rechten/bewaartermijnen/vasthouden"
    await web.store.place_hold(case, by(CJG), HoldGround.POLICE_REPORT, TODAY + timedelta(days=9))
    await web.store.told_departure(case, TODAY - timedelta(days=800), by(CJG))
    await visit.log_in(OFFICER)
    await visit.get("/rechten/bewaartermijnen")

    asked = await visit.post(path, {"vast": case, "doen": "loslaten"})
    fields = dict(hidden_fields(asked.text))
    back = await visit.post(path, fields | {"terug": "ja"})

    assert f"School, casus {case}" in unescape(asked.text)
    assert (200, "1", 303) == (asked.status_code, fields["gewist"], back.status_code)
    assert case in {row.case_id for row in await web.store.holds(REGION)}
    assert 303 == (await visit.post(path, fields)).status_code
    assert case not in {row.case_id for row in await web.store.holds(REGION)}
    await web.store.told_departure(case, TODAY, by(CJG))  # not due any more: other tests count what is


async def test_the_regions_periods_are_changed_and_count_at_once(web: Pages, visit: Visit) -> None:
    """A new version with what differs from the defaults; never longer for the ZVH than the law lets; logged by field."""
    await visit.log_in(OFFICER)
    path = "/rechten/bewaartermijnen/aanpassen"
    before = await web.store.policy(REGION)
    shown = (await visit.get(path)).text
    fields = dict(re.findall(r'<input class="utrecht-textbox[^>]*name="([^"]+)"[^>]*value="([^"]*)"', shown))
    fields |= {"version": str(before.version)}

    wrong = await visit.post(
        path, fields | {"zvh.returned": "61", "school.ended": "23", "coordinator.ended": "0", "longest_stay": "x"}
    )
    stale = await visit.post(path, fields | {"version": "0"})
    back = await visit.post(path, fields | {"coordinator.returned": "180", "terug": "ja"})
    asked = await visit.post(path, fields | {"coordinator.returned": "180"})
    assert before == await web.store.policy(REGION)
    saved = await visit.post(path, hidden_in(asked.text))

    statuses = [answer.status_code for answer in (wrong, stale, back, asked, saved)]
    assert [422, 409, 200, 200, 303] == statuses
    assert 4 == wrong.text.count("utrecht-form-field-error-message")
    assert 'value="180"' in back.text
    assert "240 wordt 180" in unescape(asked.text)
    after = await web.store.policy(REGION)
    assert {"coordinator.returned": 180} == {name: keep.months for name, keep in after.retention.items()}
    assert (before.version + 1, before.terms) == (after.version, after.terms)
    changed = {row.field for row in await web.store.directory_changes(REGION, limit=9)}
    assert "retention.coordinator.returned.months" in changed
    await web.store.save_policy(before.model_copy(update={"version": after.version + 1}))


async def test_what_a_change_destroys_is_said_before(web: Pages, visit: Visit) -> None:
    """How many parts go tonight stands on the page that asks again; a change that takes more than was said is asked anew."""
    await visit.log_in(OFFICER)
    path, case, before = "/rechten/bewaartermijnen/aanpassen", await at_school(web), await web.store.policy(REGION)
    longer = Keep(months=36, since=Since.LEFT_SCHOOL, duty=True)
    await web.store.save_policy(
        before.model_copy(update={"version": before.version + 1, "retention": {"school.handled_at_school": longer}})
    )
    await web.store.told_departure(case, TODAY - timedelta(days=800), by(CJG))
    fields = hidden_in((await visit.get(path)).text, "text")

    asked = await visit.post(path, fields | {"school.handled_at_school": "24"})
    agreed = hidden_in(asked.text)
    too_few = await visit.post(path, agreed | {"gewist": str(int(agreed["gewist"]) - 1)})

    gone, now = (int(found) for found in re.findall(r"(?:opslaat|zijn het er):? (\d+)\.", unescape(asked.text)))
    assert (1, str(gone)) == (gone - now, agreed["gewist"])
    assert (200, 36) == (
        too_few.status_code,
        (await web.store.policy(REGION)).retention["school.handled_at_school"].months,
    )
    assert 303 == (await visit.post(path, agreed)).status_code
    after = await web.store.policy(REGION)
    assert {} == after.retention
    await web.store.save_policy(before.model_copy(update={"version": after.version + 1}))


def hidden_in(page: str, kind: str = "hidden") -> dict[str, str]:
    """What the form for the periods holds: what it says without being asked, or with what stands in its fields."""
    found = [
        dict(re.findall(r'(name|type|value)="([^"]*)"', control)) for control in re.findall(r"<input [^>]+>", page)
    ]
    return {
        each["name"]: each["value"] for each in found if each["type"] in {"hidden", kind} and each["name"] != "zaak"
    }
