"""How the codec server begins, or does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from runtime.errors import SettingsError
from starter.codec.serving import serve
from starter.codec.settings import CodecSettings
from starter.oidc.keys import client_key, client_key_file
from starter.oidc.pages import CLIENT_ID
from starter.web.settings import WebSettings
from store import KeyRing, KeyRingForeign
from tests.codec.serving import CONSOLE
from tests.starter.stack import Stack
from tests.web.serving import listening


@pytest.fixture
def web(oidc_folder: Path) -> WebSettings:
    """Where people log in; nobody does here."""
    client_key(oidc_folder)
    key = client_key_file(oidc_folder)
    return WebSettings(_env_file=None, oidc_issuer="http://127.0.0.1:1", oidc_client_id=CLIENT_ID, oidc_private_key=key)


async def test_a_port_that_somebody_has_is_named_with_its_settings(stack: Stack, web: WebSettings) -> None:
    """One sentence, as of the pages."""
    taken, address = listening()
    port = int(address.rpartition(":")[2])
    codec = CodecSettings(_env_file=None, codec_origin=CONSOLE, codec_port=port)
    with taken, pytest.raises(SettingsError) as caught:
        await serve(stack.settings, web, codec)
    said = f"op 127.0.0.1:{port} (VANGNET_CODEC_HOST, VANGNET_CODEC_PORT) is niet te luisteren (bezet)"
    assert said == caught.value.text


async def test_it_does_not_begin_with_another_databases_ring(stack: Stack, web: WebSettings, case: str) -> None:
    """It would say of each payload that it is damaged."""
    assert case
    ring = stack.settings.model_copy(update={"key_ring_json": SecretStr(KeyRing.generate().dump())})
    with pytest.raises(KeyRingForeign):
        await serve(ring, web, CodecSettings(_env_file=None, codec_origin=CONSOLE))
