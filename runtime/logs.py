"""One shape for every log line: ours, Temporal's SDK's, the web server's."""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path
from types import TracebackType

import structlog
import temporalio.activity
import temporalio.workflow
from structlog.typing import EventDict, Processor, WrappedLogger

from runtime.fixed_texts import fixed_text
from runtime.settings import LogFormat, LogLevel
from runtime.tracing import trace_id

OURS = ("protocol", "workflows", "activities", "store", "runtime", "starter", "worker", "temporalio.workflow")
"""Loggers that follow the level of the settings; every other library speaks from warning on."""


def configure(log_format: LogFormat, level: LogLevel, file: Path | None = None) -> None:
    """Send every log line to standard error or to a file: JSON for machines, aligned text for a terminal.

    An error's message never gets into a line, because a driver's or an SDK's can hold what a person wrote: its type,
    our fixed code and its place do. Of a library's line only what stands in its code gets there.
    """
    as_text = log_format is LogFormat.TEXT or (log_format is LogFormat.AUTO and sys.stderr.isatty())
    handler = logging.FileHandler(file, encoding="utf-8") if file else logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(as_text=as_text))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False  # a line that cannot be written would be shown whole
    # The SDK writes its whole context into the sentence as well as beside it.
    temporalio.activity.logger.activity_info_on_message = False
    temporalio.workflow.logger.workflow_info_on_message = False
    for name in OURS:
        logging.getLogger(name).setLevel(level.value)
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        _with_case_and_trace,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _formatter(*, as_text: bool) -> logging.Formatter:
    last: Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if as_text
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_shared(), structlog.stdlib.ExtraAdder(), _without_values, _without_details],
        pass_foreign_args=True,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _error_without_message,
            last,
        ],
    )


def _with_case_and_trace(_logger: WrappedLogger, _name: str, line: EventDict) -> EventDict:
    """Say which case was being carried out, and which trace was on, where the line was written."""
    if temporalio.activity.in_activity():
        line["workflow_id"] = temporalio.activity.info().workflow_id
    if found := trace_id():
        line["trace_id"] = found
    return line


_OUR_CODE = tuple(name for name in OURS if not name.startswith("temporalio"))


def _without_values(_logger: WrappedLogger, _name: str, line: EventDict) -> EventDict:
    """Of others' lines keep what stands in their code: a library's sentence can hold whatever it was given."""
    record: logging.LogRecord = line["_record"]
    given = line.pop("positional_args", ())
    if record.name.partition(".")[0] not in _OUR_CODE:
        line["event"] = fixed_text(record, given)
        line["at"] = f"{record.filename}:{record.lineno}"
    return line


_CASES = "case/"
_DETAILS = ("temporal_workflow", "temporal_activity", "temporal_log", "color_message")


def _without_details(_logger: WrappedLogger, _name: str, line: EventDict) -> EventDict:
    """Keep what finds a case, leave what repeats it: the SDK adds its whole context to each line."""
    for name in ("temporal_workflow", "temporal_activity"):
        context = line.get(name)
        if isinstance(context, dict):
            line["workflow_id"] = context.get("workflow_id")
            line["attempt"] = context.get("attempt")
    found = str(line.get("workflow_id") or "")
    if found.startswith(_CASES):
        line["case_id"] = found.removeprefix(_CASES)
    return {name: value for name, value in line.items() if name not in _DETAILS and not name.startswith("__temporal")}


def _error_without_message(_logger: WrappedLogger, _name: str, line: EventDict) -> EventDict:
    info = line.pop("exc_info", None)
    if not info:
        return line
    error = info if isinstance(info, BaseException) else (info[1] if isinstance(info, tuple) else sys.exc_info()[1])
    if error is not None:
        line["error"] = _named(error)
        line["where"] = _where(error.__traceback__)
    return line


def _named(error: BaseException) -> str:
    """The error and what it came from: ``StoreUnavailable(store_unavailable) < ConnectionRefusedError``."""
    names = []
    current: BaseException | None = error
    while current is not None:
        code = getattr(current, "code", None) or getattr(current, "type", None)
        names.append(type(current).__name__ + (f"({code})" if isinstance(code, str) else ""))
        current = current.__cause__
    return " < ".join(names)


def _where(found: TracebackType | None) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(found)]
