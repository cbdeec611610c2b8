"""The worker's composition root: connect, build the activities, register, run until signalled."""

from __future__ import annotations

import gc
import logging
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial

import uvloop
from temporalio.client import Client
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.worker import PollerBehaviorAutoscaling, Worker

from activities.bell import Bell
from activities.case_file import CaseFile
from activities.hand_over import HandOvers
from activities.housekeeping import Housekeeping
from activities.mail import Mailer, MailSettings, Tls
from activities.outbox import Outbox
from activities.webhooks import Webhooks
from runtime import logs
from runtime.codec import SealingCodec
from runtime.errors import StartError
from runtime.leaving import leaving
from runtime.sandbox import sandbox
from runtime.settings import Settings, load, stop_for
from runtime.signals import stop_on_signals
from runtime.temporal import TASK_QUEUE, connect
from starter.schedule import ensure_schedules
from starter.starting import start_case
from store import KeyRing, Store, StoreError
from workflows.case import CaseWorkflow
from workflows.housekeeping import HousekeepingWorkflow

_log = logging.getLogger("worker")
_PATIENCE = timedelta(seconds=60)


def worker(
    client: Client, store: Store, webhooks: Webhooks, settings: Settings, mailer: Mailer | None = None
) -> Worker:
    """Build the worker with all that it carries out; a mailer that was entered keeps its connections for a moment."""
    mailer = mailer or Mailer(mail_settings(settings))
    bell, linger = Bell(), timedelta(seconds=settings.delivery_linger_seconds)
    outbox = Outbox(store, mailer, webhooks, HandOvers(store), settings.public_url, bell=bell, linger=linger)
    case_file = CaseFile(store, bell)
    housekeeping = Housekeeping(client, store, partial(start_case, client))
    return Worker(
        client,
        task_queue=TASK_QUEUE,
        identity="vangnet-worker",
        workflows=[CaseWorkflow, HousekeepingWorkflow],
        activities=[
            case_file.record,
            case_file.read_journal,
            outbox.deliver,
            housekeeping.start_unstarted,
            housekeeping.undelivered,
            housekeeping.tell_ages,
            housekeeping.drop_leftovers,
        ],
        workflow_runner=sandbox(strict=settings.worker_strict_sandbox),
        max_cached_workflows=settings.worker_cases,
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
        graceful_shutdown_timeout=timedelta(seconds=settings.worker_drain_seconds),
    )


def mail_settings(settings: Settings) -> MailSettings:
    """The relay, as the mailer wants it."""
    return MailSettings(
        host=settings.smtp_host,
        port=settings.smtp_port,
        tls=Tls(settings.smtp_tls),
        username=settings.smtp_username,
        password=settings.smtp_password,
        sender=settings.mail_from,
        domain=settings.message_domain,
    )


def _runtime(settings: Settings) -> Runtime | None:
    if settings.metrics_address is None:
        return None
    return Runtime(telemetry=TelemetryConfig(metrics=PrometheusConfig(bind_address=settings.metrics_address)))


async def work(settings: Settings) -> None:
    """Carry cases until a signal, then let what runs finish.

    Raises:
        StartError: Temporal does not answer, or its settings are wrong.
        StoreError: The database does not answer, or the key ring is no key ring.
    """
    keys = KeyRing.parse(settings.key_ring_text())
    async with AsyncExitStack() as open_until_the_end:
        store = await Store.connect(
            settings.database_url.get_secret_value(), keys, largest=settings.database_connections
        )
        open_until_the_end.push_async_callback(store.close)
        client = await connect(
            SealingCodec(keys), identity="vangnet-worker", within=_PATIENCE, runtime=_runtime(settings)
        )
        await ensure_schedules(client)
        webhooks = await open_until_the_end.enter_async_context(Webhooks())
        mailer = await open_until_the_end.enter_async_context(Mailer(mail_settings(settings)))
        stop = open_until_the_end.enter_context(stop_on_signals())
        async with worker(client, store, webhooks, settings, mailer):
            _log.info("carrying cases")
            await stop.wait()
            _log.info("draining")
        _log.info("stopped")


def _collect_garbage_rarely() -> None:
    """Leave what was imported out of the collector's rounds, and make fewer of them: cases hold few cycles."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def main() -> None:
    """Run the worker with the settings of the environment."""
    with leaving():
        try:
            settings = load(Settings)
            logs.configure(settings.log_format, settings.log_level)
            _collect_garbage_rarely()
            uvloop.run(work(settings))
        except (StartError, StoreError) as error:
            stop_for(error)


if __name__ == "__main__":
    main()
