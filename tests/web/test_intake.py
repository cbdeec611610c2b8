"""A new signal in the browser: one topic on each screen, kept, checked and sent once."""

from __future__ import annotations

import asyncio
import base64
import re

import pytest

from protocol.refusals import TEXTS, RefusalCode
from starter import standing
from store import AccessEntry
from tests.web.filling import GUARDIAN, PUPIL, SCREENS, begun, filled
from tests.web.serving import Pages
from tests.web.told import MEENT, by
from tests.web.visiting import Visit

PICTURE = base64.b64encode(b"\xff\xd8\xff\xe0" + bytes(200)).decode()


def pupil(name: str) -> tuple[tuple[str, str], ...]:
    """Another pupil than in other tests."""
    return (("name", name), *PUPIL[1:])


async def test_a_signal_becomes_a_case(web: Pages, visit: Visit) -> None:
    """What was filled in on the screens is the case that the school then has, with its people and note."""
    await visit.log_in("m.dewit")
    draft = await filled(visit, pupil("Noor de Eerste"))

    answer = await visit.post(f"{draft}/controle")

    case = re.search(r"/zaken/([0-9a-z-]{14})\?", answer.headers["location"])
    assert case
    found = await standing.find(web.store, case[1])
    assert found
    assert {"nude_photos", "image_spread"} == set(found.case.signals)
    look = AccessEntry(actor=by(MEENT), case_id=case[1], what="people", purpose="test")
    people = await web.store.people(case[1], look)
    assert ["Noor de Eerste", "Ouder de Proef"] == [people["pupil"].name, people["guardian-1"].name]
    page = await visit.follow(answer)
    assert 200 == page.status_code
    assert 1 == len(await web.store.notes(case[1]))


async def test_sent_twice_at_once_it_is_one_case(visit: Visit) -> None:
    """A double click, a refresh and the back button lead to the same case."""
    await visit.log_in("m.dewit")
    draft = await filled(visit, pupil("Noor de Tweede"))

    answers = await asyncio.gather(*(visit.post(f"{draft}/controle") for _ in range(3)))
    late = [await visit.post(f"{draft}/controle"), await visit.get(f"{draft}/leerling")]

    assert {303} == {answer.status_code for answer in (*answers, *late)}
    assert 1 == len({answer.headers["location"] for answer in (*answers, *late)})


async def test_interrupted_and_resumed(web: Pages, visit: Visit) -> None:
    """What was typed is there again for who typed it, also what was wrong; nobody else finds it."""
    await visit.log_in("m.dewit")
    draft = await begun(visit)
    await visit.post(f"{draft}/signalen", SCREENS["signalen"])
    wrong = await visit.post(f"{draft}/leerling", (("name", "Noor de Derde"), ("date_of_birth", "3 april")))

    async with Visit(web) as later:
        await later.log_in("m.dewit")
        assert f"{draft}/leerling" in (await later.get("/zaken/nieuw")).text
        sheet = (await later.get(f"{draft}/leerling")).text
    async with Visit(web) as colleague:
        await colleague.log_in("l.hendriks")
        listed, asked_for = (await colleague.get("/zaken/nieuw")).text, await colleague.get(f"{draft}/leerling")

    assert 422 == wrong.status_code
    assert 'value="Noor de Derde"' in sheet
    assert 'value="3 april"' in sheet
    assert draft not in listed
    assert 404 == asked_for.status_code


async def test_a_draft_that_is_thrown_away_is_gone(visit: Visit) -> None:
    """After a question, nothing of it is left."""
    await visit.log_in("m.dewit")
    draft = await filled(visit, pupil("Noor de Vierde"))

    assert 200 == (await visit.get(f"{draft}/weggooien")).status_code
    await visit.post(f"{draft}/weggooien")

    assert 404 == (await visit.get(f"{draft}/leerling")).status_code
    assert draft not in (await visit.get("/zaken/nieuw")).text


@pytest.mark.parametrize(
    ("sheet", "fields", "code"),
    [
        ("signalen", (), RefusalCode.NO_SIGNAL),
        ("medewerkers", (("staff_involved", "yes"),), RefusalCode.STAFF_INVOLVED),
        ("ouders", (), RefusalCode.NO_GUARDIAN_WITH_CUSTODY),
    ],
)
async def test_the_protocol_refuses_on_the_screen_it_is_about(
    visit: Visit, sheet: str, fields: tuple[tuple[str, str], ...], code: RefusalCode
) -> None:
    """No signal, staff involved, nobody with custody: in the protocol's own sentence, on that screen."""
    await visit.log_in("m.dewit")
    draft = await begun(visit)
    await visit.post(f"{draft}/leerling", pupil("Noor de Vijfde"))

    answer = await visit.post(f"{draft}/{sheet}", fields)

    assert 422 == answer.status_code
    assert TEXTS[code] in answer.text


async def test_from_sixteen_nobody_with_custody_is_needed(visit: Visit) -> None:
    """A pupil of 17 can be reported without a guardian."""
    await visit.log_in("m.dewit")
    draft = await begun(visit)
    await visit.post(f"{draft}/leerling", (("name", "Noor de Zeventiende"), ("date_of_birth", "2009-06-01")))

    answer = await visit.post(f"{draft}/ouders")

    assert f"{draft}/medewerkers" == answer.headers["location"]


@pytest.mark.parametrize(
    ("sheet", "fields", "wrong"),
    [
        ("leerling", (("date_of_birth", "2012-04-03"),), "voor- en achternaam"),
        ("leerling", (("name", "Noor"), ("date_of_birth", "1900-01-01")), "geboortedatum"),
        ("leerling", (("name", "Noor"), ("date_of_birth", "2999-01-01")), "geboortedatum"),
        ("leerling", (*PUPIL[:2], ("email", "geen adres")), "e-mailadres"),
        ("ouder-1", (("name", "Ouder"),), "gezag heeft"),
        ("ouder-1", (*GUARDIAN, ("language", "nl"), ("safe_contact", "x")), "e-mailadres"),
        (
            "leerling",
            (*PUPIL[:2], ("email", "n@thuis.test"), ("second_contact", "N@thuis.test")),
            "een ander adres",
        ),
        ("medewerkers", (), "ja of nee"),
        ("notitie", (("incident", "met een spatie"),), "streepjes"),
        ("notitie", (("note", f"zie data:image/png;base64,{PICTURE}"),), "Hier staat een beeld in"),
        ("notitie", (("note", f"zie hier: {PICTURE}"),), "Hier staat een beeld in"),
    ],
)
async def test_a_wrong_field_is_named_where_it_stands(
    visit: Visit, sheet: str, fields: tuple[tuple[str, str], ...], wrong: str
) -> None:
    """The sentence stands with the field, nothing goes on, and what was typed is kept."""
    await visit.log_in("m.dewit")
    draft = await begun(visit)

    answer = await visit.post(f"{draft}/{sheet}", fields)

    assert 422 == answer.status_code
    assert wrong in re.sub("<label.*?</label>", "", answer.text.partition('role="alert"')[2])


async def test_an_upload_is_refused(visit: Visit) -> None:
    """A file, whatever it is called, is not taken."""
    await visit.log_in("m.dewit")
    draft = await begun(visit)
    body = b'--x\r\nContent-Disposition: form-data; name="note"; filename="a.txt"\r\n\r\n\xff\xd8\xff\r\n--x--'

    answer = await visit.send(f"{draft}/notitie", body, content_type="multipart/form-data; boundary=x")

    assert 415 == answer.status_code


async def test_the_same_pupil_is_warned_of_without_being_shown(web: Pages, visit: Visit) -> None:
    """The school hears that it has an open case of this pupil, not which; it can go on. Another school hears nothing."""
    await visit.log_in("m.dewit")
    sent = await visit.post(f"{await filled(visit, pupil('Noor de Zesde'))}/controle")
    case = re.search(r"/zaken/([0-9a-z-]{14})\?", sent.headers["location"])
    assert case
    draft = await begun(visit)

    warned = await visit.post(f"{draft}/leerling", pupil("noor de  zesde"))
    on = await visit.post(f"{draft}/leerling", (*pupil("noor de  zesde"), ("toch", "ja")))
    async with Visit(web) as other:
        await other.log_in("r.bakker")
        elsewhere = await other.post(f"{await begun(other)}/leerling", pupil("Noor de Zesde"))

    assert "Er loopt al een casus over deze leerling" in warned.text
    assert case[1] not in warned.text
    assert f"{draft}/ouders" == on.headers["location"]
    assert 303 == elsewhere.status_code


async def test_an_unfinished_signal_is_not_sent(visit: Visit) -> None:
    """The last screen says what is missing on which screen, and opens no case."""
    await visit.log_in("m.dewit")
    draft = await begun(visit)

    answer = await visit.post(f"{draft}/controle")

    assert 422 == answer.status_code
    assert TEXTS[RefusalCode.NO_SIGNAL] in answer.text
    assert "Vul de voor- en achternaam in." in answer.text
    assert "Kies ja of nee." in answer.text


async def test_the_last_screen_names_the_address_that_is_wrong(visit: Visit) -> None:
    """Of three addresses of one person each is called as its field is."""
    await visit.log_in("m.dewit")
    draft = await begun(visit)
    wrong = (("email", "x"), ("safe_contact", "y"), ("second_contact", "z"))
    await visit.post(f"{draft}/leerling", (*PUPIL[:2], *wrong))

    answer = await visit.get(f"{draft}/controle")

    for field in ("e-mailadres", "veilig e-mailadres", "tweede e-mailadres"):
        assert f"Vul bij {field} een" in answer.text


async def test_guardians_come_one_by_one_and_can_be_taken_out(visit: Visit) -> None:
    """Two are added, the first is taken out, the other stays."""
    await visit.log_in("m.dewit")
    draft = await begun(visit)
    await visit.post(f"{draft}/ouder-1", GUARDIAN)
    await visit.post(f"{draft}/ouder-2", (("name", "Andere de Proef"), *GUARDIAN[1:]))

    await visit.post(f"{draft}/ouder-1", (*GUARDIAN, ("weg", "ja")))

    page = (await visit.get(f"{draft}/ouders")).text
    assert "Andere de Proef" in page
    assert "Ouder de Proef" not in page


@pytest.mark.parametrize("user", ["s.yilmaz", "a.jansen", "l.smit", "f.admin"])
async def test_only_a_school_reports(web: Pages, visit: Visit, user: str) -> None:
    """Everybody else hears that it is not theirs, whatever page of it they ask for."""
    async with Visit(web) as school:
        await school.log_in("m.dewit")
        draft = await begun(school)
    await visit.log_in(user)

    answers = [
        await visit.get("/zaken/nieuw"),
        await visit.get(f"{draft}/leerling"),
        await visit.get("/zaken/nieuw/x/leerling"),
    ]

    assert [409, 404, 404] == [answer.status_code for answer in answers]
    assert TEXTS[RefusalCode.NOT_ALLOWED] in answers[0].text


async def test_each_look_at_a_draft_is_logged(web: Pages, visit: Visit) -> None:
    """No row in the access log, no data."""
    await visit.log_in("m.dewit")
    draft = await begun(visit)
    before = await web.stack.looked("-")

    await visit.get(f"{draft}/leerling")

    assert before + 1 == await web.stack.looked("-")
