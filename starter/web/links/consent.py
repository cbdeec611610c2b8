"""Consent: a parent or pupil answers, and may stop later, from a phone and without logging in (step 3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from pydantic import JsonValue
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from protocol.case import Consent
from protocol.messages import AnswerConsent, AskToTalk, WithdrawConsent, name_of
from protocol.vocabulary import Channel, ConsentAnswer, ConsentStatus, Task
from starter.web.form import form
from starter.web.links.holder import Holder
from starter.web.links.telling import Saying, message_id, result, tell
from starter.web.page import link_token, page, texts
from starter.web.services import services
from store import MessageState

_HERE = ZoneInfo("Europe/Amsterdam")
_OPEN = (ConsentStatus.REQUESTED, ConsentStatus.NO_ANSWER)
_TALK = "talk"
_ANSWERS = (*ConsentAnswer, _TALK)


class Question:
    """What stands between one person and the case: what is asked, what was said, what can be stopped."""

    def __init__(self, holder: Holder) -> None:
        self.holder = holder
        case, person = holder.case, holder.link.party
        self.all = tuple(consent for consent in case.consents if consent.person == person)
        self.open = self._of(_OPEN) if name_of(AnswerConsent) in holder.may else ()
        self.talk = name_of(AskToTalk) in holder.may
        self.granted = self._of((ConsentStatus.GRANTED,)) if name_of(WithdrawConsent) in holder.may else ()
        self.said = self._of((ConsentStatus.GRANTED, ConsentStatus.REFUSED, ConsentStatus.WITHDRAWN))

    def _of(self, statuses: tuple[ConsentStatus, ...]) -> tuple[Consent, ...]:
        return tuple(consent for consent in self.all if consent.status in statuses)

    @property
    def reader(self) -> str:
        """Whose words the page speaks: a pupil is spoken to as a pupil."""
        return "pupil" if self.holder.link.party == "pupil" else "parent"

    @property
    def asker(self) -> str:
        """Who asks, by name; when several organisations asked, the last one."""
        last = max(self.open or self.all, key=lambda consent: consent.request, default=None)
        return self.holder.name(last.asked_by if last else self.holder.case.school)

    @property
    def last_day(self) -> date | None:
        """Until when an answer is in time; nothing once that is over."""
        person = self.holder.link.party
        due = [d.due_at for d in self.holder.case.deadlines if (d.task, d.subject) == (Task.CONSENT_ANSWER, person)]
        # A day ends at the midnight after it.
        return (min(due) - timedelta(seconds=1)).astimezone(_HERE).date() if due else None

    def named(self, about: str) -> tuple[Consent, ...]:
        """What a form was about; nothing when that was never asked, or was asked anew since."""
        wanted = set(about.split())
        found = tuple(consent for consent in self.all if _mark(consent) in wanted)
        return found if len(found) == len(wanted) else ()


def _mark(consent: Consent) -> str:
    return f"{consent.party}.{consent.request}"


def about(consents: Iterable[Consent]) -> str:
    """Write down what a form asks: an answer counts for exactly what stood on the screen."""
    return " ".join(sorted(map(_mark, consents)))


async def show(request: Request, holder: Holder) -> Response:
    """The question, or what was answered to it."""
    question = Question(holder)
    if not question.open:
        return page(request, "links/answered.html", question=question)
    return await _ask(request, question, question.open, "links/consent.html")


async def choose(request: Request, holder: Holder) -> Response:
    """One organisation on a screen, until all of them have an answer."""
    question = Question(holder)
    if not question.open:
        return RedirectResponse(holder.address, 303)
    return await _ask(request, question, question.open[:1], "links/choose.html")


async def _ask(
    request: Request, question: Question, asked: tuple[Consent, ...], template: str, *, missing: bool = False
) -> Response:
    token = link_token(request, question.holder.token)
    errors = {"answer": texts(request)(f"link.consent.{question.reader}.missing")} if missing else {}
    shown = {"question": question, "asked": asked, "about": about(asked), "errors": errors, "csrf_token": token}
    earlier = await _earlier(request, question.holder, asked)
    return page(request, template, 422 if missing else 200, earlier=earlier, **shown)


async def _earlier(request: Request, holder: Holder, asked: tuple[Consent, ...]) -> str | None:
    """What the holder sent before that left the question open: an answer on its way, or the wish to talk."""
    store = services(request).store
    for what in ("answer", _TALK):
        known = await store.message(holder.case.id, message_id(store.keys, holder, what, about(asked)))
        if known and known.state is MessageState.STAGED:
            return "waiting"
        if known and known.state is MessageState.RECORDED and what == _TALK:
            return _TALK
    return None


async def answer(request: Request, holder: Holder) -> Response:
    """Take the answer to everything that was asked."""
    return await _take(request, holder, "links/consent.html", holder.address)


async def answer_one(request: Request, holder: Holder) -> Response:
    """Take the answer about one organisation, and go on with the next."""
    return await _take(request, holder, "links/choose.html", f"{holder.address}/kiezen")


async def _take(request: Request, holder: Holder, template: str, then: str) -> Response:
    question, sent = Question(holder), form(request)
    asked, said = question.named(sent.text("about")), sent.text("answer")
    if not asked:
        return result(request, holder, "too_late", 409)
    if said not in _ANSWERS:
        return await _ask(request, question, asked, template, missing=True)
    keys = services(request).store.keys
    if said == _TALK:
        wish = Saying(name_of(AskToTalk), {}, message_id(keys, holder, _TALK, about(asked)))
        return await tell(request, holder, wish, holder.address)
    fields = _fields(holder, asked) | {"answer": said, "channel": Channel.LINK}
    given = Saying(name_of(AnswerConsent), fields, message_id(keys, holder, "answer", about(asked)))
    return await tell(request, holder, given, then)


def _fields(holder: Holder, consents: Iterable[Consent]) -> dict[str, JsonValue]:
    return {"person": holder.link.party, "parties": [*sorted(consent.party for consent in consents)]}


async def stop(request: Request, holder: Holder) -> Response:
    """Ask whether the holder is sure, and about which organisations."""
    question = Question(holder)
    if not question.granted:
        return RedirectResponse(holder.address, 303)
    return _confirm(request, question)


def _confirm(request: Request, question: Question, *, missing: bool = False) -> Response:
    errors = {"about": texts(request)(f"link.stop.{question.reader}.missing")} if missing else {}
    options = [(_mark(consent), question.holder.name(consent.party)) for consent in question.granted]
    token = link_token(request, question.holder.token)
    shown = {"question": question, "options": options, "errors": errors, "csrf_token": token}
    return page(request, "links/stop.html", 422 if missing else 200, **shown)


async def stopped(request: Request, holder: Holder) -> Response:
    """Withdraw consent: from now on nothing new goes to these organisations."""
    question = Question(holder)
    chosen = " ".join(form(request).all("about"))
    if not chosen and question.granted:
        return _confirm(request, question, missing=True)
    given = question.named(chosen)
    if not given:
        return result(request, holder, "too_late", 409)
    id_ = message_id(services(request).store.keys, holder, "stop", about(given))
    return await tell(request, holder, Saying(name_of(WithdrawConsent), _fields(holder, given), id_), holder.address)
