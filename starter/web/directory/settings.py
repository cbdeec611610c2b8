"""A region's settings as a form: the terms of each task, the days it is closed, and the rest of its policy."""

from __future__ import annotations

from datetime import date

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from protocol.policy import Policy, Term, Terms
from protocol.vocabulary import OrganisationKind, Task
from starter.web.directory.who import administrator
from starter.web.form import Form, Shown, form, typed
from starter.web.page import page, texts
from starter.web.services import services
from starter.web.texts import Texts
from store import PolicyVersionTaken

NUMBERS = {
    "action_reminder": (0, 30),
    "overdue_every": (1, 30),
    "extensions": (0, 10),
    "silence": (1, 100),
    "furthest": (30, 3650),
}
"""The settings that are a number, with the least and the most that make sense."""
_LONGEST = 250
"""Working days: a year."""
_CODE = "second_factor_on_links"
Parties = dict[str, list[tuple[str, str]]]
_PARTIES = {"cjg": OrganisationKind.CJG, "zvh": OrganisationKind.ZVH}


async def show(request: Request) -> Response:
    """The settings that new cases work by."""
    administrator(request)
    here = services(request)
    policy = await here.store.policy(here.region)
    return await _page(request, policy, Shown(typed(request) or _as_typed(policy)))


async def change(request: Request) -> Response:
    """Save the settings as a new version."""
    me, here, t, sent = administrator(request), services(request), texts(request), form(request)
    policy = await here.store.policy(here.region)
    meanwhile = Shown(sent, sentence=t("directory.changed_meanwhile"), status=409)
    if sent.text("version") != str(policy.version):
        return await _page(request, policy, meanwhile)
    reading = Reading(t, sent, policy, await _parties(request))
    changed = reading.policy()
    if reading.errors:
        return await _page(request, policy, Shown(sent, reading.errors, status=422))
    try:
        await here.store.change_policy(me.actor, changed)
    except PolicyVersionTaken:
        return await _page(request, policy, meanwhile)
    return RedirectResponse("/organisaties/wijzigingen?gedaan=ja", 303)


class Reading:
    """Settings as they were typed, with what is wrong about them."""

    def __init__(self, t: Texts, sent: Form, before: Policy, parties: Parties) -> None:
        self._t = t
        self._sent = sent
        self._before = before
        self._parties = parties
        self.errors: dict[str, str] = {}

    def policy(self) -> Policy:
        """The next version; what is wrong stays as it was."""
        before = self._before
        days = self._closed_days()
        return before.model_copy(
            update={
                "version": before.version + 1,
                "terms": {task: self._terms(task, terms) for task, terms in before.terms.items()},
                "calendar": before.calendar.model_copy(update={"closed_days": days}),
                _CODE: _CODE in self._sent,
                **{name: self._number(name, *limits) for name, limits in NUMBERS.items()},
                **{name: self._party(name) for name in _PARTIES},
            }
        )

    def _terms(self, task: Task, terms: Terms) -> Terms:
        return terms.model_copy(update={name: self._term(f"{task}-{name}", term) for name, term in terms if term})

    def _term(self, name: str, before: Term) -> Term:
        days = self._whole(f"{name}-days", 1, _LONGEST)
        if not self._sent.text(f"{name}-reminder"):
            return Term(days=days or before.days)
        return Term(days=days or before.days, reminder=self._whole(f"{name}-reminder", 1, (days or before.days) - 1))

    def _party(self, name: str) -> str:
        chosen = self._sent.text(name)
        if chosen not in dict(self._parties[name]):
            self.errors[name] = self._t("directory.wrong_party")
        return chosen

    def _number(self, name: str, least: int, most: int) -> int:
        found = self._whole(name, least, most)
        return int(getattr(self._before, name)) if found is None else found

    def _whole(self, name: str, least: int, most: int) -> int | None:
        text = self._sent.text(name)
        if text.isascii() and text.isdecimal() and len(text) <= len(str(most)) and least <= int(text) <= most:
            return int(text)
        key = "directory.wrong_number" if least <= most else "directory.wrong_reminder"
        self.errors[name] = self._t(key, least=least, most=most)
        return None

    def _closed_days(self) -> tuple[date, ...]:
        lines = [line.strip() for line in self._sent.text("closed_days").splitlines() if line.strip()]
        try:
            return tuple(sorted({date.fromisoformat(line) for line in lines}))
        except ValueError:
            self.errors["closed_days"] = self._t("directory.wrong_closed_days")
            return self._before.calendar.closed_days


def _as_typed(policy: Policy) -> Form:
    pairs = [(name, str(getattr(policy, name))) for name in (*NUMBERS, *_PARTIES)]
    pairs += [("closed_days", "\n".join(day.isoformat() for day in policy.calendar.closed_days))]
    pairs += [(_CODE, "ja")] if policy.second_factor_on_links else []
    for task, terms in policy.terms.items():
        for name, term in terms:
            if term:
                pairs += [
                    (f"{task}-{name}-days", str(term.days)),
                    (f"{task}-{name}-reminder", str(term.reminder or "")),
                ]
    return Form(tuple(pairs))


async def _page(request: Request, policy: Policy, shown: Shown) -> Response:
    terms = [(task, [name for name, term in terms if term]) for task, terms in policy.terms.items()]
    return page(
        request, "directory/settings.html", shown.status,
        policy=policy, values=shown.values, errors=shown.errors, sentence=shown.sentence, terms=terms,
        parties=await _parties(request), numbers=tuple(NUMBERS), typed=typed(request),
    )  # fmt: skip


async def _parties(request: Request) -> Parties:
    """Who can be the CJG and the ZVH of the region."""
    here = services(request)
    rows = await here.store.organisations(here.region)
    return {name: [(row.id, row.name) for row in rows if row.kind is kind] for name, kind in _PARTIES.items()}
