"""Run the status page: ``python -m starter.status``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from runtime import logs
from runtime.errors import StartError
from runtime.settings import Ports, Settings, load, stop_for
from starter.stack.ports import HOST
from starter.status.pages import app
from store import KeyRing, Store


def main() -> None:
    """Serve the page until the process is told to stop."""
    try:
        settings = load(Settings)
    except StartError as error:
        stop_for(error)
    logs.configure(settings.log_format, settings.log_level)
    keys = KeyRing.parse(settings.key_ring_text())

    @asynccontextmanager
    async def opened() -> AsyncIterator[Store]:
        store = await Store.connect(settings.database_url.get_secret_value(), keys)
        try:
            yield store
        finally:
            await store.close()

    uvicorn.run(app(opened, Ports()), host=HOST, port=settings.web_port, log_config=None, access_log=False)


if __name__ == "__main__":
    main()
