"""A thousand one-time links, each opened by a mail scanner and then answered twenty times at once, in two ways."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final, NamedTuple

import pytest
from pydantic import JsonValue

from proofs import wire
from proofs.told import Told
from protocol.events import ConsentAnswered, PartnerAnswered
from protocol.notices import LinkPurpose
from starter.actors import parse_actor
from tests.end_to_end.stack import LocalStack, local_stack, side_by_side
from tests.end_to_end.story import CJG, SCHOOL, Line, Said, intake

SCANS = 3
ANSWERS = 20
LINKS_AT_ONCE = 2
_GUARDIANS = 7
_PERSONS = ("pupil", *(f"guardian-{number}" for number in range(1, _GUARDIANS + 1)))
_PARTNERS = ("leerplicht", "zedenpolitie", "wijkagent", "ggd", "ggz", "jeugdpreventie", "slachtofferhulp")
_OF_PARTNERS = 5
"""One case in so many goes on until its partners are asked."""
_HIDDEN = re.compile(r'name="(about|csrf)" value="([^"]*)"')
_TALK: Final[dict[str, JsonValue]] = {"existingCare": False, "postponedForSafety": False, "pupilPresent": True}
_CONSENT, _PARTNER = LinkPurpose.CONSENT, LinkPurpose.PARTNER_ANSWER
_SAYS = {_CONSENT: ("granted", "refused"), _PARTNER: ("accept", "decline")}
_DONE, _TOO_LATE = 303, 409


class Held(NamedTuple):
    """A link, and what answers it."""

    case: str
    party: str
    purpose: LinkPurpose
    path: str


@dataclass
class Storm:
    """What is done to all links, and how it went."""

    told: Told
    port: int
    random: Random
    statuses: Counter[int] = field(default_factory=Counter)
    won: dict[Held, str] = field(default_factory=dict)
    """What every successful form of a link said."""

    async def scanned_and_answered(self, held: Held) -> None:
        """Open it as a scanner does, then answer it twenty times at once: yes and no, in any order."""
        opened = [await wire.ask(self.port, wire.opening(self.port, held.path)) for _ in range(SCANS)]
        self.statuses.update(page.status for page in opened)
        assert {200} == {page.status for page in opened}, held
        hidden = _HIDDEN.findall(opened[-1].text)
        says = self.random.choices(_SAYS[held.purpose], k=ANSWERS)
        sent = [self._send(held, [*hidden, ("answer", said), ("note", "Wij kijken mee.")]) for said in says]
        answers = [answer.status for answer in await asyncio.gather(*sent)]
        self.statuses.update(answers)
        assert set(answers) <= {_DONE, _TOO_LATE}, (held, Counter(answers))
        right = {said for said, status in zip(says, answers, strict=True) if status == _DONE}
        assert len(right) == 1, f"{held} took {right}"
        self.won[held] = right.pop()
        assert answers.count(_DONE) == says.count(self.won[held]), "the same answer again leads on, too"

    async def _send(self, held: Held, fields: Sequence[tuple[str, str]]) -> wire.Answer:
        return await wire.ask(self.port, wire.form(self.port, held.path, fields))

    async def counted(self, case: str) -> Counter[tuple[str, LinkPurpose, str]]:
        """What the journal of a case holds: who answered what, how often."""
        found: Counter[tuple[str, LinkPurpose, str]] = Counter()
        for row in await self.told.store.journal(case):
            match row.recorded.event:
                case ConsentAnswered(person=person, answer=answer):
                    found[person, _CONSENT, answer] += 1
                case PartnerAnswered(organisation=organisation, answer=answer):
                    found[organisation, _PARTNER, answer] += 1
        return found


@pytest.fixture
async def stack() -> AsyncIterator[LocalStack]:
    """A stack that lets one address open as many links as it likes."""
    async with local_stack(VANGNET_LINK_RATE="1000000") as running:
        yield running


async def _tell(told: Told, case: str, *lines: Line) -> None:
    for number, line in enumerate(lines, start=1):
        await told.tell(case, Said(f"{line.message}-{number}", line))


async def _asked(told: Told, number: int, parties: Sequence[JsonValue]) -> str:
    """A case in which a pupil and seven people with custody are asked."""
    parents: list[JsonValue] = [
        {"name": f"Ouder {who}", "email": f"o{number}-{who}@thuis.voorbeeld.example", "custody": True, "language": "nl"}
        for who in range(1, _GUARDIANS + 1)
    ]
    case = await told.client.open(parse_actor(SCHOOL), {**intake(number), "guardians": parents}, f"open-{number}")
    told.answers[case] = {}
    await _tell(
        told,
        case,
        Line(SCHOOL, "record-police-contact", {"contact": "report"}),
        Line(SCHOOL, "record-pupil-talk", {"heldBy": ["mentor"]}, "Een gesprek"),
        Line(SCHOOL, "record-parent-talk", _TALK, "Nog een gesprek"),
        Line(SCHOOL, "request-consent", {"persons": [*_PERSONS], "parties": [*parties]}),
    )
    return case


async def _consenting(told: Told, number: int) -> list[Held]:
    """The links by which people are asked for consent."""
    return await _links(told, await _asked(told, number, ["cjg", "ggd"]), _CONSENT)


async def _engaging(told: Told, number: int) -> list[Held]:
    """The links by which partners are asked to take part."""
    case = await _asked(told, number, ["cjg", *_PARTNERS])
    for person in _PERSONS:
        said: dict[str, JsonValue] = {"person": person, "answer": "granted", "channel": "link"}
        await told.tell(case, Said(person, Line(f"person:{person}", "answer-consent", said)))
    await _tell(
        told,
        case,
        Line(SCHOOL, "decide-report", {"needed": True}),
        Line(CJG, "accept-report"),
        Line(CJG, "set-severity", {"severity": "low"}),
        Line(CJG, "engage-partners", {"partners": [*_PARTNERS]}),
    )
    return await _links(told, case, _PARTNER)


async def _links(told: Told, case: str, purpose: LinkPurpose) -> list[Held]:
    rows = [row for row in await told.store.notices(case) if row.link is purpose and row.party]
    return [Held(case, row.party, purpose, f"/k/{told.store.keys.link_token(row.notice_id)}") for row in rows]


async def _all_links(told: Told, most: int) -> list[Held]:
    """At least so many links, of enough cases."""
    each = (_OF_PARTNERS - 1) * len(_PERSONS) + len(_PARTNERS)
    cases = -(-most // each) * _OF_PARTNERS
    made = (_consenting if number % _OF_PARTNERS else _engaging for number in range(cases))
    found = await side_by_side(*(make(told, number) for number, make in enumerate(made)), at_once=8)
    return [held for links in found for held in links]


async def test_a_storm_of_links(
    stack: LocalStack, told: Told, seed: int, figures: list[str], request: pytest.FixtureRequest
) -> None:
    """Whatever comes in at once through a link, exactly one answer of it counts, and every browser hears which."""
    most: int = request.config.getoption("--links")
    random = Random(seed)  # noqa: S311  # choices, no secrets
    began = time.monotonic()
    everything = await _all_links(told, most)
    links = random.sample(everything, most)
    cases = {held.case for held in links}
    figures.append(f"  {len(links)} links of {len(cases)} cases made in {time.monotonic() - began:.0f} s")
    storm, began = Storm(told, stack.ports["web_port"], random), time.monotonic()
    await side_by_side(*map(storm.scanned_and_answered, links), at_once=LINKS_AT_ONCE)
    took = time.monotonic() - began
    counted = {case: await storm.counted(case) for case in cases}
    answered = Counter(held.purpose.value for held in links)
    successes = sum(
        sum(counted[held.case][held.party, held.purpose, said] for said in _SAYS[held.purpose]) for held in links
    )
    figures += [
        f"  {dict(answered)}: {SCANS} openings and {ANSWERS} answers at once each, {LINKS_AT_ONCE} links at a time",
        f"  {sum(storm.statuses.values())} requests {dict(storm.statuses)} in {took:.0f} s; {successes} answers recorded",
    ]
    once = {held: counted[held.case][held.party, held.purpose, storm.won[held]] for held in links}
    assert {1} == set(once.values())
    assert successes == len(links)
