"""The partner's link: an organisation says whether it takes part, once, without logging in."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from protocol.keeping import Part
from protocol.notices import LinkPurpose
from protocol.rights import Right
from protocol.vocabulary import PartnerStatus
from store import AccessEntry
from store.rights import Asked
from tests.starter.stack import CJG, REGION, actor
from tests.web.link_cases import PARENT, engaged, events, handed_over, link, links, state, tell
from tests.web.serving import Pages
from tests.web.visiting import Visit

_ANSWER = LinkPurpose.PARTNER_ANSWER


async def status(web: Pages, case: str) -> PartnerStatus:
    """Where the GGD stands."""
    partner = (await state(web, case)).partner("ggd")
    assert partner
    return partner.status


async def test_the_question_holds_nobody(web: Pages, visit: Visit) -> None:
    """The page names who asks, who is asked and the case's number; no name, no kind of case."""
    case = await engaged(web)

    shown = (await visit.get(await link(web, case, "ggd", _ANSWER))).text

    assert all(name in shown for name in ("Centrum voor Jeugd en Gezin", "GGD", case, "Wij doen mee"))
    assert not any(word in shown for word in ("Leerling", "Ouder", "exting", "Zwaar", "checked"))


async def test_taking_part(web: Pages, visit: Visit) -> None:
    """A yes counts; the same link then shows what was answered, and no form."""
    case = await engaged(web)
    path = await link(web, case, "ggd", _ANSWER)
    await visit.get(path)

    sent = await visit.post(path, {"answer": "accept", "note": ""})
    shown = (await visit.get(path)).text

    assert (303, path) == (sent.status_code, sent.headers["location"])
    assert PartnerStatus.ACCEPTED is await status(web, case)
    assert "Wij doen mee" in shown
    assert "<form" not in shown


async def test_declining_needs_a_reason_that_is_kept_in_the_file(web: Pages, visit: Visit) -> None:
    """Without a reason or with a picture the form comes back; with words it is answered, and they are a note."""
    case = await engaged(web)
    path = await link(web, case, "ggd", _ANSWER)
    await visit.get(path)

    missing = await visit.post(path, {"answer": "decline", "note": "  "})
    picture = await visit.post(path, {"answer": "decline", "note": "zie data:image/png;base64,iVBORw0KGgo="})
    sent = await visit.post(path, {"answer": "decline", "note": "Wij hebben <b>geen</b> plaats 😟"})

    assert (422, 422, 303) == (missing.status_code, picture.status_code, sent.status_code)
    assert "beelden worden nooit bewaard" in picture.text
    assert "Schrijf kort waarom u niet meedoet." in missing.text
    assert PartnerStatus.DECLINED is await status(web, case)
    last = (await web.store.notes(case))[-1]
    look = AccessEntry(actor=actor(CJG), case_id=case, what="note", purpose="test")
    assert "Wij hebben <b>geen</b> plaats 😟" == await web.store.note(case, last.note_id, look)
    shown = (await visit.get(path)).text
    assert "Wij doen niet mee" in shown
    assert "plaats" not in shown


async def test_many_answers_at_once_are_one(web: Pages, visit: Visit) -> None:
    """Twenty forms at the same time, half of them yes and half no: one answer is recorded, the others hear so."""
    case = await engaged(web)
    path = await link(web, case, "ggd", _ANSWER)
    await visit.get(path)
    yes, no = {"answer": "accept", "note": ""}, {"answer": "decline", "note": "vol"}

    sent = await asyncio.gather(*(visit.post(path, fields) for fields in (yes, no) * 10))

    codes = sorted(answer.status_code for answer in sent)
    assert [303] * 10 + [409] * 10 == codes
    assert 1 == await events(web, case, "partner_answered")


async def test_a_link_answers_one_question_only(web: Pages, visit: Visit) -> None:
    """Asked again later, the organisation gets a new link; the used one shows what it answered then."""
    case = await engaged(web)
    first = await link(web, case, "ggd", _ANSWER)
    await visit.get(first)
    await visit.post(first, {"answer": "decline", "note": "vol"})
    old = visit.token
    await tell(web, case, "engage-partners", CJG, partners=["ggd"])
    assert 2 == len(await links(web, case, "ggd", _ANSWER))

    late = await visit.post(first, {"answer": "accept", "note": "", "csrf": old})

    assert 409 == late.status_code
    assert PartnerStatus.REQUESTED is await status(web, case)
    assert "Wij doen niet mee" in (await visit.get(first)).text
    second = await link(web, case, "ggd", _ANSWER)
    await visit.get(second)
    assert 303 == (await visit.post(second, {"answer": "accept", "note": ""})).status_code
    assert PartnerStatus.ACCEPTED is await status(web, case)


async def test_accepting_without_cover_is_refused_and_declining_is_not(web: Pages, visit: Visit) -> None:
    """When the consent was taken back meanwhile, the answer says so, and the link still takes a no."""
    case = await engaged(web)
    path = await link(web, case, "ggd", _ANSWER)
    await visit.get(path)
    await tell(web, case, "withdraw-consent", f"person:{PARENT}", person=PARENT, parties=["ggd"])

    refused = await visit.post(path, {"answer": "accept", "note": ""})
    declined = await visit.post(path, {"answer": "decline", "note": "geen toestemming"})

    assert (409, 303) == (refused.status_code, declined.status_code)
    assert "Meedoen kan nu niet" in refused.text
    assert PartnerStatus.DECLINED is await status(web, case)


async def test_a_question_that_is_over_says_so(web: Pages, visit: Visit) -> None:
    """When the case goes back to the school before the partner answered, nothing is asked any more."""
    case = await engaged(web)
    path = await link(web, case, "ggd", _ANSWER)
    await visit.get(path)
    await tell(web, case, "de-escalate", CJG, "het gaat goed", reason="goal_reached")

    late = await visit.post(path, {"answer": "accept", "note": ""})

    assert 409 == late.status_code
    assert "De vraag is niet meer nodig" in (await visit.get(path)).text


async def test_what_was_answered_by_logging_in_is_shown(web: Pages, visit: Visit) -> None:
    """A link that was not used shows the organisation's answer all the same; once the case is closed it is shut."""
    case = await handed_over(web)
    path = await link(web, case, "ggd", _ANSWER)

    open_shown = (await visit.get(path)).text
    await tell(web, case, "confirm-hand-over")
    shut = await visit.get(path)

    assert "Wij doen mee" in open_shown
    assert 404 == shut.status_code
    assert case not in shut.text


async def test_an_ended_partnership_shuts_the_link_at_once(web: Pages, visit: Visit) -> None:
    """Whose part is over reads nothing any more, its own answer and the number of the case neither."""
    case = await engaged(web)
    path = await link(web, case, "ggd", _ANSWER)
    await visit.get(path)
    await visit.post(path, {"answer": "accept", "note": ""})
    before = await visit.get(path)
    await tell(web, case, "finish-partner", CJG, partner="ggd")

    shut = await visit.get(path)

    assert (200, 404) == (before.status_code, shut.status_code)
    assert case in before.text
    assert case not in shut.text


async def test_taking_part_waits_for_an_objection_and_declining_does_not(web: Pages, visit: Visit) -> None:
    """Who accepted would read the file: the answer says that it cannot be now, and the link still takes a no."""
    case = await engaged(web)
    path = await link(web, case, "ggd", _ANSWER)
    await visit.get(path)
    today = datetime.now(UTC).date()
    objection = Asked(
        region=REGION, case_id=case, kind=Right.OBJECTION, subject="pupil", requester="pupil", parts=(Part.SCHOOL,),
        received_on=today, due_on=today,
    )  # fmt: skip
    await web.store.enter_request(objection, actor("privacy:gemeente:p.privacy"))

    refused = await visit.post(path, {"answer": "accept", "note": ""})
    declined = await visit.post(path, {"answer": "decline", "note": "vol"})

    assert (409, 303) == (refused.status_code, declined.status_code)
    assert "Meedoen kan nu nog niet" in refused.text
    assert PartnerStatus.DECLINED is await status(web, case)
