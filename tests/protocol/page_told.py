"""The page's messages (part 2.3), each in its own few lines: what it needs and what it changes."""

from __future__ import annotations

from protocol import messages as m
from protocol.messages import Actor
from tests.protocol.days import last_day, works
from tests.protocol.page import (
    ASKING,
    BANDS,
    BEFORE_HAND_OVER,
    COORDINATED,
    OPEN,
    SCHOOL_STEPS,
    SILENT,
    Page,
    close,
    go,
    ids_of,
    need,
    row,
    silent_answer,
    soon_enough,
    unclear,
    working_days_passed,
)
from tests.protocol.page_clocks import Key, climb, owner, rung_at


def two_people(actor: Actor, second: str | None) -> None:
    """Four eyes."""
    need(second is not None)
    need(second != actor.user)


@row("SC", BEFORE_HAND_OVER)
def add_signal(page: Page, _: Actor, said: m.AddSignal) -> None:
    need(not set(said.signals) <= page.signals, "nothing_new")
    page.signals |= set(said.signals)


@row("SC", BEFORE_HAND_OVER)
def set_guardians(page: Page, _: Actor, said: m.SetGuardians) -> None:
    page.guardians = {guardian.person: guardian.custody for guardian in said.guardians}
    need(len(page.guardians) == len(said.guardians), "person_twice")
    need(page.parents or page.grown)
    page.pairs = {pair: status for pair, status in page.pairs.items() if pair[0] in page.persons}


@row("SC", BEFORE_HAND_OVER)
def change_school(page: Page, _: Actor, said: m.ChangeSchool) -> None:
    old, new = page.school, said.to.id
    need(said.to.kind == "school" and new != old)
    need(page.covered(new))
    page.school = new
    page.coordinator = new if page.coordinator == old else page.coordinator
    page.holder = new if page.holder == old else page.holder


@row("SC", OPEN)
def record_police_contact(page: Page, _: Actor, said: m.RecordPoliceContact) -> None:
    page.police = said.contact


@row("S", ("signal",))
def plan_pupil_talk(page: Page, _: Actor, said: m.PlanPupilTalk) -> None:
    day = said.at.date()
    need(day >= page.today and soon_enough(page, day))
    page.pupil_talk = "planned"
    go(page, "pupil_talk")


@row("S", ("signal", "pupil_talk"))
def record_pupil_talk(page: Page, _: Actor, __: m.RecordPupilTalk) -> None:
    page.pupil_talk = "held"
    go(page, "parent_talk")


@row("C", ASKING)
def record_parent_talk(page: Page, _: Actor, said: m.RecordParentTalk) -> None:
    need(page.parent_talk != "held", "talk_already_held")
    page.parent_talk = "postponed" if said.postponed_for_safety else "held"


@row("C", ASKING)
def request_consent(page: Page, _: Actor, said: m.RequestConsent) -> None:
    need(set(said.persons) <= page.persons)
    parties = [party for party in ids_of(said.parties) if party != page.school]
    before = page.asked
    for person in dict.fromkeys(said.persons):
        to_ask = [(person, party) for party in parties if may_ask(page, (person, party))]
        page.asked += bool(to_ask)
        page.pairs |= dict.fromkeys(to_ask, "requested")
        page.asks |= dict.fromkeys(to_ask, page.asked)
        page.lacking = page.lacking and page.turning not in {party for _, party in to_ask}
    need(page.asked > before, "nothing_to_ask")


def may_ask(page: Page, pair: tuple[str, str]) -> bool:
    """Granted stays and so does a question that is on its way; everything else may be asked (again)."""
    said = page.pairs.get(pair, "not_asked")
    return said in ("not_asked", *SILENT) or (said == "requested" and page.asks[pair] in page.lost)


def chosen(
    page: Page, person: str, parties: tuple[m.Organisation, ...] | None, of: tuple[str, ...]
) -> set[tuple[str, str]]:
    """The pairs that an answer or withdrawal is about."""
    able = {pair for pair, said in page.pairs.items() if pair[0] == person and said in of}
    named = able if parties is None else {(person, party) for party in ids_of(parties)}
    unclear(named & able and named - able)
    need(named & able)
    return named


def speaks_for(page: Page, actor: Actor, person: str) -> None:
    """A person speaks for themself; school and coordinator record what somebody said."""
    need(person in page.persons)
    need(actor.role != "person" or actor.person == person)


@row("HSC", OPEN)
def answer_consent(page: Page, actor: Actor, said: m.AnswerConsent) -> None:
    speaks_for(page, actor, said.person)
    need((actor.role == "person") == (said.channel == "link"))
    pairs = chosen(page, said.person, said.parties, ("requested", "no_answer"))
    page.pairs |= dict.fromkeys(pairs, said.answer.value)
    if said.answer == "refused":
        silent_answer(page, pairs)


@row("H", OPEN)
def ask_to_talk(page: Page, actor: Actor, _: m.AskToTalk) -> None:
    need("requested" in {said for (person, _), said in page.pairs.items() if person == actor.person})


@row("HSC", OPEN)
def withdraw_consent(page: Page, actor: Actor, said: m.WithdrawConsent) -> None:
    speaks_for(page, actor, said.person)
    pairs = chosen(page, said.person, said.parties, ("granted",))
    page.pairs |= dict.fromkeys(pairs, "withdrawn")
    if page.step != "closed":
        silent_answer(page, pairs)


@row("SC", OPEN, note=True)
def record_legal_basis(page: Page, actor: Actor, said: m.RecordLegalBasis) -> None:
    two_people(actor, said.second_reviewer)
    page.bases |= set(ids_of(said.parties))


@row("S", ("parent_talk",))
def decide_report(page: Page, _: Actor, said: m.DecideReport) -> None:
    need(page.parent_talk in ("held", "postponed"))
    need(not page.escalated)
    page.lacking = False
    if said.needed:
        need(page.covered("cjg"), "not_covered")
        go(page, "report")
    else:
        close(page, "handled_at_school")


@row("J", ("report",))
def accept_report(page: Page, _: Actor, __: m.AcceptReport) -> None:
    need(page.forward is None)
    page.coordinator = "cjg"
    go(page, "partners")


@row("J", ("report",), note=True)
def return_report(page: Page, _: Actor, __: m.ReturnReport) -> None:
    need(page.forward is None and not page.escalated)
    page.returned, page.lacking = True, False
    go(page, "parent_talk")


@row("JC", ("report", "partners", "coordination"))
def forward_case(page: Page, actor: Actor, said: m.ForwardCase) -> None:
    need(page.step != "report" or actor.organisation == "cjg", "not_allowed")
    need(page.forward is None)
    back = said.to.kind == "cjg" and page.coordinator not in (page.school, "cjg")
    need((said.to.kind == "agency" or back) and said.to.id != page.coordinator)
    page.forward, page.forwarder = said.to.id, actor.organisation
    page.engaged["forward"] = page.engaged.get("forward", 0) + 1


@row("F", OPEN)
def accept_forward(page: Page, _: Actor, __: m.AcceptForward) -> None:
    need(page.forward)
    page.coordinator = str(page.forward)
    page.forward = page.forwarder = None
    if page.step == "report":
        go(page, "partners")


@row("F", OPEN, note=True)
def decline_forward(page: Page, _: Actor, __: m.DeclineForward) -> None:
    page.forward = page.forwarder = None


@row("B", OPEN)
def withdraw_forward(page: Page, _: Actor, __: m.WithdrawForward) -> None:
    page.forward = page.forwarder = None


@row("CD", COORDINATED)
def set_severity(page: Page, _: Actor, said: m.SetSeverity) -> None:
    page.severity = said.severity


@row("CD", COORDINATED)
def engage_partners(page: Page, actor: Actor, said: m.EngagePartners) -> None:
    need(page.severity)
    asked = ids_of(said.partners)
    need(not {page.partners.get(who) for who in asked if who not in page.unreached} & {"requested", "accepted"})
    need(not {page.coordinator, page.director} & set(asked), "not_a_partner")
    need(all(partner.kind != "school" for partner in said.partners), "not_a_partner")
    need(all(page.covered(who) for who in asked))
    for who in asked:
        page.partners[who] = "requested"
        page.engaged[who] = page.engaged.get(who, 0) + 1
        page.unreached.discard(who)
    coordinator_moves(page, actor)


def coordinator_moves(page: Page, actor: Actor) -> None:
    """The coordinator goes on, so it has decided."""
    page.lacking = page.lacking and actor.organisation != page.coordinator


@row("P", OPEN)
def answer_partner_request(page: Page, actor: Actor, said: m.AnswerPartnerRequest) -> None:
    who = str(actor.organisation)
    need(page.partners[who] == "requested")
    need(said.answer == "decline" or page.covered(who))
    page.partners[who] = "accepted" if said.answer == "accept" else "declined"


@row("PC", OPEN)
def finish_partner(page: Page, actor: Actor, said: m.FinishPartner) -> None:
    need(actor.organisation in (page.coordinator, said.partner.id), "who")
    need(page.partners.get(said.partner.id) == "accepted")
    page.partners[said.partner.id] = "finished"


@row("CD", ("partners", "coordination"))
def decide_network_meeting(page: Page, actor: Actor, said: m.DecideNetworkMeeting) -> None:
    need(page.severity)
    coordinator_moves(page, actor)
    if said.needed or page.step == "partners":
        go(page, "network_meeting" if said.needed else "coordination")


@row("CD", ("network_meeting",), note=True)
def plan_network_meeting(page: Page, actor: Actor, said: m.PlanNetworkMeeting) -> None:
    need(said.at > page.now and soon_enough(page, said.at.date()))
    invited = set(ids_of(said.invitees))
    unclear(said.parents_excluded and page.parents <= invited)
    unclear(not said.parents_excluded and said.second_reviewer is not None)
    need(all(who in page.persons if who.startswith(("pupil", "guardian-")) else page.covered(who) for who in invited))
    if page.grown_and_silent:
        need(not invited & set(page.guardians))
    else:
        need(said.parents_excluded or page.parents <= invited, "parents_not_invited")
    if said.parents_excluded:
        two_people(actor, said.second_reviewer)
    page.planned, page.invitees = True, invited


@row("CD", ("network_meeting",), note=True)
def cancel_network_meeting(page: Page, _: Actor, __: m.CancelNetworkMeeting) -> None:
    page.planned = False
    go(page, "partners")


@row("CD", ("network_meeting",), note=True)
def record_network_meeting(page: Page, _: Actor, said: m.RecordNetworkMeeting) -> None:
    need(page.planned)
    need(set(ids_of(said.attendees)) <= page.invitees)
    for action in said.actions:
        need(action.due >= page.today and soon_enough(page, action.due))
        who = ids_of((action.owner,))[0]
        need(who in page.persons or who in page.inside, "owner_not_in_case")
        page.actions[f"action-{len(page.actions) + 1}"] = (who, action.due)
    page.planned = False
    go(page, "coordination")


@row("OCD", OPEN)
def complete_action(page: Page, actor: Actor, said: m.CompleteAction) -> None:
    need(said.action in page.open_actions(), "who")
    mine = page.actions[said.action][0] in (actor.organisation, actor.person)
    need(mine or page.relations(actor) & {"C", "D"}, "who")
    page.done.add(said.action)


@row("CD", ("coordination",))
def record_evaluation(page: Page, actor: Actor, said: m.RecordEvaluation) -> None:
    page.evaluations += 1
    coordinator_moves(page, actor)
    if said.next != "coordination":
        go(page, said.next.value)


def ask_zvh(page: Page, reason: str) -> None:
    """The ZVH is asked and the CJG brought in: from steps 1-3 that is step report."""
    page.escalation, page.reason, page.lacking = "requested", reason, False
    page.engaged["escalation"] = page.engaged.get("escalation", 0) + 1
    if page.step in SCHOOL_STEPS:
        go(page, "report")


@row("SJC", BEFORE_HAND_OVER, note=True)
def escalate(page: Page, actor: Actor, said: m.Escalate) -> None:
    by_school = said.reason in ("no_consent", "silent_coordinator")
    if by_school:
        need(actor.organisation == page.school, "who")
    else:
        need(page.relations(actor) & {"J", "C"} and actor.organisation != page.school, "who")
    need(not page.escalated)
    need(said.reason.value != "no_consent" or page.consent_lacks())
    need(said.reason.value != "silent_coordinator" or silent_coordinator(page))
    ask_zvh(page, said.reason)


def silent_coordinator(page: Page) -> bool:
    """A deadline of the coordinator (in report of the CJG) lies ten working days behind us."""
    late = [clock for key, clock in page.clocks.items() if owner(page, key) == page.turning]
    return any(working_days_passed(page, clock.due, 10) for clock in late)


@row("C", BEFORE_HAND_OVER, note=True)
def report_non_cooperation(page: Page, _: Actor, said: m.ReportNonCooperation) -> None:
    need(not page.escalated)
    unclear(said.who == "parent" and not page.parents)
    ask_zvh(page, "no_cooperation")


@row("C", BEFORE_HAND_OVER, note=True)
def withdraw_escalation(page: Page, _: Actor, __: m.WithdrawEscalation) -> None:
    need(page.escalated)
    if page.escalation == "active":
        need(page.heard and working_days_passed(page, page.heard, 10))
    page.escalation = "ended"


@row("Z", BEFORE_HAND_OVER)
def accept_escalation(page: Page, _: Actor, __: m.AcceptEscalation) -> None:
    need(page.escalation == "requested")
    page.escalation = "active"


@row("Z", BEFORE_HAND_OVER, note=True)
def decline_escalation(page: Page, _: Actor, __: m.DeclineEscalation) -> None:
    need(page.escalation == "requested")
    page.escalation = "declined"


@row("D", ("report", *COORDINATED), note=True)
def de_escalate(page: Page, actor: Actor, said: m.DeEscalate) -> None:
    need(page.step != "report" or page.director == "zvh", "wrong_step")
    need(not page.open_actions())
    if said.parents_excluded:
        two_people(actor, said.second_reviewer)
    coordinator_moves(page, actor)
    if page.director == "zvh":
        page.escalation, page.planned = "ended", False
        if page.step in ("partners", "network_meeting"):
            go(page, "coordination")
    else:
        page.handing_over = ("returned", said.reason.value)
        go(page, "hand_over")


@row("S", ("hand_over",))
def confirm_hand_over(page: Page, _: Actor, __: m.ConfirmHandOver) -> None:
    need(page.handing_over)
    close(page, *(page.handing_over or ("", "")))
    page.holder = page.school


@row("S", ("hand_over",), note=True)
def return_hand_over(page: Page, _: Actor, __: m.ReturnHandOver) -> None:
    page.handing_over = None
    go(page, "coordination")


@row("C", ("hand_over",), note=True)
def resume_coordination(page: Page, _: Actor, __: m.ResumeCoordination) -> None:
    page.handing_over = None
    go(page, "coordination")


@row("C", ("hand_over",))
def close_unconfirmed(page: Page, actor: Actor, said: m.CloseUnconfirmed) -> None:
    need(all(clock.rung > 0 for clock in page.clocks.values()))
    two_people(actor, said.second_reviewer)
    close(page, *(page.handing_over or ("", "")))


@row("D", ("report", *COORDINATED), note=True)
def end_case(page: Page, actor: Actor, said: m.EndCase) -> None:
    need(not page.open_actions())
    two_people(actor, said.second_reviewer)
    page.escalation = "ended" if page.escalated else page.escalation
    if page.step == "report":
        close(page, "ended", said.reason.value)
    else:
        page.handing_over = ("ended", said.reason.value)
        go(page, "hand_over")


@row("SCDJPFZO", OPEN, note=True)
def extend_deadline(page: Page, actor: Actor, said: m.ExtendDeadline) -> None:
    found = [key for key in page.clocks if key[0] == said.task and said.subject in (None, key[1])]
    need(found, "who")
    unclear(len(found) > 1 or not works(said.until))
    clock = page.clocks[found[0]]
    unclear(owner(page, found[0]) in page.persons and "D" not in page.relations(actor))
    need(owner(page, found[0]) == actor.organisation or "D" in page.relations(actor), "who")
    need(not clock.extended and said.until > clock.due and soon_enough(page, said.until))
    unclear(said.until <= page.today or clock.rung)
    clock.due, clock.extended = said.until, True


@row("SCDJZPFBH", OPEN)
def declare_acute(page: Page, _: Actor, __: m.DeclareAcute) -> None:
    need(not page.acute, "already_acute")
    page.acute = True
    sooner(page)


def sooner(page: Page) -> None:
    """In acute danger a loverboy case meets within three working days."""
    from tests.protocol.page_clocks import start

    for key in page.clocks:
        if key[0] == "network_meeting" and start(page, key).due < page.clocks[key].due:
            page.clocks[key] = start(page, key)


@row("CD", OPEN)
def clear_acute(page: Page, _: Actor, __: m.ClearAcute) -> None:
    need(page.acute)
    page.acute = False


@row("S", ("signal", "pupil_talk"))
def cancel_case(page: Page, _: Actor, said: m.CancelCase) -> None:
    need(not page.escalated)
    close(page, "cancelled", said.reason.value)


@row("", OPEN)
def age_reached(page: Page, _: Actor, said: m.AgeReached) -> None:
    need(BANDS.index(said.age) > BANDS.index(page.age), "age_not_new")
    page.age = said.age


def not_delivered(page: Page, person: str, ask: int) -> None:
    """A consent link did not arrive: no clock for it."""
    need(any(page.asks[pair] == ask for pair in page.pairs if pair[0] == person))
    page.lost.add(ask)


def passed(page: Page, key: Key) -> str:
    """The next rung of a clock is reached; three have a consequence of their own."""
    clock = page.clocks[key]
    rung = climb(clock)
    if rung == "deadline" and key[0] == "consent_answer":
        pairs = {pair for pair, said in page.pairs.items() if said == "requested" and page.asks[pair] == key[2]}
        page.pairs |= dict.fromkeys(pairs, "no_answer")
        silent_answer(page, pairs)
    if rung == "deadline" and key[0] == "school_decides":
        ask_zvh(page, "no_consent")
    if rung == "deadline" and key[0] == "escalation_answer":
        page.escalation = "declined"
    return rung


def next_rung(page: Page) -> tuple[Key, str] | None:
    """Which clock speaks first, and what it says."""
    if not page.clocks:
        return None
    key = min(page.clocks, key=lambda key: (rung_at(page.clocks[key])[0], str(key)))
    return key, rung_at(page.clocks[key])[1]


__all__ = ["last_day", "next_rung", "not_delivered", "passed"]
