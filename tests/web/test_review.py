"""The second reviewer: confirms personally, with an own login, before the case is told."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest
from httpx2 import Response
from pydantic import JsonValue

from protocol.events import event_name
from protocol.messages import Actor
from protocol.refusals import RefusalCode, Refused
from protocol.vocabulary import Role
from starter.web.review import Proposal, propose, waiting_for
from starter.web.visitor import Visitor
from store import AccessEntry, AccessFilter
from tests.web.serving import Pages
from tests.web.told import CJG, MEENT, ZVH, by, coordinated, escalated, sent, talked, tell
from tests.web.visiting import Visit

NOTE = "De zes vragen zijn besproken."
FIELDS: dict[str, JsonValue] = {"basis": "other", "parties": ["ggd"]}
CONFIRM = {"besluit": "bevestigen"}


def somebody(web: Pages, user: str) -> Visitor:
    """A member of staff of De Meent."""
    actor = by(MEENT.replace("m.dewit", user))
    staff = actor.model_copy(update={"user": web.store.keys.pseudonym("school-de-meent", user)})
    return Visitor(actor, staff, user, "De Meent", "-")


async def proposed(web: Pages, case: str, message_id: str = "basis-1") -> Proposal:
    """A legal basis that m.dewit proposes to record."""
    asker = somebody(web, "m.dewit")
    return await propose(web.services, asker, case, "record_legal_basis", FIELDS, NOTE, message_id)


async def bases(web: Pages, case: str) -> list[tuple[str | None, str | None]]:
    """Who recorded a legal basis, and who reviewed it."""
    rows = await web.store.journal(case)
    return [
        (row.recorded.actor.user, getattr(row.recorded.event, "second_reviewer", None))
        for row in rows
        if event_name(row.recorded.event) == "legal_basis_recorded"
    ]


def address(proposal: Proposal) -> str:
    return f"/beoordelingen/{proposal.review_id}"


async def confirmed(visit: Visit, proposal: Proposal) -> Response:
    """Confirm, and see what came of it."""
    await visit.get(address(proposal))
    return await visit.follow(await visit.post(address(proposal), CONFIRM))


async def test_a_colleague_confirms_and_the_case_is_told_once(web: Pages, visit: Visit) -> None:
    """Nothing is recorded until the colleague confirms; then it is, in the asker's name, however often they click."""
    case = await talked(web)
    proposal = await proposed(web, case)
    before = await bases(web, case)
    await visit.log_in("l.hendriks")
    shown = (await visit.get(address(proposal))).text

    answers = await asyncio.gather(*(visit.post(address(proposal), CONFIRM) for _ in range(3)))

    assert [] == before
    assert NOTE in shown
    asker, reviewer = somebody(web, "m.dewit").staff.user, somebody(web, "l.hendriks").staff.user
    assert [(asker, reviewer)] == await bases(web, case)
    # Who comes when it is decided already finds it gone.
    assert {303, 404, 409} >= {answer.status_code for answer in answers}
    assert "Bevestigd en vastgelegd" in (await visit.get(address(proposal))).text
    assert NOTE not in (await visit.get(address(proposal))).text


async def test_the_asker_cannot_confirm(web: Pages, visit: Visit) -> None:
    """The asker sees that it waits, and confirming it is refused."""
    case = await talked(web)
    proposal = await proposed(web, case)
    await visit.log_in("m.dewit")

    answer = await confirmed(visit, proposal)

    assert 409 == answer.status_code
    assert [] == await bases(web, case)
    assert 0 == await waiting_for(web.services, somebody(web, "m.dewit"))


@pytest.mark.parametrize("user", ["r.bakker", "s.yilmaz", "j.vandijk", "f.admin", "o.ops"])
async def test_nobody_else_sees_it(web: Pages, visit: Visit, user: str) -> None:
    """For other organisations and roles there is nothing, as if it did not exist."""
    proposal = await proposed(web, await talked(web))
    await visit.log_in(user)

    seen = await visit.get(address(proposal))
    nothing = await visit.get("/beoordelingen/b-niets")
    told = await visit.post(address(proposal), CONFIRM)

    assert [404, 404, 404] == [seen.status_code, nothing.status_code, told.status_code]
    assert proposal.review_id not in (await visit.get("/beoordelingen")).text


async def test_declined_with_a_reason_that_the_asker_reads(web: Pages, visit: Visit) -> None:
    """Without a reason or with a picture it is not declined; with words the asker reads them, and nothing is recorded."""
    case = await talked(web)
    proposal = await proposed(web, case)
    await visit.log_in("l.hendriks")
    await visit.get(address(proposal))
    bare = await visit.post(address(proposal), {"besluit": "afwijzen", "reason": " "})
    picture = await visit.post(address(proposal), {"besluit": "afwijzen", "reason": "data:image/png;base64,iVBO"})
    await visit.post(address(proposal), {"besluit": "afwijzen", "reason": "Vraag eerst de ouders."})

    async with Visit(web) as asker:
        await asker.log_in("m.dewit")
        listed, read = (await asker.get("/beoordelingen")).text, (await asker.get(address(proposal))).text

    assert (422, 422) == (bare.status_code, picture.status_code)
    assert "Schrijf kort waarom u het afwijst." in bare.text
    assert "beelden worden nooit bewaard" in picture.text
    assert "Afgewezen" in listed
    assert "Vraag eerst de ouders." in read
    assert [] == await bases(web, case)


async def test_what_the_protocol_refuses_is_shown_to_both(web: Pages, visit: Visit) -> None:
    """The case was closed meanwhile: the confirmer and the asker read why it could not be any more."""
    case = await talked(web)
    proposal = await proposed(web, case)
    await web.cases.tell(case, "decide_report", {"needed": False}, by(MEENT))
    await visit.log_in("l.hendriks")
    before = (await visit.get(address(proposal))).text

    after = (await confirmed(visit, proposal)).text
    async with Visit(web) as asker:
        await asker.log_in("m.dewit")
        listed = (await asker.get("/beoordelingen")).text

    sentence = "De casus is gesloten en verandert niet meer."
    assert "Zoals de casus nu staat kan dit niet" in before
    assert [True, True, True] == [sentence in text for text in (before, after, listed)]


async def test_what_nobody_decides_in_time_expires(web: Pages, visit: Visit) -> None:
    """After five working days of the case's own clock it cannot be confirmed any more."""
    case = await talked(web)
    proposal = await proposed(web, case)
    waited = await waiting_for(web.services, somebody(web, "l.hendriks"))
    await visit.log_in("l.hendriks")
    await visit.get(address(proposal))
    await web.store.move_clock(case, timedelta(days=9))

    answer = await visit.post(address(proposal), CONFIRM)

    assert 1 <= waited
    assert 409 == answer.status_code
    assert waited - 1 == await waiting_for(web.services, somebody(web, "l.hendriks"))
    assert [] == await bases(web, case)


async def test_taken_back_by_the_asker(web: Pages, visit: Visit) -> None:
    """Then nobody can confirm it, and it is gone from the work list's count."""
    case = await talked(web)
    proposal = await proposed(web, case)
    before = await waiting_for(web.services, somebody(web, "l.hendriks"))
    await visit.log_in("m.dewit")
    await visit.get(address(proposal))

    await visit.post(address(proposal), {"besluit": "intrekken"})

    assert before - 1 == await waiting_for(web.services, somebody(web, "l.hendriks"))
    async with Visit(web) as colleague:
        await colleague.log_in("l.hendriks")
        assert 409 == (await confirmed(colleague, proposal)).status_code


async def test_proposed_twice_is_one_and_changed_is_refused(web: Pages) -> None:
    """The same form sent twice waits once; under the same id something else is refused."""
    case = await talked(web)
    first, second = await proposed(web, case), await proposed(web, case)

    with pytest.raises(Refused) as refused:
        await propose(
            web.services, somebody(web, "m.dewit"), case, "record_legal_basis", FIELDS, "Iets anders.", "basis-1"
        )

    assert first == second
    assert RefusalCode.MESSAGE_ID_REUSED is refused.value.code


async def test_each_look_is_logged(web: Pages, visit: Visit) -> None:
    """Who reads a proposal and its note is written in the access log of the case."""
    case = await talked(web)
    proposal = await proposed(web, case)
    await visit.log_in("l.hendriks")
    before = await web.stack.looked(case)

    await visit.get(address(proposal))

    assert before + 1 == await web.stack.looked(case)


async def test_a_withdrawal_closes_what_was_proposed(web: Pages, visit: Visit) -> None:
    """A colleague at the ZVH reads it with cover; without it they read and confirm nothing, and the log says that they tried."""
    case = await coordinated(web)
    await tell(web, case, CJG, "escalate", note="Vier criteria.", reason="more_partners_needed")
    await tell(web, case, ZVH, "accept_escalation")
    staff = by(ZVH).model_copy(update={"user": web.store.keys.pseudonym("zvh", "a.jansen")})
    asker = Visitor(by(ZVH), staff, "a.jansen", "ZVH", "-")
    proposal = await propose(web.services, asker, case, "end_case", {"reason": "moved_away"}, NOTE, "end-1")
    await visit.log_in("b.kramer")
    covered = (await visit.get(address(proposal))).text

    await tell(web, case, "person:pupil", "withdraw_consent", person="pupil")

    bare, answer = (await visit.get(address(proposal))).text, await visit.post(address(proposal), CONFIRM)
    assert (True, False, False) == (NOTE in covered, NOTE in bare, NOTE in answer.text)
    assert "U kunt dit voorstel nu niet lezen" in bare
    assert 409 == answer.status_code
    assert "case_ended" not in [event_name(row.recorded.event) for row in await web.store.journal(case)]
    look = AccessEntry(actor=Actor(role=Role.PRIVACY, organisation="gemeente", user="o"), what="test", purpose="test")
    rows = await web.store.accesses(AccessFilter(case_id=case), look, limit=3)
    assert ["refused", "refused"] == [row.outcome for row in rows if row.purpose == "second review"][:2]


async def test_a_basis_is_weighed_by_two_without_cover(web: Pages, visit: Visit) -> None:
    """Who coordinates a case that nobody covered yet proposes a legal basis, and a colleague reads and confirms it."""
    case = await escalated(web)
    await tell(web, case, CJG, "accept_report")
    staff = by(CJG).model_copy(update={"user": web.store.keys.pseudonym("cjg", "s.yilmaz")})
    fields: dict[str, JsonValue] = {"basis": "other", "parties": ["cjg"]}
    proposal = await propose(
        web.services, Visitor(by(CJG), staff, "-", "CJG", "-"), case, "record_legal_basis", fields, NOTE, "basis"
    )
    await visit.log_in("n.peters")

    assert NOTE in (await visit.get(address(proposal))).text
    await confirmed(visit, proposal)
    assert 1 == len(await bases(web, case))


async def test_from_the_form_of_the_case_to_the_colleague(web: Pages, visit: Visit) -> None:
    """The form of a case lays it before a colleague, whose work list says so."""
    case = await talked(web)
    await visit.log_in("m.dewit")

    answer = await sent(
        visit, f"/zaken/{case}/record-legal-basis", ("basis", "other"), ("parties", "ggd"), ("note", NOTE)
    )

    assert 303 == answer.status_code, re.sub(r"\s+", " ", answer.text)
    assert [] == await bases(web, case)
    async with Visit(web) as colleague:
        await colleague.log_in("l.hendriks")
        assert "/beoordelingen" in (await colleague.get("/zaken")).text.partition("<main")[2]
        assert case in (await colleague.get("/beoordelingen")).text
