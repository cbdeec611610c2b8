"""The hand-over in a parent's words: composed once, for the screen and for the PDF."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from pydantic import ConfigDict

from protocol.model import Frozen
from starter.web.texts import Texts

_HERE = ZoneInfo("Europe/Amsterdam")


class _Read(Frozen):
    """As it was filed; a later version may have more in it."""

    model_config = ConfigDict(extra="ignore")


class Agreement(_Read):
    """Something that was agreed; what it is stands in the minutes."""

    action: str
    owner: str
    due: date
    done: bool


class Document(_Read):
    """The hand-over document, as the file has it."""

    case: str
    begun_at: datetime
    reason: str
    agreements: tuple[Agreement, ...]
    goes_on: tuple[str, ...]
    call: str


class Part(Frozen):
    """A heading with what stands under it."""

    title: str
    lines: tuple[str, ...] = ()
    items: tuple[str, ...] = ()


class Sheet(Frozen):
    """Everything that is on it, in one language."""

    language: str
    title: str
    day: date
    opening: tuple[str, ...]
    parts: tuple[Part, ...]


def sheet(document: Document, reader: str, t: Texts, name: Callable[[str], str]) -> Sheet:
    """Put a document into words.

    Args:
        document: What goes back.
        reader: The person who reads it.
        t: The words of their language.
        name: What an organisation is called.
    """
    day = document.begun_at.astimezone(_HERE).date()
    call = name(document.call)
    return Sheet(
        language=t.language,
        title=t("link.hand_over.title"),
        day=day,
        opening=(t("link.number", case=document.case), t("link.hand_over.day", day=t.date(day))),
        parts=(
            Part(title=t("link.hand_over.outcome"), lines=_outcome(document, t)),
            _agreements(document, reader, t, name),
            _goes_on(document, t, name),
            Part(
                title=t("link.hand_over.call"),
                lines=(t("link.hand_over.call_text", call=call), t("link.hand_over.call_number", case=document.case)),
            ),
        ),
    )


def _outcome(document: Document, t: Texts) -> tuple[str, ...]:
    return t(f"link.hand_over.reason_{document.reason}"), t("link.hand_over.school")


def _agreements(document: Document, reader: str, t: Texts, name: Callable[[str], str]) -> Part:
    title = t("link.hand_over.agreements")
    if not document.agreements:
        return Part(title=title, lines=(t("link.hand_over.no_agreements"),))
    return Part(
        title=title,
        lines=(t("link.hand_over.minutes", call=name(document.call)),),
        items=tuple(
            t(
                "link.hand_over.done" if agreement.done else "link.hand_over.to_do",
                number=agreement.action.removeprefix("action-"),
                owner=_owner(agreement.owner, reader, t, name),
                day=t.date(agreement.due),
            )
            for agreement in document.agreements
        ),
    )


def _owner(owner: str, reader: str, t: Texts, name: Callable[[str], str]) -> str:
    """People have no names on it: who reads it knows who is meant."""
    if owner == reader:
        return t("link.hand_over.you")
    if owner == "pupil":
        return t("link.hand_over.pupil")
    return t("link.hand_over.other_guardian") if owner.startswith("guardian-") else name(owner)


def _goes_on(document: Document, t: Texts, name: Callable[[str], str]) -> Part:
    title = t("link.hand_over.goes_on")
    if not document.goes_on:
        return Part(title=title, lines=(t("link.hand_over.nobody_goes_on"),))
    return Part(title=title, lines=(t("link.hand_over.goes_on_text"),), items=tuple(map(name, document.goes_on)))
