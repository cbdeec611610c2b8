"""A look in words: what was shown, what for, and on what ground."""

from __future__ import annotations

import re
from typing import NamedTuple

from protocol.accounting import Ground
from protocol.vocabulary import LegalBasis, Role
from starter.web.case.names import Names
from starter.web.texts import Texts
from store import NO_CASE, AccessEvent, AccessPoint, AccessRow, Outcome

_NOT_IN_A_KEY = re.compile(r"[^a-z]+")


class Worded(NamedTuple):
    """One look, as a page shows it."""

    row: AccessRow
    case: str | None
    organisation: str
    role: str
    event: str
    what: str
    whose: str
    behalf: str
    """The person in the case on whose behalf it was; of staff the page knows the names."""
    why: str
    ground: str
    door: str
    emergency: bool
    refused: bool


def worded(row: AccessRow, t: Texts, names: Names) -> Worded:
    """Put a row into words; what has none is shown as it was written."""
    return Worded(
        row=row,
        case=None if row.scope == NO_CASE else row.scope,
        organisation=names(row.organisation) if row.organisation else "",
        role=t.word(Role(row.role)) if row.role in set(Role) else row.role,
        event=t(f"privacy.event.{row.event or AccessEvent.READ}"),
        what=", ".join(dict.fromkeys(_what(part, t) for part in row.what.split(", "))),
        whose=names.all(row.subject.split()) if row.subject else "",
        behalf=names.role(row.on_behalf or ""),
        why=_why(row.purpose, t),
        ground=_ground(row.basis, t),
        door=t(f"privacy.door.{row.access_point}") if row.access_point in set(AccessPoint) else "",
        emergency=bool(row.emergency),
        refused=row.outcome is Outcome.REFUSED,
    )


def _what(part: str, t: Texts) -> str:
    """Of ``note <id>`` or ``address guardian-1`` the first word says what it is."""
    key = f"privacy.what.{_slug(part.split(' ', maxsplit=1)[0])}"
    return t(key) if key in t else part


def _why(purpose: str, t: Texts) -> str:
    message, first = f"messages.{purpose.replace('-', '_')}", f"privacy.why.{_slug(purpose.split(' ', maxsplit=1)[0])}"
    whole = f"privacy.why.{_slug(purpose)}"
    return next((t(key) for key in (message, whole, first) if key in t), purpose)


def _ground(basis: str | None, t: Texts) -> str:
    name, _, which = (basis or "").partition(".")
    if name not in set(Ground):
        return ""
    said = t(f"privacy.ground.{name}")
    return f"{said}: {t.word(LegalBasis(which))}" if which in set(LegalBasis) else said


def _slug(text: str) -> str:
    return _NOT_IN_A_KEY.sub("_", text.lower()).strip("_")
