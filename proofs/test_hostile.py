"""Fifty thousand hostile inputs: none of them brings anything down, and after each thousand somebody can just work."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import NamedTuple, cast

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from proofs import wire
from proofs.crawling import Ground
from proofs.hostile import Hostile, hostiles
from proofs.test_flood import ROAD
from proofs.told import Told
from starter.oidc.people import DEMO
from tests.end_to_end.stack import LocalStack, local_stack
from tests.end_to_end.story import CJG, SCHOOL, Line, Said, at_school
from tests.web.filling import begun
from tests.web.serving import Pages
from tests.web.told import hidden_fields
from tests.web.visiting import Visit

EACH = 1000
AT_ONCE = 8
WITHIN = 2.0
_WORKS = "m.dewit"
_STARTS = ("/zaken", "/beoordelingen", "/organisaties", "/organisaties/instellingen", "/rechten", "/toegang")
_REFUSING = 400
_FAILING = 500
_OK = 200
_DONE = 303
_ESCALATING = Line(SCHOOL, "report-non-cooperation", {"who": "parent"}, "De ouders werken niet mee.")
_BACK = Line(CJG, "de-escalate", {"reason": "goal_reached"}, "Het gaat goed.")
WORLD = ((), at_school(), (*at_school()[:3], _ESCALATING), ROAD[:-1], (*ROAD, _BACK))
"""Cases at which there is something to be hostile to: new, asked, escalated, with a partner asked, and going back."""


class Places(NamedTuple):
    """Where the stack's pages are: all of ``Pages`` that a visit needs, as these run in a process of their own."""

    address: str
    provider: str


@dataclass
class Siege:
    """Everybody who is hostile, and what they were answered."""

    places: Pages
    port: int
    ground: Ground = field(default_factory=Ground)
    people: dict[str, Visit] = field(default_factory=dict)
    cookies: dict[str, bytes] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    answers: Counter[int] = field(default_factory=Counter)
    silent: int = 0
    """How many small requests got no answer."""
    wrong: list[str] = field(default_factory=list)

    async def begin(self, told: Told) -> None:
        """Bring cases to where they are, log everybody in, and look around."""
        cases = [await told.open(number) for number in range(1, len(WORLD) + 1)]
        for case, lines in zip(cases, WORLD, strict=True):
            for number, line in enumerate(lines, start=1):
                await told.tell(case, Said(f"world-{number}", line))
        await self.log_in()
        draft = await begun(self.people[_WORKS])
        for user, visit in self.people.items():
            starts = [*_STARTS, *(f"/zaken/{case}" for case in cases), f"{draft}/leerling", "/zaken/nieuw"]
            await self.ground.crawl(visit, user, starts)
        for path in [path for case in cases for path in await _links(told, case)]:
            async with Visit(self.places) as holder:
                await self.ground.crawl(holder, path, [path, f"{path}/kiezen", f"{path}/stoppen", f"{path}/overdracht"])
                self.tokens[path] = getattr(holder, "token", "")

    async def log_in(self) -> None:
        """Log in whoever is not, such as who was logged out by somebody hostile."""
        for person in DEMO:
            visit = self.people.setdefault(person.user, Visit(self.places))
            if (await visit.get("/zaken")).status_code == _DONE or person.user not in self.cookies:
                await visit.follow(await visit.log_in(person.user))
            self.cookies[person.user] = "; ".join(f"{name}={value}" for name, value in visit.cookies.items()).encode()
            self.tokens[person.user] = visit.token

    async def leave(self) -> None:
        """Close everybody's browser."""
        for visit in self.people.values():
            await visit.__aexit__()

    async def storm(self, inputs: list[Hostile]) -> None:
        """Send all of it, a few at a time."""
        waiting = iter(inputs)

        async def send() -> None:
            for one in waiting:
                await self._send(one)

        await asyncio.gather(*(send() for _ in range(AT_ONCE)))

    async def _send(self, one: Hostile) -> None:
        here = f"{wire.HOST}:{self.port}".encode()
        sent = one.written(here, self.cookies, self.tokens)
        answer = await wire.ask(self.port, sent, listens=one.listens)
        self.answers[answer.status] += 1
        self.silent += answer.status == 0 and one.small
        if answer.status >= _FAILING or (answer.status == 0 and one.small):
            self.wrong.append(f"{answer.status} {answer.text[:300] if not answer.status else ''} for {sent[:3000]!r}")

    async def works(self, told: Told, number: int) -> float:
        """Somebody opens a case, fills in a form and sends it; returns how long the pages took for that, in seconds."""
        case = await told.open(number)
        async with Visit(self.places) as visit:
            await visit.follow(await visit.log_in(_WORKS))
            began = time.monotonic()
            path = f"/zaken/{case}/record-police-contact"
            form = await visit.get(path)
            sent = await visit.post(path, [*hidden_fields(form.text), ("contact", "report")])
        assert sent.status_code == _DONE, (number, form.status_code, sent.status_code)
        return time.monotonic() - began


async def _links(told: Told, case: str) -> list[str]:
    rows = [row for row in await told.store.notices(case) if row.link]
    return [f"/k/{told.store.keys.link_token(row.notice_id)}" for row in rows]


async def failed_tasks(temporal: Client) -> tuple[int, int]:
    """How many workflows there are, and how many of their tasks failed."""
    workflows = failed = 0
    async for workflow in temporal.list_workflows():
        workflows += 1
        handle = temporal.get_workflow_handle(workflow.id, run_id=workflow.run_id)
        async for event in handle.fetch_history_events():
            failed += event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
    return workflows, failed


@pytest.fixture
async def stack() -> AsyncIterator[LocalStack]:
    """A stack that holds nobody back for trying often."""
    async with local_stack(VANGNET_LINK_RATE="1000000", VANGNET_LOGIN_RATE="1000000") as running:
        yield running


async def test_hostile_input(
    stack: LocalStack, told: Told, seed: int, figures: list[str], request: pytest.FixtureRequest
) -> None:
    """Whatever is sent to any page by anybody is answered, fails nothing, and holds nobody else up."""
    most: int = request.config.getoption("--hostile")
    places = Places(*(f"http://{wire.HOST}:{stack.ports[name]}" for name in ("web_port", "oidc_port")))
    siege = Siege(cast("Pages", places), stack.ports["web_port"])
    await siege.begin(told)
    pages, forms = sum(map(len, siege.ground.reached.values())), len(siege.ground.pairs)
    figures.append(f"  {pages} pages of {len(siege.ground.reached)} people and links, {forms} forms")
    took, good, sent = 0.0, list[float](), 0
    while sent < most and len(siege.wrong) < 40:
        inputs = hostiles(siege.ground, seed + sent, min(EACH, most - sent))
        began = time.monotonic()
        await siege.storm(inputs)
        took, sent = took + time.monotonic() - began, sent + len(inputs)
        good.append(await siege.works(told, 1000 + sent))
        await siege.log_in()
    await siege.leave()
    workflows, failed = await failed_tasks(told.temporal)
    said = stack.said()
    figures += [
        f"  {sent} inputs in {took:.0f} s: {dict(sorted(siege.answers.items()))}, {siege.silent} small ones unanswered",
        f"  a good action after each {EACH}: longest {max(good):.2f} s; {failed} failed tasks in {workflows} workflows",
    ]
    assert [] == siege.wrong[:5]
    assert not failed
    assert max(good) <= WITHIN
    assert "page_failed" not in said
    assert "Traceback" not in said
