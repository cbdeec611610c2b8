"""One case told to the product and to the page at once; they have to say the same."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from protocol import messages as m
from protocol import vocabulary as v
from protocol.case import Case
from protocol.deadlines import next_rung
from protocol.decide import decide
from protocol.events import Event, Recorded
from protocol.evolve import evolve
from protocol.policy import Policy
from protocol.refusals import Refused
from tests.protocol import page_told
from tests.protocol.days import CALENDAR, last_day
from tests.protocol.page import No, Page, Unclear, opened, settle, told
from tests.protocol.page_clocks import Key, owner, rung_at

POLICY = Policy(region="demo", calendar=CALENDAR)
DIRECTORY = {
    "school-de-meent": v.OrganisationKind.SCHOOL,
    "school-het-kompas": v.OrganisationKind.SCHOOL,
    "cjg": v.OrganisationKind.CJG,
    "veilig-thuis": v.OrganisationKind.AGENCY,
    "jeugdbescherming": v.OrganisationKind.AGENCY,
    "zvh": v.OrganisationKind.ZVH,
    "ggd": v.OrganisationKind.PARTNER,
    "wijkagent": v.OrganisationKind.PARTNER,
}
START = datetime(2026, 11, 23, 9, tzinfo=UTC)


def organisation(name: str) -> m.Organisation:
    """An organisation of the region."""
    return m.Organisation(id=name, kind=DIRECTORY[name])


def organisations(*names: str) -> tuple[m.Organisation, ...]:
    """Organisations of the region."""
    return tuple(map(organisation, names))


def staff(name: str, user: str = "anna") -> m.Actor:
    """A member of staff of an organisation."""
    return m.Actor(role=v.Role(DIRECTORY[name].value), organisation=name, user=user)


def person(name: str) -> m.Actor:
    """A person of the case, with the link."""
    return m.Actor(role=v.Role.PERSON, person=name)


def actor(who: str) -> m.Actor:
    """Somebody by id: a person, an organisation, or the system."""
    if who == "system":
        return m.SYSTEM
    return staff(who) if who in DIRECTORY else person(who)


def recorded(case: Case | None, events: Iterable[Event], who: m.Actor, now: datetime) -> tuple[Recorded, ...]:
    """Events in their place in the journal."""
    number = case.number if case else 0
    return tuple(
        Recorded(number=number + place, at=now, actor=who, event=event) for place, event in enumerate(events, start=1)
    )


class Telling:
    """A case in the product, its journal, and the same case on the page."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now
        self.journal: tuple[Recorded, ...] = ()
        self.turn: tuple[Recorded, ...] = ()
        self.case: Case | None = None
        self.before: Case | None = None
        self.page: Page | None = None

    @property
    def state(self) -> Case:
        """The case; it is open."""
        assert self.case
        return self.case

    @property
    def model(self) -> Page:
        """The page; it has been opened."""
        assert self.page
        return self.page

    def carry_out(self, events: Iterable[Event], who: m.Actor) -> None:
        """Journal the events and evolve the case."""
        self.turn = recorded(self.case, events, who, self.now)
        self.journal += self.turn
        self.before = self.case
        for entry in self.turn:
            self.case = evolve(self.case, entry)

    def decide(self, message: m.Message, who: m.Actor, *, note: bool) -> tuple[Event, ...] | str:
        """What the product says: events, or a refusal's code."""
        try:
            return decide(self.case, message, who, self.now, POLICY, note=note)
        except Refused as refused:
            return refused.code.value

    def open(self, message: m.OpenCase, school: str = "school-de-meent") -> str | None:
        """Open it in both; the code if it is refused."""
        verdict = self.decide(message, staff(school), note=True)
        try:
            self.page = opened(message, school, self.now)
        except No:
            assert isinstance(verdict, str), "the page refuses to open this"
            return verdict
        assert not isinstance(verdict, str), f"the page opens this, the product says {verdict}"
        self.carry_out(verdict, staff(school))
        self.compare()
        return None

    def tell(self, message: m.Message, who: m.Actor | str, *, note: bool = True) -> str | None:
        """Tell it to both: the same verdict and the same state; the code if it is refused."""
        who = actor(who) if isinstance(who, str) else who
        try:
            after = told(self.model, message, who, self.now, note=note)
        except Unclear:
            return "unclear"
        except No as no:
            return self.refused_by_both(message, who, note=note, kind=no.kind)
        verdict = self.decide(message, who, note=note)
        assert not isinstance(verdict, str), f"the page accepts {message!r} by {who!r}, the product says {verdict}"
        self.carry_out(verdict, who)
        self.page = after
        self.compare()
        return None

    def refused_by_both(self, message: m.Message, who: m.Actor, *, note: bool, kind: str) -> str:
        """The product refuses too, and for the same reason."""
        verdict = self.decide(message, who, note=note)
        assert isinstance(verdict, str), f"the page refuses ({kind}) {message!r} by {who!r}, the product accepts"
        assert same_reason(kind, verdict), f"{message!r} by {who!r}: page {kind}, product {verdict}"
        return verdict

    def must(self, message: m.Message, who: m.Actor | str) -> Telling:
        """Tell it, and it is accepted."""
        assert self.tell(message, who) is None, message
        return self

    def wait(self, days: float) -> Telling:
        """Time passes: every rung that is reached on the way is walked by both."""
        return self.until(self.now + timedelta(days=days))

    def until(self, moment: datetime) -> Telling:
        """Time passes until a moment."""
        while self.step_rung(moment):
            pass
        self.now = max(self.now, moment)
        self.model.now = self.now
        return self

    def step_rung(self, moment: datetime) -> bool:
        """Walk the first rung that is reached by then, if there is one."""
        rung, first = next_rung(self.state, POLICY), page_told.next_rung(self.model)
        assert (rung is None) == (first is None), (rung, first)
        if rung is None or first is None or rung[0] > moment:
            assert first is None or rung_at(self.model.clocks[first[0]])[0] > moment, (rung, first)
            return False
        at, passed = rung
        self.walk(at, passed)
        return True

    def walk(self, at: datetime, passed: m.DeadlinePassed) -> None:
        """Tell a rung to both."""
        key = self.key_of(at, passed)
        self.now = self.model.now = max(self.now, at)
        verdict = self.decide(passed, m.SYSTEM, note=False)
        assert not isinstance(verdict, str), (passed, verdict)
        self.carry_out(verdict, m.SYSTEM)
        page_told.passed(self.model, key)
        settle(self.model)
        self.compare()

    def key_of(self, at: datetime, passed: m.DeadlinePassed) -> Key:
        """The page's clock that speaks at the same moment about the same thing."""
        for key, clock in self.model.clocks.items():
            if key[0] == passed.task and key[1] in (None, passed.subject) and rung_at(clock)[0] == at:
                return key
        raise AssertionError(f"no clock of the page speaks at {at}: {passed!r}, {self.model.clocks}")

    def not_delivered(self, who: str, number: int) -> None:
        """A link did not arrive; ``number`` is the event that asked."""
        about = "partner_request" if who in DIRECTORY else "consent_request"
        message = m.DeliveryFailed(notice=f"{self.state.id}.{number}.0", party=who, about=about)
        after = deepcopy(self.model)
        if who in DIRECTORY:
            after.unreached.add(who)
        else:
            asks = {after.asks[who, c.party] for c in self.state.consents if c.person == who and c.request == number}
            page_told.not_delivered(after, who, asks.pop())
        settle(after)
        verdict = self.decide(message, m.SYSTEM, note=False)
        assert not isinstance(verdict, str), (message, verdict)
        self.carry_out(verdict, m.SYSTEM)
        self.page = after
        self.compare()

    def compare(self) -> None:
        """The product's case says what the page says."""
        theirs, ours = of_case(self.state), of_page(self.model)
        different = {name: (theirs[name], ours[name]) for name in ours if theirs[name] != ours[name]}
        assert not different, f"{ours['step']} (product, page): {different}"

    def copy(self) -> Telling:
        """The same case, to go on with in another way."""
        twin = Telling(self.now)
        twin.journal, twin.turn, twin.case, twin.before = self.journal, self.turn, self.case, self.before
        twin.page = deepcopy(self.page)
        return twin


EXACT = {"unknown_case", "case_closed", "note_missing"}
WHO_OR_WHEN = {"not_allowed", "wrong_step"}


def same_reason(kind: str, code: str) -> bool:
    """Whether a refusal's code says what the page says."""
    if kind in ("state", "who"):
        return code not in EXACT and (kind == "who" or code != "not_allowed")
    if kind in WHO_OR_WHEN:
        return code in WHO_OR_WHEN
    return code == kind


SUBJECTED = ("consent_answer", "partner_answer", "action")


def of_case(case: Case) -> dict[str, Any]:
    """What the product says of a case, in plain values."""
    consents = {(c.person, c.party): c.status.value for c in case.consents if c.person in case.persons}
    return {
        "step": case.step,
        "school": case.school,
        "file_holder": case.file_holder,
        "coordinator": case.coordinator,
        "process_director": case.process_director,
        "signals": {signal.value for signal in case.signals},
        "kinds": {kind.value for kind in case.kinds},
        "age": case.age,
        "must_consent": set(case.who_must_consent),
        "talks": (case.talks.pupil, case.talks.parents),
        "consents": {pair: status for pair, status in consents.items() if status != "not_asked"},
        "covered": {name for name in DIRECTORY if case.covered(name)},
        "police": case.police_contact,
        "escalation": (case.escalation.status, case.escalation.reason),
        "forward": (case.forward.to, case.forward.by),
        "severity": case.severity,
        "partners": {partner.organisation: partner.status.value for partner in case.partners},
        "meeting": case.meeting.status == "planned",
        "actions": {a.action: (a.owner, a.due, a.done) for a in case.actions},
        "acute": case.safety == "acute",
        "handing_over": case.handing_over and (case.handing_over.kind, case.handing_over.reason),
        "outcome": case.outcome and (case.outcome.kind, case.outcome.reason),
        "due": sorted(
            ((d.task.value, d.subject if d.task in SUBJECTED else None, last_day(d.due_at)) for d in case.deadlines),
            key=str,
        ),
    }


def of_page(page: Page) -> dict[str, Any]:
    """What the page says of it, in the same values."""
    handing_over = page.handing_over if page.step == "hand_over" else None
    return {
        "step": page.step,
        "school": page.school,
        "file_holder": page.holder,
        "coordinator": page.coordinator,
        "process_director": page.director,
        "signals": page.signals,
        "kinds": page.kinds,
        "age": page.age,
        "must_consent": page.must,
        "talks": (page.pupil_talk, page.parent_talk),
        "consents": {pair: said for pair, said in page.pairs.items() if said != "not_asked"},
        "covered": {name for name in DIRECTORY if page.covered(name)},
        "police": page.police,
        "escalation": (page.escalation, page.reason),
        "forward": (page.forward, page.forwarder),
        "severity": page.severity,
        "partners": page.partners,
        "meeting": page.planned,
        "actions": {action: (who, due, action in page.done) for action, (who, due) in page.actions.items()},
        "acute": page.acute,
        "outcome": page.outcome,
        "due": sorted(((task, subject, clock.due) for (task, subject, _), clock in page.clocks.items()), key=str),
    } | ({"handing_over": handing_over} if page.step == "hand_over" else {})


def owners(telling: Telling) -> set[tuple[str, str]]:
    """Who has to do what, by the page."""
    return {(key[0], owner(telling.model, key)) for key in telling.model.clocks}
