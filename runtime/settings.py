"""The settings of a process: environment, then ``.env``, then what the local stack left in its folder."""

from __future__ import annotations

import os
import re
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn, Self, TypeVar

from dotenv import dotenv_values
from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from runtime.errors import SettingsError, StartError
from runtime.secret_files import file_names, read_secrets, secret_fields
from runtime.setting_names import check_names
from store.errors import AddressInvalid, KeyRingInvalid, MigrationChanged, StoreError

PREFIX = "VANGNET_"
CHECKOUT = Path(__file__).resolve().parent.parent

Port = Annotated[int, Field(ge=1, le=65535)]


def _address(written: str) -> str:
    found = re.fullmatch(r"(?:\[[0-9a-fA-F:]+\]|[^\s:/]+):([0-9]{1,5})", written)
    if not found or int(found[1]) > _LAST_PORT:
        raise ValueError("moet een adres en een poort zijn, zoals 127.0.0.1:9464")
    return written


_LAST_PORT = 65535
_COLLECTOR = r"^(https://[^\s?#@]+|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?(/[^\s?#]*)?)$"
Address = Annotated[str, AfterValidator(_address)]
"""Where a process listens: an address of this machine and a port."""
Loaded = TypeVar("Loaded", bound="Read")


def local_folder() -> Path:
    """Where the local stack keeps its data; one of its own per stack, set by ``VANGNET_LOCAL_FOLDER``."""
    return Path(os.environ.get("VANGNET_LOCAL_FOLDER") or CHECKOUT / ".local").absolute()


def settings_files() -> tuple[Path, ...]:
    """The files that settings are read from, the later ones first to be believed."""
    return (local_folder() / "env", Path(".env"))


class Tls(StrEnum):
    """How the connection to the mail relay is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class LogFormat(StrEnum):
    """``auto`` is text on a terminal and JSON everywhere else."""

    AUTO = "auto"
    JSON = "json"
    TEXT = "text"


class LogLevel(StrEnum):
    """From which level our own log lines are written; other libraries' from warning on."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class Read(BaseSettings):
    """Settings that are read from the environment and files."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        # A wrong value may be a secret: it is not repeated.
        hide_input_in_errors=True,
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # pydantic's own way, by one folder for all
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """A secret may be named by its file: :mod:`runtime.secret_files`."""
        secrets = read_secrets(PREFIX, secret_fields(settings_cls), environment())
        return (init_settings, InitSettingsSource(settings_cls, {**secrets}), env_settings, dotenv_settings)


class Ports(Read):
    """Where the local stack listens, on 127.0.0.1 only."""

    web_port: Port = 8080
    console_port: Port = 8233
    inbox_port: Port = 8025
    temporal_port: Port = 7233
    smtp_port: Port = 2525
    oidc_port: Port = 8035
    codec_port: Port = 8081


class Settings(Read):
    """What the worker, the command line and the pages need; Temporal's connection is Temporal's own affair."""

    database_url: SecretStr
    migrate_database_url: SecretStr | None = None
    """The same database as its owner, for ``vangnet migrate`` alone; without it that takes ``database_url``, too."""
    region: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
    key_ring: Path | None = None
    """The file with the key ring; or the document itself in ``key_ring_json``."""
    key_ring_json: SecretStr | None = None
    public_url: Annotated[str, Field(pattern=r"^https?://[^\s/]+(/[^\s]*)?$")]
    """Where people reach the pages; the links in mails begin with it."""
    web_port: Port = 8080

    smtp_host: str
    smtp_port: Port = 2525
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_tls: Tls = Tls.STARTTLS
    mail_from: Annotated[str, Field(pattern=r"^[^@\s<>]+@[^@\s<>]+$")]
    mail_domain: str | None = None
    """The right side of Message-IDs; without it the domain of ``mail_from``."""

    log_format: LogFormat = LogFormat.AUTO
    log_level: LogLevel = LogLevel.INFO
    local: bool = False
    """True in the local stack only: clocks can be moved."""

    database_connections: Annotated[int, Field(ge=1, le=1000)] = 10
    worker_cases: Annotated[int, Field(ge=0, le=1_000_000)] = 2000
    """Open cases that a worker keeps in memory; fewer than are in use costs half of the speed."""
    delivery_linger_seconds: Annotated[float, Field(ge=0, le=30)] = 4
    """How long a delivery waits for more notices of its case: several steps in a row are then one activity."""
    worker_strict_sandbox: bool = False
    """Load the workflows' own modules anew for every case: finds state that is kept between cases, at a price."""
    worker_drain_seconds: Annotated[float, Field(gt=0, le=3600)] = 10
    """How long a worker that is told to stop lets what runs finish."""
    deployment: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,62}$")] | None = None
    """The workers' name at Temporal, each with its version; without it they have no version, as in release 0.1."""
    build_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,62}$")] | None = None
    """The version of the program; without it the release's number."""
    metrics_address: Address | None = None
    """Where the worker serves Prometheus, such as ``127.0.0.1:9464``; nowhere by default."""
    metrics_web_address: Address | None = None
    """Where the pages do: never where people reach them."""
    metrics_codec_address: Address | None = None
    health_address: Address | None = None
    """Where the worker answers ``/healthz`` and ``/readyz``, such as ``127.0.0.1:8082``."""
    traces_endpoint: Annotated[str, Field(pattern=_COLLECTOR)] | None = None
    """The collector that gets traces by OTLP over HTTP, such as ``http://127.0.0.1:4318``; elsewhere by https only."""

    privacy_mail_to: Annotated[str, Field(pattern=r"^[^@\s<>]+@[^@\s<>]+$")] | None = None
    """The privacy officer, who is told of each emergency."""

    anchor_key: Path | None = None
    """The file with the Ed25519 key that signs anchors, for the worker alone; without it none are taken."""
    anchor_public_key: Path | None = None
    """The file with its public part: enough to verify."""
    anchor_file: Path | None = None
    """Where anchors are kept outside of the database."""
    anchor_mail_to: Annotated[str, Field(pattern=r"^[^@\s<>]+@[^@\s<>]+$")] | None = None
    """Another organisation, which gets each anchor by mail."""
    anchor_seconds: Annotated[int, Field(ge=60, le=604_800)] = 3600

    @model_validator(mode="after")
    def _one_key_ring(self) -> Self:
        if (self.key_ring is None) == (self.key_ring_json is None):
            raise ValueError(f"geef {PREFIX}KEY_RING (een bestand) of {PREFIX}KEY_RING_JSON, en niet beide")
        return self

    @model_validator(mode="after")
    def _anchors_go_somewhere(self) -> Self:
        if self.anchor_key is not None and self.anchor_file is None:
            raise ValueError(f"bij {PREFIX}ANCHOR_KEY hoort {PREFIX}ANCHOR_FILE")
        return self

    def key_ring_text(self) -> str:
        """The key ring's JSON document.

        Raises:
            SettingsError: The file cannot be read.
        """
        if self.key_ring_json is not None:
            return self.key_ring_json.get_secret_value()
        try:
            return Path(str(self.key_ring)).read_text(encoding="utf-8")
        except OSError as error:
            raise SettingsError(
                f"{PREFIX}KEY_RING: {self.key_ring} is niet te lezen ({type(error).__name__})"
            ) from None

    @property
    def message_domain(self) -> str:
        """The domain of the Message-IDs we write."""
        return self.mail_domain or self.mail_from.rpartition("@")[2]


def load(kind: type[Loaded]) -> Loaded:
    """Read settings.

    Raises:
        SettingsError: One line that names every setting that is wrong, missing, or none at all.
    """
    own = {PREFIX + name.upper() for name in (*Settings.model_fields, *Ports.model_fields)}
    own |= file_names(PREFIX, secret_fields(Settings))
    check_names(PREFIX, own, {*os.environ, *_names_in(Path(".env"))})
    try:
        return kind(_env_file=settings_files())
    except ValidationError as error:
        raise SettingsError(_said(error)) from None
    except (OSError, UnicodeDecodeError):
        files = " of ".join(str(file) for file in settings_files())
        raise SettingsError(f"de instellingen in {files} zijn niet te lezen") from None


def _names_in(file: Path) -> tuple[str, ...]:
    try:
        return tuple(dotenv_values(file))
    except (OSError, UnicodeDecodeError):
        return ()  # reading the settings says so


_WHAT_IS_WRONG = {
    "missing": "ontbreekt",
    "enum": "moet een van deze waarden zijn: {expected}",
    "string_pattern_mismatch": "heeft niet de vorm die nodig is ({pattern})",
    "greater_than": "moet groter zijn dan {gt}",
    "greater_than_equal": "moet ten minste {ge} zijn",
    "less_than_equal": "mag ten hoogste {le} zijn",
    "int_parsing": "is geen geheel getal",
    "float_parsing": "is geen getal",
    "bool_parsing": "is geen true of false",
    "value_error": "{error}",
}
"""By pydantic's name for the problem; a value is never repeated, it may be a secret."""


def _said(error: ValidationError) -> str:
    return "; ".join(
        " ".join(
            (
                *(PREFIX + str(place).upper() for place in problem["loc"][:1]),
                _WHAT_IS_WRONG.get(problem["type"], "is niet goed").format(**problem.get("ctx", {})),
            )
        )
        for problem in error.errors(include_input=False, include_url=False)
    )


def environment() -> dict[str, str]:
    """Every variable as :func:`load` sees it, for libraries that have their own convention."""
    found: dict[str, str] = {}
    for file in settings_files():
        found |= {name: value for name, value in dotenv_values(file).items() if value is not None}
    return found | dict(os.environ)


def stop_for(error: StartError | StoreError) -> NoReturn:
    """End the process with one line, as wrong use (exit code 2) or as not reachable (4)."""
    sys.stderr.write(f"vangnet: {error.text}\n")
    raise SystemExit(2 if isinstance(error, (SettingsError, AddressInvalid, KeyRingInvalid, MigrationChanged)) else 4)


def load_or_exit(kind: type[Loaded]) -> Loaded:
    """Read settings, or end the process with the line that says what is wrong."""
    try:
        return load(kind)
    except SettingsError as error:
        stop_for(error)
