"""What was changed in the directory and the settings, when, and by whom."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from protocol.keeping import DEFAULT_KEEPING, STAY, Part, Since
from protocol.policy import Policy
from protocol.vocabulary import OrganisationKind, OutcomeKind, Task
from starter.web.directory.who import administrator
from starter.web.page import page, texts
from starter.web.services import services
from starter.web.texts import Texts
from store import POLICY, ChangeRow

PAGE = 50
_YES_NO = {"True": "case.yes", "False": "case.no"}


async def show(request: Request) -> Response:
    """Changes, the latest first, a page at a time."""
    administrator(request)
    here, t = services(request), texts(request)
    after = request.query_params.get("na", "")
    before = int(after) if after.isdecimal() and after.isascii() and len(after) < 19 else None  # noqa: PLR2004  # fits the column
    rows = await here.store.directory_changes(here.region, before=before, limit=PAGE + 1)
    users = sorted({row.user_id for row in rows if row.user_id})
    organisations = {row.id: row.name for row in await here.store.organisations(here.region)}
    return page(
        request, "directory/log.html",
        rows=[(row, organisations.get(row.subject, row.subject), field(t, row), value(t, row, row.old), value(t, row, row.new)) for row in rows[:PAGE]],
        staff=await here.store.staff_names(users), more=rows[PAGE - 1].change if len(rows) > PAGE else None,
        settings=POLICY, done=request.query_params.get("gedaan") == "ja",
    )  # fmt: skip


def field(t: Texts, row: ChangeRow) -> str:
    """What was changed, in words."""
    if row.subject != POLICY:
        return t(f"directory.{row.field}")
    place = row.field.split(".")
    if place[0] == "terms":
        task, name, what = place[1:]
        return ", ".join((t.word(Task(task)), t(f"directory.term_{name}"), t(f"directory.{what}").lower()))
    if place[0] == "retention":
        part, outcome, what = place[1:]
        return ", ".join((t.word(Part(part)), t.word(OutcomeKind(outcome)), t(f"rights.{what}").lower()))
    if row.field == STAY:
        return t("rights.terms_stay")
    return t(f"directory.{place[-1]}") if f"directory.{place[-1]}" in t else row.field


def value(t: Texts, row: ChangeRow, said: str | None) -> str:
    """What it was or is; of personal data, that it was changed."""
    if row.old is None and row.new is None:
        return t("directory.not_shown")
    if row.field == "kind" and said:
        return t.word(OrganisationKind(said))
    if row.subject == POLICY:
        return _setting(t, said or _default(row.field))
    return said or t("directory.nothing")


def _setting(t: Texts, said: str) -> str:
    if said in _YES_NO:
        return t(_YES_NO[said])
    return t.word(Since(said)) if said in set(Since) else said or t("directory.nothing")


def _default(field: str) -> str:
    """What counts where nothing is written: of a period as the default has it, of a yes or no mostly no."""
    rule, _, what = field.removeprefix("retention.").rpartition(".")
    if rule in DEFAULT_KEEPING:
        return str(getattr(DEFAULT_KEEPING[rule], what))
    known = Policy.model_fields.get(field)
    return str(known.default) if known and isinstance(known.default, bool) else ""
