"""Break-glass in the pages: offered to who only lacks cover, with a reason, for a while, and told."""

from __future__ import annotations

import re
from datetime import timedelta

from protocol.messages import Actor
from protocol.vocabulary import Role
from store import AccessEntry, AccessFilter
from tests.web.serving import Pages
from tests.web.test_privacy import OFFICER, rows
from tests.web.told import MEENT, ZVH, by, escalated, tell
from tests.web.visiting import Visit

AT_CJG, AT_ZVH, AT_KOMPAS, AT_MEENT = "s.yilmaz", "a.jansen", "r.bakker", "m.dewit"
REASON = "Zij is weg en wij denken dat zij bij hem is.\nDe politie zoekt al."
LOOK = AccessEntry(actor=Actor(role=Role.PRIVACY, organisation="gemeente", user="o"), what="test", purpose="test")


async def opened_by(visit: Visit, case: str, user: str = AT_CJG) -> None:
    """Somebody takes emergency access."""
    visit.cookies.clear()
    await visit.log_in(user)
    await visit.get(f"/zaken/{case}/noodtoegang")
    assert 303 == (await visit.post(f"/zaken/{case}/noodtoegang", {"reason": REASON})).status_code


async def test_the_file_is_open_for_who_wrote_why(web: Pages, visit: Visit) -> None:
    """Before there is the task alone, with the offer; after it names, notes and journal, and until when."""
    case = await escalated(web)
    await visit.log_in(AT_CJG)
    before = (await visit.get(f"/zaken/{case}")).text
    assert f'href="/zaken/{case}/noodtoegang"' in before
    assert "Ouder Een" not in before

    await opened_by(visit, case)

    page = (await visit.get(f"/zaken/{case}")).text
    assert "Ouder Een" in page
    assert "U hebt noodtoegang tot" in page
    assert f'href="/zaken/{case}/noodtoegang"' not in page
    (note, *_) = re.findall(rf'href="(/zaken/{case}/notities/[^"]+)"', page)
    assert 200 == (await visit.get(note)).status_code
    assert 303 == (await visit.post(f"/zaken/{case}/noodtoegang", {"reason": "nog eens"})).status_code
    assert 1 == len([row for row in await web.store.emergencies(web.services.region, LOOK) if row.case_id == case])


async def test_it_is_one_persons(web: Pages, visit: Visit) -> None:
    """The ZVH of the same case, who could take it too, sees no more than before; the school that reads it, and one that is not in it, find no form."""
    case = await escalated(web)
    await opened_by(visit, case)
    async with Visit(web) as other:
        await other.log_in(AT_ZVH)
        assert "Ouder Een" not in (await other.get(f"/zaken/{case}")).text
    async with Visit(web) as stranger:
        await stranger.log_in(AT_KOMPAS)
        nowhere = (await stranger.get("/zaken/aaaa-bbbb-cccc/noodtoegang")).text
        theirs = await stranger.get(f"/zaken/{case}/noodtoegang")
        assert (404, nowhere) == (theirs.status_code, theirs.text.replace(case, "aaaa-bbbb-cccc"))
        assert 404 == (await stranger.post(f"/zaken/{case}/noodtoegang", {"reason": REASON})).status_code
    async with Visit(web) as school:
        await school.log_in(AT_MEENT)
        await school.get(f"/zaken/{case}")
        assert 404 == (await school.post(f"/zaken/{case}/noodtoegang", {"reason": REASON})).status_code


async def test_without_a_reason_nothing_opens(web: Pages, visit: Visit) -> None:
    """Blanks are no reason, and what cannot be kept neither; what was written comes back."""
    case = await escalated(web)
    await visit.log_in(AT_CJG)
    await visit.get(f"/zaken/{case}/noodtoegang")
    missing = "Schrijf op waarom u niet kunt wachten."
    for reason, said in (
        ("  \n ", missing),
        ("\u200b", missing),
        ("[…]", missing),
        ("a\0b", "nulteken"),
        ("é" * 40_000, ""),
    ):
        answer = await visit.post(f"/zaken/{case}/noodtoegang", {"reason": reason})
        assert answer.status_code in {413, 422}, reason[:9]
        assert said in answer.text
    assert "Ouder Een" not in (await visit.get(f"/zaken/{case}")).text


async def test_it_ends_by_itself_also_on_an_open_page(web: Pages, visit: Visit) -> None:
    """When the hour is over the next look shows the task, and the page that was open is emptied at its next question."""
    case = await escalated(web)
    await opened_by(visit, case)
    page = (await visit.get(f"/zaken/{case}")).text
    (asks,) = re.findall(r'hx-get="(/zaken/[^"]+)"', page)
    asks = asks.replace("&amp;", "&")
    note = re.findall(rf'href="(/zaken/{case}/notities/[^"]+)"', page)[0]
    assert 204 == (await visit.get(asks)).status_code

    await web.store.move_clock(case, timedelta(minutes=61))

    emptied = await visit.get(asks)
    assert 200 == emptied.status_code
    for text in (emptied.text, (await visit.get(f"/zaken/{case}")).text):
        assert "Ouder Een" not in text
        assert f'href="/zaken/{case}/noodtoegang"' in text
        assert "nood=ja" not in text
    assert 404 == (await visit.get(note)).status_code


async def test_it_ends_with_the_task_and_with_cover(web: Pages, visit: Visit) -> None:
    """A ZVH that declined is out of the case at once; a CJG that gets a basis reads on by that, and not in an emergency."""
    case = await escalated(web)
    await opened_by(visit, case, AT_ZVH)
    await tell(web, case, ZVH, "decline_escalation", note="Geen plek.")
    assert 404 == (await visit.get(f"/zaken/{case}")).status_code

    await opened_by(visit, case)
    await tell(
        web, case, MEENT, "record_legal_basis",
        note="Er is gevaar.", basis="acute_danger", parties=["cjg"], second_reviewer="k.visser",
    )  # fmt: skip
    page = (await visit.get(f"/zaken/{case}")).text
    assert "Ouder Een" in page
    assert "U hebt noodtoegang tot" not in page
    user = web.store.keys.pseudonym("cjg", by("cjg:cjg:s.yilmaz").user or "")
    found = await web.store.accesses(AccessFilter(case_id=case, user_id=user), LOOK, limit=3)
    assert ("legal_basis.acute_danger", False) == (found[0].basis, bool(found[0].emergency))


async def test_the_privacy_officer_reads_who_why_and_what(web: Pages, visit: Visit) -> None:
    """Of each: the name, the reason, until when; and every look of it in the log under emergency. Nobody else has the page."""
    case = await escalated(web)
    await opened_by(visit, case)
    await visit.get(f"/zaken/{case}")
    assert 404 == (await visit.get("/toegang/noodtoegang")).status_code

    async with Visit(web) as officer:
        await officer.log_in(OFFICER)
        text = (await officer.get("/toegang/noodtoegang")).text
        section = next(part for part in text.split("<section") if case in part)
        found = rows((await officer.get(f"/toegang?zaak={case}&nood=ja")).text)
        begun = rows((await officer.get(f"/toegang?zaak={case}&soort=break_glass")).text)

    for words in ("s.yilmaz", "Zij is weg en wij denken", "Nog niet"):
        assert words in section
    assert ["s.yilmaz" in row and "noodtoegang" in row for row in found] == [True, True]
    assert "namen en gegevens" in found[0]
    assert 1 == len(begun)
    assert () == await web.store.verify()


async def test_a_reason_is_asked_in_english_too(web: Pages, visit: Visit) -> None:
    """The form is there in the visitor's language."""
    case = await escalated(web)
    await visit.log_in(AT_CJG)
    assert "Why can you not wait?" in (await visit.get(f"/zaken/{case}/noodtoegang?taal=en")).text
