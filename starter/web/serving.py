"""Running the pages: open what they work with, serve, close it."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx2
import uvicorn
import uvloop
from temporalio.client import Client

from runtime import logs
from runtime.codec import SealingCodec
from runtime.errors import SettingsError, StartError
from runtime.health import listening
from runtime.instruments import NONE, Instruments
from runtime.leaving import leaving
from runtime.settings import Settings, load, stop_for
from runtime.temporal import connect
from starter.carrier import Connect
from starter.client import CaseClient
from starter.web.app import application
from starter.web.login.login import Login
from starter.web.login.provider import Provider
from starter.web.login.tokens import ClientKey
from starter.web.page import environment
from starter.web.security.arriving import InTime
from starter.web.security.pace import Pace
from starter.web.security.transport import protected
from starter.web.services import Services
from starter.web.settings import WebSettings
from starter.web.texts import catalogue
from store import KeyRing, Store, StoreError

_TEMPORAL = timedelta(seconds=5)
"""How long Temporal gets to answer; the pages read without it."""
_STATEMENT = timedelta(seconds=10)
"""How long a statement gets: a database that stands still is told to whoever waits for a page."""


@asynccontextmanager
async def opened(
    settings: Settings, web: WebSettings, temporal: Client | None = None, instruments: Instruments = NONE
) -> AsyncIterator[Services]:
    """Open what the pages work with; without a client of Temporal one is connected when it is needed.

    Raises:
        StartError: A setting is wrong.
        StoreError: The database does not answer, or the key ring is none or another database's.
    """
    if not protected(settings.public_url):
        raise SettingsError("VANGNET_PUBLIC_URL: buiten deze machine is https nodig")
    key = ClientKey.read(web.oidc_private_key, web.oidc_certificate)
    keys = KeyRing.parse(settings.key_ring_text())
    url = settings.database_url.get_secret_value()
    store = await Store.connect(url, keys, largest=settings.database_connections, patience=_STATEMENT)
    try:
        await store.check_key_ring()
        async with httpx2.AsyncClient(follow_redirects=False) as http:
            provider = Provider(http, web, key, instruments.around("login"))
            yield Services(
                store=store,
                cases=CaseClient(store, temporal or _temporal(keys, instruments), settings.region),
                settings=settings,
                web=web,
                texts=catalogue(),
                templates=environment(),
                login=Login(provider, web, store, settings.region, settings.public_url),
                instruments=instruments,
                pace=Pace(web.session_rate),
            )
    finally:
        await store.close()


def _temporal(keys: KeyRing, instruments: Instruments) -> Connect:
    """Connect when something is first told: pages are read with Temporal away too."""

    async def connected() -> Client:
        return await connect(
            SealingCodec(keys),
            identity="vangnet-web",
            within=_TEMPORAL,
            runtime=instruments.runtime,
            interceptors=instruments.of_client,
        )

    return connected


async def serve(settings: Settings, web: WebSettings) -> None:
    """Serve the pages until the process is told to stop.

    Raises:
        StartError: A setting is wrong, or somebody else listens there.
        StoreError: The database does not answer, or the key ring is none or another database's.
    """
    instruments = Instruments.of("vangnet-web", settings.metrics_web_address, settings)
    async with opened(settings, web, instruments=instruments) as services, instruments.watching(services.store):
        server = uvicorn.Server(server_config(services))
        at = f"{web.web_host}:{web.web_port} (VANGNET_WEB_HOST, VANGNET_WEB_PORT)"
        taken = listening(web.web_host, web.web_port, at)
        _collect_garbage_rarely()
        await server.serve([taken])


def _collect_garbage_rarely() -> None:
    """Leave what was made at the start out of the collector's rounds: going through it stops every page for 40 ms."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


def server_config(services: Services) -> uvicorn.Config:
    """How the pages are served: no line about each request, because addresses say what somebody looked at."""
    web = services.web
    return uvicorn.Config(
        application(services),
        http=InTime,
        host=web.web_host,
        port=web.web_port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(web.web_proxy),
        forwarded_allow_ips=web.web_proxy or None,
        timeout_graceful_shutdown=10,
        lifespan="off",
    )


def main() -> None:
    """Run the pages with the settings of the environment."""
    with leaving():
        try:
            settings, web = load(Settings), load(WebSettings)
            logs.configure(settings.log_format, settings.log_level)
            uvloop.run(serve(settings, web))
        except (StartError, StoreError) as error:
            stop_for(error)
