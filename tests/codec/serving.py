"""The codec server and a login provider on real ports, and somebody who asks it things."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from google.protobuf.json_format import MessageToDict, ParseDict
from joserfc import jwt
from temporalio.api.common.v1 import Payload, Payloads
from temporalio.converter import WorkflowSerializationContext

from runtime.codec import SealingCodec
from starter.codec.serving import ready
from starter.codec.settings import CodecSettings
from starter.oidc.grants import Grants
from starter.oidc.keys import client_key, client_key_file, provider_key
from starter.oidc.pages import CLIENT_ID, app, provider
from starter.oidc.people import DEMO, People
from starter.web.settings import WebSettings
from store import KeyRing
from tests.starter.stack import Stack
from tests.web.serving import listening, served

CONSOLE = "http://127.0.0.1:8233"
PAGES = "http://127.0.0.1:8080"


@dataclass(frozen=True)
class Server:
    """A codec server that runs."""

    address: str
    issuer: str
    folder: Path
    people: People
    stack: Stack
    http: httpx2.AsyncClient

    def token(self, user: str, use: str = "access", client: str = CLIENT_ID) -> str:
        """What the provider gives somebody's console."""
        person = next(person for person in DEMO if person.user == user)
        grants = Grants(self.issuer, client, provider_key(self.folder), client_key(self.folder))
        return str(grants.tokens(person, "openid profile", None)[f"{use}_token"])

    def signed(self, folder: Path, **claims: object) -> str:
        """A token with these claims, by the key of this folder."""
        key = provider_key(folder)
        return jwt.encode({"alg": "RS256", "typ": "JWT", "kid": key.kid}, claims, key)

    async def sealed(
        self, case_id: str, *texts: str, workflow: str = "case/", keys: KeyRing | None = None
    ) -> list[Payload]:
        """Payloads as a worker seals them for a case."""
        context = WorkflowSerializationContext(namespace="default", workflow_id=f"{workflow}{case_id}")
        plain = [Payload(metadata={"encoding": b"json/plain"}, data=json.dumps(text).encode()) for text in texts]
        return await SealingCodec(keys or self.stack.store.keys).with_context(context).encode(plain)

    async def decode(
        self, payloads: Sequence[Payload], token: str | None, *, path: str = "/decode", **headers: str
    ) -> httpx2.Response:
        """Ask as the console does."""
        sent = {"origin": CONSOLE, "content-type": "application/json", "x-namespace": "default"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        sent |= {"authorization": f"Bearer {token}"} if token else {}
        body = json.dumps(MessageToDict(Payloads(payloads=payloads)))
        return await self.http.post(f"{self.address}{path}", content=body, headers=sent)


def texts(answer: httpx2.Response) -> list[str]:
    """What an answer's payloads hold."""
    assert 200 == answer.status_code, answer.text
    return [json.loads(payload.data) for payload in ParseDict(answer.json(), Payloads()).payloads]


def plain_payload() -> dict[str, object]:
    """A payload that was never sealed, as JSON."""
    return {"metadata": {"encoding": b64encode(b"json/plain").decode()}, "data": b64encode(b'"x"').decode()}


@asynccontextmanager
async def running_codec(stack: Stack, folder: Path, **changed: object) -> AsyncIterator[Server]:
    """Run a codec server with a provider of its own.

    Args:
        stack: What it works on.
        folder: For the provider's keys and people.
        **changed: Settings of ``CodecSettings`` that are to be different.
    """
    (codec_socket, address), (provider_socket, issuer) = listening(), listening()
    client_key(folder)
    web = WebSettings(
        _env_file=None, oidc_issuer=issuer, oidc_client_id=CLIENT_ID, oidc_private_key=client_key_file(folder)
    )
    codec = CodecSettings(_env_file=None, codec_origin=CONSOLE, codec_rate=100_000).model_copy(update=changed)
    async with AsyncExitStack() as opened:
        opened.callback(codec_socket.close)
        opened.callback(provider_socket.close)
        await opened.enter_async_context(served(app(provider(issuer, folder, PAGES)), provider_socket))
        application = await opened.enter_async_context(ready(stack.settings, web, codec))
        await opened.enter_async_context(served(application, codec_socket))
        http = await opened.enter_async_context(httpx2.AsyncClient(timeout=30))
        yield Server(address, issuer, folder, People(folder), stack, http)
