"""The page of one case, for everybody who may and may not see it."""

from __future__ import annotations

import re
from datetime import timedelta
from string import Formatter

import pytest
from playwright.async_api import Browser, expect
from pydantic import JsonValue

from protocol.access import allowed
from protocol.events import EVENTS, event_name
from protocol.notices import NoticeKind
from protocol.vocabulary import Step
from starter import standing
from starter.web.security.cookies import SESSION
from starter.web.texts import catalogue
from store.keys import token_hash
from tests.web.conftest import log_in
from tests.web.serving import Pages
from tests.web.told import CJG, GGD, MEENT, ZVH, by, consented, coordinated, escalated, opened, talked, tell
from tests.web.visiting import Visit

UNKNOWN = "/zaken/aaaa-bbbb-cccc"


async def test_shows_where_the_case_stands_and_who_directs(web: Pages, visit: Visit) -> None:
    """The step, the three roles side by side and what is due stand on the page of the school's case."""
    case = await talked(web)
    await visit.log_in("m.dewit")

    page = (await visit.get(f"/zaken/{case}")).text

    assert 'aria-current="step"' in page
    assert re.search(r"Dossierhouder.{0,80}Scholengemeenschap De Meent", page, re.DOTALL)
    assert "Toestemming vragen of een besluit nemen" in page
    assert "Gesprek met de ouders vastgelegd" in page


async def test_names_are_shown_to_who_reads_the_file_and_each_look_is_logged(web: Pages, visit: Visit) -> None:
    """The school reads who the people are, and the access log says that it did."""
    case = await talked(web)
    await visit.log_in("m.dewit")
    before = await web.stack.looked(case)

    page = (await visit.get(f"/zaken/{case}")).text

    assert "Ouder Een (ouder 1)" in page
    assert before + 1 == await web.stack.looked(case)


async def test_who_is_not_covered_sees_the_task_and_nobodys_name(web: Pages, visit: Visit) -> None:
    """An uncovered CJG sees number, step, deadlines and whom to call; no name, consent, note or journal."""
    case = await escalated(web)
    await visit.log_in("s.yilmaz")
    before = await web.stack.looked(case)

    page = (await visit.get(f"/zaken/{case}")).text

    assert "U ziet daarom geen persoonsgegevens" in page
    assert "Besluiten over de melding" in page
    assert not [word for word in ("Ouder Een", "Leerling ", "Journaal", "Notities", "Toestemming") if word in page]
    assert before + 1 == await web.stack.looked(case)


async def test_who_keeps_the_system_sees_the_state_and_nobodys_name(web: Pages, visit: Visit) -> None:
    """A technical administrator sees how the case stands, and that it can be acted on by others only."""
    case = await talked(web)
    await visit.log_in("o.ops")

    page = (await visit.get(f"/zaken/{case}")).text

    assert "Journaal" in page
    assert "Ouder Een" not in page
    assert "U kunt nu niets doen in deze casus." in page


@pytest.mark.parametrize("below", ["", "/stand?nummer=1", "/request-consent", "/notities/x", "/overdracht/1"])
async def test_a_case_of_others_looks_like_no_case(web: Pages, visit: Visit, below: str) -> None:
    """Another school gets the same page for a case that exists and for one that does not."""
    case = await opened(web)
    await visit.log_in("r.bakker")

    theirs, nothing = await visit.get(f"/zaken/{case}{below}"), await visit.get(f"{UNKNOWN}{below}")

    assert (404, 404) == (theirs.status_code, nothing.status_code)
    assert nothing.text.replace("aaaa-bbbb-cccc", case) == theirs.text


@pytest.mark.parametrize(
    ("user", "acting_as"), [("m.dewit", MEENT), ("s.yilmaz", CJG), ("a.jansen", ZVH), ("o.ops", "ops:gemeente:o.ops")]
)
async def test_offers_exactly_what_the_protocol_allows(web: Pages, visit: Visit, user: str, acting_as: str) -> None:
    """The links to actions are the messages that the protocol lets this person tell now."""
    case = await escalated(web)
    await visit.log_in(user)
    found = await standing.find(web.store, case)
    assert found is not None

    page = (await visit.get(f"/zaken/{case}")).text

    offered = set(re.findall(rf'href="/zaken/{case}/([a-z-]+)"', page)) - {"noodtoegang"}  # no message
    expected = allowed(found.case, by(acting_as), found.now, found.policy)
    assert {name.replace("_", "-") for name in expected} == offered


async def test_says_in_advance_what_is_missing(web: Pages, visit: Visit) -> None:
    """Engaging partners is not possible before the severity is set, and the page says so."""
    case = await consented(web)
    await tell(web, case, MEENT, "decide_report", needed=True)
    await tell(web, case, CJG, "accept_report")
    await visit.log_in("s.yilmaz")

    page = (await visit.get(f"/zaken/{case}")).text

    assert "Partners inschakelen: De zwaarte van de casus is nog niet bepaald." in page


async def test_a_note_is_opened_on_its_own_page_and_logged(web: Pages, visit: Visit) -> None:
    """A note's text is not on the page of the case; opening it writes the access log."""
    case = await talked(web)
    await visit.log_in("m.dewit")
    page = (await visit.get(f"/zaken/{case}")).text
    assert "De leerling vertelde wat er is gebeurd." not in page
    before = await web.stack.looked(case)

    notes = [await visit.get(path) for path in sorted(set(re.findall(r'href="(/zaken/[^"]+/notities/[^"]+)"', page)))]

    assert any("De leerling vertelde wat er is gebeurd." in note.text for note in notes)
    assert all("no-store" in note.headers["cache-control"] for note in notes)
    assert before + len(notes) == await web.stack.looked(case)


async def test_a_note_is_not_there_for_who_is_not_covered(web: Pages, visit: Visit) -> None:
    """The CJG of an uncovered case cannot open a note by its address."""
    case = await escalated(web)
    note = (await web.store.notes(case))[0].note_id
    await visit.log_in("s.yilmaz")
    assert 404 == (await visit.get(f"/zaken/{case}/notities/{note}")).status_code


async def test_the_hand_over_document_is_there_for_the_school(web: Pages, visit: Visit) -> None:
    """What comes back is read on a page before the school confirms it."""
    case = await coordinated(web)
    await tell(web, case, CJG, "decide_network_meeting", needed=False)
    await tell(web, case, CJG, "de_escalate", note="Het gaat goed.", reason="goal_reached")
    await visit.log_in("m.dewit")
    page = await _until_document(visit, case)

    document = (await visit.get(re.findall(r'href="(/zaken/[^"]+/overdracht/[0-9]+)"', page)[0])).text

    assert "Het doel is bereikt" in document
    assert "Teruggegeven aan school" in document


async def _until_document(visit: Visit, case: str) -> str:
    """Hand-over documents are prepared with the notices, just after the event."""
    for _ in range(200):
        page = (await visit.get(f"/zaken/{case}")).text
        if "Overdrachtsdocument" in page:
            return page
    raise AssertionError("no document came")


async def test_nothing_is_sent_while_nothing_changes(web: Pages, visit: Visit) -> None:
    """A page that asks whether anything changed gets nothing, and opens nobody's data."""
    case = await talked(web)
    await visit.log_in("m.dewit")
    number = (await standing.find_for(web.store, case, by("ops:gemeente:o.ops"))).case.number
    before = await web.stack.looked(case)

    same = await visit.get(f"/zaken/{case}/stand?nummer={number}")
    odd = await visit.get(f"/zaken/{case}/stand?nummer=x")
    older = await visit.get(f"/zaken/{case}/stand?nummer={number - 2}")

    assert (204, 204, 200) == (same.status_code, odd.status_code, older.status_code)
    assert "Gesprek met de ouders vastgelegd" in older.text
    assert before + 1 == await web.stack.looked(case)


async def test_what_somebody_else_does_appears_without_reloading(web: Pages, browser: Browser) -> None:
    """A colleague's page shows, and says politely, what was just recorded."""
    case = await talked(web)
    context = await browser.new_context(base_url=web.address, locale="nl-NL")
    page = await context.new_page()
    await log_in(page, "l.hendriks")
    await page.goto(f"/zaken/{case}")

    await tell(web, case, MEENT, "declare_acute")

    await expect(page.locator("#nieuws[role=status]")).to_contain_text("Er is acuut gevaar gemeld.", timeout=20_000)
    await expect(page.get_by_text("Acuut gevaar", exact=True)).to_be_visible()
    await context.close()


async def test_names_do_not_stay_on_the_screen_of_who_may_not_see_them_any_more(web: Pages, browser: Browser) -> None:
    """Left open, a page empties itself when the session is over, and when one is no part of the case any more."""
    case = await coordinated(web)
    await tell(web, case, CJG, "engage_partners", partners=["ggd"])
    await tell(web, case, GGD, "answer_partner_request", answer="accept")
    contexts = [await browser.new_context(base_url=web.address, locale="nl-NL") for _ in range(2)]
    school, partner = [await context.new_page() for context in contexts]
    for page, user in ((school, "l.hendriks"), (partner, "l.smit")):
        await log_in(page, user)
        await page.goto(f"/zaken/{case}")
        await expect(page.get_by_text("Ouder Een").first).to_be_visible()

    await tell(web, case, GGD, "finish_partner", partner="ggd")
    (token,) = [cookie["value"] for cookie in await contexts[0].cookies() if cookie["name"] == SESSION]
    await web.store.end_session(token_hash(token).hex())

    for page, said in ((school, "Uw sessie is verlopen"), (partner, "Deze pagina is er niet")):
        await expect(page.get_by_role("heading", level=1)).to_have_text(said, timeout=25_000)
        await expect(page.get_by_text("Ouder Een")).to_have_count(0)
    await expect(school.get_by_role("link", name="Inloggen")).to_have_attribute(
        "href", f"/inloggen?terug=%2Fzaken%2F{case}"
    )
    for context in contexts:
        await context.close()


async def test_a_meeting_shows_who_came_where_the_minutes_are_and_what_is_late(web: Pages, visit: Visit) -> None:
    """The coordinator reads the minutes from the agreements; who owns an open one is led to telling that it is done."""
    case = await coordinated(web)
    found = await standing.find_for(web.store, case, by(CJG))
    at, due = found.now + timedelta(days=2), (found.now + timedelta(days=7)).date().isoformat()
    await tell(web, case, CJG, "decide_network_meeting", needed=True)
    invitees: list[JsonValue] = ["guardian-1", "ggd"]
    await tell(web, case, CJG, "plan_network_meeting", note="Stadhuis.", at=at.isoformat(), invitees=invitees)
    actions: list[JsonValue] = [{"owner": owner, "due": due} for owner in ("cjg", "guardian-1")]
    await tell(web, case, CJG, "record_network_meeting", note="Het verslag.", attendees=["ggd"], actions=actions)
    await tell(web, case, CJG, "complete_action", action="action-2")
    await web.store.move_clock(case, timedelta(days=10))

    await visit.log_in("s.yilmaz")
    page = (await visit.get(f"/zaken/{case}")).text
    part = re.sub(r"\s+", " ", page.partition('aria-labelledby="netwerkberaad"')[2].partition("</section>")[0])
    assert "Aanwezig bij het laatste beraad: GGD" in part
    assert "Afwezig: Ouder Een (ouder 1)." in part
    minutes = re.findall(r'<h3[^>]*><a [^>]*href="([^"]+)"', part)
    assert "Het verslag." in (await visit.get(minutes[0])).text
    open_, done = part.split("<li")[1:]
    assert re.search(r"nog open.*dagen te laat", open_)
    assert f'href="/zaken/{case}/complete-action"' in open_
    assert "gedaan" in done
    assert "te laat" not in done
    assert "complete-action" not in done

    visit.cookies.clear()
    await visit.log_in("m.dewit")
    school = (await visit.get(f"/zaken/{case}")).text
    assert minutes[0] not in school
    assert f'href="/zaken/{case}/complete-action"' not in school


def test_every_event_and_notice_has_its_sentence() -> None:
    """In each language an event's sentence fills in fields that the event has."""
    for texts in catalogue().languages.values():
        for event in EVENTS:
            template = texts(f"event.{event_name(event)}")
            fields = {name for _, name, _, _ in Formatter().parse(template) if name}
            assert fields <= set(event.model_fields), event_name(event)
        assert all(f"notice.{kind}" in texts for kind in NoticeKind)
        assert all(texts.word(step) for step in Step)
