"""``vangnet case show``, ``list`` and ``journal``, and ``vangnet notices``."""

from typing import NamedTuple

from pydantic import JsonValue

from protocol.access import Field, only_looks, seen, sees
from protocol.case import Case
from protocol.messages import Actor
from protocol.refusals import RefusalCode, Refused
from protocol.vocabulary import Role, Step
from starter.cli.output import say, write_fields, write_json, write_table
from starter.cli.session import Session, session
from starter.limits import check_text
from starter.standing import check_in_directory
from starter.view import CaseView, view
from store import AccessEvent, JournalRow, NoticeRow, OverviewLine


class Wanted(NamedTuple):
    """Which cases to list."""

    step: Step | None
    organisation: str | None
    overdue: bool | None
    limit: int
    after: str | None


async def show(case: str, acting_as: str | None, *, as_json: bool) -> None:
    """Print the state of a case."""
    async with session(acting_as) as here, here.looking():
        found = await read(here, case)
    shown = found.model_dump(mode="json")
    if as_json:
        write_json(shown)
    else:
        write_fields(shown)


async def read(here: Session, case: str) -> CaseView:
    """How a case stands for who asks, which is logged."""
    found = await here.look(case, "state")
    return view(found.case, here.actor, found.now, found.policy)


async def list_cases(wanted: Wanted, acting_as: str | None, *, as_json: bool) -> None:
    """Print the cases that the actor may see: all of them for who only looks, otherwise the organisation's own."""
    for written in (wanted.organisation or "", wanted.after or ""):
        check_text(written, "Een voorwaarde")
    async with session(acting_as) as here, here.looking():
        await here.log("list of cases", event=AccessEvent.SEARCH)
        await check_in_directory(here.store, here.settings.region, here.actor)
        found = await _lines(here, wanted)
    rows = [_list_row(line, here.actor) for line in found[: wanted.limit]]
    if as_json:
        write_json(rows)
    else:
        write_table(rows, ("caseId", "step", "kinds", "coordinator", "processDirector", "dueTask", "dueAt", "overdue"))
    if len(found) > wanted.limit:
        say(f"Er zijn er meer: ga verder met --after {rows[-1]['caseId']}, of geef een hogere --limit.")


async def _lines(here: Session, wanted: Wanted) -> list[OverviewLine]:
    """One case more than is wanted, where there is one: then there are more."""
    found, after, organisation = list[OverviewLine](), wanted.after, _only(here.actor, wanted.organisation)
    while len(found) <= wanted.limit:
        batch = await here.store.overviews(
            step=wanted.step, organisation=organisation, overdue=wanted.overdue, limit=wanted.limit + 1, after=after
        )
        found += [line for line in batch if sees(line.case, here.actor)]
        if len(batch) <= wanted.limit:
            break
        after = batch[-1].case_id
    return found


def _list_row(line: OverviewLine, actor: Actor) -> dict[str, JsonValue]:
    row: dict[str, JsonValue] = line.model_dump(mode="json", by_alias=True, exclude={"case"})
    hidden = _OF_STATE if Field.STATE not in seen(line.case, actor) else ()
    return row | dict.fromkeys(hidden)


_OF_STATE = ("fileHolder", "coordinator", "processDirector", "escalation")
"""What a list says of how a case stands; the rest of it everybody knows who has a task."""


def _only(actor: Actor, asked: str | None) -> str | None:
    if only_looks(actor):
        return asked
    if actor.role is Role.PERSON or asked not in (None, actor.organisation):
        raise Refused(RefusalCode.NOT_ALLOWED)
    return actor.organisation


def _check(case: Case, actor: Actor, field: Field) -> None:
    """Refuse somebody for whom the case exists and this part of it does not.

    Raises:
        Refused: ``not_allowed``.
    """
    if field not in seen(case, actor):
        raise Refused(RefusalCode.NOT_ALLOWED)


async def journal(case: str, acting_as: str | None, *, as_json: bool) -> None:
    """Print what happened in a case."""
    async with session(acting_as) as here, here.looking():
        found = await here.look(case, "journal")
        _check(found.case, here.actor, Field.JOURNAL)
        rows = [_journal_row(row) for row in await here.store.journal(case)]
    if as_json:
        write_json(rows)
    else:
        shown = [row | {"actor": _named(row["actor"]), "what": _details(row)} for row in rows]
        write_table(shown, ("number", "at", "actor", "event", "what"))


def _journal_row(row: JournalRow) -> dict[str, JsonValue]:
    """An event: its place, who and when first, then what it holds of its own."""
    event: dict[str, JsonValue] = row.recorded.event.model_dump(mode="json", by_alias=True)
    about = row.recorded.model_dump(mode="json", by_alias=True, exclude={"event"})
    about["actor"] = row.recorded.actor.model_dump(mode="json", by_alias=True, exclude_none=True)
    return {**about, "writtenAt": row.written_at.isoformat().replace("+00:00", "Z"), **event}


_ABOUT = ("number", "at", "actor", "messageId", "digest", "noteId", "writtenAt", "event")


def _details(row: dict[str, JsonValue]) -> JsonValue:
    return {name: _short(value) for name, value in row.items() if name not in _ABOUT and value not in (None, [])}


def _short(value: JsonValue) -> JsonValue:
    """Of a clock a person wants to know which it is, and when it is due."""
    if isinstance(value, list):
        return [_short(part) for part in value]
    if isinstance(value, dict) and "dueAt" in value:
        return " ".join(str(value[name]) for name in ("task", "subject", "dueAt") if value.get(name))
    return value


def _named(actor: JsonValue) -> str:
    return ":".join(str(part) for name, part in actor.items() if name != "user") if isinstance(actor, dict) else ""


async def notices(case: str, acting_as: str | None, *, as_json: bool) -> None:
    """Print who was to be told what, and whether that was done."""
    async with session(acting_as) as here, here.looking():
        found = await here.look(case, "notices")
        _check(found.case, here.actor, Field.JOURNAL)
        rows = [_notice_row(row) for row in await here.store.notices(case)]
    if as_json:
        write_json(rows)
    else:
        write_table(rows, ("id", "party", "contact", "kind", "task", "rung", "sentAt", "attempts"))


def _notice_row(row: NoticeRow) -> dict[str, JsonValue]:
    shown: dict[str, JsonValue] = row.model_dump(mode="json", by_alias=True, exclude={"case_id", "link"})
    return {"id": shown.pop("noticeId"), **shown}
