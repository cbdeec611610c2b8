"""A second, much simpler reading of the page: what one case is and who may tell it what.

It is written from the protocol's text alone and shares no rule with the product: plain sets and
dictionaries, one small function a message (:mod:`tests.protocol.page_told`), and clocks that run
whenever the state says so (:mod:`tests.protocol.page_clocks`).
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVar, cast

from protocol.messages import Actor, Message, OpenCase, Organisation, name_of
from tests.protocol.days import DAY, dutch_day

SCHOOL_STEPS = ("signal", "pupil_talk", "parent_talk")
COORDINATED = ("partners", "network_meeting", "coordination")
ASKING = ("parent_talk", "report", *COORDINATED)
BEFORE_HAND_OVER = ("signal", "pupil_talk", *ASKING)
OPEN = (*BEFORE_HAND_OVER, "hand_over")
SEXTING = {"image_spread", "nude_photos", "sexual_messages"}
SILENT = ("refused", "no_answer", "withdrawn")
BANDS = ("under_12", "from_12", "from_16", "from_18")
FURTHEST = 730 * DAY


class No(Exception):  # a verdict, not an error
    """Refused, with the kind of refusal; ``state`` stands for everything after the step."""

    def __init__(self, kind: str = "state") -> None:
        super().__init__(kind)
        self.kind = kind


class Unclear(Exception):  # a verdict, not an error
    """The text does not say: the product may do either, and is not asked."""


@dataclass
class Clock:
    """A deadline that runs."""

    due: date
    reminder: date | None
    extended: bool = False
    reminded: bool = False
    rung: int = 0


@dataclass
class Page:
    """One case, in plain words."""

    now: datetime
    school: str
    coordinator: str
    holder: str
    signals: set[str]
    age: str
    guardians: dict[str, bool]
    step: str = "signal"
    visit: int = 0
    acute: bool = False
    police: str = "none"
    pupil_talk: str = "none"
    parent_talk: str = "none"
    returned: bool = False
    pairs: dict[tuple[str, str], str] = field(default_factory=dict)
    asks: dict[tuple[str, str], int] = field(default_factory=dict)
    asked: int = 0
    lost: set[int] = field(default_factory=set)
    bases: set[str] = field(default_factory=set)
    lacking: bool = False
    decided: set[int] = field(default_factory=set)
    escalation: str = "none"
    reason: str | None = None
    heard: date | None = None
    forward: str | None = None
    forwarder: str | None = None
    severity: str | None = None
    partners: dict[str, str] = field(default_factory=dict)
    engaged: dict[str, int] = field(default_factory=dict)
    unreached: set[str] = field(default_factory=set)
    planned: bool = False
    invitees: set[str] = field(default_factory=set)
    actions: dict[str, tuple[str, date]] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    evaluations: int = 0
    counted: int = 0
    handing_over: tuple[str, str] | None = None
    outcome: tuple[str, str | None] | None = None
    clocks: dict[tuple[str, str | None, int], Clock] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The day it is in Amsterdam."""
        return dutch_day(self.now)

    @property
    def kinds(self) -> set[str]:
        """Sexting, loverboy or both."""
        return {"sexting" if signal in SEXTING else "loverboy" for signal in self.signals}

    @property
    def director(self) -> str:
        """The ZVH while it is escalated, else who coordinates."""
        return "zvh" if self.escalation == "active" else self.coordinator

    @property
    def escalated(self) -> bool:
        """The ZVH is asked or directs."""
        return self.escalation in ("requested", "active")

    @property
    def turning(self) -> str:
        """Whose cover the case turns on."""
        return "cjg" if self.coordinator == self.school else self.coordinator

    @property
    def parents(self) -> set[str]:
        """Those with custody."""
        return {person for person, custody in self.guardians.items() if custody}

    @property
    def persons(self) -> set[str]:
        """The pupil and the guardians."""
        return {"pupil", *self.guardians}

    @property
    def grown(self) -> bool:
        """16 or older: the pupil alone consents."""
        return self.age in ("from_16", "from_18")

    @property
    def must(self) -> set[str]:
        """Who must consent at this age."""
        if self.grown:
            return {"pupil"}
        return self.parents | ({"pupil"} if self.age == "from_12" else set())

    @property
    def grown_and_silent(self) -> bool:
        """The pupil is 16 or older and has not consented: parents hear nothing."""
        return self.grown and self.pairs.get(("pupil", self.turning)) != "granted"

    @property
    def asterisk(self) -> bool:
        """Sexting, and the police do not know."""
        return "sexting" in self.kinds and self.police == "none"

    def covered(self, party: str) -> bool:
        """Whether personal data may reach it."""
        if party == self.school or party in self.bases:
            return True
        return bool(self.must) and all(self.pairs.get((person, party)) == "granted" for person in self.must)

    def consent_lacks(self) -> bool:
        """Somebody who must consent did not, and nothing else covers."""
        said = {self.pairs.get((person, self.turning)) for person in self.must}
        return not self.covered(self.turning) and bool(said & set(SILENT))

    def open_actions(self) -> set[str]:
        """Agreements that are not carried out."""
        return set(self.actions) - self.done

    @property
    def inside(self) -> set[str | None]:
        """The organisations that are in the case."""
        partners = {who for who, said in self.partners.items() if said in ("requested", "accepted")}
        brought_in = {"cjg"} if self.step == "report" or self.escalated else set()
        zvh = {"zvh"} if self.escalated else set()
        return {self.school, self.coordinator, self.director, self.forward} | partners | brought_in | zvh

    def relations(self, actor: Actor) -> set[str]:
        """What somebody is to this case, in one letter each."""
        if actor.role == "person":
            return {"H"} if actor.person in self.persons else set()
        here, who = self.step, actor.organisation
        is_partner = who in self.partners and self.partners[who] in ("requested", "accepted")
        found = {
            "S": actor.role == "school" and who == self.school,
            "C": who == self.coordinator,
            "D": who == self.director,
            "J": who == "cjg" and here == "report",
            "Z": who == "zvh" and self.escalated,
            "P": is_partner,
            "F": who == self.forward,
            "B": who is not None and who == self.forwarder,
        }
        present = {letter for letter, holds in found.items() if holds}
        return present if here != "closed" else present & {"S", "C"}


M = TypeVar("M", bound=Message)
RuleOf = Callable[[Page, Actor, M], None]
Rule = RuleOf[Message]


@dataclass(frozen=True)
class Row:
    """One row of the protocol's table."""

    who: set[str]
    steps: tuple[str, ...]
    note: bool
    rule: Rule


TABLE: dict[str, Row] = {}


def row(who: str, steps: tuple[str, ...], *, note: bool = False) -> Callable[[RuleOf[M]], RuleOf[M]]:
    """Enter a message's row: who (letters), in which steps, and whether it needs a note."""

    def enter(rule: RuleOf[M]) -> RuleOf[M]:
        TABLE[rule.__name__] = Row(set(who), steps, note, cast("Rule", rule))
        return rule

    return enter


def need(holds: object, kind: str = "state") -> None:
    """Refuse unless it holds."""
    if not holds:
        raise No(kind)


def unclear(holds: object) -> None:
    """Say nothing where the text says nothing."""
    if holds:
        raise Unclear


def told(page: Page, message: Message, actor: Actor, now: datetime, *, note: bool) -> Page:
    """The page after a message.

    Raises:
        No: the page refuses it.
        Unclear: the page does not say.
    """
    after = deepcopy(page)
    after.now = now
    entry = TABLE[name_of(message)]
    may(after, entry, actor, name_of(message))
    entry.rule(after, actor, message)
    evidence = getattr(message, "channel", "link") != "link"
    need(note or not (entry.note or evidence), "note_missing")
    if actor.role == "zvh":
        after.heard = after.today
    settle(after)
    return after


def may(page: Page, entry: Row, actor: Actor, name: str) -> None:
    """Who, and when: the checks that every message passes first."""
    if actor.role == "system":
        return
    relations = page.relations(actor)
    owns = {owner for owner, _ in (page.actions[action] for action in page.open_actions())}
    ids = {actor.organisation, actor.person} - {None}
    unclear(not relations and (owns & ids or ("cjg" in ids and page.escalated)))
    unclear(page.step == "closed" and "C" in relations and "S" not in relations)
    need(relations, "unknown_case")
    if page.step == "closed" and name == "withdraw_consent":
        return
    need(page.step != "closed", "case_closed")
    need(relations & entry.who or "O" in entry.who, "not_allowed")
    need(page.step in entry.steps, "wrong_step")


def opened(message: OpenCase, school: str, now: datetime) -> Page:
    """A new page.

    Raises:
        No: it cannot be opened.
    """
    need(message.signals and not message.staff_involved)
    page = Page(now, school, school, school, set(message.signals), message.age.value, {})
    page.guardians = {guardian.person: guardian.custody for guardian in message.guardians}
    need(page.parents or page.grown)
    settle(page)
    return page


def go(page: Page, step: str) -> None:
    """Enter a step; the asterisk stands before four of them, and the last two end what is open."""
    ended = page.handing_over is not None and page.handing_over[0] == "ended"
    excepted = (step == "hand_over" and ended) or (page.outcome is not None and page.outcome[0] == "cancelled")
    guarded = step in ("network_meeting", "coordination", "hand_over", "closed")
    need(not (guarded and page.asterisk and not excepted), "police_contact_missing")
    page.step = step
    page.visit += 1
    if step in ("hand_over", "closed"):
        end_open_requests(page)


def end_open_requests(page: Page) -> None:
    """What is still open when a case is handed over or closed."""
    page.pairs = {pair: "not_asked" if said == "requested" else said for pair, said in page.pairs.items()}
    page.partners = {who: "ended" if said == "requested" else said for who, said in page.partners.items()}
    page.escalation = "ended" if page.escalated else page.escalation
    page.forward = page.forwarder = None
    page.planned = page.lacking = False


def close(page: Page, kind: str, reason: str | None = None) -> None:
    """The end."""
    page.outcome = (kind, reason)
    go(page, "closed")


def silent_answer(page: Page, pairs: set[tuple[str, str]]) -> None:
    """Somebody refused, withdrew or did not answer: who has to decide now, once per asking?"""
    party = page.turning
    counts = any(person in page.must and about == party for person, about in pairs)
    asking = max((page.asks[pair] for pair in page.asks if pair[1] == party), default=0)
    if counts and not page.covered(party) and asking not in page.decided and page.step in ASKING:
        page.lacking = True
        page.decided.add(asking)


def settle(page: Page) -> None:
    """What follows from every message: where the file lies, and which clocks run."""
    from tests.protocol.page_clocks import run_clocks

    if page.step in COORDINATED and page.covered(page.coordinator):
        page.holder = page.coordinator
    if page.covered(page.turning):
        page.lacking = False
    run_clocks(page)


def working_days_passed(page: Page, since: date, count: int) -> bool:
    """Whether so many whole working days lie behind us."""
    from tests.protocol.days import end_of, working_day

    return page.now >= end_of(working_day(since, count))


def ids_of(parties: tuple[str | Organisation, ...]) -> list[str]:
    """The ids of persons and organisations."""
    return [party if isinstance(party, str) else party.id for party in parties]


def soon_enough(page: Page, at: date) -> bool:
    """Whether a date is not absurdly far away."""
    return at - page.today <= timedelta(days=730)
