"""The work list: what there is to do for an organisation, the first deadline on top."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from importlib.util import find_spec
from typing import NamedTuple, TypeVar
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from protocol import vocabulary as v
from protocol.access import Field, only_looks, seen, sees
from protocol.accounting import Ground, ground
from protocol.calendar import end_of, local_day
from protocol.case import Case, Deadline
from protocol.deadlines import owner
from protocol.policy import Calendar
from protocol.refusals import Refused
from starter import standing
from starter.fields import MESSAGES
from starter.web.case.names import Names
from starter.web.due import Due, due
from starter.web.form import form, typed
from starter.web.looks import walled
from starter.web.page import page, texts
from starter.web.services import services
from starter.web.texts import Texts
from starter.web.visitor import Visitor, visitor
from store import AccessEntry, AccessEvent, Outcome
from store.worklist import MOST_COUNTED, Place, WorkFilter, WorkLine

PAGE = 50
_PURPOSE = "work list"
_SUNDAY = 7

W = TypeVar("W", bound=StrEnum)


class DueFilter(StrEnum):
    """When the first deadline of a case is."""

    OVERDUE = "overdue"
    TODAY = "today"
    WEEK = "week"


class Turn(StrEnum):
    """Who owns a deadline of a case."""

    OURS = "ours"
    THEIRS = "theirs"


class YesNo(StrEnum):
    """Whether."""

    YES = "yes"
    NO = "no"


@dataclass(frozen=True)
class Choice:
    """The filters, as they stand in the address."""

    stap: v.Step | None = None
    rol: Place | None = None
    beurt: Turn | None = None
    termijn: DueFilter | None = None
    soort: v.Kind | None = None
    opgeschaald: YesNo | None = None

    @classmethod
    def of(cls, request: Request) -> Choice:
        """Read the address; what no filter knows is left out."""
        given = request.query_params
        return cls(
            _word(v.Step, given.get("stap")),
            _word(Place, given.get("rol")),
            _word(Turn, given.get("beurt")),
            _word(DueFilter, given.get("termijn")),
            _word(v.Kind, given.get("soort")),
            _word(YesNo, given.get("opgeschaald")),
        )

    def address(self, **more: str) -> str:
        """The list with these filters."""
        chosen = {name: value for name, value in vars(self).items() if value is not None}
        return f"/zaken?{urlencode({**chosen, **more})}".rstrip("?")


class Line(NamedTuple):
    """One case of the list."""

    case: Case
    task: v.Task | None
    owner: str | None
    due: Due | None
    ours: bool
    """Some deadline of it is ours."""
    escalation: v.EscalationStatus | None
    """Where it is open, and the visitor sees how the case stands."""


class Today(NamedTuple):
    """The ends of stretches of time, by the wall clock."""

    now: datetime
    today: datetime
    week: datetime


def _word(kind: type[W], value: str | None) -> W | None:
    return kind(value) if value in {word.value for word in kind} else None


def stretches(calendar: Calendar, now: datetime) -> Today:
    """When today and this week end."""
    day: date = local_day(calendar, now)
    return Today(now, end_of(calendar, day), end_of(calendar, day + timedelta(days=_SUNDAY - day.isoweekday())))


async def _list(request: Request) -> Response:
    return await _shown(request)


async def _search(request: Request) -> Response:
    """Lead to the case of a number. It is sent and stands in no address: somebody may type a name there."""
    number = form(request).text("zaak")
    found = await _searched(request, number) if number else None
    if number and not found:
        return await _shown(request, number, 422)
    return RedirectResponse(f"/zaken/{found}" if found else "/zaken", 303)


async def _shown(request: Request, searched: str | None = None, status: int = 200) -> Response:
    """The list; above it what was searched for in vain, which stands nowhere else."""
    here, me, t = services(request), visitor(request), texts(request)
    await here.store.log_access(_entry(me, Choice.of(request)))
    choice, policy = Choice.of(request), await here.store.policy(here.region)
    when, whose = stretches(policy.calendar, datetime.now(UTC)), _organisation(me)
    lines, last = await _lines(request, choice, when)
    names = Names(t, {row.id: row.name for row in await here.store.organisations(here.region)})
    counts = await here.store.work_counts(here.region, whose, now=when.now, today=when.today, week=when.week)
    return page(
        request, "worklist.html", status,
        filtered=choice != Choice(), lines=[_line(me, t, policy.calendar, line, when.now) for line in lines], names=names, choice=choice,
        counts=counts, most=MOST_COUNTED, searched=searched, typed=typed(request).text("zaak"),
        next=choice.address(na=last) if last else None, begun="na" in request.query_params,
        waiting=await _waiting(request), done=_done(t, request.query_params.get("gedaan", "")),
        options=_options(t, whose is not None),
    )  # fmt: skip


def _organisation(me: Visitor) -> str | None:
    """Whose cases: of the visitor's organisation, or of the region for who looks after that."""
    return None if only_looks(me.actor) else me.actor.organisation


async def _searched(request: Request, wanted: str) -> str | None:
    """The case of this number, however it was typed; None where there is none for this visitor."""
    here, me = services(request), visitor(request)
    number, found = await standing.known(here.store, wanted), None
    if number:
        with suppress(Refused):
            found = await standing.find_for(here.store, number, me.staff)
    outcome = Outcome.SHOWN if found else Outcome.REFUSED
    about = AccessEntry(actor=me.staff, case_id=number, what="number", purpose=_PURPOSE, event=AccessEvent.SEARCH)
    basis = ground(found.case, me.staff) if found else Ground.NONE
    await here.store.log_access(about.model_copy(update={"outcome": outcome, "basis": basis}))
    return found.case.id if found else None


def _entry(me: Visitor, choice: Choice) -> AccessEntry:
    """A look at the list, with the filters that were chosen."""
    chosen = " ".join(f"{name}={value}" for name, value in vars(choice).items() if value is not None)
    return AccessEntry(
        actor=me.staff, what=f"list of cases {chosen}".strip(), purpose=_PURPOSE, event=AccessEvent.SEARCH
    )


async def _lines(request: Request, choice: Choice, when: Today) -> tuple[list[WorkLine], str | None]:
    """The cases of one page, and after which one the next page begins; one that the visitor may not see is left out."""
    here, me = services(request), visitor(request)
    wanted, after = _filter(choice, when), request.query_params.get("na")
    rows = await here.store.worklist(here.region, _organisation(me), wanted, limit=PAGE + 1, after=after)
    shown = rows[:PAGE]
    return [row for row in shown if sees(row.case, me.staff)], shown[-1].case.id if len(rows) > PAGE else None


def _ours(me: Visitor, case: Case) -> bool:
    return any(owner(case, deadline) == me.actor.organisation for deadline in case.deadlines)


def _filter(choice: Choice, when: Today) -> WorkFilter:
    after, until = {
        DueFilter.OVERDUE: (None, when.now),
        DueFilter.TODAY: (when.now, when.today),
        DueFilter.WEEK: (when.now, when.week),
        None: (None, None),
    }[choice.termijn]
    return WorkFilter(
        step=choice.stap,
        due_after=after,
        due_until=until,
        kind=choice.soort,
        escalated=None if choice.opgeschaald is None else choice.opgeschaald is YesNo.YES,
        place=choice.rol,
        turn=None if choice.beurt is None else choice.beurt is Turn.OURS,
    )


def _line(me: Visitor, t: Texts, calendar: Calendar, line: WorkLine, now: datetime) -> Line:
    case = line.case
    first: Deadline | None = min(case.deadlines, key=lambda deadline: deadline.due_at, default=None)
    if first is None:
        return Line(case, None, None, None, ours=False, escalation=_escalation(me, case))
    when = due(t, calendar, first.due_at, now + line.clock_offset)
    return Line(case, first.task, owner(case, first), when, _ours(me, case), _escalation(me, case))


def _escalation(me: Visitor, case: Case) -> v.EscalationStatus | None:
    return case.escalation.status if case.escalation.open and Field.STATE in seen(case, me.staff) else None


async def _waiting(request: Request) -> int:
    """How much waits for a second reviewer of the visitor's organisation."""
    if find_spec("starter.web.review") is None:
        return 0
    from starter.web.review import waiting_for

    return int(await waiting_for(services(request), visitor(request)))


def _done(t: Texts, name: str) -> str | None:
    """What was done to a case that the visitor does not see any more."""
    return t("worklist.done", action=t.message(name)) if name in MESSAGES else None


def _options(t: Texts, has_organisation: bool) -> dict[str, list[tuple[str, str]]]:
    """What each filter offers, the empty choice first."""
    places = [("", t("worklist.place_any")), *((place.value, t(f"worklist.place_{place}")) for place in Place)]
    turns = [("", t("worklist.turn_any")), *((turn.value, t(f"worklist.turn_{turn}")) for turn in Turn)]
    own = {"rol": places, "beurt": turns} if has_organisation else {}
    return {
        "stap": [("", t("worklist.step_open")), *_words(t, v.Step)],
        **own,
        "termijn": [("", t("worklist.due_any")), *((when.value, t(f"worklist.due_{when}")) for when in DueFilter)],
        "soort": [("", t("worklist.kind_any")), *_words(t, v.Kind)],
        "opgeschaald": [
            ("", t("worklist.escalated_any")),
            *((answer.value, t(f"worklist.escalated_{answer}")) for answer in YesNo),
        ],
    }


def _words(t: Texts, words: Iterable[StrEnum]) -> list[tuple[str, str]]:
    return [(word.value, t.word(word)) for word in words]


routes: list[BaseRoute] = [
    Route("/zaken", walled(_list), methods=["GET"]),
    Route("/zaken", walled(_search), methods=["POST"]),
]
