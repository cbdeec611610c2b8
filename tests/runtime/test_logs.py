from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from runtime import logs
from runtime.settings import LogFormat, LogLevel


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in logs.OURS}
    yield
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    root.handlers, root.level = handlers, level
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    logging.raiseExceptions = True


def written(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_ours_and_others_have_one_shape(capsys: pytest.CaptureFixture[str]) -> None:
    """A line of structlog, of our stdlib loggers and of a library are read by the same machine."""
    logs.configure(LogFormat.JSON, LogLevel.INFO)

    structlog.get_logger("runtime.x").info("started", port=1)
    logging.getLogger("activities.x").info("sent", extra={"notice": "n-1"})
    logging.getLogger("uvicorn.error").warning("slow")

    lines = written(capsys)
    assert ["started", "sent", "slow"] == [line["event"] for line in lines]
    assert all({"level", "logger", "timestamp"} <= line.keys() for line in lines)
    assert (lines[0]["port"], lines[1]["notice"]) == (1, "n-1")


def test_libraries_speak_from_warning_on(capsys: pytest.CaptureFixture[str]) -> None:
    """At our debug level a library still does not tell what passes through it."""
    logs.configure(LogFormat.JSON, LogLevel.DEBUG)

    logging.getLogger("aiosmtplib").info("RCPT TO somebody")
    logging.getLogger("store.x").debug("ours")

    assert ["ours"] == [line["event"] for line in written(capsys)]


@pytest.mark.parametrize("log_format", [LogFormat.JSON, LogFormat.TEXT])
def test_an_errors_message_is_not_written(capsys: pytest.CaptureFixture[str], log_format: LogFormat) -> None:
    """A driver's message can hold what a person wrote: the error's type and place do for finding it."""
    logs.configure(log_format, LogLevel.INFO)
    try:
        try:
            raise ValueError("naam van een kind")
        except ValueError as cause:
            raise RuntimeError("naam van een ouder") from cause
    except RuntimeError:
        logging.getLogger("temporalio.x").exception("failed")

    err = capsys.readouterr().err
    assert "naam van" not in err
    assert "RuntimeError < ValueError" in err
    assert "test_logs.py" in err
