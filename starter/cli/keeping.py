"""``vangnet retention preview``, ``log`` and ``left``."""

from datetime import UTC, date, datetime

from protocol.calendar import local_day
from protocol.keeping import Part
from protocol.refusals import RefusalCode, Refused
from protocol.retention import Due, due, previews_retention, tells_departure
from starter.cli.output import write_json, write_table
from starter.cli.session import Session, session
from starter.errors import BadInput
from starter.leaving import leaving
from store import RetentionRow

_WHOSE = {Part.SCHOOL: "de school", Part.COORDINATOR: "de casusregie", Part.ZVH: "het Zorg- en Veiligheidshuis"}


async def preview(until: date | None, acting_as: str | None, *, as_json: bool) -> None:
    """Print what is due by a day."""
    async with session(acting_as) as here:
        _check_office(here)
        await here.log("retention preview")
        store = here.store
        policy = await store.policy(here.settings.region)
        day = until or local_day(policy.calendar, datetime.now(UTC))
        found = [step async for part in store.held_parts(policy, day) for step in due(part, policy, day)]
    rows = [step.model_dump(mode="json", by_alias=True) for step in found]
    rows.sort(key=lambda row: (row["dueOn"], row["caseId"]))
    if as_json:
        write_json(rows)
    else:
        write_table(rows, ("caseId", "part", "act", "rule", "since", "startedOn", "dueOn", "hold"))


async def log(acting_as: str | None, *, as_json: bool) -> None:
    """Print what was done, page by page."""
    async with session(acting_as) as here:
        _check_office(here)
        await here.log("retention log")
        found: list[RetentionRow] = []
        while more := await here.store.retention_log(here.settings.region, before=found[-1].entry if found else None):
            found += more
    rows = [row.model_dump(mode="json", by_alias=True) for row in found]
    if as_json:
        write_json(rows)
    else:
        write_table(rows, ("at", "caseId", "part", "act", "rule", "dueOn", "requestId"))


async def left(case: str, day: date, acting_as: str | None, *, sure: bool) -> None:
    """Note when the pupil left.

    Raises:
        BadInput: That day cannot be, or parts go by it the coming night and nobody said that this is meant.
        Refused: By somebody else than the case's school or the privacy officer.
    """
    async with session(acting_as) as here:
        found = await here.look(case, "departure")
        if not tells_departure(found.case, here.actor):
            raise Refused(RefusalCode.NOT_ALLOWED)
        told = await leaving(here.store, here.settings.region, case, day)
        if not told.possible:
            raise BadInput("De datum van vertrek ligt in de toekomst, of voor de dag waarop de casus is geopend.")
        if told.lost and not sure:
            raise BadInput(_not_sure(told.lost))
        organisation, user = here.actor.organisation or "", here.actor.user or ""
        by = here.actor.model_copy(update={"user": await here.store.staff_id(organisation, user)})
        await here.store.told_departure(case, day, by)


def _not_sure(lost: tuple[Due, ...]) -> str:
    parts = ", ".join(f"het deel van {_WHOSE[step.part]}" for step in lost)
    return f"Er is niets vastgelegd: met deze datum wordt vannacht voorgoed gewist: {parts}. Is dat de bedoeling, zeg het dan met --sure."


def _check_office(here: Session) -> None:
    if not previews_retention(here.actor):
        raise Refused(RefusalCode.NOT_ALLOWED)
