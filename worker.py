"""The worker's composition root: connect, build the activities, register, run until signalled."""

from __future__ import annotations

import ctypes
import gc
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from datetime import timedelta
from functools import partial

import uvloop
from temporalio.client import Client
from temporalio.worker import PollerBehaviorAutoscaling, Worker

from activities.anchoring import Anchoring, AnchorSettings
from activities.bell import Bell
from activities.case_file import CaseFile
from activities.emergency_notices import EmergencyNotices, PrivacyOfficer
from activities.hand_over import HandOvers
from activities.housekeeping import Housekeeping
from activities.link_codes import LinkCodeMails
from activities.mail import Mailer, MailSettings, Tls
from activities.openings import Openings
from activities.outbox import Outbox
from activities.retention import Retention
from activities.review_notices import ReviewNotices
from activities.unheard import Unheard
from activities.webhooks import Webhooks
from runtime import logs
from runtime.codec import SealingCodec
from runtime.errors import StartError
from runtime.health import answering, database, polling, temporal
from runtime.instruments import NONE, Instruments
from runtime.leaving import leaving
from runtime.metrics import Metric
from runtime.sandbox import sandbox
from runtime.settings import Settings, load, stop_for
from runtime.signals import stop_on_signals
from runtime.temporal import TASK_QUEUE, connect
from runtime.versioning import build_id, deployment_config
from starter.schedule import have_schedules
from starter.starting import start_case
from store import KeyRing, Store, StoreError
from workflows.anchoring import AnchoringWorkflow
from workflows.case import CaseWorkflow
from workflows.housekeeping import HousekeepingWorkflow
from workflows.retention import RetentionWorkflow

_log = logging.getLogger("worker")
_PATIENCE = timedelta(seconds=60)
_SLOTS = 100
"""For each kind of work; fewer are no faster, and what waits for a server that is away keeps its slot: docs/operate/capacity.md."""
_M_ARENA_MAX, _ARENAS = -8, 2
"""Of glibc's ``mallopt``; two arenas took a tenth less memory for each open case than one for each thread."""


def worker(  # noqa: PLR0913, PLR0917  # a composition root's parts
    client: Client,
    store: Store,
    webhooks: Webhooks,
    settings: Settings,
    mailer: Mailer | None = None,
    instruments: Instruments = NONE,
) -> Worker:
    """Build the worker with all that it carries out; a mailer that was entered keeps its connections for a moment."""
    return Worker(
        client,
        task_queue=TASK_QUEUE,
        identity="vangnet-worker",
        deployment_config=deployment_config(settings),
        build_id=build_id(settings),
        workflows=[CaseWorkflow, HousekeepingWorkflow, RetentionWorkflow, AnchoringWorkflow],
        activities=carried_out(client, store, webhooks, settings, mailer or Mailer(mail_settings(settings))),
        interceptors=instruments.of_worker,
        workflow_runner=sandbox(strict=settings.worker_strict_sandbox),
        max_cached_workflows=settings.worker_cases,
        max_concurrent_workflow_tasks=_SLOTS,
        max_concurrent_activities=_SLOTS,
        max_concurrent_local_activities=_SLOTS,
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
        graceful_shutdown_timeout=timedelta(seconds=settings.worker_drain_seconds),
    )


def carried_out(
    client: Client, store: Store, webhooks: Webhooks, settings: Settings, mailer: Mailer
) -> list[Callable[..., object]]:
    """What the worker does for cases and for housekeeping."""
    bell, linger = Bell(), timedelta(seconds=settings.delivery_linger_seconds)
    outbox = Outbox(store, mailer, webhooks, HandOvers(store), settings.public_url, bell=bell, linger=linger)
    case_file = CaseFile(store, bell)
    anchoring = Anchoring(store, anchor_settings(settings), mail_settings(settings))
    housekeeping = Housekeeping(client, store, partial(start_case, client))
    return [
        case_file.record,
        case_file.read_journal,
        outbox.deliver,
        housekeeping.start_unstarted,
        housekeeping.undelivered,
        housekeeping.tell_ages,
        housekeeping.drop_leftovers,
        anchoring.take,
        anchoring.mail,
        Retention(client, store, settings.region).keep_or_destroy,
    ]


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


def anchor_settings(settings: Settings) -> AnchorSettings | None:
    """How to anchor; none where no key is set."""
    if settings.anchor_key is None or settings.anchor_file is None:
        return None
    return AnchorSettings(key=settings.anchor_key, file=settings.anchor_file, mail_to=settings.anchor_mail_to)


def emergency_notices(store: Store, settings: Settings) -> EmergencyNotices:
    """Mails to the privacy officer; none where no address is set."""
    to = settings.privacy_mail_to
    officer = to and PrivacyOfficer(region=settings.region, address=to, public_url=settings.public_url)
    return EmergencyNotices(store, officer or None, mail_settings(settings))


def instruments(settings: Settings) -> Instruments:
    """What the worker is watched with; an interval for anchors is told where there is a key for them."""
    found = Instruments.of("vangnet-worker", settings.metrics_address, settings)
    if found.meter and settings.anchor_key:
        found.meter.set(Metric.ANCHOR_INTERVAL, settings.anchor_seconds)
    return found


def rounds(store: Store, client: Client, settings: Settings) -> tuple[AbstractAsyncContextManager[None], ...]:
    """What the worker does beside Temporal, round after round, until it is left."""
    mail = mail_settings(settings)
    return (
        emergency_notices(store, settings).watching(),
        ReviewNotices(store, settings.region, settings.public_url, mail).watching(),
        LinkCodeMails(store, mail).watching(),
        Openings(store, partial(start_case, client)).watching(),
        Unheard(store, client).watching(),
    )


async def work(settings: Settings) -> None:
    """Carry cases until a signal, then let what runs finish.

    Raises:
        StartError: Temporal does not answer, or its settings are wrong.
        StoreError: The database does not answer, or the key ring is none or another database's.
    """
    keys = KeyRing.parse(settings.key_ring_text())
    async with AsyncExitStack() as open_until_the_end:
        store = await Store.connect(
            settings.database_url.get_secret_value(), keys, largest=settings.database_connections, plans_once=True
        )
        open_until_the_end.push_async_callback(store.close)
        await store.check_key_ring()
        watched = instruments(settings)
        client = await connect(
            SealingCodec(keys),
            identity="vangnet-worker",
            within=_PATIENCE,
            runtime=watched.runtime,
            interceptors=watched.of_client,
        )
        every = timedelta(seconds=settings.anchor_seconds)
        await have_schedules(client, anchors=every if settings.anchor_key else None)
        webhooks = await open_until_the_end.enter_async_context(Webhooks(around=watched.around("webhook")))
        mailer = await open_until_the_end.enter_async_context(
            Mailer(mail_settings(settings), around=watched.around("mail"))
        )
        for beside in (*rounds(store, client, settings), watched.watching(store, client)):
            await open_until_the_end.enter_async_context(beside)
        stop = open_until_the_end.enter_context(stop_on_signals())
        carrying = worker(client, store, webhooks, settings, mailer, watched)
        checks = (database(store), temporal(client), polling(carrying, stop))
        async with answering(settings.health_address, *checks), carrying:
            _log.info("carrying cases")
            await stop.wait()
            _log.info("draining")
        _log.info("stopped")


def _collect_garbage_rarely() -> None:
    """Leave what was imported out of the collector's rounds, and make fewer of them: cases hold few cycles."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _use_few_arenas() -> None:
    """Have threads share what the C library gave out and got back: each arena of its own keeps what it once needed.

    Only where that library is glibc; before any thread is there.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)


def main() -> None:
    """Run the worker with the settings of the environment."""
    with leaving():
        try:
            settings = load(Settings)
            logs.configure(settings.log_format, settings.log_level)
            _collect_garbage_rarely()
            _use_few_arenas()
            uvloop.run(work(settings))
        except (StartError, StoreError) as error:
            stop_for(error)


if __name__ == "__main__":
    main()
