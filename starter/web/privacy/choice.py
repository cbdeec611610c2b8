"""Which looks are asked for: the filters, as they stand in the address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.requests import Request

from store import AccessCursor, AccessEvent, AccessFilter

_HERE = ZoneInfo("Europe/Amsterdam")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOT_IN_A_NUMBER = re.compile(r"[^0-9a-z]")
_GROUP, _DIGITS = 4, 12
_LONGEST = 100


def case_number(typed: str) -> str | None:
    """The number of a case, however it was typed; None for what can be none."""
    bare = _NOT_IN_A_NUMBER.sub("", typed.lower())
    if len(bare) != _DIGITS:
        return None
    return "-".join(bare[place : place + _GROUP] for place in range(0, _DIGITS, _GROUP))


@dataclass(frozen=True)
class Choice:
    """The filters. What a filter does not know is left out, but for a number: that finds nothing."""

    zaak: str = ""
    organisatie: str = ""
    van: date | None = None
    tot: date | None = None
    soort: AccessEvent | None = None
    nood: bool = False

    @classmethod
    def of(cls, request: Request) -> Self:
        """Read the address."""
        given = request.query_params
        event = given.get("soort", "")
        return cls(
            zaak=given.get("zaak", "").strip()[:_LONGEST],
            organisatie=given.get("organisatie", "").strip()[:_LONGEST],
            van=_day(given.get("van", "")),
            tot=_day(given.get("tot", "")),
            soort=AccessEvent(event) if event in set(AccessEvent) else None,
            nood=given.get("nood") == "ja",
        )

    @property
    def filter(self) -> AccessFilter:
        """The same for the store; days are the Netherlands'."""
        return AccessFilter(
            case_id=(case_number(self.zaak) or "?") if self.zaak else None,
            organisation=self.organisatie or None,
            since=_begin(self.van) if self.van else None,
            until=_begin(self.tot + timedelta(days=1)) if self.tot else None,
            event=self.soort,
            emergency=True if self.nood else None,
        )

    @property
    def words(self) -> str:
        """For the access log: which filters, by codes; what was typed as a number only when it can be one."""
        chosen = {**self._chosen, "zaak": case_number(self.zaak)}
        return " ".join(f"{name}={value}" for name, value in chosen.items() if value)

    def address(self, **more: str) -> str:
        """The list with these filters."""
        return f"/toegang?{urlencode({**self._chosen, **more})}".rstrip("?")

    @property
    def _chosen(self) -> dict[str, str]:
        shown = {**vars(self), "nood": "ja" if self.nood else None}
        return {name: str(value) for name, value in shown.items() if value}


def cursor(request: Request) -> AccessCursor | None:
    """After which row the page goes on; what is none begins anew."""
    at, _, rest = request.query_params.get("na", "").partition("_")
    scope, _, number = rest.rpartition("_")
    try:
        return AccessCursor(_EPOCH + timedelta(microseconds=int(at)), scope, int(number))
    except (ValueError, OverflowError):
        return None


def after(row: AccessCursor) -> str:
    """The same, for an address."""
    microseconds = (row.written_at - _EPOCH) // timedelta(microseconds=1)
    return f"{microseconds}_{row.scope}_{row.number}"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), _HERE)
