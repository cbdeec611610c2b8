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
    """As the interpreter itself would."""
    found = ended("raise KeyError('x')")
    assert found.returncode == 1
    assert found.stderr.endswith("KeyError: 'x'\n")
