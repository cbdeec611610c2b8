"""The pages and a login provider on real ports, over the real stack of ``tests.starter.stack``."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from runtime.instruments import NONE, Instruments
from starter.client import CaseClient
from starter.oidc.keys import client_key, client_key_file
from starter.oidc.pages import CLIENT_ID, app, provider
from starter.oidc.people import People
from starter.stack.region import ORGANISATIONS
from starter.web.app import application
from starter.web.services import Services
from starter.web.serving import opened as services_opened
from starter.web.settings import WebSettings
from store import OrganisationRow, Store
from tests.starter.stack import REGION, Stack
from tests.web.specimen import with_specimen

_HOST = "127.0.0.1"


@dataclass(frozen=True)
class Pages:
    """Pages that run."""

    address: str
    provider: str
    people: People
    """Who can log in; what is changed counts at once."""
    services: Services
    stack: Stack
    stop_provider: Callable[[], Awaitable[None]]
    """Have nobody answer where the provider is."""

    @property
    def store(self) -> Store:
        """What is remembered."""
        return self.services.store

    @property
    def cases(self) -> CaseClient:
        """To bring a case to where a test begins."""
        return self.stack.client


class _Server(uvicorn.Server):
    """One that leaves signals to pytest."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def served(application: ASGIApp, listening: socket.socket) -> AsyncIterator[None]:
    """Serve an application on a socket that listens already."""
    config = uvicorn.Config(application, log_config=None, access_log=False, lifespan="off", server_header=False)
    server = _Server(config)
    running = asyncio.create_task(server.serve([listening]))
    try:
        yield
    finally:
        server.should_exit = True
        await running


def listening() -> tuple[socket.socket, str]:
    """A socket, and its address as browsers write it."""
    found = socket.create_server((_HOST, 0))
    return found, f"http://{_HOST}:{found.getsockname()[1]}"


@asynccontextmanager
async def running_pages(
    stack: Stack, folder: Path, instruments: Instruments = NONE, /, **changed: object
) -> AsyncIterator[Pages]:
    """Run pages with a provider of their own.

    Args:
        stack: What they work on.
        folder: For the provider's keys and people; shared folders share both.
        instruments: What they are watched with.
        **changed: Settings of ``WebSettings`` that are to be different.
    """
    (page_socket, pages), (provider_socket, issuer) = listening(), listening()
    client_key(folder)
    web = WebSettings(
        _env_file=None,
        oidc_issuer=issuer,
        oidc_client_id=CLIENT_ID,
        oidc_private_key=client_key_file(folder),
        oidc_fresh_seconds=0,
        login_rate=100_000,
        session_rate=100_000,
        link_rate=100_000,
    ).model_copy(update=changed)
    settings = stack.settings.model_copy(update={"public_url": pages})
    async with AsyncExitStack() as opened:
        opened.callback(page_socket.close)
        opened.callback(provider_socket.close)
        login = await opened.enter_async_context(AsyncExitStack())
        await login.enter_async_context(served(app(provider(issuer, folder, pages)), provider_socket))
        services = await opened.enter_async_context(services_opened(settings, web, stack.temporal, instruments))
        await opened.enter_async_context(served(with_specimen(application(services)), page_socket))
        yield Pages(pages, issuer, People(folder), services, stack, login.aclose)


async def settle_demo_region(store: Store) -> None:
    """Put every organisation of the demo people into the region."""
    for demo in ORGANISATIONS:
        await store.save_organisation(OrganisationRow(region=REGION, id=demo.id, kind=demo.kind, name=demo.name))
