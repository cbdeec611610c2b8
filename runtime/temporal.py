from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from copy import copy
from datetime import timedelta
from functools import cache
from typing import ClassVar, Self

from temporalio.client import Client, HeaderCodecBehavior, Interceptor
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import (
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
)
from temporalio.envconfig import ClientConfigProfile, ClientConnectConfig
from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)
from temporalio.service import RPCError

from runtime.errors import SettingsError, TemporalUnreachable
from runtime.fixed_texts import CORE
from runtime.metrics import BUCKETS
from runtime.settings import environment

TASK_QUEUE = "vangnet"
_AGAIN = timedelta(milliseconds=200)


class _Converter(PydanticPayloadConverter):
    """One for the process: the SDK makes a converter for each activation, and with it all of its parts."""

    _made: ClassVar[Self | None] = None

    def __new__(cls) -> Self:
        if cls._made is None:
            cls._made = super().__new__(cls)
            super().__init__(cls._made)
        return cls._made

    def __init__(self) -> None:
        """It is made already."""


class _DataConverter(DataConverter):
    """Of what it is made of only the codec wants to know for which case; the SDK would make all of it anew."""

    def with_context(self, context: SerializationContext) -> Self:
        """The same for the case that a workflow or activity belongs to; asked some 150 times for a whole case."""
        codec: object = self.payload_codec
        if not isinstance(codec, WithSerializationContext):
            return self
        bound = codec.with_context(context)
        if bound is codec:
            return self
        found = copy(self)
        object.__setattr__(found, "payload_codec", bound)  # frozen, and nobody else has it yet
        return found


def data_converter(codec: PayloadCodec | None) -> DataConverter:
    """Pydantic models as JSON, sealed by the codec, the texts of failures too."""
    return _DataConverter(
        payload_converter_class=_Converter,
        payload_codec=codec,
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


def connection() -> ClientConnectConfig:
    """Where Temporal is, by its own convention: ``TEMPORAL_*`` and the profiles of its configuration file.

    Raises:
        SettingsError: The profile or a ``TEMPORAL_*`` variable is wrong.
    """
    try:
        profile = ClientConfigProfile.load(override_env_vars=environment())
        config = profile.to_client_connect_config()
    except (RuntimeError, ValueError, OSError):
        raise SettingsError(
            "de verbinding met Temporal (TEMPORAL_* of het configuratiebestand) is niet te lezen"
        ) from None
    config.setdefault("target_host", "127.0.0.1:7233")
    return config


@cache
def core(metrics_address: str | None = None) -> Runtime:
    """The SDK's native part, whose complaints go to our logs instead of past them.

    Args:
        metrics_address: Where it serves Prometheus; nowhere by default.

    Raises:
        SettingsError: Nothing can be served there: it is no address, or somebody else's.
    """
    forwarding = LogForwardingConfig(
        logging.getLogger(CORE), prepend_target_on_message=False, append_log_fields_to_message=False
    )
    try:
        return Runtime(
            telemetry=TelemetryConfig(
                logging=LoggingConfig(
                    filter=TelemetryFilter(core_level="WARN", other_level="ERROR"), forwarding=forwarding
                ),
                metrics=_served(metrics_address) if metrics_address else None,
                attach_service_name=False,  # it would name the library
            )
        )
    except ValueError:
        raise SettingsError(f"op {metrics_address} (VANGNET_METRICS_…) zijn geen metingen aan te bieden") from None


def _served(address: str) -> PrometheusConfig:
    return PrometheusConfig(bind_address=address, histogram_bucket_overrides=BUCKETS)


async def connect(
    codec: PayloadCodec | None,
    *,
    identity: str = "vangnet",
    within: timedelta = timedelta(seconds=5),
    runtime: Runtime | None = None,
    interceptors: Sequence[Interceptor] = (),
) -> Client:
    """Connect to Temporal, trying again until the time is up.

    Args:
        codec: Seals every payload; None only where nothing of a case is read or written.
        identity: How this process shows in the console; neutral, the default would name machine and process.
        within: After this the server counts as not reachable.
        runtime: The SDK's runtime, when it has metrics; :func:`core` otherwise.
        interceptors: What is put around each call.

    Raises:
        SettingsError: The connection's settings are wrong.
        TemporalUnreachable: Nothing answered in time.
    """
    config = connection()
    try:
        async with asyncio.timeout(within.total_seconds()):
            while True:
                try:
                    return await Client.connect(
                        **config,
                        data_converter=data_converter(codec),
                        # The trace travels in one: it must not be the only thing to be read.
                        header_codec_behavior=HeaderCodecBehavior.CODEC,
                        identity=identity,
                        runtime=runtime or core(),
                        interceptors=interceptors,
                    )
                except (RuntimeError, RPCError):
                    await asyncio.sleep(_AGAIN.total_seconds())
    except TimeoutError:
        raise TemporalUnreachable(f"Temporal antwoordt niet op {config['target_host']}") from None
