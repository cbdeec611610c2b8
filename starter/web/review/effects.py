"""What a proposed message says and would lead to now: the protocol itself is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from protocol.decide import take
from protocol.messages import Message, Organisation, PlannedAction, party_id
from protocol.refusals import Refused
from protocol.vocabulary import OrganisationKind
from starter.draft import read_draft
from starter.standing import Standing
from starter.submission import read_submission
from starter.web.case.journal import sentences
from starter.web.case.names import Names
from starter.web.case.probe import SOMEBODY_ELSE
from starter.web.review.proposing import REVIEWER
from starter.web.texts import Texts
from store import KeyRing, Proposed, ReviewRow


class Effects(NamedTuple):
    """A proposed message in words."""

    fields: tuple[tuple[str, str], ...]
    sentences: tuple[str, ...]
    """What the case will say of it."""
    refusal: str
    """Why it is not possible as the case stands now; empty when it is."""


class Scene(NamedTuple):
    """The case as it stands, and how to speak of it."""

    found: Standing
    directory: Mapping[str, OrganisationKind]
    keys: KeyRing
    names: Names
    t: Texts


def effects(scene: Scene, row: ReviewRow, proposed: Proposed, reviewer: str | None) -> Effects:
    """Try a proposed message on the case as it stands.

    Args:
        scene: The case.
        row: The review.
        proposed: What is to be told.
        reviewer: Who would confirm, as they log in; None for somebody else than the asker.
    """
    found, names, t = scene.found, scene.names, scene.t
    fields = {**proposed.fields, REVIEWER: reviewer or SOMEBODY_ELSE}
    submission = read_submission(row.name, fields, proposed.asker, proposed.note, row.message_id, scene.keys)
    message = read_draft(submission, scene.directory, scene.keys).read
    if not isinstance(message, Message):
        return Effects((), (), "")
    said = tuple(_fields(message, names, t))
    try:
        taken = take(found.case, submission.told(found.case.id, message), found.now, found.policy)
    except Refused as refused:
        return Effects(said, (), t.refusal(refused.code, refused.step))
    return Effects(said, sentences(taken.recorded, t, names), "")


def _fields(message: Message, names: Names, t: Texts) -> Iterator[tuple[str, str]]:
    """The fields that say something, with their questions."""
    for name, value in message:
        if name not in {"kind", REVIEWER} and value not in (None, ()):
            yield t(f"field.{name}"), _worded(value, names, t)


def _worded(value: object, names: Names, t: Texts) -> str:
    match value:
        case bool():
            return t("case.yes" if value else "case.no")
        case tuple():
            return ", ".join(_worded(part, names, t) for part in value)
        case Organisation():
            return names(value.id)
        case PlannedAction():
            return f"{names(party_id(value.owner))}, {t.date(value.due)}"
    return _word(value, names, t)


def _word(value: object, names: Names, t: Texts) -> str:
    match value:
        case StrEnum():
            return t.word(value)
        case datetime():
            return t.moment(value)
        case date():
            return t.date(value)
    return names(str(value))
