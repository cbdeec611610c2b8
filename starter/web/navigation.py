"""Where the pages lead, for each role. What somebody may do there is decided by ``protocol/`` alone."""

from __future__ import annotations

from typing import NamedTuple

from protocol.vocabulary import Role
from starter.web.visitor import Visitor

_STAFF = (Role.SCHOOL, Role.CJG, Role.AGENCY, Role.ZVH, Role.PARTNER)


class Entry(NamedTuple):
    """A place in the navigation; its text stands under ``frame.nav_<name>``."""

    name: str
    path: str
    roles: tuple[Role, ...]


ENTRIES = (
    Entry("cases", "/zaken", (*_STAFF, Role.ADMIN, Role.PRIVACY, Role.OPS)),
    Entry("new", "/zaken/nieuw", (Role.SCHOOL,)),
    Entry("reviews", "/beoordelingen", _STAFF),
    Entry("directory", "/organisaties", (Role.ADMIN,)),
    Entry("access_log", "/toegang", (Role.PRIVACY,)),
    Entry("rights", "/rechten", (Role.PRIVACY,)),
)


def navigation(visitor: Visitor | None) -> tuple[Entry, ...]:
    """What somebody finds on top of each page."""
    return tuple(entry for entry in ENTRIES if visitor and visitor.actor.role in entry.roles)


def current(path: str) -> str | None:
    """The entry under which a page stands: the one with the longest beginning of its path."""
    under = (entry for entry in ENTRIES if path == entry.path or path.startswith(f"{entry.path}/"))
    return max(under, key=lambda entry: len(entry.path), default=Entry("", "", ())).name or None
