"""The second factor on links: first a code from the other mailbox, then the page."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import asyncpg
import pytest
from playwright.async_api import Page
from pydantic import JsonValue

from protocol.access import second_factor as limits
from protocol.notices import LinkPurpose
from protocol.vocabulary import ConsentStatus
from tests.starter.stack import REGION, an_intake
from tests.web.link_cases import BOTH_ASKED, PARENT, PUPIL, about, consents, engaged, link, tell
from tests.web.serving import Pages
from tests.web.test_access_for_all import violations
from tests.web.visiting import Visit

_SECOND = "alleen-van-mij@post.example"
_QUESTION = "Mogen wij met anderen praten over uw kind?"


async def _ask_codes(web: Pages, *, asked: bool) -> None:
    policy = await web.store.policy(REGION)
    await web.store.save_policy(
        policy.model_copy(update={"version": policy.version + 1, "second_factor_on_links": asked})
    )


@pytest.fixture
async def asking(web: Pages) -> AsyncIterator[Pages]:
    """A region that asks for codes, from now on and whenever its cases were opened."""
    await _ask_codes(web, asked=True)
    yield web
    await _ask_codes(web, asked=False)


@pytest.fixture(scope="module")
async def case(whole_web: Pages) -> str:
    """A case in which a parent with another mailbox, and a pupil without one, are asked for consent."""
    return await _asked(whole_web)


async def _asked(web: Pages) -> str:
    intake = an_intake()
    guardians: list[dict[str, JsonValue]] = intake["guardians"]  # type: ignore[assignment]
    guardians[0]["secondContact"] = _SECOND
    case = await web.stack.open(intake)
    await tell(web, case, "record-police-contact", contact="report")
    await tell(web, case, "record-pupil-talk", held_by=["mentor"])
    await tell(web, case, "record-parent-talk", existing_care=False, postponed_for_safety=False, pupil_present=True)
    await tell(web, case, "request-consent", persons=[PUPIL, PARENT], parties=[*BOTH_ASKED])
    await _forget(web)
    return case


async def _forget(web: Pages) -> None:
    """Codes that were asked before do not count."""
    connection = await asyncpg.connect(web.stack.settings.database_url.get_secret_value())
    try:
        await connection.execute("DELETE FROM vangnet.link_codes")
    finally:
        await connection.close()


@pytest.fixture
async def path(asking: Pages, case: str) -> str:
    """Where the parent's link leads."""
    await _forget(asking)
    return await link(asking, case, PARENT)


async def code(web: Pages) -> str:
    """What the mail would have said; tests of the mail itself are in tests/activities."""
    (sent,) = await web.store.codes_to_send()
    assert _SECOND == sent.address
    return sent.code


async def through(web: Pages, visit: Visit, path: str) -> None:
    """Ask for a code and give it, as a person does without scripts: by forms alone."""
    await visit.get(path)
    asked = await visit.post(f"{path}/code/sturen")
    form = await visit.follow(asked)
    assert 'autocomplete="one-time-code"' in form.text
    given = await visit.post(f"{path}/code", {"code": await code(web)})
    assert (303, path) == (given.status_code, given.headers["location"])


async def test_first_the_code_then_the_question(asking: Pages, visit: Visit, path: str) -> None:
    """The link shows a button; the code of the other mailbox opens it, in this browser and for this link."""
    door = await visit.get(path)
    assert (200, False, True) == (door.status_code, _QUESTION in door.text, "Stuur mij de code" in door.text)

    await through(asking, visit, path)

    assert _QUESTION in (await visit.get(path)).text
    async with Visit(asking) as somebody:
        assert _QUESTION not in (await somebody.get(path)).text


async def test_behind_the_code_everything_works(asking: Pages, visit: Visit) -> None:
    """Who gave the code answers as without one."""
    case = await _asked(asking)
    path = await link(asking, case, PARENT)
    await through(asking, visit, path)
    asked = await about(visit, path)

    await visit.post(path, {"about": asked, "answer": "granted"})

    assert {ConsentStatus.GRANTED} == set((await consents(asking, case, PARENT)).values())


async def test_without_the_code_nothing_behind_it_is_reached(asking: Pages, visit: Visit, case: str, path: str) -> None:
    """Each page and each form behind the link leads back to where the code is asked; nothing is answered."""
    await visit.get(path)
    gets = [await visit.get(f"{path}{behind}") for behind in ("/kiezen", "/stoppen")]
    posts = [
        await visit.post(f"{path}{behind}", {"about": "cjg.1", "answer": "granted"})
        for behind in ("", "/kiezen", "/stoppen")
    ]

    assert {(303, path)} == {(answer.status_code, answer.headers["location"]) for answer in (*gets, *posts)}
    assert {ConsentStatus.REQUESTED} == set((await consents(asking, case, PARENT)).values())


async def test_a_scanner_sets_nothing_off(asking: Pages, visit: Visit, path: str) -> None:
    """Whatever is fetched of it, in whatever way, no code is sent; nor by a form that no page of ours made."""
    for address in (path, f"{path}/code", f"{path}/code/sturen", f"{path}?taal=en"):
        await visit.get(address, purpose="prefetch", sec_purpose="prefetch")
    async with Visit(asking) as scanner:
        assert 403 == (await scanner.post(f"{path}/code/sturen")).status_code

    assert () == await asking.store.codes_to_send()


async def test_wrong_codes_lock_the_link(asking: Pages, visit: Visit, path: str) -> None:
    """A wrong code is said beside the field; after five the link is locked, for the right code as well."""
    await visit.get(path)
    await visit.post(f"{path}/code/sturen")
    right = await code(asking)
    no_codes = [
        await visit.post(f"{path}/code", {"code": none}) for none in ("", "12345", "1234567", "١٢٣٤٥٦", "abc") * 2
    ]
    assert {422} == {answer.status_code for answer in no_codes}, "what can be no code is no try"
    wrong = f"{(int(right) + 1) % 10**limits.DIGITS:0{limits.DIGITS}}"

    answers = [await visit.post(f"{path}/code", {"code": given}) for given in (*[wrong] * limits.TRIES, right)]

    assert [422] * 4 + [429] * 2 == [answer.status_code for answer in answers]
    assert "Deze code klopt niet." in answers[0].text
    assert "De link is een uur op slot" in answers[-1].text
    assert 429 == (await visit.post(f"{path}/code/sturen")).status_code
    for address in (path, f"{path}/code"):
        locked = await visit.get(address)
        assert (429, False) == (locked.status_code, "<form" in locked.text.partition("<main")[2])
        assert "De link is een uur op slot" in locked.text


async def test_an_expired_code_is_said(asking: Pages, visit: Visit, path: str) -> None:
    """After ten minutes the page says that a new code is needed."""
    await visit.get(path)
    await visit.post(f"{path}/code/sturen")
    late = await code(asking)
    connection = await asyncpg.connect(asking.stack.settings.database_url.get_secret_value())
    try:
        await connection.execute("UPDATE vangnet.link_codes SET asked_at = asked_at - interval '11 minutes'")
    finally:
        await connection.close()

    answer = await visit.post(f"{path}/code", {"code": late})

    assert (422, True) == (answer.status_code, "Deze code werkt niet meer." in answer.text)


async def test_the_same_code_at_once_lets_one_browser_in(asking: Pages, visit: Visit, path: str) -> None:
    """Ten browsers that send the right code in parallel: one is let in."""
    await visit.get(path)
    await visit.post(f"{path}/code/sturen")
    right = await code(asking)

    answers = await asyncio.gather(*(visit.post(f"{path}/code", {"code": right}) for _ in range(10)))

    assert 1 == [answer.status_code for answer in answers].count(303)


async def test_two_tabs_of_one_link(asking: Pages, visit: Visit, path: str) -> None:
    """The button pressed in both sends one code, and what one tab was let in to, the other sees, too."""
    await visit.get(path)
    await visit.post(f"{path}/code/sturen")
    await visit.post(f"{path}/code/sturen")
    await visit.post(f"{path}/code", {"code": f" {(sent := await code(asking))[:3]} {sent[3:]} "})

    assert _QUESTION in (await visit.get(path)).text
    assert (303, path) == ((again := await visit.get(f"{path}/code")).status_code, again.headers["location"])


async def test_three_codes_an_hour(asking: Pages, visit: Visit, path: str) -> None:
    """The fourth is not sent, and the page says when the next can be."""
    await visit.get(path)
    connection = await asyncpg.connect(asking.stack.settings.database_url.get_secret_value())
    try:
        for _ in range(limits.CODES):
            await visit.post(f"{path}/code/sturen")
            await connection.execute("UPDATE vangnet.link_codes SET asked_at = asked_at - interval '1 minute'")
    finally:
        await connection.close()

    answer = await visit.post(f"{path}/code/sturen")

    assert (429, True) == (answer.status_code, "Over een uur" in answer.text)


async def test_who_has_no_other_contact_is_told_whom_to_call(asking: Pages, visit: Visit, case: str) -> None:
    """The page names who asks; there is nothing to press, and nothing of the question."""
    path = await link(asking, case, PUPIL)

    answer = await visit.get(path)

    assert 403 == answer.status_code
    assert "Bel met Scholengemeenschap De Meent" in re.sub(r"\s+", " ", answer.text)
    assert "<form" not in answer.text
    assert "praten over jou" not in answer.text


async def test_it_speaks_english(visit: Visit, path: str) -> None:
    """Each page of it, once English was asked for."""
    assert "Send me the code" in (await visit.get(f"{path}?taal=en")).text
    assert "Fill in the code" in (await visit.get(f"{path}/code")).text
    assert "This code does not work any more." in (await visit.post(f"{path}/code", {"code": "000001"})).text


async def test_a_partners_link_needs_none(asking: Pages, visit: Visit) -> None:
    """An organisation's link goes to its own mailbox: the question is there at once."""
    case = await engaged(asking)

    answer = await visit.get(await link(asking, case, "ggd", LinkPurpose.PARTNER_ANSWER))

    assert "Doet uw organisatie mee?" in answer.text


async def test_a_region_that_does_not_ask_sends_nothing(web: Pages, visit: Visit, case: str) -> None:
    """Off is what it is by itself: the question stands behind the link, and the code's pages lead to it."""
    path = await link(web, case, PARENT)

    assert _QUESTION in (await visit.get(path)).text
    assert 303 == (await visit.post(f"{path}/code/sturen")).status_code
    assert () == await web.store.codes_to_send()


async def test_the_code_is_in_no_log_and_no_address(
    asking: Pages, visit: Visit, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Asked for and given: it stands in no line, no address and no answer."""
    with caplog.at_level("DEBUG"):
        await visit.get(path)
        await visit.post(f"{path}/code/sturen")
        right = await code(asking)
        answer = await visit.post(f"{path}/code", {"code": right})

    # The visitor's own lines are about what the visitor sends.
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith(("httpx2", "httpcore2"))]
    assert [] == [line for line in ours if right in line]
    assert right not in str(answer.headers)


async def test_the_pages_are_for_everybody(asking: Pages, case: str, path: str, page: Page) -> None:
    """Where a code is asked and given, and where one is told to call, on a narrow screen."""
    await page.set_viewport_size({"width": 320, "height": 800})
    for address in (path, f"{path}/code", await link(asking, case, PUPIL)):
        await page.goto(address)
        assert [] == await violations(page), address
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320, address
