"""The consent link: a parent or pupil answers, once, and can stop later; by HTTP as any browser speaks it."""

from __future__ import annotations

import asyncio

import pytest
from pydantic import JsonValue

from protocol.vocabulary import ConsentStatus, Step
from tests.web.link_cases import (
    PARENT,
    PUPIL,
    about,
    asked,
    consents,
    engaged,
    events,
    granted,
    handed_over,
    link,
    links,
    sent,
    state,
    tell,
)
from tests.web.serving import Pages
from tests.web.visiting import Visit

_C = ConsentStatus


async def test_the_question_names_who_asks_and_with_whom_and_nobody_else(web: Pages, visit: Visit) -> None:
    """Before anything is answered the page holds no name, no kind of case and no role."""
    case = await asked(web)

    shown = (await visit.get(await link(web, case, PARENT))).text

    assert all(name in shown for name in ("Scholengemeenschap De Meent", "Centrum voor Jeugd en Gezin", "GGD", case))
    assert not any(word in shown for word in ("Leerling", "Ouder Een", "sexting", "foto", "checked", "guardian"))


@pytest.mark.parametrize(("answer", "status"), [("granted", _C.GRANTED), ("refused", _C.REFUSED)])
async def test_an_answer_counts_and_the_link_shows_it_later(
    web: Pages, visit: Visit, answer: str, status: ConsentStatus
) -> None:
    """Yes and no are recorded for every organisation on the screen; the same link then shows what was said."""
    case = await asked(web)
    path = await link(web, case, PARENT)

    sent = await visit.post(path, {"about": await about(visit, path), "answer": answer})

    assert (303, path) == (sent.status_code, sent.headers["location"])
    assert {"cjg": status, "ggd": status} == await consents(web, case, PARENT)
    assert {"cjg": _C.REQUESTED, "ggd": _C.REQUESTED} == await consents(web, case, PUPIL)
    assert "Dit is uw antwoord" in (await visit.get(path)).text


async def test_opening_a_link_changes_nothing(web: Pages, visit: Visit) -> None:
    """A mail scanner that opens every address three times leaves no trace, and the person can answer after it."""
    case = await asked(web)
    path = await link(web, case, PARENT)
    await sent(web, case)
    before, looked = await state(web, case), await web.stack.looked(case)

    for page in (path, f"{path}/kiezen", f"{path}/stoppen") * 3:
        await visit.get(page)

    assert before == await state(web, case)
    assert looked == await web.stack.looked(case)
    await visit.post(path, {"about": await about(visit, path), "answer": "granted"})
    assert 1 == await events(web, case, "consent_answered")


async def test_many_answers_at_once_are_one(web: Pages, visit: Visit) -> None:
    """Twenty times the same form at the same time: every browser is led on, and one answer is recorded."""
    case = await asked(web)
    path = await link(web, case, PARENT)
    fields = {"about": await about(visit, path), "answer": "granted"}

    sent = await asyncio.gather(*(visit.post(path, fields) for _ in range(20)))

    assert {303} == {answer.status_code for answer in sent}
    assert 1 == await events(web, case, "consent_answered")


async def test_of_two_different_answers_the_first_counts(web: Pages, visit: Visit) -> None:
    """Going back and answering otherwise changes nothing, and says so."""
    case = await asked(web)
    path = await link(web, case, PARENT)
    fields = {"about": await about(visit, path)}

    await visit.post(path, fields | {"answer": "granted"})
    second = await visit.post(path, fields | {"answer": "refused"})

    assert 409 == second.status_code
    assert "Er is niets veranderd" in second.text
    assert {"cjg": _C.GRANTED, "ggd": _C.GRANTED} == await consents(web, case, PARENT)


async def test_wanting_to_talk_first_leaves_the_question_open(web: Pages, visit: Visit) -> None:
    """Who asked is told, once; the question is still there and can be answered."""
    case = await asked(web)
    path = await link(web, case, PARENT)
    fields = {"about": await about(visit, path)}

    for _ in range(2):
        assert 303 == (await visit.post(path, fields | {"answer": "talk"})).status_code

    assert 1 == await events(web, case, "talk_asked_for")
    assert "U wilt eerst praten" in (await visit.get(path)).text
    assert 303 == (await visit.post(path, fields | {"answer": "granted"})).status_code
    assert {_C.GRANTED} == set((await consents(web, case, PARENT)).values())


async def test_nothing_chosen_is_no_answer(web: Pages, visit: Visit) -> None:
    """Without a choice, or with one that is none, the question is shown again and says what is missing."""
    case = await asked(web)
    path = await link(web, case, PARENT)
    fields = {"about": await about(visit, path)}

    for answer in ("", "misschien"):
        again = await visit.post(path, fields | {"answer": answer})

        assert 422 == again.status_code
        assert "Kies een antwoord." in again.text
    assert 0 == await events(web, case, "consent_answered")


async def test_each_organisation_can_get_its_own_answer(web: Pages, visit: Visit) -> None:
    """One organisation on a screen, until all have an answer."""
    case = await asked(web)
    path = await link(web, case, PUPIL)
    said = {}

    for answer in ("granted", "refused"):
        question = await about(visit, f"{path}/kiezen")
        said[question.partition(".")[0]] = answer
        await visit.post(f"{path}/kiezen", {"about": question, "answer": answer})
    done = await visit.get(f"{path}/kiezen")

    assert {"cjg", "ggd"} == set(said)
    assert said == await consents(web, case, PUPIL)
    assert (303, path) == (done.status_code, done.headers["location"])


async def test_an_answer_is_about_what_was_on_the_screen(web: Pages, visit: Visit) -> None:
    """What was asked after the page was opened is not answered by it; what was asked anew is asked again."""
    case = await asked(web)
    path = await link(web, case, PARENT)
    fields = {"about": await about(visit, path), "answer": "granted"}
    await tell(web, case, "request-consent", persons=[PARENT], parties=["veilig-thuis"])

    await visit.post(path, fields)

    assert {"cjg": _C.GRANTED, "ggd": _C.GRANTED, "veilig-thuis": _C.REQUESTED} == await consents(web, case, PARENT)


@pytest.fixture(scope="module")
async def question(whole_web: Pages) -> str:
    """A case in which something is asked, for tests that change nothing in it."""
    return await asked(whole_web)


@pytest.mark.parametrize("about", ["", "cjg.1", "veilig-thuis.11", "cjg.11 zvh.11", "x y z", "cjg.11\0"])
async def test_a_form_that_was_never_on_a_screen_does_nothing(
    web: Pages, visit: Visit, question: str, about: str
) -> None:
    """What a form says it is about is only believed where it was asked."""
    path = await link(web, question, PARENT)
    await visit.get(path)

    sent = await visit.post(path, {"about": about, "answer": "granted"})

    assert 409 == sent.status_code
    assert 0 == await events(web, question, "consent_answered")


async def test_stopping_is_as_easy_as_saying_yes(web: Pages, visit: Visit) -> None:
    """The same link takes the withdrawal after a screen that asks whether it is meant; once, twice sent or not."""
    case = await engaged(web)
    path = await link(web, case, PARENT)
    await visit.get(f"{path}/stoppen")
    before = await consents(web, case, PARENT)
    missing = await visit.post(f"{path}/stoppen")
    assert 422 == missing.status_code

    fields = {"about": next(mark for mark in await marks(visit, path) if mark.startswith("ggd."))}
    sent = [await visit.post(f"{path}/stoppen", fields) for _ in range(2)]

    assert [303, 303] == [answer.status_code for answer in sent]
    assert before | {"ggd": _C.WITHDRAWN} == await consents(web, case, PARENT)
    assert 1 == await events(web, case, "consent_withdrawn")
    assert "GGD:</span> gestopt" in (await visit.get(path)).text


async def marks(visit: Visit, path: str) -> list[str]:
    """What the boxes of the screen that asks about stopping stand for."""
    shown = (await visit.get(f"{path}/stoppen")).text
    return [part.split('"')[0] for part in shown.split('name="about" value="')[1:]]


async def test_a_closed_case_takes_a_withdrawal_still(web: Pages, visit: Visit) -> None:
    """Consent can be taken back when the case is closed; nothing else is asked any more."""
    case = await handed_over(web)
    await tell(web, case, "confirm-hand-over")
    path = await link(web, case, PUPIL)
    assert "Ik wil stoppen" in (await visit.get(path)).text

    sent = await visit.post(f"{path}/stoppen", [("about", mark) for mark in await marks(visit, path)])

    assert 303 == sent.status_code
    assert Step.CLOSED is (await state(web, case)).step
    assert {_C.WITHDRAWN} == set((await consents(web, case, PUPIL)).values())


async def test_a_question_that_is_over_says_so(web: Pages, visit: Visit) -> None:
    """When the case is closed before somebody answered, nothing is asked and an old form does nothing."""
    case = await asked(web)
    path = await link(web, case, PARENT)
    fields = {"about": await about(visit, path), "answer": "granted"}
    await tell(web, case, "decide-report", needed=False)

    late = await visit.post(path, fields)

    assert 409 == late.status_code
    assert "U hoeft niets te doen" in (await visit.get(path)).text


async def test_asked_again_after_stopping_the_old_link_answers_too(web: Pages, visit: Visit) -> None:
    """A new question to the same person is a new one: the earlier answer does not count for it."""
    case = await engaged(web)
    path = await link(web, case, PARENT)
    await visit.get(f"{path}/stoppen")
    await visit.post(f"{path}/stoppen", [("about", mark) for mark in await marks(visit, path)])
    await tell(web, case, "request-consent", "cjg:cjg:a.cjg", persons=[PARENT], parties=["cjg"])
    old, new = await links(web, case, PARENT)
    question = await about(visit, new)

    sent = await visit.post(new, {"about": question, "answer": "granted"})
    again = await visit.post(old, {"about": question, "answer": "granted"})

    assert [303, 403] == [sent.status_code, again.status_code], "a form belongs to the link that it came from"
    assert {"cjg": _C.GRANTED, "ggd": _C.WITHDRAWN} == await consents(web, case, PARENT)


async def test_who_is_no_longer_in_the_case_has_no_link(web: Pages, visit: Visit) -> None:
    """A guardian who was taken out of the case finds the page of every link that does not work."""
    case = await asked(web)
    path = await link(web, case, PARENT)
    fields = {"about": await about(visit, path), "answer": "granted"}
    other: JsonValue = {"name": "Ouder Twee", "email": "twee@voorbeeld.example", "custody": True}
    await tell(web, case, "set-guardians", guardians=[other])

    answers = [await visit.get(path), await visit.post(path, fields)]

    assert [404, 404] == [answer.status_code for answer in answers]
    assert "Deze link werkt niet" in answers[0].text


async def test_without_a_worker_it_says_that_the_answer_is_kept(web: Pages, visit: Visit) -> None:
    """Taken is not carried out: the page says so, and says it again when the link is opened meanwhile."""
    case = await asked(web)
    path = await link(web, case, PARENT)
    fields = {"about": await about(visit, path), "answer": "granted"}
    await web.stack.rest()

    sent = await visit.post(path, fields)

    assert 202 == sent.status_code
    assert "Uw antwoord is bewaard" in sent.text
    assert "Wij hebben al een antwoord van u" in (await visit.get(path)).text
    await web.stack.work()
    assert 303 == (await visit.post(path, fields)).status_code
    assert 1 == await events(web, case, "consent_answered")


async def test_granted_by_hand_is_shown_by_the_link(web: Pages, visit: Visit) -> None:
    """Whichever way an answer came, the link shows it."""
    case = await asked(web)
    await granted(web, case, PARENT)

    assert "GGD:</span> ja" in (await visit.get(await link(web, case, PARENT))).text
