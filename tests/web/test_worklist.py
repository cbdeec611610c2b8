"""The work list: what people begin their day with."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from protocol.policy import Calendar
from starter.oidc.people import DEMO
from starter.web.worklist import stretches
from tests.starter.stack import an_intake
from tests.web.serving import Pages
from tests.web.told import CJG, MEENT, by, consented, coordinated, escalated, opened, talked, tell
from tests.web.visiting import Visit

KOMPAS = "school:school-het-kompas:r.bakker"

_COPY = """
WITH copied AS (
    SELECT source.*, lpad(to_hex(place), 4, '0') || '-copy-' || lpad(to_hex(place), 4, '0') AS id, place
    FROM vangnet.overview AS source, generate_series(1, $2) AS place WHERE source.case_id = $1
), opened AS (
    INSERT INTO vangnet.cases (case_id, region, policy_version, opening, started_at, next_person)
    SELECT copied.id, source.region, source.policy_version, source.opening, now(), source.next_person
    FROM copied JOIN vangnet.cases AS source USING (case_id) RETURNING case_id
)
INSERT INTO vangnet.overview (case_id, number, at, region, step, kinds, school, file_holder, coordinator,
    process_director, escalation, safety, organisations, due_task, due_at, due_owners, state)
SELECT opened.case_id, 1, at, region, step, kinds, school, file_holder, 'veilig-thuis',
    process_director, escalation, safety, ARRAY['veilig-thuis'], due_task, due_at - place * interval '1 minute',
    array_replace(due_owners, 'cjg', 'veilig-thuis'), state || jsonb_build_object('id', opened.case_id, 'coordinator', 'veilig-thuis')
FROM copied JOIN opened ON opened.case_id = copied.id
"""


def numbers(page: str) -> list[str]:
    """The cases on a page, in order."""
    return re.findall(r'app-number[^"]*" href="/zaken/([0-9a-z-]+)"', page)


async def listed(visit: Visit, query: str = "") -> list[str]:
    """The cases that the list shows, page after page: other tests left cases of their own."""
    return [number for page in await pages(visit, f"/zaken{query}") for number in numbers(page)]


async def pages(visit: Visit, address: str) -> list[str]:
    """The pages of a list."""
    found = list[str]()
    while address:
        found.append((await visit.get(address)).text)
        onward = re.search(r'action" href="(/zaken\?[^"]*na=[^"]*)"', found[-1])
        address = onward[1].replace("&amp;", "&") if onward else ""
    return found


async def test_the_case_that_is_due_first_stands_on_top(web: Pages, visit: Visit) -> None:
    """A school sees its own cases only, in the order of their first deadlines."""
    later = await web.cases.open(by(KOMPAS), an_intake(signals=["recruitment"]))
    sooner = await web.cases.open(by(KOMPAS), an_intake(signals=["nude_photos"]))
    others = await opened(web)
    await visit.log_in("r.bakker")

    found = await listed(visit)

    assert found.index(sooner) < found.index(later)
    assert others not in found


async def test_overdue_is_said_in_words(web: Pages, visit: Visit) -> None:
    """A case whose deadline passed says so, and is found by that filter and no other."""
    case = await web.cases.open(by(KOMPAS), an_intake())
    await web.store.move_clock(case, timedelta(days=20))
    await visit.log_in("r.bakker")

    page = (await visit.get("/zaken?termijn=overdue")).text

    assert re.search(rf"{case}.*?dagen te laat", page, re.DOTALL)
    assert case not in await listed(visit, "?termijn=today")
    assert case not in await listed(visit, "?termijn=week")


async def test_filters_stand_in_the_address(web: Pages, visit: Visit) -> None:
    """Step, kind, escalation, role and turn choose cases; the form shows what was chosen."""
    asked, up = await talked(web), await escalated(web)
    await visit.log_in("m.dewit")

    for query, there, not_there in (
        ("?stap=parent_talk", asked, up),
        ("?stap=report", up, asked),
        ("?soort=loverboy", up, asked),
        ("?opgeschaald=yes", up, asked),
        ("?opgeschaald=no", asked, up),
        ("?beurt=ours", asked, up),
        ("?beurt=theirs", up, asked),
    ):
        found = await listed(visit, query)
        assert there in found, query
        assert not_there not in found, query
    page = (await visit.get("/zaken?stap=report&soort=loverboy")).text
    assert '<option value="report" selected>' in page
    assert '<option value="loverboy" selected>' in page
    assert await listed(visit) == await listed(visit, "?stap=nonsense&termijn=x")


async def test_the_role_of_my_organisation(web: Pages, visit: Visit) -> None:
    """The CJG finds the cases that it coordinates apart from those that were only reported to it."""
    mine, reported = await coordinated(web), await escalated(web)
    await visit.log_in("s.yilmaz")
    found = await listed(visit, "?rol=coordinator")
    assert mine in found
    assert reported not in found


@pytest.mark.parametrize("spelled", [str, str.upper, lambda number: f"  {number.replace('-', '')} "])
async def test_a_case_is_found_by_its_number(web: Pages, visit: Visit, spelled: type[str]) -> None:
    """However the number is typed, the search leads to the case."""
    case = await opened(web)
    await visit.log_in("m.dewit")
    await visit.get("/zaken")
    answer = await visit.post("/zaken", {"zaak": spelled(case)})
    assert (303, f"/zaken/{case}") == (answer.status_code, answer.headers["location"])


async def test_searching_tells_nothing_of_cases_of_others(web: Pages, visit: Visit) -> None:
    """A case of another school and no case at all give the same answer."""
    case = await opened(web)
    await visit.log_in("r.bakker")
    await visit.get("/zaken")
    theirs, nothing = await visit.post("/zaken", {"zaak": case}), await visit.post("/zaken", {"zaak": "2222-3333-4444"})
    assert "Er is geen casus met dit nummer" in theirs.text
    assert theirs.text.replace(case, "2222-3333-4444") == nothing.text


@pytest.mark.parametrize(("user", "path"), [
    ("r.bakker", "/zaken"), ("p.privacy", "/toegang"), ("p.privacy", "/toegang/uittreksel"), ("p.privacy", "/rechten/nieuw"),
])  # fmt: skip
@pytest.mark.parametrize("name", ["Fatima Yilmaz", "fati-mayi-lmaz", "dhrh-jnkt-rmpx"])
async def test_a_name_in_a_search_box_stays_nowhere(web: Pages, visit: Visit, user: str, path: str, name: str) -> None:
    """Twelve letters or digits are no case: the log says that somebody searched in vain, no address holds it."""
    await visit.log_in(user)
    page = await visit.get(path)

    answer = await visit.post(path, {"zaak": name, "organisatie": name, "kiezen": "zaak"})

    assert not re.search(r'<form[^>]*method="get"(?:(?!</form>).)*name="zaak"', page.text, re.DOTALL)
    assert (422, None) == (answer.status_code, answer.headers.get("location"))
    assert f'value="{name}"' in answer.text
    if path != "/zaken":
        assert 200 == (await visit.get(f"{path}?{urlencode({'zaak': name, 'organisatie': name})}")).status_code
    await visit.get(f"/zaken/{name}")
    connection = await asyncpg.connect(web.stack.settings.database_url.get_secret_value())
    rows = await connection.fetch("SELECT * FROM vangnet.access_log ORDER BY written_at DESC LIMIT 50")
    written = [" ".join(map(str, row.values())).lower() for row in rows]
    await connection.close()
    spelled = {name.lower(), name.lower().replace(" ", ""), "fati-mayi-lmaz"}
    assert not [row for row in written if any(word in row for word in spelled)]
    assert path != "/zaken" or any(" number " in row and row.endswith(" refused") for row in written)


async def test_a_closed_case_is_there_for_the_school_only(web: Pages, visit: Visit) -> None:
    """What is closed is off everybody's list, and is found again by the school."""
    case = await consented(web)
    await tell(web, case, MEENT, "decide_report", needed=False)
    await visit.log_in("m.dewit")
    assert case not in await listed(visit)
    assert case in await listed(visit, "?stap=closed")
    async with Visit(web) as cjg:
        await cjg.log_in("s.yilmaz")
        assert case not in await listed(cjg, "?stap=closed")


@pytest.fixture
async def many(web: Pages) -> AsyncIterator[None]:
    """120 cases that Veilig Thuis coordinates, gone after the test."""
    case = await coordinated(web)
    connection = await asyncpg.connect(web.stack.settings.database_url.get_secret_value())
    try:
        await connection.execute(_COPY, case, 120)
        yield
        await connection.execute("DELETE FROM vangnet.overview WHERE case_id LIKE '%-copy-%'")
        await connection.execute("DELETE FROM vangnet.cases WHERE case_id LIKE '%-copy-%'")
    finally:
        await connection.close()


async def _open(web: Pages, organisation: str) -> int:
    """How many cases an organisation is in that are not closed: other tests left some of their own."""
    connection = await asyncpg.connect(web.stack.settings.database_url.get_secret_value())
    try:
        found = await connection.fetchval(
            "SELECT count(*) FROM vangnet.overview WHERE organisations @> ARRAY[$1::text] AND step <> 'closed'",
            organisation,
        )
        return int(found)
    finally:
        await connection.close()


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("address", ["/zaken?rol=coordinator", "/zaken?rol=coordinator&beurt=ours"])
async def test_a_list_goes_on_after_fifty(web: Pages, visit: Visit, address: str) -> None:
    """Pages of fifty follow each other without a gap or a repetition, and lead back to the first."""
    await visit.log_in("j.vandijk")
    *full, last = await pages(visit, address)
    found = [numbers(page) for page in (*full, last)]

    assert {50} == {len(numbers(page)) for page in full}
    in_order = [number for page in found for number in page]
    assert len(set(in_order)) == len(in_order)
    copies = [number for number in in_order if "-copy-" in number]
    assert (120, sorted(copies, reverse=True)) == (len(copies), copies)
    assert "Terug naar de eerste casussen" in last
    assert f"<strong>{await _open(web, 'veilig-thuis')}</strong> open casussen" in last, (
        "all of theirs, whatever is filtered"
    )


async def test_a_role_that_is_not_in_the_case_does_not_list_it(web: Pages, visit: Visit) -> None:
    """An agency's partner desk does not see what the agency coordinates: the protocol decides, not the query."""
    case = await coordinated(web)
    await tell(web, case, CJG, "record_legal_basis", note="Zes.", basis="other", parties=["veilig-thuis"],
               second_reviewer="n.peters")  # fmt: skip
    await tell(web, case, CJG, "forward_case", to="veilig-thuis")
    await tell(web, case, "agency:veilig-thuis:j.vandijk", "accept_forward")
    desk = tuple(p.model_copy(update={"roles": ("partner",)}) if p.user == "j.vandijk" else p for p in DEMO)
    async with Visit(web) as agency:
        await agency.log_in("j.vandijk")
        assert case in await listed(agency, "?stap=partners")
    web.people.save(desk)
    await visit.log_in("j.vandijk")
    assert case not in await listed(visit, "?stap=partners")
    assert 404 == (await visit.get(f"/zaken/{case}")).status_code


async def test_who_keeps_the_system_sees_the_region(web: Pages, visit: Visit) -> None:
    """A technical administrator lists the cases of every organisation, without filters of an own one."""
    case = await opened(web)
    await visit.log_in("o.ops")
    page = (await visit.get("/zaken?stap=signal")).text
    assert case in numbers(page) or "Volgende 50 casussen" in page
    assert "Rol van uw organisatie" not in page


def test_the_week_ends_on_sunday() -> None:
    """Today and this week end at midnight of the region, on a Sunday too."""
    here = ZoneInfo("Europe/Amsterdam")
    for day in range(2, 9):
        found = stretches(Calendar(), datetime(2026, 11, day, 12, tzinfo=UTC))
        assert found.today.astimezone(here).isoformat() == f"2026-11-{day + 1:02}T00:00:00+01:00"
        assert found.week.astimezone(here).isoformat() == "2026-11-09T00:00:00+01:00"
