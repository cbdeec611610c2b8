"""Which looks are asked for: the filters, as they stand in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.requests import Request

from starter import standing
from starter.web.services import services
from store import AccessCursor, AccessEvent, AccessFilter

_HERE = ZoneInfo("Europe/Amsterdam")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NO_CASE = "?"
"""Stands for a number of no case: it finds nothing, and what was typed is kept nowhere."""


@dataclass(frozen=True)
class Choice:
    """The filters. What a filter does not know is left out, but for a number: that finds nothing."""

    zaak: str = ""
    """The number of a case that there is, or :data:`NO_CASE`."""
    organisatie: str = ""
    van: date | None = None
    tot: date | None = None
    soort: AccessEvent | None = None
    nood: bool = False

    @classmethod
    async def of(cls, request: Request, given: Mapping[str, str]) -> Self:
        """Read an address, or what was sent: codes, and numbers and organisations that there are."""
        here, typed = services(request), given.get("zaak", "").strip()
        known = {row.id for row in await here.store.organisations(here.region)}
        event, organisation = given.get("soort", ""), given.get("organisatie", "")
        return cls(
            zaak=(await standing.known(here.store, typed) or NO_CASE) if typed else "",
            organisatie=organisation if organisation in known else "",
            van=_day(given.get("van", "")),
            tot=_day(given.get("tot", "")),
            soort=AccessEvent(event) if event in set(AccessEvent) else None,
            nood=given.get("nood") == "ja",
        )

    @property
    def filter(self) -> AccessFilter:
        """The same for the store; days are the Netherlands'."""
        return AccessFilter(
            case_id=self.zaak or None,
            organisation=self.organisatie or None,
            since=_begin(self.van) if self.van else None,
            until=_begin(self.tot + timedelta(days=1)) if self.tot else None,
            event=self.soort,
            emergency=True if self.nood else None,
        )

    @property
    def case(self) -> str | None:
        """The case that is asked for, if there is one."""
        return self.zaak if self.zaak not in {"", NO_CASE} else None

    @property
    def words(self) -> str:
        """For the access log: which filters, by codes."""
        return " ".join(f"{name}={value}" for name, value in self._chosen.items())

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
