"""What somebody may by their office, as whom a link's holder speaks, and who decides on a proposal: written by hand."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from protocol import messages as m
from protocol import vocabulary as v
from protocol.access import keeps_directory, link_holder, link_opens, only_looks, reads_history
from protocol.accounting import reads_access_log
from protocol.case import Case
from protocol.erasure import check_erasure
from protocol.messages import Actor
from protocol.notices import LinkPurpose
from protocol.proposals import WORKING_DAYS, Waiting, decides
from protocol.refusals import Refused
from protocol.retention import opens_shielded, places_holds, previews_retention, tells_departure
from protocol.rights import handles_requests
from tests.protocol import stories as s
from tests.protocol.telling import Telling, actor, organisation, person, staff

R = v.Role


@cache
def closed() -> Case:
    """A case that was closed."""
    return s.closed().state


def erases(who: Actor) -> bool:
    """Whether they destroy a part of a closed case by hand."""
    try:
        check_erasure(closed(), who)
    except Refused as refused:
        return refused.code != "not_allowed"
    return True


OFFICES: dict[Callable[[Actor], bool], set[v.Role]] = {
    only_looks: {R.ADMIN, R.PRIVACY, R.OPS},
    keeps_directory: {R.ADMIN},
    reads_access_log: {R.PRIVACY},
    handles_requests: {R.PRIVACY},
    places_holds: {R.PRIVACY},
    previews_retention: {R.PRIVACY},
    opens_shielded: {R.PRIVACY},
    erases: {R.PRIVACY},
}


@pytest.mark.parametrize("may", OFFICES)
def test_what_each_office_may(may: Callable[[Actor], bool]) -> None:
    """Role by role: nobody gets an office by the organisation they work for."""
    actors = [Actor.model_construct(role=role, organisation="school-de-meent", user="u") for role in R]

    assert OFFICES[may] == {who.role for who in actors if may(who)}


def test_nobody_destroys_a_case_that_runs() -> None:
    """The privacy officer neither."""
    with pytest.raises(Refused) as refused:
        check_erasure(s.engaged().state, Actor(role=R.PRIVACY, organisation="gemeente", user="p"))
    assert "wrong_step" == refused.value.code


def test_who_tells_when_a_pupil_left() -> None:
    """The case's own school, or the privacy officer."""
    case = closed()
    others = (staff("school-het-kompas"), staff("cjg"), person("guardian-1"), Actor(role=R.ADMIN, organisation="g"))
    as_cjg = Actor(role=R.CJG, organisation=case.school, user="u")

    assert tells_departure(case, staff("school-de-meent"))
    assert tells_departure(case, Actor(role=R.PRIVACY, organisation="g", user="p"))
    assert not any(tells_departure(case, who) for who in (*others, as_cjg))


def test_who_opens_the_history_of_a_case() -> None:
    """Who sees all that it shows: the school, who is covered, and who watches over the system; no task, no person."""
    covered, bare = s.engaged().state, s.at_bare_report().state

    assert all(
        reads_history(covered, who) for who in (staff("school-de-meent"), staff("cjg"), staff("ggd"), Actor(role=R.OPS))
    )
    assert not any(reads_history(covered, actor(who)) for who in ("wijkagent", "zvh", "pupil", "school-het-kompas"))
    assert not reads_history(bare, staff("cjg"))


HOLDERS = {
    (LinkPurpose.CONSENT, None): R.PERSON,
    (LinkPurpose.HAND_OVER, v.OrganisationKind.CJG): R.PERSON,
    (LinkPurpose.PARTNER_ANSWER, None): R.PARTNER,
    (LinkPurpose.PARTNER_ANSWER, v.OrganisationKind.PARTNER): R.PARTNER,
    (LinkPurpose.PARTNER_ANSWER, v.OrganisationKind.AGENCY): R.PARTNER,
    (LinkPurpose.PARTNER_ANSWER, v.OrganisationKind.CJG): R.CJG,
}


@pytest.mark.parametrize(("purpose", "kind"), HOLDERS)
def test_as_whom_a_link_speaks(purpose: LinkPurpose, kind: v.OrganisationKind | None) -> None:
    """A person of the case, or an organisation of which nobody is named."""
    is_person = HOLDERS[purpose, kind] is R.PERSON
    party = "pupil" if is_person else "x"
    who = link_holder(purpose, party, kind)

    assert (HOLDERS[purpose, kind], None) == (who.role, who.user)
    assert ((party, None) if is_person else (None, party)) == (who.person, who.organisation)


def said(answer: v.PartnerAnswer) -> Telling:
    """The constable was asked, and answered so."""
    return s.engaged().must(m.AnswerPartnerRequest(answer=answer), "wijkagent")


ACCEPT, DECLINE = v.PartnerAnswer.ACCEPT, v.PartnerAnswer.DECLINE
LINKS: list[tuple[str, Callable[[], Telling], bool]] = [
    ("asked", s.engaged, True),
    ("taking part", lambda: said(ACCEPT), True),
    ("finished", lambda: said(ACCEPT).must(m.FinishPartner(partner=organisation("wijkagent")), "cjg"), False),
    ("declined", lambda: said(DECLINE), True),
    ("the question is over", lambda: s.engaged().must(s.police(), "cjg").must(s.de_escalate(), "cjg"), True),
    ("closed", s.closed, False),
    ("never asked", s.at_partners, False),
]


@pytest.mark.parametrize(("what", "story", "opens"), LINKS, ids=[what for what, *_ in LINKS])
def test_until_when_a_partners_link_opens(what: str, story: Callable[[], Telling], opens: bool) -> None:
    """What an ended partnership takes away it takes away behind links, too."""
    holder = link_holder(LinkPurpose.PARTNER_ANSWER, "wijkagent", v.OrganisationKind.PARTNER)
    assert opens == link_opens(story().state, holder), what


def test_a_persons_link_opens_for_people_of_the_case() -> None:
    """Who is no longer in it reads nothing, and who still is reads it when it is closed."""
    assert link_opens(closed(), person("guardian-1"))
    assert not link_opens(s.engaged().state, person("guardian-9"))


ASKER = Actor(role=R.CJG, organisation="cjg", user="anna")
COLLEAGUE = Actor(role=R.CJG, organisation="cjg", user="bert")


def test_who_decides_on_a_proposal() -> None:
    """A colleague who acts as the asker does, never the asker; who began to confirm goes on alone; five working days."""
    waiting, begun, over = Waiting(ASKER, True), Waiting(ASKER, False, "bert"), Waiting(ASKER, False)
    third = COLLEAGUE.model_copy(update={"user": "carla"})
    elsewhere = COLLEAGUE.model_copy(update={"organisation": "zvh"})
    as_another = COLLEAGUE.model_copy(update={"role": R.PARTNER})

    assert (True, True, False) == tuple(decides(COLLEAGUE, one) for one in (waiting, begun, over))
    assert (True, False, False) == tuple(decides(third, one) for one in (waiting, begun, over))
    assert not any(
        decides(who, waiting) for who in (ASKER, elsewhere, as_another, Actor(role=R.CJG, organisation="cjg"))
    )
    assert not decides(ASKER, Waiting(ASKER, False, "anna"))
    assert 5 == WORKING_DAYS
