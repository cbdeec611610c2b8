"""Asking once more before something is noted by which parts of files go the coming night."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from protocol.retention import Due
from starter.web.form import Form, whole
from starter.web.page import page, texts
from starter.web.texts import Texts

_AGREED = "gewist"
"""How many parts the officer was told that will be destroyed, when they sent it a second time."""
BACK = "terug"


class Question(NamedTuple):
    """What is asked, and the form that says yes."""

    title: str
    warning: tuple[str, str]
    text: str
    lines: tuple[str, ...]
    action: str
    fields: tuple[tuple[str, object], ...]
    yes: str
    no: str


def agreed(sent: Form, gone: int) -> bool:
    """Whether the officer was told of as many parts; where more go by now they are asked anew."""
    said = whole(sent.text(_AGREED))
    return said is not None and gone <= said


def ask(request: Request, question: Question, gone: int) -> Response:
    """Ask it."""
    fields = (*question.fields, (_AGREED, gone))
    return page(request, "rights/sure.html", question=question._replace(fields=fields), back=BACK)


def about_parts(
    request: Request, title: str, lost: tuple[Due, ...], action: str, fields: tuple[tuple[str, object], ...]
) -> Response:
    """Ask it about parts of one case, each by its name."""
    t = texts(request)
    question = Question(
        title=title, warning=(t("rights.lost", number=len(lost)), t("rights.lost_text")), text=t("rights.lost_these"),
        lines=tuple(_lines(t, lost)), action=action, fields=fields, yes=t("rights.lost_yes"), no=t("rights.lost_no"),
    )  # fmt: skip
    return ask(request, question, len(lost))


def _lines(t: Texts, lost: Iterable[Due]) -> Iterable[str]:
    for step in lost:
        yield t("rights.lost_part", part=t.word(step.part), case=step.case_id, day=t.date(step.due_on))
