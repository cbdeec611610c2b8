"""Telling a case something in the pages: forms made from the messages themselves."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest
from playwright.async_api import Browser, expect

from protocol.access import Field
from protocol.events import event_name
from protocol.messages import TOLD_BY_PEOPLE, Message, name_of
from starter import standing
from starter.web.case.forms import Form
from starter.web.case.look import Look
from starter.web.case.names import Names
from starter.web.texts import catalogue
from starter.web.visitor import Visitor
from tests.web.conftest import log_in
from tests.web.serving import Pages
from tests.web.told import (
    CJG,
    GGD,
    MEENT,
    by,
    consented,
    coordinated,
    escalated,
    hidden_fields,
    opened,
    sent,
    talked,
    tell,
)
from tests.web.visiting import Visit


@pytest.mark.parametrize("message", TOLD_BY_PEOPLE, ids=name_of)
async def test_every_message_has_a_form(web: Pages, message: type[Message]) -> None:
    """Each field of each message is asked for, in words that both languages have."""
    found = await standing.find(web.store, await opened(web))
    assert found is not None
    directory = await web.store.organisations(web.services.region)
    for t in catalogue().languages.values():
        me = Visitor(by(MEENT), by(MEENT), "Marloes", "De Meent", "s")
        names = Names(t, {row.id: row.name for row in directory})
        controls = Form(Look(me, found, frozenset(Field), directory, {}, names, t), message).controls()
        assert set(message.model_fields) - {"kind", "subject"} == {control.name for control in controls}
        assert all(control.label for control in controls)


async def test_telling_leads_back_to_the_case_and_says_what_happened(web: Pages, visit: Visit) -> None:
    """After the POST comes a redirect; the page says what was recorded, on a refresh too."""
    case = await opened(web)
    await visit.log_in("m.dewit")

    answer = await sent(visit, f"/zaken/{case}/record-police-contact", ("contact", "report"))
    pages = [await visit.get(answer.headers["location"]) for _ in range(2)]

    assert 303 == answer.status_code
    assert all("Contact met de politie vastleggen: gelukt" in page.text for page in pages)
    assert all("Contact met de politie: Melding." in page.text for page in pages)


async def test_a_double_click_counts_once(web: Pages, visit: Visit) -> None:
    """The same form sent twice at once, and once more later, tells the case once."""
    case = await opened(web)
    await visit.log_in("m.dewit")
    path = f"/zaken/{case}/record-police-contact"
    fields = [*hidden_fields((await visit.get(path)).text), ("contact", "report")]

    answers = [
        *await asyncio.gather(visit.post(path, fields), visit.post(path, fields)),
        await visit.post(path, fields),
    ]

    assert [303] * 3 == [answer.status_code for answer in answers]
    events = [row.recorded.event for row in await web.store.journal(case)]
    assert 1 == sum(type(event).__name__ == "PoliceContactRecorded" for event in events)


async def test_the_same_form_with_something_else_is_asked_about(web: Pages, visit: Visit) -> None:
    """Who goes back and changes a form that was sent is told so, and can send it as a new one."""
    case = await opened(web)
    await visit.log_in("m.dewit")
    path = f"/zaken/{case}/record-police-contact"
    fields = hidden_fields((await visit.get(path)).text)
    await visit.post(path, [*fields, ("contact", "report")])

    again = await visit.post(path, [*fields, ("contact", "complaint")])

    assert 409 == again.status_code
    assert "Dit formulier is al een keer verstuurd" in again.text
    new = hidden_fields(again.text)
    assert 303 == (await visit.post(path, [*new, ("contact", "complaint")])).status_code


async def test_a_refusal_keeps_what_was_typed(web: Pages, visit: Visit) -> None:
    """A date in the past is refused in the protocol's own sentence, and everything typed is there still."""
    case = await talked(web)
    await visit.log_in("m.dewit")

    answer = await sent(
        visit,
        f"/zaken/{case}/extend-deadline",
        ("task", "ask_or_decide"),
        ("until", "2020-01-01"),
        ("note", "Omdat <b>."),
    )

    assert 409 == answer.status_code, answer.text
    assert "De genoemde datum is al voorbij" in answer.text
    assert "Omdat &lt;b&gt;." in answer.text
    assert 'value="2020-01-01"' in answer.text


async def test_what_is_left_open_is_named_beside_it(web: Pages, visit: Visit) -> None:
    """Nothing is told while a question is open, and the summary leads to it."""
    case = await talked(web)
    await visit.log_in("m.dewit")

    answer = await sent(visit, f"/zaken/{case}/request-consent", ("persons", "pupil"))

    assert 422 == answer.status_code
    assert '<a class="utrecht-link utrecht-link--html-a" href="#f-parties">Kies er ten minste één.</a>' in answer.text
    assert 'value="pupil" checked' in answer.text


async def test_a_missing_note_is_named_beside_it(web: Pages, visit: Visit) -> None:
    """A message that needs a note is refused without, at the note."""
    case = await talked(web)
    await visit.log_in("m.dewit")
    answer = await sent(visit, f"/zaken/{case}/report-non-cooperation", ("who", "parent"))
    assert 422 == answer.status_code
    assert 'href="#f-note"' in answer.text


async def test_a_picture_pasted_into_a_note_is_refused(web: Pages, visit: Visit) -> None:
    """It is said, nothing of it is written, and the form comes back."""
    case = await opened(web)
    await visit.log_in("m.dewit")
    before = await web.stack.written(case)
    answer = await sent(visit, f"/zaken/{case}/declare-acute", ("note", "zie data:image/png;base64,iVBORw0KGgo="))
    assert 422 == answer.status_code
    assert "beelden worden nooit bewaard" in answer.text
    assert before == await web.stack.written(case)


async def test_the_second_of_two_people_hears_what_changed(web: Pages, visit: Visit) -> None:
    """What was typed on a case that moved on is not told, and not lost: it can be sent after reading the news."""
    case = await consented(web)
    await visit.log_in("l.hendriks")
    path = f"/zaken/{case}/decide-report"
    fields = hidden_fields((await visit.get(path)).text)
    await tell(web, case, MEENT, "declare_acute")

    second = await visit.post(path, [*fields, ("needed", "no"), ("note", "Wij doen het zelf.")])

    assert 409 == second.status_code
    assert "De casus is intussen veranderd" in second.text
    assert "Er is acuut gevaar gemeld." in second.text
    assert "Wij doen het zelf." in second.text
    again = await visit.post(path, [*hidden_fields(second.text), ("needed", "no")])
    assert 303 == again.status_code


async def test_what_stands_already_is_not_told_again(web: Pages, visit: Visit) -> None:
    """Gone back to, and sent once more: the page says that nothing changes, and nothing does."""
    case = await coordinated(web)
    await visit.log_in("s.yilmaz")

    again = await sent(visit, f"/zaken/{case}/set-severity", ("severity", "medium"))

    assert 409 == again.status_code
    assert "Dit staat al zo in de casus" in again.text
    assert 1 == [event_name(row.recorded.event) for row in await web.store.journal(case)].count("severity_set")


async def test_a_form_is_told_of_news_and_left_alone(web: Pages, browser: Browser) -> None:
    """While somebody types, what others do is said above the form; the form stays as it is."""
    case = await talked(web)
    context = await browser.new_context(base_url=web.address, locale="nl-NL")
    page = await context.new_page()
    await log_in(page, "l.hendriks")
    await page.goto(f"/zaken/{case}/add-signal")
    await page.get_by_label("Notitie").fill("Nog aan het typen")

    await tell(web, case, MEENT, "declare_acute")

    await expect(page.get_by_text("Er is acuut gevaar gemeld.")).to_be_visible(timeout=25_000)
    await expect(page.get_by_label("Notitie")).to_have_value("Nog aan het typen")
    await expect(page.get_by_label("Notitie")).to_be_focused()
    await context.close()


async def test_nobody_carries_it_out_and_the_page_says_so(web: Pages, visit: Visit) -> None:
    """With no worker the page reads, and says of an action that it was taken and is not carried out yet."""
    case = await opened(web)
    await visit.log_in("m.dewit")
    await web.stack.rest()

    answer = await sent(visit, f"/zaken/{case}/record-police-contact", ("contact", "report"))
    page = (await visit.get(answer.headers["location"])).text

    assert 303 == answer.status_code
    assert "Aangenomen, nog niet uitgevoerd" in page
    await web.stack.work()


TASK = {
    "Het casusnummer", "De stap van het stappenplan", "De soort casus", "De termijnen", "Of er acuut gevaar is",
    "Wie er op de school te bellen is",
}  # fmt: skip
EVERYTHING = [catalogue().of("nl")(f"seeing.{field}") for field in Field if field is not Field.OWN_DEADLINES]


def lists(html: str, organisation: str) -> tuple[set[str], set[str]]:
    """What a preview says that an organisation will see, and what not."""
    (card,) = [card for card in html.split("<section")[1:] if organisation in card.partition("</h2>")[0]]
    sees, _, sees_not = card.partition("</section>")[0].partition("Ziet niet")
    found = [set(re.findall(r"<li [^>]*>([^<]+)</li>", part)) for part in (sees, sees_not)]
    return found[0], found[1]


async def test_before_escalating_it_says_what_the_receiver_will_not_see(web: Pages, visit: Visit) -> None:
    """Without consent the ZVH gets the task and not the file: that is shown, and nothing is told yet."""
    case = await talked(web)
    await visit.log_in("m.dewit")
    path, before = f"/zaken/{case}/report-non-cooperation", await web.stack.written(case)

    shown = await sent(visit, path, ("who", "parent"), ("note", "Zij komen niet."))
    assert 200 == shown.status_code
    assert (TASK, set(EVERYTHING) - TASK) == lists(shown.text, "Zorg- en Veiligheidshuis")
    assert "geen toestemming of grondslag" in shown.text
    assert before == await web.stack.written(case)

    back = await visit.post(path, [*hidden_fields(shown.text), ("terug", "ja")])
    assert "Zij komen niet.</textarea>" in back.text
    told = await visit.post(path, [*hidden_fields(shown.text), ("bevestigd", "ja")])
    assert 303 == told.status_code
    assert "Het Zorg- en Veiligheidshuis is gevraagd" in (await visit.get(told.headers["location"])).text


async def test_before_reporting_it_says_that_the_receiver_sees_the_file(web: Pages, visit: Visit) -> None:
    """With consent the CJG will read the file but for what partners write, and the preview says both."""
    case = await consented(web)
    await visit.log_in("m.dewit")
    shown = await sent(visit, f"/zaken/{case}/decide-report", ("needed", "yes"))
    hidden = {"Notities van partners", "Het overdrachtsdocument"}
    assert (set(EVERYTHING) - hidden, hidden) == lists(shown.text, "Centrum voor Jeugd en Gezin")
    assert "geen toestemming of grondslag" not in shown.text


async def test_who_is_in_the_case_and_will_see_more_is_shown_too(web: Pages, visit: Visit) -> None:
    """The ZVH was asked as a partner, which shows it the task; asked for the direction it reads the file."""
    case = await coordinated(web)
    await tell(web, case, CJG, "engage_partners", partners=["zvh", "ggd"])
    await visit.log_in("s.yilmaz")
    shown = await sent(visit, f"/zaken/{case}/escalate", ("reason", "more_partners_needed"), ("note", "Meer nodig."))
    hidden = {"Het overdrachtsdocument"}
    assert (set(EVERYTHING) - hidden, hidden) == lists(shown.text, "Zorg- en Veiligheidshuis")
    assert "GGD" not in shown.text


async def test_before_handing_over_it_says_who_gets_the_document(web: Pages, visit: Visit) -> None:
    """De-escalating shows to whom the document goes; a parent with custody is among them."""
    case = await coordinated(web)
    await tell(web, case, CJG, "decide_network_meeting", needed=False)
    await visit.log_in("s.yilmaz")
    shown = await sent(
        visit, f"/zaken/{case}/de-escalate", ("reason", "goal_reached"), ("parents_excluded", "no"), ("note", "Klaar.")
    )
    assert "Gaat ook naar: Ouder 1." in shown.text


async def test_who_acts_themselves_out_of_a_case_is_not_lost(web: Pages, visit: Visit) -> None:
    """A partner that declines sees the case no more: it lands on its list with a kind word, on a double click too."""
    case = await coordinated(web)
    await tell(web, case, CJG, "engage_partners", partners=["ggd"])
    await visit.log_in("l.smit")
    path = f"/zaken/{case}/answer-partner-request"
    fields = [*hidden_fields((await visit.get(path)).text), ("answer", "decline")]
    assert "schrijf erbij waarom" in (await visit.post(path, fields)).text
    fields.append(("note", "Geen plaats."))

    answers = [await visit.post(path, fields) for _ in range(2)]

    assert ["/zaken?gedaan=answer_partner_request"] * 2 == [answer.headers["location"] for answer in answers]
    assert "Antwoorden of u meedoet: gelukt" in (await visit.get(answers[0].headers["location"])).text


async def test_an_action_that_is_not_possible_says_why(web: Pages, visit: Visit) -> None:
    """The address of an action that is not possible now gives the protocol's sentence."""
    case = await opened(web)
    await visit.log_in("m.dewit")
    answer = await visit.get(f"/zaken/{case}/confirm-hand-over")
    assert 409 == answer.status_code
    assert "Dit kan niet in de stap signaal" in answer.text
    assert 404 == (await visit.get(f"/zaken/{case}/deadline-passed")).status_code


async def test_options_that_the_protocol_refuses_say_what_is_missing(web: Pages, visit: Visit) -> None:
    """Only a covered organisation can be engaged; of the others the form says what is missing."""
    case = await coordinated(web)
    await visit.log_in("s.yilmaz")
    page = (await visit.get(f"/zaken/{case}/engage-partners")).text
    assert ["ggd", "zvh"] == sorted(re.findall(r'name="partners[^"]*" value="([a-z-]+)"', page))
    assert re.search(r"Zedenpolitie: Er ontbreekt toestemming", page)


async def test_a_meeting_is_recorded_with_its_agreements(web: Pages, visit: Visit) -> None:
    """Rows are added without JavaScript, keep what was typed, and become agreements."""
    case = await coordinated(web)
    found = await standing.find(web.store, case)
    assert found is not None
    at, due = found.now + timedelta(days=2), (found.now + timedelta(days=14)).date().isoformat()
    await tell(web, case, CJG, "decide_network_meeting", needed=True)
    await tell(
        web, case, CJG, "plan_network_meeting", note="Stadskantoor.", at=at.isoformat(), invitees=["guardian-1", "ggd"]
    )
    await visit.log_in("s.yilmaz")
    path = f"/zaken/{case}/record-network-meeting"
    typed = [("attendees", "guardian-1"), ("owner-1", "cjg"), ("due-1", due), ("note", "Verslag.")]

    more = await sent(visit, path, *typed, ("meer", "ja"))
    assert 'name="owner-10"' in more.text
    assert f'value="{due}"' in more.text
    lacking = await visit.post(path, [*hidden_fields(more.text), *typed, ("owner-7", "cjg")])
    assert "Vul een datum in bij afspraak 7." in lacking.text
    told = await visit.post(path, [*hidden_fields(lacking.text), *typed])

    assert 303 == told.status_code, told.text
    now = await standing.find(web.store, case)
    assert now is not None
    assert [("action-1", "cjg")] == [(action.action, action.owner) for action in now.case.actions]


async def test_guardians_are_changed_with_their_data(web: Pages, visit: Visit) -> None:
    """A second parent is added; of the first nothing is lost."""
    case = await opened(web)
    await visit.log_in("m.dewit")
    answer = await sent(
        visit, f"/zaken/{case}/set-guardians",
        ("name-1", "Ouder Een"), ("email-1", "ouder@voorbeeld.example"), ("custody-1", "yes"), ("language-1", "nl"),
        ("name-2", "Ouder Twee"), ("email-2", "twee@voorbeeld.example"), ("custody-2", "no"), ("language-2", "en"),
    )  # fmt: skip
    page = (await visit.get(answer.headers["location"])).text
    assert "Ouder Een (ouder 1): met gezag" in page
    assert "Ouder Twee (ouder 2): zonder gezag" in page


async def test_a_partner_takes_part_by_logging_in(web: Pages, visit: Visit) -> None:
    """A partner that accepts reads the file from then on."""
    case = await coordinated(web)
    await tell(web, case, CJG, "engage_partners", partners=["ggd"])
    await visit.log_in("l.smit")
    assert "Ouder Een" not in (await visit.get(f"/zaken/{case}")).text
    answer = await sent(visit, f"/zaken/{case}/answer-partner-request", ("answer", "accept"))
    assert "Ouder Een" in (await visit.get(answer.headers["location"])).text
    assert GGD.startswith("partner:")


async def test_an_uncovered_escalation_is_accepted(web: Pages, visit: Visit) -> None:
    """The ZVH takes the direction of a case of which it may not read the file."""
    case = await escalated(web)
    await visit.log_in("a.jansen")
    answer = await sent(visit, f"/zaken/{case}/accept-escalation")
    page = (await visit.get(answer.headers["location"])).text
    found = await standing.find(web.store, case)
    assert found
    assert "zvh" == found.case.process_director
    assert "U ziet daarom geen persoonsgegevens" in page
    assert "Ouder Een" not in page


async def test_what_needs_a_second_reviewer_waits_for_one(web: Pages, visit: Visit) -> None:
    """A legal basis is laid before a colleague, once; the case is told nothing yet, and their work list says so."""
    case = await talked(web)
    await visit.log_in("m.dewit")
    before = (await web.stack.written(case))["journal"]
    path = f"/zaken/{case}/record-legal-basis"
    hidden = hidden_fields((await visit.get(path)).text)
    typed = [*hidden, ("basis", "acute_danger"), ("parties", "cjg"), ("note", "De zes vragen.")]

    answers = [await visit.post(path, typed) for _ in range(2)]

    assert [f"/zaken/{case}?voorgelegd=ja"] * 2 == [answer.headers["location"] for answer in answers]
    assert "Voorgelegd aan een collega" in (await visit.get(answers[0].headers["location"])).text
    assert before == (await web.stack.written(case))["journal"]
    async with Visit(web) as colleague:
        await colleague.log_in("l.hendriks")
        assert "Naar de beoordelingen" in (await colleague.get("/zaken")).text
