"""What a process says that ends by an error nobody foresaw: enough to find the place, nothing of what was in it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
CANARY = "kanarie Roosmarijn van Scherpenzeel"

_BEFORE = """
import asyncio, gc, logging, sys, threading
from runtime import logs
from runtime.leaving import leaving
from runtime.settings import LogFormat, LogLevel

WORDS = " ".join(["kanarie", "Roosmarijn", "van", "Scherpenzeel"])

class Leaking:
    def __del__(self):
        raise RuntimeError(WORDS)

async def forgotten():
    async def fails():
        raise RuntimeError(WORDS)
    task = asyncio.create_task(fails())
    await asyncio.sleep(0)
    del task
    gc.collect()

def thread():
    raise RuntimeError(WORDS)

def chained():
    try:
        raise KeyError(WORDS)
    except KeyError as error:
        raise RuntimeError(WORDS) from error
"""
_EVERY_WAY = """
    logging.getLogger("somebody").warning("failed: %s", WORDS)
    named = threading.Thread(target=thread, name=WORDS); named.start(); named.join()
    Leaking(); gc.collect()
    asyncio.run(forgotten())
    try:
        chained()
    except RuntimeError as error:
        raise ExceptionGroup(WORDS, [error])
"""


def ended(first: str) -> str:
    """Everything that a process says which goes wrong in every way there is."""
    script = f"{dedent(_BEFORE)}\nwith leaving():\n    {first}\n{_EVERY_WAY}\n"
    found = subprocess.run(  # noqa: S603  # nothing but what stands above
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False, cwd=CHECKOUT
    )
    assert found.returncode == 1
    return found.stdout + found.stderr


@pytest.mark.parametrize("log_format", ["JSON", "TEXT"])
def test_a_crash_does_not_say_the_errors_words(log_format: str) -> None:
    """A thread's, a task's, one that nobody can catch and the last: types and places are said, in each format."""
    said = ended(f"logs.configure(LogFormat.{log_format}, LogLevel.DEBUG)")

    assert 3 == said.count("crashed"), said
    assert "ExceptionGroup" in said
    assert "RuntimeError" in said
    assert [] == [word for word in CANARY.split() if word in said]


def test_a_crash_before_there_is_a_log_says_as_little() -> None:
    """Of our own lines: what a library says before its lines are ours is not in our hands."""
    said = ended("raise RuntimeError(WORDS)")

    assert said.startswith("crashed: RuntimeError at ")
    assert [] == [word for word in CANARY.split() if word in said]
