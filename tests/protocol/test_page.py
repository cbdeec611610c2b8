"""Random messages to the product and to the page at once: same verdict, same state, no invariant broken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as choices_from
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from protocol import messages as m
from protocol import vocabulary as v
from protocol.messages import Message, name_of
from tests.protocol import invariants, stories
from tests.protocol.page import COORDINATED, TABLE, No, Unclear, told
from tests.protocol.random_messages import ANYBODY, fields
from tests.protocol.silence import closable, everybody
from tests.protocol.telling import Telling, actor, of_page

BY_PEOPLE = {name_of(kind): kind for kind in m.TOLD_BY_PEOPLE}


FROM_REPORT = ("report", *COORDINATED, "hand_over")
RARE = ["cancel_case", "declare_acute", "clear_acute", "add_signal", "set_guardians", "end_case"]
"""What would make most cases short or alike if it were told as often as the rest."""


def accepted(telling: Telling, message: Message, who: str) -> bool:
    """Whether the page accepts it."""
    try:
        told(telling.model, message, actor(who), telling.now, note=True)
    except (No, Unclear):
        return False
    return True


class PageMachine(RuleBasedStateMachine):
    """Everybody tells one case anything."""

    telling: Telling

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """A case somewhere on the page."""
        opening = stories.at_signal(
            data.draw(st.sampled_from([stories.SEXTING, stories.LOVERBOY, stories.BOTH])),
            data.draw(st.sampled_from([*v.AgeBand][:3])),
        )
        road = data.draw(st.sampled_from(ROADS))
        self.telling = road(opening) if road else opening

    def message(self, data: st.DataObject, names: list[str]) -> Message:
        """A message with fields that may or may not fit."""
        name = data.draw(st.sampled_from(names))
        return BY_PEOPLE[name](**data.draw(fields(self.telling, name)))

    def fitting(self, data: st.DataObject) -> tuple[Message, str] | None:
        """A message that somebody may tell in this step, and who."""
        page = self.telling.model
        names = [name for name in BY_PEOPLE if page.step in TABLE[name].steps and name not in RARE]
        message = self.message(data, names + RARE[: page.visit % 2 * len(RARE)])
        able = [who for who in ANYBODY if page.relations(actor(who)) & TABLE[name_of(message)].who]
        return (message, data.draw(st.sampled_from(able))) if able else None

    @rule(data=st.data())
    @precondition(lambda self: self.telling.state.open)
    def tell_what_fits(self, data: st.DataObject) -> None:
        """Somebody who may, in a step in which it may be."""
        fitting = self.fitting(data)
        if fitting:
            self.telling.tell(*fitting)

    @rule(data=st.data())
    @precondition(lambda self: self.telling.state.open)
    def tell_what_goes(self, data: st.DataObject) -> None:
        """Of some messages that fit, the first that the page accepts: so cases come far."""
        for _ in range(4):
            fitting = self.fitting(data)
            if fitting and accepted(self.telling, *fitting):
                self.telling.tell(*fitting)
                return

    @rule(data=st.data())
    def tell_anything(self, data: st.DataObject) -> None:
        """Anybody, anything, with or without a note."""
        message = self.message(data, list(BY_PEOPLE))
        self.telling.tell(message, data.draw(st.sampled_from(ANYBODY)), note=data.draw(st.booleans()))

    @rule(days=st.sampled_from([0.3, 1, 1, 2, 3, 5, 8, 20]))
    def days_pass(self, days: float) -> None:
        """Deadlines are reminded of, pass, and go on."""
        self.telling.wait(days)

    @rule(age=st.sampled_from([*v.AgeBand]))
    @precondition(lambda self: self.telling.state.open and self.telling.model.visit % 3 == 1)
    def birthday(self, age: v.AgeBand) -> None:
        """The pupil reaches an age."""
        self.telling.tell(m.AgeReached(age=age), "system")

    @rule(data=st.data())
    def link_is_lost(self, data: st.DataObject) -> None:
        """A link to a person or a partner does not arrive."""
        case = self.telling.state
        asked = [(c.person, c.request) for c in case.consents if c.status == "requested" and c.person in case.persons]
        asked += [(p.organisation, p.since) for p in case.partners if p.status == "requested"]
        if asked and case.open:
            self.telling.not_delivered(*data.draw(st.sampled_from(asked)))

    @rule(data=st.data())
    @precondition(lambda self: self.telling.state.step in FROM_REPORT and self.telling.model.visit % 2)
    def somebody_falls_silent(self, data: st.DataObject) -> None:
        """Invariant 9: the others can still close the case."""
        case = self.telling.state
        silent = data.draw(st.sampled_from(sorted(everybody(case))))
        assert closable(case, self.telling.now, silent), (silent, of_page(self.telling.model))

    @invariant()
    def holds(self) -> None:
        """Part 2.6."""
        if hasattr(self, "telling"):
            invariants.check(self.telling)

    def teardown(self) -> None:
        """Invariant 9: the journal replays to the same state."""
        if hasattr(self, "telling"):
            invariants.replays(self.telling)


ROADS: tuple[Callable[[Telling], Telling] | None, ...] = (
    None,
    stories.talked,
    stories.consented,
    stories.at_report,
    stories.at_bare_report,
    stories.at_partners,
    stories.at_bare_partners,
    stories.engaged,
    stories.at_network_meeting,
    stories.at_coordination,
    stories.agreed,
    stories.planned,
    stories.refused,
    stories.escalated_at_school,
    stories.forwarded_in_report,
    stories.asked_zvh,
    stories.escalated,
    stories.at_agency,
    stories.at_hand_over,
    stories.ended_hand_over,
)

QUICK = settings(
    max_examples=80,
    stateful_step_count=25,
    deadline=timedelta(seconds=20),
    suppress_health_check=list(HealthCheck),
    print_blob=True,
    phases=(Phase.generate, Phase.shrink),
    report_multiple_bugs=False,
    database=None,
)
LONG = settings(QUICK, max_examples=4000, stateful_step_count=60)


def test_the_product_and_the_page_agree() -> None:
    """Whatever is told, product and page give the same verdict and reach the same state."""
    run_state_machine_as_test(PageMachine, settings=QUICK)


@pytest.mark.proof
def test_the_product_and_the_page_agree_for_long(seed: int, figures: list[str]) -> None:
    """The same with many more and longer cases; a failure prints how to make it again."""
    cases, events = 0, 0

    @choices_from(seed)
    class Counted(PageMachine):
        def teardown(self) -> None:
            nonlocal cases, events
            super().teardown()
            if hasattr(self, "telling"):
                cases, events = cases + 1, events + self.telling.state.number

    try:
        run_state_machine_as_test(Counted, settings=LONG)
    finally:
        figures.append(
            f"  {cases} random cases, {events} events, the same verdicts and states on both sides until here"
        )
