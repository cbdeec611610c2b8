"""What the pages show of a case: no more than the protocol's table of who sees what."""

from __future__ import annotations

import re

import pytest
from starlette.routing import Route

from protocol.access import Field
from starter.web import worklist
from starter.web.case import look, notes, routes
from starter.web.looks import is_walled
from starter.web.review import routes as review_routes
from tests.web.serving import Pages
from tests.web.told import CJG, GGD, MEENT, ZVH, coordinated, escalated, tell
from tests.web.visiting import Visit

AT_MEENT, AT_CJG, AT_GGD, AT_ZVH = "m.dewit", "s.yilmaz", "l.smit", "a.jansen"


async def with_partner(web: Pages) -> str:
    """A case in which the GGD takes part, and CJG and GGD each wrote something."""
    case = await coordinated(web)
    await tell(web, case, CJG, "engage_partners", note="Wij vragen de GGD om een gesprek.", partners=["ggd"])
    await tell(web, case, GGD, "answer_partner_request", note="De GGD ziet de leerling maandag.", answer="accept")
    await tell(web, case, CJG, "decide_network_meeting", note="Overleg is nu niet nodig.", needed=False)
    return case


async def log_in(visit: Visit, user: str) -> None:
    """Somebody else sits down at the browser."""
    visit.cookies.clear()
    await visit.log_in(user)


async def opened_notes(visit: Visit, case: str) -> set[str]:
    """The texts of all notes that the page leads to."""
    page = (await visit.get(f"/zaken/{case}")).text
    paths = set(re.findall(r'href="(/zaken/[^"]+/notities/[^"]+)"', page))
    opened = [(await visit.get(path)).text for path in sorted(paths)]
    return {sentence for sentence in WRITTEN if any(sentence in text for text in opened)}


TALK = "De leerling vertelde wat er is gebeurd."
ASKED = "Wij vragen de GGD om een gesprek."
ANSWER = "De GGD ziet de leerling maandag."
WEIGHED = "Overleg is nu niet nodig."
WRITTEN = (TALK, ASKED, ANSWER, WEIGHED)


async def test_each_reads_its_own_part_of_the_notes(web: Pages, visit: Visit) -> None:
    """The school reads what it brought in, the partner what it was asked and wrote, the coordinator everything."""
    case = await with_partner(web)
    readers = {AT_MEENT: {TALK}, AT_GGD: {ASKED, ANSWER}, AT_CJG: {*WRITTEN}}
    for user, expected in readers.items():
        await log_in(visit, user)
        assert expected == await opened_notes(visit, case), user


async def test_what_is_told_back_reaches_the_school(web: Pages, visit: Visit) -> None:
    """Why a case is handed over is feedback: the school opens that note of the coordinator's, and no other."""
    case = await with_partner(web)
    await tell(web, case, CJG, "de_escalate", note=ANSWER, reason="goal_reached")
    await log_in(visit, AT_MEENT)
    assert {TALK, ANSWER} == await opened_notes(visit, case)


async def test_a_partners_note_is_not_there_for_the_school(web: Pages, visit: Visit) -> None:
    """By its address it looks as a note that does not exist, and nothing of it is opened."""
    case = await with_partner(web)
    note = next(row.note_id for row in await web.store.notes(case) if row.message == "answer_partner_request")
    await log_in(visit, AT_MEENT)
    theirs, nothing = await visit.get(f"/zaken/{case}/notities/{note}"), await visit.get(f"/zaken/{case}/notities/x")
    assert (404, 404) == (theirs.status_code, nothing.status_code)
    assert nothing.text == theirs.text.replace(note, "x")


async def test_without_cover_nothing_shows_how_the_case_stands(web: Pages, visit: Visit) -> None:
    """The asked ZVH sees the task and whom to call; who directs, that it is escalated and why stay out."""
    case = await escalated(web)
    await log_in(visit, AT_ZVH)
    page, listed = (await visit.get(f"/zaken/{case}")).text, (await visit.get("/zaken")).text
    assert "Bel voor overleg de school: Scholengemeenschap De Meent." in page
    line = re.search(rf'href="/zaken/{case}".*?</li>', listed, re.DOTALL)
    assert line
    for text in (page.partition("<main")[2], line[0]):
        assert not [word for word in ("Dossierhouder", "Opschaling gevraagd", "werken niet mee") if word in text]


async def test_a_withdrawal_empties_an_open_session(web: Pages, visit: Visit) -> None:
    """The partner's next look, in the session it had, shows the task alone; its own note is gone as well."""
    case = await with_partner(web)
    await log_in(visit, AT_GGD)
    assert "Ouder Een" in (await visit.get(f"/zaken/{case}")).text
    note = next(row.note_id for row in await web.store.notes(case) if row.message == "answer_partner_request")
    assert 200 == (await visit.get(f"/zaken/{case}/notities/{note}")).status_code

    await tell(web, case, "person:pupil", "withdraw_consent", person="pupil")

    page = (await visit.get(f"/zaken/{case}")).text
    assert "Ouder Een" not in page
    assert "U ziet daarom geen persoonsgegevens" in page
    assert 404 == (await visit.get(f"/zaken/{case}/notities/{note}")).status_code


async def test_the_end_of_a_partnership_takes_the_case_away(web: Pages, visit: Visit) -> None:
    """Finished: page, note, list and search by number know of no case any more, in the same session."""
    case = await with_partner(web)
    await log_in(visit, AT_GGD)
    assert case in (await visit.get("/zaken")).text

    await tell(web, case, CJG, "finish_partner", partner="ggd")

    assert 404 == (await visit.get(f"/zaken/{case}")).status_code
    assert 404 == (await visit.get(f"/zaken/{case}/stand?nummer=1")).status_code
    assert case not in (await visit.get("/zaken")).text
    searched = await visit.post("/zaken", {"zaak": case})
    assert 422 == searched.status_code
    assert "Niet gevonden" in searched.text or "geen casus" in searched.text.lower()


async def test_a_hand_over_takes_the_case_from_who_coordinated(web: Pages, visit: Visit) -> None:
    """When the school confirmed, the CJG's open session finds nothing; the school keeps everything it may read."""
    case = await with_partner(web)
    await log_in(visit, AT_CJG)
    await tell(web, case, CJG, "de_escalate", note="Het gaat goed.", reason="goal_reached")
    assert 200 == (await visit.get(f"/zaken/{case}")).status_code

    await tell(web, case, MEENT, "confirm_hand_over")

    assert 404 == (await visit.get(f"/zaken/{case}")).status_code
    assert case not in (await visit.get("/zaken?stap=closed")).text


async def test_the_zvh_reads_advice_it_gave_only_while_it_is_in_the_case(web: Pages, visit: Visit) -> None:
    """A declined escalation is over for the ZVH; its advice stays with the school and the coordinator."""
    case = await with_partner(web)
    await tell(web, case, CJG, "escalate", note="Vier criteria.", reason="more_partners_needed")
    await tell(web, case, ZVH, "decline_escalation", note=ASKED)
    await log_in(visit, AT_ZVH)
    assert 404 == (await visit.get(f"/zaken/{case}")).status_code
    await log_in(visit, AT_MEENT)
    assert {TALK, ASKED} == await opened_notes(visit, case)


async def test_a_page_that_forgets_to_ask_shows_nothing_either(
    web: Pages, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the first wall down an uncovered CJG still gets no name, no note and no journal: the database has none for it."""
    case = await escalated(web)
    note = (await web.store.notes(case))[0].note_id
    monkeypatch.setattr(look, "seen", lambda *_, **__: frozenset(Field))
    monkeypatch.setattr(notes, "reads_note", lambda *_, **__: True)
    await log_in(visit, AT_CJG)

    page = (await visit.get(f"/zaken/{case}")).text

    assert "Toestemming" in page
    assert not [word for word in ("Ouder Een", "Leerling (", "Journaal", "Notities") if word in page]
    assert 404 == (await visit.get(f"/zaken/{case}/notities/{note}")).status_code
    await log_in(visit, AT_MEENT)
    assert "Ouder Een" in (await visit.get(f"/zaken/{case}")).text


def test_every_page_of_a_case_is_behind_the_second_wall() -> None:
    """Whatever of a case is opened with GET is read as the visitor."""
    found = [route for route in (*routes, *review_routes, *worklist.routes) if isinstance(route, Route)]
    assert len(found) > 7
    for route in found:
        assert is_walled(route.endpoint) or route.methods == {"POST"}, route.path
