"""Running the codec server: open what it works with, serve, close it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import uvicorn
import uvloop
from starlette.applications import Starlette

from runtime import logs
from runtime.codec import SealingCodec
from runtime.errors import StartError
from runtime.health import listening
from runtime.instruments import Instruments
from runtime.leaving import leaving
from runtime.settings import Settings, load, stop_for
from runtime.temporal import connection
from starter.codec.app import Decoder, application
from starter.codec.caller import Door
from starter.codec.settings import CodecSettings
from starter.web.login.provider import Provider
from starter.web.login.tokens import ClientKey
from starter.web.security.arriving import InTime
from starter.web.settings import WebSettings
from store import KeyRing, Store, StoreError


@asynccontextmanager
async def ready(settings: Settings, web: WebSettings, codec: CodecSettings) -> AsyncIterator[Starlette]:
    """Open what the server works with.

    Raises:
        StartError: A setting is wrong.
        StoreError: The database does not answer, or the key ring is none or another database's.
    """
    keys = KeyRing.parse(settings.key_ring_text())
    issued_for = web.model_copy(update={"oidc_client_id": codec.codec_audience or web.oidc_client_id})
    key = ClientKey.read(web.oidc_private_key, web.oidc_certificate)
    instruments = Instruments.of("vangnet-codec", settings.metrics_codec_address, settings)
    namespace = connection().get("namespace") or "default"
    url = settings.database_url.get_secret_value()
    store = await Store.connect(url, keys, largest=settings.database_connections)
    try:
        await store.check_key_ring()
        async with httpx2.AsyncClient(follow_redirects=False) as http:
            provider = Provider(http, issued_for, key, instruments.around("login"))
            door = Door(provider, web, codec.codec_passes, store, settings.region)
            async with instruments.watching(store):
                yield application(Decoder(codec, namespace, store, SealingCodec(keys), door, instruments))
    finally:
        await store.close()


async def serve(settings: Settings, web: WebSettings, codec: CodecSettings) -> None:
    """Serve until the process is told to stop; no line about each request, the access log has it."""
    async with ready(settings, web, codec) as app:
        config = uvicorn.Config(
            app,
            http=InTime,
            host=codec.codec_host,
            port=codec.codec_port,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(codec.codec_proxy),
            forwarded_allow_ips=codec.codec_proxy or None,
            timeout_graceful_shutdown=10,
            lifespan="off",
        )
        at = f"{codec.codec_host}:{codec.codec_port} (VANGNET_CODEC_HOST, VANGNET_CODEC_PORT)"
        await uvicorn.Server(config).serve([listening(codec.codec_host, codec.codec_port, at)])


def main() -> None:
    """Run the codec server with the settings of the environment."""
    with leaving():
        try:
            settings, web, codec = load(Settings), load(WebSettings), load(CodecSettings)
            logs.configure(settings.log_format, settings.log_level)
            uvloop.run(serve(settings, web, codec))
        except (StartError, StoreError) as error:
            stop_for(error)
