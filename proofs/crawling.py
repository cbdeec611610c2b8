"""Every page that people can reach, found as they find it: by following links; with the fields of every form."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import unescape
from typing import NamedTuple
from urllib.parse import urlsplit

from starlette.routing import Match, Route

from starter.fields import MESSAGES
from starter.web.app import routes
from tests.web.visiting import Visit

_LEADS = re.compile(r'(?:href|action)="(/[^"#]*)"')
_CONTROL = re.compile(r"<(?:input|textarea|select|button)\b[^>]*>")
_NAME = re.compile(r'\sname="([^"]*)"')
_VALUE = re.compile(r'\svalue="([^"]*)"')
_OPTION = re.compile(r'<option value="([^"]*)"')
_OF_ONE_ROUTE = 8
_OF_MESSAGES = 60
_NOT_FOLLOWED = ("/static/", "/uitloggen", "/inloggen")
_BESIDES = ("note", "id", "number", "rows", "meer", "terug", "bevestigd", "bewaard")
"""What the form of a message has besides its fields."""
ROUTES = tuple(route for route in routes() if isinstance(route, Route))


class Pair(NamedTuple):
    """A field of a form, with a value that it can have."""

    name: str
    value: str


@dataclass
class Ground:
    """What there is to be hostile to."""

    reached: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Addresses, by who can open them."""
    pairs: dict[str, set[Pair]] = field(default_factory=lambda: defaultdict(set))
    """What the forms of a path have."""
    parameters: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """What stood in the addresses, by its name in the route."""

    async def crawl(self, visit: Visit, who: str, starts: Iterable[str]) -> None:
        """Open everything that somebody gets to, a few of each kind."""
        opened: Counter[str] = Counter()
        waiting, seen = [*starts], set[str]()
        while waiting:
            address = waiting.pop(0)
            route = _route(urlsplit(address).path)
            most = _OF_MESSAGES if route and route.path.endswith("/{message}") else _OF_ONE_ROUTE
            if address in seen or route is None or address.startswith(_NOT_FOLLOWED) or opened[route.path] >= most:
                continue
            seen.add(address)
            opened[route.path] += 1
            answer = await visit.get(address)
            self._keep(who, address, route, answer.text)
            waiting += map(unescape, _LEADS.findall(answer.text))
            waiting += [answer.headers["location"]] if answer.is_redirect else []

    def _keep(self, who: str, address: str, route: Route, html: str) -> None:
        path = urlsplit(address).path
        self.reached[who].add(address)
        _, found = route.matches({"type": "http", "path": path, "method": "GET"})
        for name, value in found.get("path_params", {}).items():
            self.parameters[name].add(value)
        main = html.partition("<main")[2]
        actions = {unescape(action) for action in re.findall(r'action="(/[^"]*)"', main)}
        for target in (path, *actions):
            self.pairs[target] |= set(_pairs(main)) | _of_message(target)


def _route(path: str) -> Route | None:
    scope = {"type": "http", "path": path, "method": "GET"}
    return next((route for route in ROUTES if route.matches(scope)[0] is not Match.NONE), None)


def _pairs(html: str) -> Iterable[Pair]:
    options = _OPTION.findall(html)
    for control in _CONTROL.findall(html):
        name, value = _NAME.search(control), _VALUE.search(control)
        if name and name[1] != "csrf":
            yield Pair(name[1], unescape(value[1]) if value else "")
            if control.startswith("<select"):
                yield from (Pair(name[1], unescape(option)) for option in options)


def _of_message(path: str) -> set[Pair]:
    """What the message itself says it has: its form is not shown to everybody at every moment."""
    message = MESSAGES.get(path.rpartition("/")[2].replace("-", "_"))
    names = (*message.model_fields, *_BESIDES) if message else ()
    return {Pair(name, "") for name in names}
