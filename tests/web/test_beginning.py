"""How the pages begin, or do not."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from runtime.errors import SettingsError
from starter.web.serving import opened, serve
from store import KeyRing, KeyRingForeign
from tests.web.serving import Pages, listening
from tests.web.told import opened as opened_case


async def test_a_port_that_somebody_has_is_named_with_its_settings(web: Pages) -> None:
    """One sentence, as of the worker's own addresses."""
    taken, address = listening()
    port = int(address.rpartition(":")[2])
    with taken, pytest.raises(SettingsError) as caught:
        await serve(web.services.settings, web.services.web.model_copy(update={"web_port": port}))
    assert f"op 127.0.0.1:{port} (VANGNET_WEB_HOST, VANGNET_WEB_PORT) is niet te luisteren (bezet)" == caught.value.text


async def test_pages_do_not_begin_with_another_databases_ring(web: Pages) -> None:
    """They would seal what is typed into them by a key that nobody else has."""
    await opened_case(web)
    ring = SecretStr(KeyRing.generate().dump())
    with pytest.raises(KeyRingForeign):
        async with opened(web.services.settings.model_copy(update={"key_ring_json": ring}), web.services.web):
            pass
