"""What the tests of watching start: a worker and pages that are watched, in one process, and a case that was told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from temporalio.client import Client, HeaderCodecBehavior

import worker as composition
from activities.mail import Mailer
from activities.webhooks import Webhooks
from protocol.messages import SYSTEM
from runtime.codec import SealingCodec
from runtime.instruments import Instruments
from runtime.metrics import Meter
from runtime.temporal import core, data_converter
from runtime.tracing import following
from store import BACKUP, AccessEntry, AccessEvent, KeyRing, new_signing_key
from tests.postgres import Postgres, database, key_ring, postgres, store
from tests.runtime.conftest import free_port
from tests.starter.stack import Stack, running_stack
from tests.watching.scrape import Watched
from tests.web.serving import running_pages, settle_demo_region

_OFTEN = timedelta(milliseconds=200)

__all__ = ["database", "key_ring", "postgres", "store"]


@pytest.fixture(scope="session")
def spans() -> InMemorySpanExporter:
    """Where every span of the session ends up."""
    return InMemorySpanExporter()


@pytest.fixture(scope="session")
async def stack(
    postgres: Postgres, key_ring: KeyRing, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stack]:
    """PostgreSQL, Temporal and a mail server, without a worker of its own."""
    async with running_stack(postgres, key_ring, tmp_path_factory.mktemp("local")) as running:
        await settle_demo_region(running.store)
        await running.rest()
        yield running


@pytest.fixture(scope="session")
async def watched(
    stack: Stack, spans: InMemorySpanExporter, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Watched]:
    """A worker and pages with metrics and traces, in this process."""
    at_worker, at_web = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    traces = following(provider)
    folder = tmp_path_factory.mktemp("watched")
    (folder / "anchor.pem").write_text(new_signing_key(), encoding="utf-8")
    at_once = stack.settings.model_copy(
        update={
            "delivery_linger_seconds": 0,
            "metrics_address": at_worker,
            "anchor_key": folder / "anchor.pem",
            "anchor_file": folder / "anchors",
        }
    )
    of_worker = replace(composition.instruments(at_once), traces=traces)
    of_web = Instruments(Meter(core(at_web)), traces, core(at_web))
    async with AsyncExitStack() as opened:
        await stack.store.log_access(AccessEntry(actor=SYSTEM, what=BACKUP, purpose="test", event=AccessEvent.EXPORT))
        client = await _client(stack, of_worker)
        webhooks = await opened.enter_async_context(Webhooks(around=of_worker.around("webhook")))
        settings = composition.mail_settings(at_once)
        mailer = await opened.enter_async_context(Mailer(settings, around=of_worker.around("mail")))
        await opened.enter_async_context(of_worker.watching(stack.store, client, _OFTEN))
        working = composition.worker(client, stack.store, webhooks, at_once, mailer, of_worker)
        await opened.enter_async_context(working)
        at_pages = replace(stack, temporal=await _client(stack, of_web))
        pages = await opened.enter_async_context(running_pages(at_pages, folder, of_web))
        await opened.enter_async_context(of_web.watching(pages.store, every=_OFTEN))
        yield Watched(at_worker, at_web, of_worker, of_web, client, pages)


async def _client(stack: Stack, instruments: Instruments) -> Client:
    return await Client.connect(
        stack.temporal.service_client.config.target_host,
        data_converter=data_converter(SealingCodec(stack.store.keys)),
        header_codec_behavior=HeaderCodecBehavior.CODEC,
        runtime=instruments.runtime,
        interceptors=instruments.of_client,
    )
