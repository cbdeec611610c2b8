"""The privacy officer's pages: requests under the law with their deadlines, and how long files are kept."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from playwright.async_api import Page
from pydantic import JsonValue

from protocol.keeping import Keep, Part, Since
from protocol.messages import Actor
from protocol.policy import Policy
from protocol.refusals import RefusalCode, Refused
from protocol.rights import RequestState, Right
from protocol.vocabulary import Role
from store import AccessEntry, AccessFilter, KeyDestroyed
from tests.starter.stack import REGION, an_intake
from tests.web.conftest import Login
from tests.web.serving import Pages
from tests.web.test_access_for_all import violations
from tests.web.told import CJG, MEENT, by, consented, coordinated, opened, sent, talked, tell
from tests.web.visiting import Visit

OFFICER = "p.privacy"
TODAY = datetime.now(UTC).date()
NOTE = "De leerling vertelde wat er is gebeurd."
_REQUEST = re.compile(r"/rechten/(r-[0-9a-f]+)")


async def at_school(web: Pages) -> str:
    """A case that the school handled itself: closed."""
    case = await talked(web)
    await tell(web, case, MEENT, "decide_report", needed=False)
    return case


async def requested(visit: Visit, case: str, kind: Right, subject: str = "pupil", requester: str | None = None) -> str:
    """Enter a request to the school on the pages; returns its address."""
    who = [("subject", subject), ("requester", requester or subject), ("parts", Part.SCHOOL.value)]
    fields = [("kind", kind.value), *who, ("received_on", TODAY.isoformat()), ("identified", "yes")]
    answer = await sent(visit, f"/rechten/nieuw?zaak={case}", *fields)
    assert 303 == answer.status_code, answer.text
    return str(answer.headers["location"])


def ident(address: str) -> str:
    """The request of an address."""
    found = _REQUEST.search(address)
    assert found
    return found[1]


async def does(visit: Visit, address: str, what: str, *fields: tuple[str, str]) -> int:
    """Do something to a request; returns the status."""
    await visit.get(address)
    return (await visit.post(address, [("doen", what), *fields])).status_code


async def notes_of(web: Pages, case: str) -> list[str]:
    """The ids of its notes."""
    return [row.note_id for row in await web.store.notes(case)]


@pytest.mark.parametrize("user", ["m.dewit", "s.yilmaz", "a.jansen", "l.smit", "f.admin", "o.ops"])
async def test_for_everybody_else_there_are_no_such_pages(web: Pages, visit: Visit, user: str) -> None:
    """A request that exists looks as one that does not."""
    async with Visit(web) as officer:
        await officer.log_in(OFFICER)
        address = await requested(officer, await opened(web), Right.ACCESS)
    await visit.log_in(user)

    paths = ["/rechten", "/rechten/nieuw", "/rechten/bewaartermijnen", address, f"{address}/stukken", f"{address}/inzage",
             f"{address}/inzage.json", "/rechten/bewaartermijnen/aanpassen", "/rechten/r-0"]  # fmt: skip
    assert {404} == {(await visit.get(path)).status_code for path in paths}
    assert {404} == {(await visit.post(path, {"doen": "toewijzen"})).status_code for path in paths[1:4]}


async def test_a_request_is_a_task_with_a_deadline_of_one_month(web: Pages, visit: Visit) -> None:
    """It can be extended once, by two months and with notice; each step is listed."""
    await visit.log_in(OFFICER)
    address = await requested(visit, await opened(web), Right.CORRECTION)
    assert ident(address) in (await visit.get("/rechten")).text

    without_notice = await does(visit, address, "verlengen", ("extension", "complex"))
    given = await does(visit, address, "verlengen", ("extension", "complex"), ("told", "yes"))

    assert (422, 303) == (without_notice, given)
    row = await web.store.rights_request(REGION, ident(address))
    assert row is not None
    assert 85 < (row.due_on - TODAY).days < 93
    assert ["entered", "extended"] == [step.what for step in await web.store.rights_steps(ident(address))]


async def test_what_is_missing_is_said_beside_it(web: Pages, visit: Visit) -> None:
    """An empty form, an unknown case, a day in the future or more than a year back."""
    await visit.log_in(OFFICER)
    case = await opened(web)

    empty = await sent(visit, f"/rechten/nieuw?zaak={case}")
    unknown = await visit.get("/rechten/nieuw?zaak=aaaa-bbbb-cccc")
    tomorrow = (TODAY + timedelta(days=2)).isoformat()
    long_ago = (TODAY - timedelta(days=368)).isoformat()
    days = [await sent(visit, f"/rechten/nieuw?zaak={case}", ("received_on", day)) for day in (tomorrow, long_ago)]

    assert (422, 200) == (empty.status_code, unknown.status_code)
    assert all("Vul een dag in van het afgelopen jaar." in answer.text for answer in days)
    assert {f"#f-{name}" for name in ("kind", "subject", "requester", "parts", "received_on", "identified")} <= set(
        re.findall(r'href="(#f-[a-z_]+)"', empty.text)
    )
    assert "Er is geen casus met dit nummer." in unknown.text


async def test_access_hands_out_what_was_chosen_and_nobody_else(web: Pages, visit: Visit) -> None:
    """Own data and chosen notes; others by their role only; the look is in the access log as an export."""
    case = await consented(web)
    both: list[JsonValue] = [{"person": "guardian-1", "custody": True}, {"name": "Ouder Twee", "custody": False}]
    await tell(web, case, MEENT, "set_guardians", guardians=both)
    await visit.log_in(OFFICER)
    address = await requested(visit, case, Right.ACCESS)
    seen = unescape((await visit.get(f"{address}/stukken")).text)
    none = unescape((await visit.get(f"{address}/inzage")).text)
    notes = await notes_of(web, case)
    await visit.get(f"{address}/stukken")
    await visit.post(f"{address}/stukken", [("notes", notes[-1])])

    shown = unescape((await visit.get(f"{address}/inzage")).text)
    data = json.loads((await visit.get(f"{address}/inzage.json")).text)
    people = await web.store.people(case, AccessEntry(actor=by(MEENT), case_id=case, what="people", purpose="test"))

    assert NOTE in seen
    assert NOTE not in none
    assert people["pupil"].name in shown
    assert "Ouders en voogden zijn nu" in shown
    for other in ("guardian-1", "guardian-2"):
        assert people[other].name not in shown + json.dumps(data, ensure_ascii=False)
    assert (1, len(notes) - 1) == (len(data["notes"]), data["notesLeftOut"])
    assert data["notes"][0]["text"] in shown
    assert {"granted"} == {answer["status"] for answer in data["consents"]}
    assert [None] == [kept["until"] for kept in data["kept"]]
    assert "exported" in [step.what for step in await web.store.rights_steps(ident(address))]


async def test_a_parent_gets_their_own_data_and_not_the_childs(web: Pages, visit: Visit) -> None:
    """Asked for themselves."""
    case = await consented(web)
    await visit.log_in(OFFICER)
    address = await requested(visit, case, Right.ACCESS, "guardian-1")
    people = await web.store.people(case, AccessEntry(actor=by(MEENT), case_id=case, what="people", purpose="test"))

    shown = unescape((await visit.get(f"{address}/inzage")).text)

    assert people["guardian-1"].name in shown
    assert people["pupil"].name not in shown


async def test_a_parent_who_asks_for_a_child_gets_what_the_officer_chose(web: Pages, visit: Visit) -> None:
    """Not where the child is reached, what it answered, nor what happened: the parent may be who it is kept from."""
    case = await consented(web)
    await visit.log_in(OFFICER)
    mine = await requested(visit, case, Right.ACCESS)
    theirs = await requested(visit, case, Right.ACCESS, "pupil", "guardian-1")

    own = json.loads((await visit.get(f"{mine}/inzage.json")).text)
    parents = json.loads((await visit.get(f"{theirs}/inzage.json")).text)
    shown = (await visit.get(f"{theirs}/inzage")).text

    assert {"Naam", "E-mailadres", "Taal", "Geboortedatum"} == set(own["data"])
    assert {"Naam", "Taal", "Geboortedatum"} == set(parents["data"])
    assert own["happened"]
    assert own["consents"]
    assert ([], []) == (parents["happened"], parents["consents"])
    assert own["data"]["E-mailadres"] not in shown
    assert "Een ouder vraagt dit overzicht." in shown


async def test_no_overview_opens_for_who_may_not_ask_for_it(web: Pages, visit: Visit) -> None:
    """A parent without custody who asks for the child: no notes to choose from, no document, no link to either."""
    case = await opened(web, guardians=[*_guardians(), {"name": "Ouder Twee", "custody": False, "language": "nl"}])
    await visit.log_in(OFFICER)
    address = await requested(visit, case, Right.ACCESS, "pupil", "guardian-2")
    page = (await visit.get(address)).text

    paths = [f"{address}/{below}" for below in ("stukken", "inzage", "inzage.json")]
    assert {404} == {(await visit.get(path)).status_code for path in paths}
    assert 404 == (await visit.post(paths[0], {"notes": "x"})).status_code
    assert "Dit verzoek kan niet worden toegewezen" in page
    assert not [path for path in paths if path in page]


async def test_what_was_granted_is_not_handed_out_to_who_may_not_ask_any_more(web: Pages, visit: Visit) -> None:
    """A parent who lost custody after it was granted: the page says so, and nothing opens."""
    case = await opened(web, guardians=[*_guardians(), {"name": "Ouder Twee", "custody": True, "language": "nl"}])
    await visit.log_in(OFFICER)
    address = await requested(visit, case, Right.ACCESS, "pupil", "guardian-1")
    assert 303 == await does(visit, address, "toewijzen")
    assert 200 == (await visit.get(f"{address}/inzage")).status_code
    now: list[JsonValue] = [{"person": f"guardian-{place}", "custody": place == 2} for place in (1, 2)]
    await tell(web, case, MEENT, "set_guardians", guardians=now)

    page = (await visit.get(address)).text

    assert "Het overzicht kan niet meer worden gegeven" in page
    assert 404 == (await visit.get(f"{address}/inzage")).status_code


def _guardians() -> list[JsonValue]:
    found = an_intake()["guardians"]
    assert isinstance(found, list)
    return found


async def test_each_look_for_a_request_says_on_whose_behalf(web: Pages, visit: Visit) -> None:
    """Who asked stands in the access log beside the officer, by their role, and on the page about looks."""
    await visit.log_in(OFFICER)
    case = await opened(web)
    await visit.get(await requested(visit, case, Right.ACCESS, requester="guardian-1"))

    look = AccessEntry(actor=Actor(role=Role.PRIVACY), what="test", purpose="test")
    rows = await web.store.accesses(AccessFilter(case_id=case), look, limit=50)
    assert {"guardian-1"} == {row.on_behalf for row in rows if row.purpose.startswith("request ")}
    assert "namens Ouder 1" in (await visit.get(f"/toegang?zaak={case}")).text


async def test_nothing_is_opened_once_it_is_decided(web: Pages, visit: Visit) -> None:
    """A refused request leaves no way into the file; names are not shown either."""
    case = await talked(web)
    await visit.log_in(OFFICER)
    address = await requested(visit, case, Right.ACCESS)
    people = await web.store.people(case, AccessEntry(actor=by(MEENT), case_id=case, what="people", purpose="test"))
    assert people["pupil"].name in unescape((await visit.get(address)).text)

    assert 303 == await does(visit, address, "afwijzen", ("ground", "unfounded"))

    assert people["pupil"].name not in unescape((await visit.get(address)).text)
    paths = (f"{address}/stukken", f"{address}/inzage", f"{address}/inzage.json")
    assert {404} == {(await visit.get(path)).status_code for path in paths}
    assert 409 == await does(visit, address, "toewijzen")


async def test_a_correction_changes_a_field_or_stands_beside_it(web: Pages, visit: Visit) -> None:
    """What cannot be is said; the statement comes with the overview that the person gets."""
    case = await talked(web)
    await visit.log_in(OFFICER)
    address = await requested(visit, case, Right.CORRECTION, "guardian-1")

    wrong = await does(visit, address, "verbeteren", ("field", "email"), ("value", "geen adres"))
    pasted = ("part", "school"), ("statement", "Kijk: data:image/png;base64,iVBORw0KGgo=")
    picture = await does(visit, address, "verklaring", *pasted)
    right = await does(visit, address, "verbeteren", ("field", "name"), ("value", "Anne de Boer"))
    stated = await does(visit, address, "verklaring", ("part", "school"), ("statement", "Ik was er niet bij."))
    done = await does(visit, address, "toewijzen")

    assert (422, 422, 303, 303, 303) == (wrong, picture, right, stated, done)
    access = await requested(visit, case, Right.ACCESS, "guardian-1")
    shown = (await visit.get(f"{access}/inzage")).text
    assert "Anne de Boer" in shown
    assert "Ik was er niet bij." in shown


async def test_an_objection_stops_sharing_until_it_is_decided(web: Pages, visit: Visit) -> None:
    """The CJG cannot engage anybody meanwhile; afterwards it can."""
    case = await coordinated(web)
    await visit.log_in(OFFICER)
    address = await requested(visit, case, Right.OBJECTION)

    with pytest.raises(Refused) as refused:
        await tell(web, case, CJG, "engage_partners", partners=["ggd"])
    assert refused.value.code is RefusalCode.OBJECTION_PENDING

    assert 303 == await does(visit, address, "afwijzen", ("ground", "compelling"))
    await tell(web, case, CJG, "engage_partners", partners=["ggd"])


async def test_an_open_case_is_not_erased_and_a_duty_to_keep_is_kept(web: Pages, visit: Visit) -> None:
    """Both are said, and only refusing is left; what is sent all the same is refused."""
    await visit.log_in(OFFICER)
    running, kept = await talked(web), await at_school(web)
    for case, reason in ((running, "De casus loopt nog"), (kept, "De wet verplicht")):
        address = await requested(visit, case, Right.ERASURE)
        shown = (await visit.get(address)).text

        assert reason in shown
        assert 'value="toewijzen"' not in shown
        assert 422 == await does(visit, address, "toewijzen")
        assert await notes_of(web, case)


async def test_erasure_is_final_and_of_one_controller(web: Pages, visit: Visit) -> None:
    """Where the region sees no duty: the school's part goes, the CJG's stays; the record says on whose request."""
    policy = await web.store.policy(REGION)
    free = Keep(months=24, since=Since.LEFT_SCHOOL)
    await web.store.save_policy(
        policy.model_copy(update={"version": policy.version + 1, "retention": {"school.handled_at_school": free}})
    )
    try:
        case, neighbour = await at_school(web), await at_school(web)
        await visit.log_in(OFFICER)
        address = await requested(visit, case, Right.ERASURE)

        assert 303 == await does(visit, address, "toewijzen")

        look = AccessEntry(actor=by(MEENT), case_id=case, what="people", purpose="test")
        with pytest.raises(KeyDestroyed):
            await web.store.people(case, look)
        assert await web.store.people(neighbour, look.model_copy(update={"case_id": neighbour}))
        row = await web.store.rights_request(REGION, ident(address))
        assert row is not None
        assert row.state is RequestState.GRANTED
        record = next(done for done in await web.store.retention_log(REGION) if done.case_id == case)
        assert (ident(address), "request", "school") == (record.request_id, record.rule, record.part)
        assert case in (await visit.get("/rechten/bewaartermijnen")).text
    finally:
        now = await web.store.policy(REGION)
        await web.store.save_policy(Policy(region=REGION, version=now.version + 1))


async def test_the_pages_are_for_everybody(page: Page, login: Login, web: Pages) -> None:
    """Every page and state of it, also in English and on a narrow screen."""
    async with Visit(web) as officer:
        await officer.log_in(OFFICER)
        case, closed = await consented(web), await at_school(web)
        addresses = [await requested(officer, closed if right is Right.ERASURE else case, right) for right in Right]
        await officer.get(f"{addresses[0]}/stukken")
        await officer.post(f"{addresses[0]}/stukken", [("notes", note) for note in await notes_of(web, case)])
        decided = await requested(officer, case, Right.ACCESS)
        await does(officer, decided, "afwijzen", ("ground", "unfounded"))
    await page.set_viewport_size({"width": 320, "height": 800})
    await login(page, OFFICER)
    await page.goto("/rechten")

    paths = ["/rechten", "/rechten/nieuw", f"/rechten/nieuw?zaak={case}", "/rechten/bewaartermijnen", "/rechten/bewaartermijnen/aanpassen", *addresses, decided,
             f"{addresses[0]}/stukken", f"{addresses[0]}/inzage", f"{addresses[1]}?taal=en", "/rechten?taal=nl"]  # fmt: skip
    for path in paths:
        await page.goto(path)
        assert [] == await violations(page), path
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320, path
    await page.goto("/rechten/bewaartermijnen/aanpassen")
    await page.get_by_role("button", name="Sla de termijnen op").click()
    await page.get_by_role("button", name="Ja, sla dit op").wait_for()
    assert [] == await violations(page)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
