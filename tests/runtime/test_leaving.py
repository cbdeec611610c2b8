"""How a process that spoke to Temporal ends."""

import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]

WORK = {
    "pass": (0, "", ""),
    "raise SystemExit(3)": (3, "", ""),
    "raise SystemExit": (0, "", ""),
    "raise SystemExit('te laat')": (1, "", "te laat\n"),
    "print('klaar', end='')": (0, "klaar", ""),
    "import atexit; atexit.register(print, 'opgeruimd', end='')": (0, "opgeruimd", ""),
    "import threading; threading.Thread(target=threading.Event().wait).start()": (0, "", ""),
}


def ended(work: str) -> subprocess.CompletedProcess[str]:
    code = f"from runtime.leaving import leaving\nwith leaving():\n    {work}\n"
    return subprocess.run(  # noqa: S603  # nothing but what stands above
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=30, cwd=CHECKOUT
    )


@pytest.mark.parametrize("work", WORK)
def test_it_ends_with_its_code_and_with_what_it_wrote(work: str) -> None:
    """Also when a thread never ends: nothing is waited for, and nothing that was written is lost."""
    found = ended(work)
    assert (found.returncode, found.stdout, found.stderr) == WORK[work]


def test_a_fault_is_shown_and_is_exit_code_1() -> None:
    """By its kind and its place; its words could be somebody's."""
    found = ended("raise KeyError('x')")
    assert found.returncode == 1
    assert found.stderr == "crashed: KeyError at <string>:3\n"


SESSION = """
import os, signal, sys
import pytest

class Fragile:
    def __del__(self, kill=os.kill, pid=os.getpid(), by=signal.SIGSEGV):
        kill(pid, by)

sys.fragile = Fragile()

def test_something():
    assert {holds}
"""


@pytest.mark.parametrize(("holds", "status"), [(True, 0), (False, 1)])
def test_a_session_of_tests_ends_with_its_own_status(tmp_path: Path, holds: bool, status: int) -> None:
    """What falls apart while the interpreter is taken apart does not count: the session is over by then."""
    (tmp_path / "test_it.py").write_text(SESSION.format(holds=holds), encoding="utf-8")
    arguments = ("-p", "tests.leaving", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), "-q", str(tmp_path))
    ended = subprocess.run(  # noqa: S603  # the same
        [sys.executable, "-m", "pytest", *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=CHECKOUT,
    )
    assert (status, True) == (ended.returncode, f"1 {'passed' if holds else 'failed'}" in ended.stdout), ended.stderr
