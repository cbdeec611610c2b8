"""What the pages work with, once for the process."""

from __future__ import annotations

from dataclasses import dataclass, field
from sys import maxsize
from typing import TYPE_CHECKING

from jinja2 import Environment
from starlette.requests import HTTPConnection

from runtime.instruments import NONE, Instruments
from runtime.settings import Settings
from starter.client import CaseClient
from starter.web.security.pace import Pace
from starter.web.settings import WebSettings
from starter.web.texts import Catalogue
from store import Store

if TYPE_CHECKING:
    from starter.web.login.login import Login


@dataclass(frozen=True)
class Services:
    """Everything behind the pages; a page finds it by :func:`services`."""

    store: Store
    cases: CaseClient
    settings: Settings
    web: WebSettings
    texts: Catalogue
    templates: Environment
    login: Login
    instruments: Instruments = NONE
    pace: Pace = field(default_factory=lambda: Pace(maxsize))
    """How much one session may ask for."""

    @property
    def region(self) -> str:
        """Whose directory and settings count."""
        return self.settings.region


def services(request: HTTPConnection) -> Services:
    """What the page that is asked for works with."""
    found: Services = request.app.state.services
    return found
